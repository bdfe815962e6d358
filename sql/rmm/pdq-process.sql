-- RMM tool PDQ: process start
SELECT
  coalesce("DeviceId", '') AS "DeviceId",
  coalesce("DeviceName", '') AS "DeviceName",
  coalesce("FileName", '') AS "FileName",
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
  AND kql_equals_ignore_case("FileName", 'pdq-connect-agent.exe')
  AND kql_has("ProcessVersionInfoProductName", 'PDQConnectAgent')
GROUP BY
  coalesce("DeviceId", ''),
  coalesce("DeviceName", ''),
  coalesce("FileName", ''),
  coalesce("ProcessVersionInfoProductName", '')
ORDER BY
  "DeviceId" ASC NULLS FIRST,
  "DeviceName" ASC NULLS FIRST,
  "FileName" ASC NULLS FIRST,
  "ProcessVersionInfoProductName" ASC NULLS FIRST;
