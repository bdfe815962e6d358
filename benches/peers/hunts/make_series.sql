-- duckdb-kql does not know make-series; this is what one writes by hand.
WITH counts AS (
    SELECT RemotePort, datediff('hour', TIMESTAMP '2026-01-01', "Timestamp") AS hour, count(*) AS n
    FROM DeviceNetworkEvents
    WHERE "Timestamp" >= TIMESTAMP '2026-01-01' AND "Timestamp" < TIMESTAMP '2026-01-11'
    GROUP BY ALL
)
SELECT RemotePort, list(coalesce(n, 0) ORDER BY hour) AS Connections,
    (SELECT list(TIMESTAMP '2026-01-01' + to_hours(h) ORDER BY h) FROM range(240) AS r(h)) AS "Timestamp"
FROM (SELECT DISTINCT RemotePort FROM counts) CROSS JOIN (SELECT h AS hour FROM range(240) AS r(h)) LEFT JOIN counts USING (RemotePort, hour)
GROUP BY RemotePort
