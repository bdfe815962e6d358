"""Times a hunt with a pack of rules: one pass of retrohunt, against its own single rule and against DuckDB rule by rule.

usage: benches/peers/pack.py --lake DIR [--lake DIR…] [--rounds 5] [--rules FOLDER] [--many 1000] [--duckdb-rounds 3]
       [--retrohunt BINARY] [--only seed,pack,…] [--json FILE] [--here]

A lake is as for run.py; its `expected.json` also tells how many events of each tool were planted. The rules are the
project's own network rules of remote management tools; their terms are read from their queries, and DuckDB runs each as
one would tune it by hand: a substring test per term, then the whole term by a regular expression, then the time.

What is run, each a whole process with its results on local disk, in an output that is empty before:
    seed      `retrohunt run` of the Kaseya rule over all days
    pack      `retrohunt hunt --window whole` of all the rules
    many      the same of so many rules, made of these with other terms
    windows   `retrohunt hunt --every 1d` of all the rules, each window looking back five days
    small     as pack, with --memory 300MB
DuckDB runs in a process that has done its imports: one rule after the other, and all as one UNION ALL; the faster counts.
The hits of pack and small, rule by rule, must be DuckDB's and no fewer than were planted, or the whole stops.
"""
import argparse, datetime, glob, json, os, pathlib, re, statistics, subprocess, sys, tempfile, time

from run import HERE, PROJECT, Lake, own_environment

COLUMN = re.compile(r"(\w+) has(?:_any)? (\((?:[^\"()]|\"[^\"]*\")*\)|\"[^\"]*\")")


def arguments():
    target = os.environ.get("CARGO_TARGET_DIR", str(PROJECT / "target"))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--lake", action="append", required=True)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--duckdb-rounds", type=int, default=3, help="0 leaves DuckDB and its check out")
    ap.add_argument("--rules", default=str(PROJECT / "data/rules/rmm"))
    ap.add_argument("--many", type=int, default=1000)
    ap.add_argument("--only", default="seed,pack,many,windows,small")
    ap.add_argument("--retrohunt", default=f"{target}/release/retrohunt")
    ap.add_argument("--json", help="write all times there")
    ap.add_argument("--here", action="store_true", help="use this Python's packages")
    return ap.parse_args()


def files(lake):
    return f"{lake.folder}/DeviceNetworkEvents/**/*.parquet"


class Rule:
    def __init__(self, path):
        self.path, self.text = path, open(path, encoding="utf-8").read()
        self.id = re.search(r"^id: (\S+)", self.text, re.M)[1]
        self.tool = re.search(r"RMM tool (.*?): network", self.text)[1]
        query = self.text[self.text.index("\nquery:"):]
        self.tests = [(column, re.findall(r'"([^"]*)"', terms)) for column, terms in COLUMN.findall(query)]
        self.keys = re.search(r"\bby (.*)", query)[1]
        self.lacking = ""

    def note_lacking(self, columns):
        """A column that the lake lacks is null, as it is for retrohunt."""
        lacking = [column for column in re.findall(r"\w+", self.keys) if column not in columns]
        self.lacking = "".join(f", CAST(NULL AS VARCHAR) AS {column}" for column in lacking)

    def sql(self, lake):
        parts = []
        for column, terms in self.tests:
            like = " OR ".join(f"{column} ILIKE '%{term.lower()}%'" for term in terms)
            inner = "|".join(re.sub(r"([.+*?()\[\]-])", r"\\\1", term.lower()) for term in terms)
            parts += [f"({like})", rf"regexp_matches({column}, '(?i)(^|[^\pL\pN])({inner})($|[^\pL\pN])')"]
        where = " AND ".join([*parts[::2], *parts[1::2]])
        return (f"SELECT '{self.id}' AS rule, count(*) AS groups, sum(n) AS events FROM (SELECT {self.keys}, min(\"Timestamp\"), max(\"Timestamp\"), "
                f"list(DISTINCT ReportId), count(*) AS n FROM (SELECT *{self.lacking} FROM read_parquet('{files(lake)}', hive_partitioning = false)) "
                f"WHERE {where} AND \"Timestamp\" >= TIMESTAMPTZ '{lake.start}' AND \"Timestamp\" < TIMESTAMPTZ '{lake.end}' GROUP BY {self.keys})")


def duckdb_times(rules, lake, rounds):
    """Seconds of each form, and groups and events by rule."""
    import duckdb
    each, union, found = [], [], {}
    columns = duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{files(lake)}', hive_partitioning = false)").fetchall()
    for rule in rules:
        rule.note_lacking({column[0] for column in columns})
    for number in range(rounds + 1):
        start = time.perf_counter()
        for rule in rules:
            connection = duckdb.connect()
            found[rule.id] = connection.sql(rule.sql(lake)).fetchall()[0][1:]
        took = time.perf_counter() - start
        start = time.perf_counter()
        duckdb.connect().sql(" UNION ALL ".join(f"({rule.sql(lake)})" for rule in rules)).fetchall()
        if number > 0:
            each.append(took)
            union.append(time.perf_counter() - start)
    return {"each": each, "union": union}, {rule: (groups, int(events or 0)) for rule, (groups, events) in found.items()}


def make_many(rules, count, folder):
    """Rules with terms of their own: the first ones as they are, then with a part before each domain and another name."""
    for number in range(count):
        rule, turn = rules[number % len(rules)], number // len(rules)
        text = rule.text
        if turn:
            text = text.replace(rule.id, f"{rule.id[:-4]}{number:04x}").replace(": network connection", f": network connection {number}")
            text = COLUMN.sub(lambda m: re.sub(r'"([^"]*)"', rf'"\1 v{turn}"' if m[1] != "RemoteUrl" else rf'"n{turn}.\1"', m[0]), text)
        pathlib.Path(folder, f"{number:04}.yaml").write_text(text, encoding="utf-8")


class Ours:
    def __init__(self, binary, lake, rules, many, kaseya):
        # Kept to the end: for seconds after a file is gone, ext4 makes each new one search past its place.
        self.outputs = tempfile.TemporaryDirectory(prefix="pack-")
        whole = ["--window", "whole", "--format", "json"]
        time_ = ["--lake", lake.folder, "--from", lake.start, "--to", lake.end]
        # A look-back of five days is in the rules; the first window ends a day after the start.
        self.commands = {
            "seed": [binary, "run", kaseya, *time_, "--format", "json"],
            "pack": [binary, "hunt", *rules, *time_, *whole],
            "many": [binary, "hunt", many, *time_, *whole],
            "windows": [binary, "hunt", *rules, *time_, "--every", "1d", "--format", "json"],
            "small": [binary, "hunt", *rules, *time_, *whole, "--memory", "300MB"],
        }

    def run(self, name):
        out = tempfile.mkdtemp(dir=self.outputs.name)
        with tempfile.TemporaryFile() as errors:
            start = time.perf_counter()
            process = subprocess.Popen([*self.commands[name], "--out", out], stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL)
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                errors.seek(0)
                sys.exit(f"{name} ended with {process.returncode}\n{errors.read().decode(errors='replace')[-3000:]}")
        answer = {"seconds": seconds, "peak_mb": usage.ru_maxrss / 1024, "cpu_seconds": usage.ru_utime + usage.ru_stime}
        if name != "seed":
            told = json.loads(output)
            answer["bytes"] = sum(p["read"]["bytes_read"] for p in told["passes"]) + sum(r["bytes_read"] for r in told["rules"])
            answer["alone"] = sum(r["alone"] is not None for r in told["rules"])
            answer["phases"] = told["seconds"]
            answer["with_rows"] = sum(w["rows"] > 0 for r in told["rules"] for w in r["windows"])
            answer["rows"] = {r["rule_id"]: r["rows"] for r in told["rules"]}
            if name in ("pack", "small"):
                import pyarrow.parquet
                events = {}
                for file in glob.glob(f"{out}/hits-*/*/*/hits.parquet"):
                    rule = re.search(r"rule_id=([^/]*)", file)[1]
                    events[rule] = events.get(rule, 0) + sum(pyarrow.parquet.ParquetFile(file).read(["Count"]).column("Count").to_pylist())
                answer["events"] = events
        return answer


def check(lake, rules, found, answer, who):
    planted = json.load(open(f"{lake.folder}/expected.json"))["planted rows"]
    for rule in rules:
        got = (answer["rows"].get(rule.id, 0), answer["events"].get(rule.id, 0))
        if found and got != found[rule.id]:
            sys.exit(f"WRONG ANSWER: {who} on {lake.name}: {rule.tool}: {got}, DuckDB has {found[rule.id]}")
        if got[1] < planted.get(rule.tool, 0):
            sys.exit(f"WRONG ANSWER: {who} on {lake.name}: {rule.tool}: {got[1]} events, {planted[rule.tool]} were planted")


def main():
    args = arguments()
    if not args.here:
        own_environment(__file__)
    paths = sorted(glob.glob(f"{args.rules}/*-network.yaml"))
    rules = [Rule(path) for path in paths]
    names = args.only.split(",")
    everything = {}
    for folder in args.lake:
        lake = Lake(folder, None, None)
        with tempfile.TemporaryDirectory() as many:
            make_many(rules, args.many, many)
            ours = Ours(args.retrohunt, lake, paths, many, str(PROJECT / "data/rules/kaseya-network-connection.yaml"))
            times, found = duckdb_times(rules, lake, args.duckdb_rounds) if args.duckdb_rounds else ({}, {})
            runs = {name: [] for name in names}
            for number in range(args.rounds + 1):
                for name in names:
                    answer = ours.run(name)
                    if "events" in answer:
                        check(lake, rules, found, answer, name)
                    if number > 0:
                        runs[name].append(answer)
        report(lake, rules, args, times, runs)
        everything[lake.name] = {"duckdb": times, "retrohunt": runs}
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({"cores": os.cpu_count(), "lakes": everything}, indent=1))


def report(lake, rules, args, times, runs):
    median = lambda values: statistics.median(values)
    seconds = {name: median([run["seconds"] for run in list_]) for name, list_ in runs.items()}
    print(f"\n{lake.name}: {len(rules)} rules, {args.rounds} rounds")
    for form, list_ in times.items():
        print(f"  DuckDB, {form:8} {median(list_):9.3f} s")
    for name, list_ in runs.items():
        last = list_[-1]
        more = ""
        if "bytes" in last:
            phases = ", ".join(f"{phase} {took:.3f}" for phase, took in last["phases"].items())
            more = f"  {last['bytes'] / 1e6:.1f} MB read, {last['alone']} alone, {last['with_rows']} windows with rows; {phases}"
        print(f"  {name:16} {seconds[name]:9.3f} s  cpu {median([run['cpu_seconds'] for run in list_]):7.3f}  peak {max(run['peak_mb'] for run in list_):5.0f} MB{more}")
    if "pack" in seconds and "seed" in seconds:
        print(f"  pack: {seconds['pack'] / seconds['seed']:.2f} times the seed, {(seconds['pack'] - seconds['seed']) / len(rules) * 1e3:.2f} ms a rule more than it")
    if "pack" in seconds and times:
        print(f"  DuckDB's faster form takes {min(map(median, times.values())) / seconds['pack']:.1f} times as long as the pack")
    if "many" in seconds and "pack" in seconds:
        print(f"  many: {(seconds['many'] - seconds['pack']) / (args.many - len(rules)) * 1e3:.2f} ms for each rule more")
    if "windows" in seconds and "pack" in seconds:
        last, one = runs["windows"][-1], runs["pack"][-1]
        print(f"  windows: {(seconds['windows'] - seconds['pack']) / last['with_rows'] * 1e3:.2f} ms for each rule and window with rows, {last['bytes'] / one['bytes']:.3f} times the bytes")


if __name__ == "__main__":
    main()
