-- RMM tool ZohoAssist: network connection
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
  AND kql_has("InitiatingProcessVersionInfoCompanyName", 'Zoho')
  AND kql_has("InitiatingProcessVersionInfoProductName", 'Zoho Assist')
  AND kql_has_any(
    "RemoteUrl",
    'assist.zoho.com',
    'assist.zoho.com.au',
    'assist.zoho.eu',
    'assist.zoho.in',
    'assist.zoho.jp',
    'assist.zoho.uk',
    'assistlab.zoho.com',
    'download-accl.zoho.in',
    'downloads.zohocdn.com',
    'meeting.zoho.com',
    'meeting.zoho.eu',
    'static.zohocdn.com',
    'zohoassist.com',
    'zohodl.com.cn',
    'zohopublic.com',
    'zohopublic.eu',
    'zohostatic.in',
    'zohowebstatic.com'
  )
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
