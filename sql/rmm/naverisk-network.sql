-- RMM tool Naverisk: network connection
SELECT
  coalesce("DeviceId", '') AS "DeviceId",
  coalesce("DeviceName", '') AS "DeviceName",
  coalesce("InitiatingProcessVersionInfoCompanyName", '') AS "InitiatingProcessVersionInfoCompanyName",
  min("Timestamp") AS "FirstSeen",
  max("Timestamp") AS "LastSeen",
  kql_make_set('long', "ReportId", 1048576, CAST(NULL AS BIGINT)) AS "Report",
  count(1) AS "Count"
FROM
  "DeviceNetworkEvents"
WHERE
  ("Timestamp" >= (CAST($as_of AS BIGINT) + (-4320000000000)))
  AND ("Timestamp" <= CAST($as_of AS BIGINT))
  AND kql_has_any("InitiatingProcessVersionInfoCompanyName", 'NavMK1 Limited', 'naverisk')
GROUP BY
  coalesce("DeviceId", ''),
  coalesce("DeviceName", ''),
  coalesce("InitiatingProcessVersionInfoCompanyName", '')
ORDER BY
  "DeviceId" ASC NULLS FIRST,
  "DeviceName" ASC NULLS FIRST,
  "InitiatingProcessVersionInfoCompanyName" ASC NULLS FIRST;
