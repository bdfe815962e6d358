SELECT
  kql_bin_datetime("t", 864000000000, 0) AS "Day", coalesce(sum("x"), 0) AS "Total"
FROM
  (
    SELECT
      CAST("x" AS BIGINT) AS "x", CAST("t" AS BIGINT) AS "t"
    FROM
      (
        VALUES
          (1, 639028584000000000), (2, 639029016000000000), (4, 639029124000000000)
      ) AS "t" ("x", "t")
  ) AS "t"
GROUP BY
  kql_bin_datetime("t", 864000000000, 0)
ORDER BY
  "Day" ASC NULLS FIRST
