-- RMM tool RAdmin: signed file
SELECT
  coalesce("DeviceId", '') AS "DeviceId",
  coalesce("DeviceName", '') AS "DeviceName",
  coalesce("SHA1", '') AS "SHA1",
  coalesce("Signer", '') AS "Signer",
  min("Timestamp") AS "FirstSeen",
  max("Timestamp") AS "LastSeen",
  kql_make_set('long', "ReportId", 1048576, CAST(NULL AS BIGINT)) AS "Report",
  count(1) AS "Count"
FROM
  "DeviceFileCertificateInfo"
WHERE
  ("Timestamp" >= (CAST($as_of AS BIGINT) + (-4320000000000)))
  AND ("Timestamp" <= CAST($as_of AS BIGINT))
  AND kql_has("Signer", 'famatech')
GROUP BY
  coalesce("DeviceId", ''), coalesce("DeviceName", ''), coalesce("SHA1", ''), coalesce("Signer", '')
ORDER BY
  "DeviceId" ASC NULLS FIRST,
  "DeviceName" ASC NULLS FIRST,
  "SHA1" ASC NULLS FIRST,
  "Signer" ASC NULLS FIRST;
