WITH
"L" AS (
  SELECT
    *
  FROM
    (
      SELECT
        CAST("k" AS BIGINT) AS "k", CAST("v" AS VARCHAR) AS "v", "__row"
      FROM
        (
          VALUES
            (1, 'first', 0), (1, 'second', 1), (2, 'two', 2)) AS "t" ("k", "v", "__row")
    ) AS "t"
),
"R" AS (
  SELECT
    *
  FROM
    (
      SELECT
        CAST("k" AS BIGINT) AS "k", CAST("v" AS VARCHAR) AS "v", "__row"
      FROM
        (
          VALUES
            (1, 'r1', 0), (1, 'r2', 1), (3, 'r3', 2)) AS "t" ("k", "v", "__row")
    ) AS "t"
)
SELECT
  "k", "v", "k1", "v1"
FROM
  (
    SELECT
      "l"."k" AS "k", coalesce("l"."v", '') AS "v", "r"."k" AS "k1", coalesce("r"."v", '') AS "v1"
    FROM
      (
        SELECT
          "k", "v", "__key0"
        FROM
          (
            SELECT
              "k",
              "v",
              "__key0",
              CAST(
                row_number() OVER (
                  PARTITION BY
                    "__key0"
                  ORDER BY
                    "__row" ASC NULLS FIRST
                ) AS BIGINT
              ) AS "__rank"
            FROM
              (
                SELECT
                  "k", "v", "k" AS "__key0", "__row"
                FROM
                  "L"
              ) AS "t"
          ) AS "t"
        WHERE
          "__rank" <= 1
      ) AS "l"
    INNER JOIN
      (
        SELECT
          "k", "v", "k" AS "__key0", "__row"
        FROM
          "R"
      ) AS "r" ON "l"."__key0" IS NOT DISTINCT FROM "r"."__key0"
  ) AS "t"
ORDER BY
  "v1" ASC NULLS FIRST,
  "k" ASC NULLS FIRST,
  "v" ASC NULLS FIRST,
  "k1" ASC NULLS FIRST,
  "v1" ASC NULLS FIRST
