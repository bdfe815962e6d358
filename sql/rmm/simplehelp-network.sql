-- RMM tool SimpleHelp: network connection
SELECT
  coalesce("DeviceId", '') AS "DeviceId",
  coalesce("DeviceName", '') AS "DeviceName",
  coalesce("InitiatingProcessVersionInfoCompanyName", '') AS "InitiatingProcessVersionInfoCompanyName",
  coalesce("InitiatingProcessVersionInfoProductName", '') AS "InitiatingProcessVersionInfoProductName",
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
  AND kql_has("InitiatingProcessVersionInfoCompanyName", 'SimpleHelp')
  AND kql_has("InitiatingProcessVersionInfoProductName", 'SimpleHelp')
  AND kql_has("RemoteUrl", 'rmshelp.me')
GROUP BY
  coalesce("DeviceId", ''),
  coalesce("DeviceName", ''),
  coalesce("InitiatingProcessVersionInfoCompanyName", ''),
  coalesce("InitiatingProcessVersionInfoProductName", ''),
  coalesce("RemoteUrl", '')
ORDER BY
  "DeviceId" ASC NULLS FIRST,
  "DeviceName" ASC NULLS FIRST,
  "InitiatingProcessVersionInfoCompanyName" ASC NULLS FIRST,
  "InitiatingProcessVersionInfoProductName" ASC NULLS FIRST,
  "RemoteUrl" ASC NULLS FIRST;
