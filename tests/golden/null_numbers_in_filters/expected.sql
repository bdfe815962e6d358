SELECT
  "id", "x", "x" IS NOT NULL AS "ne"
FROM
  (
    SELECT
      CAST("id" AS BIGINT) AS "id", CAST("x" AS BIGINT) AS "x", "__row"
    FROM
      (
        VALUES
          (1, CAST(NULL AS BIGINT), 0), (2, 0, 1), (3, 5, 2)) AS "t" ("id", "x", "__row")
  ) AS "t"
WHERE
  "x" IS DISTINCT FROM 0
ORDER BY
  "__row" ASC NULLS FIRST
