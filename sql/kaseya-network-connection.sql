-- Remote Management and Monitoring tool - Kaseya - Network Connection
SELECT
  coalesce("DeviceId", '') AS "DeviceId",
  coalesce("DeviceName", '') AS "DeviceName",
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
    "RemoteUrl",
    'kaseya.com',
    'stun.kaseya.com',
    'managedsupport.kaseya.net',
    'kaseya.net'
  )
  AND kql_has("InitiatingProcessVersionInfoCompanyName", 'Kaseya')
  AND kql_has("InitiatingProcessVersionInfoProductName", 'Kaseya')
GROUP BY
  coalesce("DeviceId", ''), coalesce("DeviceName", ''), coalesce("RemoteUrl", '')
ORDER BY
  "DeviceId" ASC NULLS FIRST, "DeviceName" ASC NULLS FIRST, "RemoteUrl" ASC NULLS FIRST;
