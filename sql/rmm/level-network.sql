-- RMM tool Level: network connection
SELECT
  coalesce("DeviceId", '') AS "DeviceId",
  coalesce("DeviceName", '') AS "DeviceName",
  coalesce("InitiatingProcessFileName", '') AS "InitiatingProcessFileName",
  coalesce("RemoteUrl", '') AS "RemoteUrl",
  min("Timestamp") AS "FirstSeen",
  max("Timestamp") AS "LastSeen",
  kql_make_set('long', "ReportId", 1048576, CAST(NULL AS BIGINT)) AS "Report",
  count(1) AS "Count"
FROM
  "DeviceNetworkEvents"
WHERE
  ("Timestamp" >= (CAST($as_of AS BIGINT) + (-4320000000000)))
  AND ("Timestamp" <= CAST($as_of AS BIGINT))
  AND kql_has("InitiatingProcessFileName", 'level')
  AND kql_has_any(
    "RemoteUrl",
    'agents.level.io',
    'builds.level.io',
    'downloads.level.io',
    'online.level.io'
  )
GROUP BY
  coalesce("DeviceId", ''),
  coalesce("DeviceName", ''),
  coalesce("InitiatingProcessFileName", ''),
  coalesce("RemoteUrl", '')
ORDER BY
  "DeviceId" ASC NULLS FIRST,
  "DeviceName" ASC NULLS FIRST,
  "InitiatingProcessFileName" ASC NULLS FIRST,
  "RemoteUrl" ASC NULLS FIRST;
