-- RMM tool DistantDesktop: process start
SELECT
  coalesce("DeviceId", '') AS "DeviceId",
  coalesce("DeviceName", '') AS "DeviceName",
  coalesce("ProcessVersionInfoCompanyName", '') AS "ProcessVersionInfoCompanyName",
  coalesce("ProcessVersionInfoProductName", '') AS "ProcessVersionInfoProductName",
  min("Timestamp") AS "FirstSeen",
  max("Timestamp") AS "LastSeen",
  kql_make_set('long', "ReportId", 1048576, CAST(NULL AS BIGINT)) AS "Report",
  count(1) AS "Count"
FROM
  "DeviceProcessEvents"
WHERE
  ("Timestamp" >= (CAST($as_of AS BIGINT) + (-4320000000000)))
  AND ("Timestamp" <= CAST($as_of AS BIGINT))
  AND kql_has("ProcessVersionInfoCompanyName", 'Distant Software')
  AND kql_has("ProcessVersionInfoProductName", 'Distant Desktop')
GROUP BY
  coalesce("DeviceId", ''),
  coalesce("DeviceName", ''),
  coalesce("ProcessVersionInfoCompanyName", ''),
  coalesce("ProcessVersionInfoProductName", '')
ORDER BY
  "DeviceId" ASC NULLS FIRST,
  "DeviceName" ASC NULLS FIRST,
  "ProcessVersionInfoCompanyName" ASC NULLS FIRST,
  "ProcessVersionInfoProductName" ASC NULLS FIRST;
