"""Runs the Kaseya hunt side by side: retrohunt, DuckDB (tuned, and as one would write it), Polars, chdb.

usage: benches/peers/run.py --lake DIR [--lake DIR…] [--rounds 7] [--peers duckdb,polars,chdb] [--json FILE]
       [--from T --to T] [--retrohunt BINARY] [--rule FILE] [--extra 'ARGUMENTS'] [--here]

A lake is a folder with `DeviceNetworkEvents/date=YYYY-MM-DD/*.parquet` and beside it `expected.json`:
    {"seed rule": {"groups": 12, "events": 120}}
where groups are the distinct (DeviceId, DeviceName, RemoteUrl) that the rule finds over all days, and events the sum of
its Count. Other keys are passed over. The range is all days of the folders, or --from and --to (excluded).

How it measures. One round runs every contender once on every lake, so that a slow minute of the machine hits all alike;
the medians of the rounds are told, and the ratio to retrohunt's. retrohunt is a whole process, from fork to exit. A peer
is timed inside a process that has done its imports, with a connection of its own a run. A first round, not counted, warms
the page cache and runs each form of a peer: the fastest one that answers rightly stands for the peer on that lake, beside
DuckDB as written. Every answer of every run is checked against expected.json; a wrong one stops the whole.

Without --here it runs in a virtual environment of its own, target/peers-venv, made where absent.
"""
import argparse, json, os, pathlib, re, shlex, signal, statistics, subprocess, sys, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
WRITTEN = "as written"


def own_environment(script):
    """Goes on with the script in target/peers-venv, which is made where absent or where the requirements changed."""
    venv, wanted = PROJECT / "target/peers-venv", (HERE / "requirements.txt").read_text()
    mark, python = venv / "installed", venv / "bin/python"
    if not mark.exists() or mark.read_text() != wanted:
        print(f"peers: into {venv}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(HERE / "requirements.txt")], check=True)
        mark.write_text(wanted)
    os.execv(python, [str(python), script, "--here", *sys.argv[1:]])


def arguments():
    target = os.environ.get("CARGO_TARGET_DIR", str(PROJECT / "target"))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--lake", action="append", required=True, help="a lake with its expected.json; may come again")
    ap.add_argument("--rounds", type=int, default=7)
    ap.add_argument("--peers", default="duckdb,polars,chdb")
    ap.add_argument("--json", help="write all times there")
    ap.add_argument("--from", dest="start", help="start of the range [default: the first day's]")
    ap.add_argument("--to", dest="end", help="end of the range, excluded [default: the day after the last]")
    ap.add_argument("--retrohunt", default=f"{target}/release/retrohunt", help="the binary; an empty text leaves it out")
    ap.add_argument("--rule", default=str(PROJECT / "data/rules/kaseya-network-connection.yaml"))
    ap.add_argument("--extra", default="", help="more arguments for retrohunt run")
    ap.add_argument("--here", action="store_true", help="use this Python's packages")
    return ap.parse_args()


class Lake:
    def __init__(self, folder, start, end):
        import datetime
        self.folder = os.path.abspath(folder)
        self.name = os.path.basename(self.folder)
        self.expected = json.load(open(f"{self.folder}/expected.json"))["seed rule"]
        days = sorted(re.findall(r"date=(\d{4}-\d\d-\d\d)", " ".join(os.listdir(f"{self.folder}/DeviceNetworkEvents"))))
        if not days and not (start and end):
            sys.exit(f"{folder}: no date= folders; give --from and --to")
        after = lambda day: (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()
        self.start = start or f"{days[0]}T00:00:00Z"
        self.end = end or f"{after(days[-1])}T00:00:00Z"

    def check(self, who, answer):
        got = {"groups": answer["groups"], "events": answer["events"]}
        if got != {key: self.expected[key] for key in got}:
            sys.exit(f"WRONG ANSWER: {who} on {self.name} gives {got}, expected {self.expected}")


class Peer:
    """A peer's process, and the form that stands for it on each lake."""

    def __init__(self, name):
        self.name = name
        self.process = subprocess.Popen([sys.executable, str(HERE / "peers.py"), name],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.version = self.read()["version"]
        self.pause(True)

    def pause(self, stop):
        """Threads of a peer that is not at work still spin and clean up: each contender has the machine to itself."""
        self.process.send_signal(signal.SIGSTOP if stop else signal.SIGCONT)

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended with {self.process.wait()}")
        return json.loads(line)

    def run(self, form, lake):
        task = {"form": form, "lake": lake.folder, "from": lake.start, "to": lake.end}
        self.pause(False)
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        answer = self.read()
        self.pause(True)
        return answer


class Retrohunt:
    def __init__(self, binary, rule, extra):
        self.command = [binary, "run", rule, "--format", "json", *shlex.split(extra)]

    def run(self, lake):
        command = [*self.command, "--lake", lake.folder, "--from", lake.start, "--to", lake.end]
        with tempfile.TemporaryFile() as errors:
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL)
            output = process.stdout.read()
            # wait4 tells this child's memory; the module `resource` would tell the largest of all children.
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                errors.seek(0)
                sys.exit(f"retrohunt ended with {process.returncode}: {' '.join(command)}\n{errors.read().decode(errors='replace')}")
        rows = json.loads(output)
        return {"seconds": seconds, "groups": len(rows), "events": sum(row["Count"] for row in rows),
                "peak_mb": usage.ru_maxrss / 1024, "cpu_seconds": usage.ru_utime + usage.ru_stime}


def choose(peers, lakes):
    """Runs every form once more than it needs to be warm, and keeps the fastest one for each lake."""
    sys.path.insert(0, str(HERE))
    from peers import PEERS
    chosen = []
    for lake in lakes:
        for peer in peers:
            times = {}
            for form in PEERS[peer.name].FORMS:
                peer.run(form, lake)
                answer = peer.run(form, lake)
                if "error" in answer:
                    print(f"{peer.name}, {form}: {answer['error']}", file=sys.stderr)
                    continue
                lake.check(f"{peer.name}, {form}", answer)
                times[form] = answer["seconds"]
            if not times:
                sys.exit(f"{peer.name}: no form works")
            best = min((form for form in times if peer.name != "duckdb" or form != WRITTEN), key=times.get)
            chosen.append((peer, best, lake, "best form"))
            if peer.name == "duckdb":
                chosen.append((peer, WRITTEN, lake, WRITTEN))
            print(f"{lake.name}: {peer.name} {peer.version}: " + "; ".join(f"{form} {seconds:.3f} s" for form, seconds in times.items()), file=sys.stderr)
    return chosen


def main():
    args = arguments()
    if not args.here:
        own_environment(__file__)
    lakes = [Lake(folder, args.start, args.end) for folder in args.lake]
    ours = Retrohunt(args.retrohunt, args.rule, args.extra) if args.retrohunt else None
    peers = [Peer(name) for name in args.peers.split(",") if name]
    contenders = choose(peers, lakes)
    results = {}

    def note(lake, who, form, answer):
        if "error" in answer:
            sys.exit(f"{who} on {lake.name}: {answer['error']}")
        lake.check(who, answer)
        results.setdefault(lake.name, {}).setdefault(who, {"form": form, "runs": []})["runs"].append(answer)

    for number in range(args.rounds + 1):
        for lake in lakes:
            turns = [(f"{peer.name} {peer.version}, {label}", form, lambda p=peer, f=form: p.run(f, lake))
                     for peer, form, on, label in contenders if on is lake]
            if ours:
                turns.insert(0, ("retrohunt", " ".join(ours.command[1:2]), lambda: ours.run(lake)))
            for who, form, run in turns:
                answer = run()
                if number > 0:
                    note(lake, who, form, answer)
    report(results, lakes, args)
    for peer in peers:
        peer.pause(False)
        peer.process.stdin.close()
        peer.process.wait()


def report(results, lakes, args):
    for lake in lakes:
        rows = results[lake.name]
        median = {who: statistics.median(run["seconds"] for run in row["runs"]) for who, row in rows.items()}
        base = median.get("retrohunt")
        print(f"\n{lake.name}: {lake.expected['groups']} groups, {lake.expected['events']} events, {lake.start} to {lake.end}, {args.rounds} rounds")
        print(f"{'':44}{'median':>9}{'least':>9}{'most':>9}{'ratio':>8}{'peak MB':>9}  form")
        for who, row in sorted(rows.items(), key=lambda item: median[item[0]]):
            seconds = [run["seconds"] for run in row["runs"]]
            ratio = f"{median[who] / base:.2f}" if base else "-"
            peak = max(run["peak_mb"] for run in row["runs"])
            print(f"{who:44}{median[who]:9.3f}{min(seconds):9.3f}{max(seconds):9.3f}{ratio:>8}{peak:9.0f}  {row['form']}")
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"cores": os.cpu_count(), "rounds": args.rounds, "lakes": results}, file, indent=1)


if __name__ == "__main__":
    main()
