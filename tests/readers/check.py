"""Reads a hunt's results with DuckDB and with pyarrow and compares them with what was to be found.

usage: check.py RESULTS EXPECTED.json
EXPECTED.json: [[device, url, first, last, [report…], count]…], times as YYYY-MM-DDTHH:MM:SS in UTC.
"""
import datetime, glob, json, os, sys

import duckdb
import pyarrow as pa
import pyarrow.compute
import pyarrow.dataset
import pyarrow.parquet

results, expected = sys.argv[1], [tuple(row[:4]) + (sorted(row[4]), row[5]) for row in json.load(open(sys.argv[2]))]
expected.sort()


def second(value):
    return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def rows(values):
    return sorted((d, u, second(f), second(l), sorted(json.loads(r)), c) for d, u, f, l, r, c in values)


def same(reader, got):
    if got != expected:
        sys.exit(f"{reader} reads\n" + "\n".join(map(str, got)) + "\nexpected\n" + "\n".join(map(str, expected)))


# pyarrow passes over names that begin with '_' or '.', as Spark and Hive do.
dataset = pa.dataset.dataset(results, format="parquet")
names = ["DeviceName", "RemoteUrl", "FirstSeen", "LastSeen", "Report", "Count"]
table = dataset.to_table(columns=names)
same("pyarrow", rows(zip(*(table.column(name).to_pylist() for name in names))))

# The types that every reader has: Spark reads no unsigned numbers, no time of day in nanoseconds, no unknown annotation.
schema = dataset.schema
for name in ("FirstSeen", "LastSeen"):
    kind = schema.field(name).type
    assert pa.types.is_timestamp(kind) and kind.unit == "us" and kind.tz == "UTC", f"{name}: {kind}"
assert schema.field("Count").type == pa.int64(), schema.field("Count").type
for name in ("DeviceName", "RemoteUrl", "Report"):
    kind = schema.field(name).type
    assert pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind), f"{name}: {kind}"

files = [f for f in glob.glob(f"{results}/**/*.parquet", recursive=True)
         if not any(part.startswith(("_", ".")) for part in os.path.relpath(f, results).split(os.sep))]
connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
# Through Arrow, since DuckDB's own conversion of zoned times asks for a further package.
columns = "DeviceName, RemoteUrl, FirstSeen::TIMESTAMP, LastSeen::TIMESTAMP, Report, \"Count\""
got = connection.execute(f"SELECT {columns} FROM read_parquet(?)", [files]).fetchall()
utc = lambda value: value.replace(tzinfo=datetime.timezone.utc)
same("DuckDB", rows((d, u, utc(f), utc(l), r, c) for d, u, f, l, r, c in got))

for file in files:
    parquet = pa.parquet.ParquetFile(file)
    text = " ".join(f"{k.decode()}={v.decode()}" for k, v in (parquet.metadata.metadata or {}).items())
    assert "c75a64e3-2849-4342-a115-7cc6f009b520" in text, f"{file}: no rule id in the metadata: {text[:300]}"
    group = parquet.metadata.row_group(0)
    for index in range(group.num_columns):
        column = group.column(index)
        assert column.compression == "ZSTD", f"{file}: {column.path_in_schema} is {column.compression}"
        assert column.is_stats_set, f"{file}: {column.path_in_schema} has no statistics"
print(f"{len(files)} file(s), {len(expected)} rows: the same in pyarrow {pa.__version__} and DuckDB {duckdb.__version__}")
