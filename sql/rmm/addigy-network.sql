-- RMM tool Addigy: network connection
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
  AND kql_has_any(
    "InitiatingProcessFileName",
    'auditor',
    'collector',
    'go-agent',
    'lan-cache',
    'launchd',
    'mdmclient',
    'xpcproxy'
  )
  AND kql_has_any("RemoteUrl", 'agents.addigy.com', 'grtmprod.addigy.com', 'prod.addigy.com')
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
