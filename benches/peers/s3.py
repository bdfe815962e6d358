"""Hunts over S3: puts a lake into SeaweedFS and measures bytes, requests and wall time of retrohunt.

usage: benches/peers/s3.py --lake DIR [--servers FOLDER] [--fault-proxy FILE [--latency 0.03]] [--rounds 3] [--json FILE]
       [--retrohunt BINARY] [--rule FILE] [--from T --to T | --as-of T] [--here]

The lake is one that run.py takes, with its expected.json, against which each answer is checked. FOLDER is the one that
tests/servers/install fills. Requests and bytes are counted by a relay between retrohunt and the server, not by retrohunt.
With --fault-proxy, a script with the arguments LISTEN UPSTREAM CONTROL that delays each request by what
`http://127.0.0.1:CONTROL/?latency=SECONDS` asks for, every hunt runs a second time through it.
"""
import argparse, json, os, pathlib, socket, statistics, subprocess, sys, tempfile, threading, time, urllib.request

import run

KEY, SECRET, BUCKET = "benchkey", "benchsecret", "bench"


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class Relay:
    """Passes bytes on and counts them, and the requests by their first lines."""

    def __init__(self, upstream):
        self.upstream, self.lock = upstream, threading.Lock()
        self.reset()
        self.server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def reset(self):
        self.requests = self.down = self.up = 0

    def accept(self):
        while True:
            client, _ = self.server.accept()
            server = socket.create_connection(("127.0.0.1", self.upstream))
            threading.Thread(target=self.pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, False), daemon=True).start()

    def pump(self, source, target, is_request):
        mark, rest = b" HTTP/1.1\r\n", b""
        try:
            while data := source.recv(1 << 18):
                seen = rest + data
                with self.lock:
                    if is_request:
                        self.up += len(data)
                        self.requests += seen.count(mark)
                    else:
                        self.down += len(data)
                # The tail is shorter than the mark, so that none is counted twice.
                rest = seen[-(len(mark) - 1):] if is_request else b""
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def until(what, attempt, seconds=90):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except Exception as error:
            if time.monotonic() > deadline:
                sys.exit(f"{what} does not answer: {error}")
            time.sleep(0.1)


def start_server(servers, folder):
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [{"name": "bench", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
                                                  "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}))
    (folder / "data").mkdir()
    names = ["s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "filer.port", "filer.port.grpc",
             "volume.port", "volume.port.grpc", "admin.port", "admin.port.grpc"]
    ports = free_ports(len(names))
    command = [f"{servers}/python/bin/weed", f"-logdir={folder}", "mini", f"-dir={folder}/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
               "-master.telemetry=false", "-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
               "-s3.autoCreateBucket=false", f"-bucket={BUCKET}", f"-s3.config={config}",
               f"-s3.localSocket={folder}/s3.sock", f"-filer.localSocket={folder}/filer.sock",
               *(f"-{name}={port}" for name, port in zip(names, ports))]
    log = open(folder / "log", "w")
    process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                               env={**os.environ, "GOMEMLIMIT": "400MiB", "TMPDIR": str(folder)})
    return process, ports[0]


def upload(lake, port):
    import pyarrow.fs
    s3 = pyarrow.fs.S3FileSystem(access_key=KEY, secret_key=SECRET, region="us-east-1", scheme="http", endpoint_override=f"127.0.0.1:{port}")

    def probe():
        with s3.open_output_stream(f"{BUCKET}/probe") as out:
            out.write(b"ready")
        assert s3.open_input_stream(f"{BUCKET}/probe").read() == b"ready"

    until("SeaweedFS", probe)
    files = sorted(pathlib.Path(lake.folder).glob("DeviceNetworkEvents/**/*.parquet"))
    for file in files:
        with s3.open_output_stream(f"{BUCKET}/lake/{file.relative_to(lake.folder)}") as out:
            out.write(file.read_bytes())
    return len(files), sum(file.stat().st_size for file in files)


def hunt(args, lake, port):
    window = ["--as-of", args.as_of] if args.as_of else ["--from", lake.start, "--to", lake.end]
    command = [args.retrohunt, "run", args.rule, "--format", "json", "--lake", f"s3://{BUCKET}/lake", *window]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AZURE_", "RETROHUNT_"))}
    environment |= {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1",
                    "AWS_ENDPOINT": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true"}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"retrohunt ended with {done.returncode}\n{done.stderr}")
    rows = json.loads(done.stdout)
    return {"seconds": seconds, "groups": len(rows), "events": sum(row["Count"] for row in rows)}


def main():
    target = os.environ.get("CARGO_TARGET_DIR", str(run.PROJECT / "target"))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--lake", required=True)
    ap.add_argument("--servers", default=os.environ.get("RETROHUNT_SERVERS", str(run.PROJECT / "target/servers")))
    ap.add_argument("--fault-proxy")
    ap.add_argument("--latency", type=float, default=0.03, help="seconds a request")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--json")
    ap.add_argument("--retrohunt", default=f"{target}/release/retrohunt")
    ap.add_argument("--rule", default=str(run.PROJECT / "data/rules/kaseya-network-connection.yaml"))
    ap.add_argument("--from", dest="start")
    ap.add_argument("--to", dest="end")
    ap.add_argument("--as-of", help="let the rule keep its own lookback; its answer is then not checked")
    ap.add_argument("--here", action="store_true", help="use this Python's packages")
    args = ap.parse_args()
    if not args.here:
        run.own_environment(__file__)
    lake = run.Lake(args.lake, args.start, args.end)
    processes = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            server, port = start_server(args.servers, pathlib.Path(folder))
            processes.append(server)
            files, size = upload(lake, port)
            ways = {"straight": Relay(port)}
            if args.fault_proxy:
                listen, control = free_ports(2)
                processes.append(subprocess.Popen([sys.executable, args.fault_proxy, str(listen), str(port), str(control)]))
                ask = lambda: urllib.request.urlopen(f"http://127.0.0.1:{control}/?latency={args.latency}&kind=s3", timeout=5).read()
                until("the fault proxy", ask)
                ways[f"with {args.latency * 1000:.0f} ms a request"] = Relay(listen)
            measure(args, lake, files, size, ways)
        finally:
            for process in reversed(processes):
                process.kill()
                process.wait()


def measure(args, lake, files, size, ways):
    results = {way: [] for way in ways}
    for number in range(args.rounds + 1):
        for way, relay in ways.items():
            relay.reset()
            answer = hunt(args, lake, relay.port)
            if not args.as_of:
                lake.check(f"retrohunt {way}", answer)
            if number > 0:
                results[way].append({**answer, "requests": relay.requests, "bytes": relay.down})
    print(f"{lake.name} in S3: {files} files, {size / 1e6:.0f} MB; medians of {args.rounds} rounds")
    print(f"{'':28}{'seconds':>9}{'requests':>10}{'a file':>8}{'MB read':>9}{'of lake':>9}")
    for way, runs in results.items():
        middle = {key: statistics.median(answer[key] for answer in runs) for key in ("seconds", "requests", "bytes")}
        print(f"{way:28}{middle['seconds']:9.3f}{middle['requests']:10.0f}{middle['requests'] / files:8.1f}"
              f"{middle['bytes'] / 1e6:9.2f}{middle['bytes'] / size:9.2%}")
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"lake": lake.name, "files": files, "bytes": size, "runs": results}, file, indent=1)


if __name__ == "__main__":
    main()
