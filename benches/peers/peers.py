"""The peers: the Kaseya hunt in DuckDB, Polars and chdb, each in the forms that one might write.

As a program, one peer: reads lines `{"form": name, "lake": …, "from": …, "to": …}` from stdin and answers each with
`{"seconds": …, "groups": …, "events": …}` or `{"error": …}`. The first answer, `{"peer": …, "version": …}`, comes when
its imports are done, so that they are never in a time. Each run has a connection of its own: what a one-off query pays.

A peer's forms differ in the order and kind of their conditions and mean the same: the terms stand whole, letters and
digits of all scripts being parts of a term. `kaseya.com` and `kaseya.net` imply the rule's other two terms, so the tuned
forms leave those out.
"""
import json, resource, sys, time

COMPANY, PRODUCT = "InitiatingProcessVersionInfoCompanyName", "InitiatingProcessVersionInfoProductName"
TERMS = ("kaseya.com", "stun.kaseya.com", "managedsupport.kaseya.net", "kaseya.net")
KEYS = "DeviceId, DeviceName, RemoteUrl"


def term(*words):
    """A regular expression for `has_any`, in the syntax that RE2 and Rust's regex share."""
    inner = "|".join(word.replace(".", r"\.") for word in words)
    return rf"(?i)(^|[^\pL\pN])({inner})($|[^\pL\pN])"


def files(lake):
    return f"{lake}/DeviceNetworkEvents/**/*.parquet"


class DuckDB:
    URL, CO, PR = (f"regexp_matches({column}, '{regex}')" for column, regex in
                   (("RemoteUrl", term(*TERMS)), (COMPANY, term("kaseya")), (PRODUCT, term("kaseya"))))
    TIME = "\"Timestamp\" >= TIMESTAMPTZ '{from}' AND \"Timestamp\" < TIMESTAMPTZ '{to}'"
    LIKE = f"{COMPANY} ILIKE '%kaseya%' AND {PRODUCT} ILIKE '%kaseya%'"
    FORMS = {
        "as written": f"{TIME} AND {URL} AND {CO} AND {PR}",
        "tuned: ILIKE, then regex, then time":
            f"{LIKE} AND (RemoteUrl ILIKE '%kaseya.com%' OR RemoteUrl ILIKE '%kaseya.net%') AND {URL} AND {CO} AND {PR} AND {TIME}",
        "tuned: time, one ILIKE a column, then regex": f"{TIME} AND {LIKE} AND RemoteUrl ILIKE '%kaseya%' AND {URL} AND {CO} AND {PR}",
        "tuned: company's ILIKE, then regex": f"{COMPANY} ILIKE '%kaseya%' AND {URL} AND {CO} AND {PR} AND {TIME}",
        "tuned: contains of lower, then regex":
            f"contains(lower({COMPANY}), 'kaseya') AND contains(lower({PRODUCT}), 'kaseya') AND contains(lower(RemoteUrl), 'kaseya') AND {URL} AND {CO} AND {PR} AND {TIME}",
    }

    def __init__(self):
        import duckdb
        import pyarrow  # noqa: F401  DuckDB hands its result over as Arrow
        self.duckdb, self.version = duckdb, duckdb.__version__

    def run(self, form, lake, start, end):
        where = self.FORMS[form].replace("{from}", start).replace("{to}", end)
        connection = self.duckdb.connect()
        table = connection.sql(
            f"SELECT {KEYS}, min(\"Timestamp\") AS FirstSeen, max(\"Timestamp\") AS LastSeen, list(DISTINCT ReportId) AS Report, count(*) AS n "
            f"FROM read_parquet('{files(lake)}', hive_partitioning = false) WHERE {where} GROUP BY {KEYS}").to_arrow_table()
        return table.num_rows, sum(table.column("n").to_pylist())


class Polars:
    FORMS = {f"{name}{', streaming' if streaming else ''}": (name, streaming)
             for name in ("as written", "tuned: company first", "tuned: substrings, then regex", "tuned: company's substring, then regex")
             for streaming in (False, True)}

    def __init__(self):
        import polars
        self.pl, self.version = polars, polars.__version__

    def condition(self, name, start, end):
        import datetime
        pl = self.pl
        url, company, product, at = (pl.col(c) for c in ("RemoteUrl", COMPANY, PRODUCT, "Timestamp"))
        time_ = (at >= datetime.datetime.fromisoformat(start)) & (at < datetime.datetime.fromisoformat(end))
        regex_url, regex_company, regex_product = url.str.contains(term(*TERMS)), company.str.contains(term("kaseya")), product.str.contains(term("kaseya"))
        inside = lambda column: column.str.contains_any(["kaseya"], ascii_case_insensitive=True)
        tuned = regex_company & regex_product & regex_url & time_
        return {
            "as written": time_ & regex_url & regex_company & regex_product,
            "tuned: company first": tuned,
            "tuned: substrings, then regex": inside(company) & inside(product) & inside(url) & tuned,
            "tuned: company's substring, then regex": company.str.contains("(?i)kaseya") & tuned,
        }[name]

    def run(self, form, lake, start, end):
        pl, (name, streaming) = self.pl, self.FORMS[form]
        found = (pl.scan_parquet(files(lake), hive_partitioning=False).filter(self.condition(name, start, end))
                 .group_by("DeviceId", "DeviceName", "RemoteUrl")
                 .agg(pl.col("Timestamp").min().alias("FirstSeen"), pl.col("Timestamp").max().alias("LastSeen"),
                      pl.col("ReportId").unique().alias("Report"), pl.len().alias("n"))
                 .collect(engine="streaming" if streaming else "in-memory"))
        return found.height, int(found["n"].sum() or 0)


class Chdb:
    # Its string literals read backslashes, so that each stands twice.
    URL, CO, PR = (f"match({column}, '{regex}')".replace("\\", "\\\\") for column, regex in
                   (("RemoteUrl", term(*TERMS)), (COMPANY, term("kaseya")), (PRODUCT, term("kaseya"))))
    TIME = "Timestamp >= parseDateTime64BestEffort('{from}', 6, 'UTC') AND Timestamp < parseDateTime64BestEffort('{to}', 6, 'UTC')"
    REGEX = f"{CO} AND {PR} AND {URL} AND {TIME}"
    every = lambda test: " AND ".join(test.replace("COLUMN", column) for column in (COMPANY, PRODUCT, "RemoteUrl"))
    FORMS = {
        "as written": f"WHERE {TIME} AND {URL} AND {CO} AND {PR}",
        "tuned: position, then regex": f"WHERE {every('positionCaseInsensitive(COLUMN, %s) > 0' % repr('kaseya'))} AND {REGEX}",
        "tuned: tokens, then regex": f"WHERE {every('hasTokenCaseInsensitive(COLUMN, %s)' % repr('kaseya'))} AND {REGEX}",
        # A regex costs it much for each block, whatever rows are left of it; so the regexes see groups only, which the
        # columns they test are keys of.
        "tuned: positions, regex on groups":
            f"PREWHERE positionCaseInsensitive({COMPANY}, 'kaseya') > 0 WHERE positionCaseInsensitive({PRODUCT}, 'kaseya') > 0 "
            f"AND positionCaseInsensitive(RemoteUrl, 'kaseya') > 0 AND {TIME} THEN {CO} AND {PR} AND {URL}",
        "tuned: PREWHERE position, then regex": f"PREWHERE positionCaseInsensitive({COMPANY}, 'kaseya') > 0 WHERE {REGEX}",
    }

    def __init__(self):
        import chdb
        self.chdb, self.version = chdb, chdb.__version__

    def run(self, form, lake, start, end):
        condition, _, late = self.FORMS[form].replace("{from}", start).replace("{to}", end).partition(" THEN ")
        hunt = (f"SELECT {KEYS}, min(Timestamp) AS f, max(Timestamp) AS l, groupUniqArray(ReportId) AS r, count() AS n "
                f"FROM file('{files(lake)}', Parquet) {condition} GROUP BY {KEYS}")
        if late:
            hunt = (f"SELECT {KEYS}, min(f), max(l), groupUniqArrayArray(r), sum(n) FROM ({hunt}, {COMPANY}, {PRODUCT} "
                    f"HAVING {late}) GROUP BY {KEYS}")
            hunt = hunt.replace("SELECT DeviceId, DeviceName, RemoteUrl, min(Timestamp)", f"SELECT {KEYS}, {COMPANY}, {PRODUCT}, min(Timestamp)")
            hunt += " SETTINGS query_plan_filter_push_down = 0"
        answer = self.chdb.query(hunt, "JSONCompactEachRow")
        rows = [json.loads(line) for line in str(answer).splitlines()]
        return len(rows), sum(int(row[-1]) for row in rows)


PEERS = {"duckdb": DuckDB, "polars": Polars, "chdb": Chdb}


def serve(name):
    say = lambda answer: print(json.dumps(answer), flush=True)
    peer = PEERS[name]()
    say({"peer": name, "version": str(peer.version)})
    for line in sys.stdin:
        task = json.loads(line)
        try:
            start = time.perf_counter()
            groups, events = peer.run(task["form"], task["lake"], task["from"], task["to"])
            seconds = time.perf_counter() - start
            say({"seconds": seconds, "groups": groups, "events": events,
                 "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})
        except Exception as error:  # a form that a version does not know is no reason to stop the others
            say({"error": f"{type(error).__name__}: {str(error)[:300]}"})


if __name__ == "__main__":
    serve(sys.argv[1])
