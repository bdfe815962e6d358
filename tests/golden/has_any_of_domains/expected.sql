SELECT
  "id", "url"
FROM
  (
    SELECT
      CAST("id" AS BIGINT) AS "id", CAST("url" AS VARCHAR) AS "url", "__row"
    FROM
      (
        VALUES
          (1, 'kaseya.com', 0),
          (2, 'https://vsa.kaseya.com/x', 1),
          (3, 'notkaseya.com', 2),
          (4, 'kaseya.community', 3),
          (5, 'VSA.KASEYA.NET:443', 4),
          (6, 'kaseya', 5),
          (7, '', 6)
      ) AS "t" ("id", "url", "__row")
  ) AS "t"
WHERE
  kql_has_any("url", 'kaseya.com', 'kaseya.net')
ORDER BY
  "__row" ASC NULLS FIRST
