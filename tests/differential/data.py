"""The small tables that random queries read, with the values that break things.

In: nothing but constants, so that a seed means the same queries everywhere. Out: a table's columns and
rows as Python values, as KQL literals, as rows for DuckDB and as Parquet files of a lake. What always
holds: `id` is unique and never null, a KQL string is never null, and no instant is finer than the
microseconds that DuckDB has.
"""

import datetime
import json

COLUMNS = {
    "id": "long",
    "n": "long",
    "m": "int",
    "r": "real",
    "s": "string",
    "k": "string",
    "t": "datetime",
    "d": "timespan",
    "b": "bool",
    "j": "dynamic",
}
# What a Parquet file can hold without a declared schema.
LAKE_COLUMNS = ["id", "n", "m", "r", "s", "k", "t", "b"]

POOLS = {
    "n": [None, 0, 1, -1, 7, -5, 12, 9007199254740993, 3, -2000000000000, 100],
    "m": [None, 0, 3, -4, 2147483647, 60, -7],
    "r": [None, 0.0, 1.5, -2.5, 1e10, 0.1, 3.0, 2.5, -0.75, 1e-5, 123456.789],
    "s": [
        "", "alpha", "Alpha Beta", "alpha_beta", "x-y.z", "ÄÖ straße", "日本語 term", "a,b,,c", "k=v;q=1", "12",
        "-3.5", " pad ", "true", "2024-02-29", "ALPHA", "emoji 😀 x", "C:\\Temp\\f.exe", "it's \"q\"", "10.0.0.1",
        "https://h.example/p?q=1#f", "e\u0301 a", "line\nbreak\ttab", "0x1F", "beta alpha", "a.b*c(d)",
    ],
    "k": ["a", "b", "A", "", "c", "a", "b"],
    "t": [
        None, "2024-02-29T13:45:30.123456", "1969-12-31T23:59:59.999999", "2024-12-30T00:00:00",
        "2023-01-01T00:00:00", "2024-03-31T12:00:00.5", "2000-01-01T06:30:00", "2024-02-29T13:59:59",
        "1601-01-01T00:00:00", "2024-12-29T23:00:00",
    ],
    # Microseconds.
    "d": [None, 0, 3_600_000_000, -86_400_000_000, 93_784_500_000, 90_000_000, 1_500, -5_400_000_000],
    "b": [None, True, False, True, False],
    "j": [
        None, "[1,2,3]", '{"a":1,"b":{"c":"x"}}', '"text"', "5", "[]", "{}", '["x",null,1.5,{"a":[1]}]', "true",
        '{"a":"alpha","l":[3,1,2]}', '{"a":null}', '["b","a","b"]', "2.5", '{"b":[{"c":1},{"c":2}]}',
    ],
}
TABLES = 12
STRIDES = {"n": 3, "m": 2, "r": 5, "s": 7, "k": 2, "t": 3, "d": 5, "b": 2, "j": 5}


def rows(number):
    """The rows of table `T<number>`: each pool is walked at its own pace, so that values meet."""
    count = 3 + (number * 5) % 7
    made = []
    for row in range(count):
        values = {"id": row + 1}
        for name, pool in POOLS.items():
            values[name] = pool[(row * STRIDES[name] + number * 4 + row // len(pool)) % len(pool)]
        made.append(values)
    return made


def string_literal(text):
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escapes.get(c, c) for c in text) + '"'


def timespan_text(micros):
    sign, rest = ("-", -micros) if micros < 0 else ("", micros)
    days, rest = divmod(rest, 86_400_000_000)
    hours, rest = divmod(rest, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    seconds, fraction = divmod(rest, 1_000_000)
    return f"{sign}{days}.{hours:02}:{minutes:02}:{seconds:02}.{fraction:06}"


def literal(kind, value):
    """The KQL literal of a value of one of the pools."""
    if kind == "string":
        return string_literal(value)
    if value is None:
        return f"{kind}(null)"
    if kind in ("long", "int"):
        return f"{kind}({value})" if kind == "int" or value < 0 else str(value)
    if kind == "real":
        return f"real({value!r})"
    if kind == "bool":
        return str(value).lower()
    if kind == "datetime":
        return f"datetime({value})"
    if kind == "timespan":
        return f"timespan({timespan_text(value)})"
    return f"dynamic({value})"


def datatable(number, columns):
    """The table as KQL text, with these columns alone."""
    head = ",".join(f"{name}:{COLUMNS[name]}" for name in columns)
    cells = ",".join(literal(COLUMNS[name], row[name]) for row in rows(number) for name in columns)
    return f"datatable({head})[{cells}]"


DUCKDB_TYPES = {
    "long": "BIGINT", "int": "INTEGER", "real": "DOUBLE", "string": "VARCHAR", "datetime": "TIMESTAMP",
    "timespan": "INTERVAL", "bool": "BOOLEAN", "dynamic": "JSON",
}


def fill(connection):
    """Makes `T0` to `T11`, and `L0` to `L11` of the same rows, in a DuckDB connection. Returns the names of each table's columns."""
    schema = {}
    for number in range(TABLES):
        name = f"T{number}"
        head = ", ".join(f"{column} {DUCKDB_TYPES[kind]}" for column, kind in COLUMNS.items())
        connection.execute(f"CREATE TABLE {name} ({head})")
        for row in rows(number):
            values = dict(row)
            if values["t"] is not None:
                values["t"] = datetime.datetime.fromisoformat(values["t"])
            if values["d"] is not None:
                values["d"] = datetime.timedelta(microseconds=values["d"])
            marks = ", ".join("?" for _ in values)
            connection.execute(f"INSERT INTO {name} VALUES ({marks})", [values[c] for c in COLUMNS])
        schema[name] = list(COLUMNS)
        connection.execute(f"CREATE TABLE L{number} AS SELECT {', '.join(LAKE_COLUMNS)} FROM {name}")
        schema[f"L{number}"] = LAKE_COLUMNS
    return schema


def write_lake(connection, folder):
    """Writes the tables as `L0` to `L11` into a lake, with null where a string is empty in every second one."""
    for number in range(TABLES):
        place = folder / f"L{number}"
        place.mkdir(parents=True)
        names = [f"nullif({c}, '') AS {c}" if c in "sk" and number % 2 else c for c in LAKE_COLUMNS]
        target = str(place / "part-0.parquet").replace("'", "''")
        connection.execute(
            f"COPY (SELECT {', '.join(names)} FROM T{number} ORDER BY id) TO '{target}' (FORMAT parquet)"
        )


def check():
    """The pools hold what the grammar relies on."""
    for text in POOLS["j"]:
        if text is not None:
            json.loads(text)


if __name__ == "__main__":
    check()
