SELECT
  "x"
FROM
  (
    SELECT
      CAST("x" AS BIGINT) AS "x", "__row"
    FROM
      (
        VALUES
          (2, 0), (CAST(NULL AS BIGINT), 1), (3, 2), (1, 3)) AS "t" ("x", "__row")
  ) AS "t"
ORDER BY
  "x" DESC NULLS LAST, "__row" ASC NULLS FIRST
