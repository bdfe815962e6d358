"""Runs queries in retrohunt and in duckdb-kql, and brings both answers into one form.

In: queries. Out: for each `{"columns": [(name, type)], "rows": [[cell]]}` or `{"refused": message}`. A
cell is None, bool, int, float, str, list, dict or, for datetime and timespan, `Ticks`. What always holds:
a refusal is told apart from an answer, and a fault of the runner itself is never taken for either.
"""

import datetime
import json
import pathlib
import re
import subprocess
import tempfile

import duckdb
import duckdb_kql

import data

EPOCH = datetime.datetime(1, 1, 1)


class Ticks(tuple):
    """Microseconds of a datetime or timespan, apart from numbers, and ticks below them."""


def span_ticks(text):
    """Ticks of 100 ns in `-1.02:03:04.5000000`."""
    sign, days, hours, minutes, seconds, fraction = re.fullmatch(
        r"(-?)(?:(\d+)\.)?(\d+):(\d+):(\d+)(?:\.(\d+))?", text
    ).groups()
    whole = ((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds)
    ticks = whole * 10_000_000 + int((fraction or "0").ljust(7, "0"))
    return -ticks if sign else ticks


def moment_ticks(text):
    """Ticks of 100 ns since year one in `2024-01-02T03:04:05.1234567Z`."""
    day, _, clock = text.rstrip("Z").partition("T")
    year, month, date = map(int, day.split("-"))
    return (datetime.date(year, month, date).toordinal() - 1) * 864_000_000_000 + span_ticks(clock)


def ours_cell(kind, value):
    if value is None:
        return None
    if kind == "datetime":
        return Ticks(("datetime", moment_ticks(value)))
    if kind == "timespan":
        return Ticks(("timespan", span_ticks(value)))
    if kind == "real" and isinstance(value, str):
        return float(value)
    return value


def peer_cell(kind, value):
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        since = value.replace(tzinfo=None) - EPOCH
        return Ticks(("datetime", (since.days * 86_400_000_000 + since.seconds * 1_000_000 + since.microseconds) * 10))
    if isinstance(value, datetime.timedelta):
        return Ticks(("timespan", (value.days * 86_400_000_000 + value.seconds * 1_000_000 + value.microseconds) * 10))
    if kind == "JSON":
        try:
            return json.loads(value)
        except ValueError:
            # DuckDB writes `inf` bare.
            return value
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list):
        return [inner(item) for item in value]
    return str(value)


def inner(value):
    """What stands in an array: times are texts there."""
    cell = peer_cell("", value)
    if isinstance(cell, Ticks) and cell[0] == "datetime":
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "0Z"
    return cell


class Peer:
    """duckdb-kql over the tables."""

    def __init__(self):
        self.connect()

    def connect(self):
        self.connection = duckdb_kql.connect()
        self.connection.execute("SET threads = 1")
        self.schema = data.fill(self.connection)

    def run(self, query):
        try:
            sql = duckdb_kql.to_sql(str(query), schema=self.schema)
        except duckdb_kql.KqlError as error:
            return {"refused": str(error).split("\n")[0][:200]}
        except RecursionError:
            return {"refused": "recursion"}
        try:
            cursor = self.connection.execute(sql)
            head = [(name, str(kind)) for name, kind, *_ in cursor.description]
            rows = cursor.fetchall()
        except (duckdb.Error, OverflowError, ValueError) as error:
            if isinstance(error, (duckdb.InternalException, duckdb.FatalException)):
                # DuckDB refuses every statement after one of these.
                self.connect()
            return {"refused": str(error).split("\n")[0][:200]}
        return {"columns": head, "rows": [[peer_cell(kind, v) for (_, kind), v in zip(head, row)] for row in rows]}


COLUMN = re.compile(r"[A-Za-z_]\w*")


def ours_text(query):
    """The query with its tables in front, each with the columns that the query names."""
    text = str(query)
    words = set(COLUMN.findall(text))
    lets = []
    for name in sorted(words & query.tables):
        if name.startswith("T"):
            columns = [column for column in data.COLUMNS if column in words or column == "id"]
            lets.append(f"let {name} = {data.datatable(int(name[1:]), columns)}; ")
    return "".join(lets) + text


def run_ours(binary, lake, queries):
    """The answers to all queries, by one process."""
    with tempfile.TemporaryDirectory() as folder:
        cases = pathlib.Path(folder) / "cases.jsonl"
        lines = (json.dumps({"id": str(n), "query": ours_text(query)}) for n, query in enumerate(queries))
        cases.write_text("\n".join(lines))
        command = [binary, "query", "--quiet", "--threads", "1", "--lake", str(lake), "--batch", str(cases)]
        done = subprocess.run(command, capture_output=True, text=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(answers) != len(queries):
        raise SystemExit(f"{binary}: {len(answers)} answers to {len(queries)} queries\n{done.stderr[-2000:]}")
    return [ours_answer(answer) for answer in answers]


def ours_answer(answer):
    if "error" in answer:
        return {"refused": f"{answer['code']} {answer['kind']}: {answer['error']}"}
    head = [(column["name"], column["type"]) for column in answer["columns"]]
    rows = [[ours_cell(kind, value) for (_, kind), value in zip(head, row)] for row in answer["rows"]]
    return {"columns": head, "rows": rows}
