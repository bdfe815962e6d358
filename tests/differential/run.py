"""Runs random queries in retrohunt and in duckdb-kql and compares the answers.

usage: run.py RETROHUNT [--queries N] [--seed SEED] [--processes N] [--only NUMBER] [--report FILE] [--keep N]

Exit 1 where an answer differs, or retrohunt refuses what duckdb-kql answers, and no class of `recorded.toml`
explains it; the query is printed, made smaller, with both answers. A seed and a number name a query for good: `--only` runs that one.
"""

import argparse
import collections
import json
import multiprocessing
import pathlib
import sys
import tempfile
import time

import compare
import data
import engines
import queries
import recorded
import shrink

BATCH = 500
# The least share of queries that both answer alike: fewer mean that the test has stopped testing.
LEAST_AGREED = 0.85


def verdict(query, ours, peer):
    """(`agreed` | `both refuse` | `duckdb-kql refuses` | `apart`, what is apart)."""
    if "refused" in peer:
        return ("both refuse" if "refused" in ours else "duckdb-kql refuses"), None
    if "refused" in ours:
        return "apart", f"retrohunt refuses: {ours['refused']}"
    apart = compare.difference(str(query), query.ordered, ours, peer)
    return ("apart", apart) if apart else ("agreed", None)


class Worker:
    """One process's share of the numbers."""

    def __init__(self, binary, seed, folder):
        self.binary, self.seed, self.folder = binary, seed, folder
        self.peer = engines.Peer()
        self.classes = recorded.read()

    def both(self, many):
        ours = engines.run_ours(self.binary, self.folder, many)
        return [(query, mine, self.peer.run(query)) for query, mine in zip(many, ours)]

    def unexplained(self, many):
        found = []
        for query, mine, theirs in self.both(many):
            kind, apart = verdict(query, mine, theirs)
            unknown = kind == "apart" and not recorded.explanation(self.classes, str(query), apart)
            found.append(apart if unknown else None)
        return found

    def run(self, numbers, keep):
        counts, classes, left = collections.Counter(), collections.Counter(), []
        refusals = collections.Counter()
        for start in range(0, len(numbers), BATCH):
            share = numbers[start:start + BATCH]
            for number, (query, mine, theirs) in zip(share, self.both([queries.build(self.seed, n) for n in share])):
                kind, apart = verdict(query, mine, theirs)
                if kind == "duckdb-kql refuses":
                    refusals[theirs["refused"][:60]] += 1
                if kind != "apart":
                    counts[kind] += 1
                    continue
                known = recorded.explanation(self.classes, str(query), apart)
                if known:
                    counts["recorded"] += 1
                    classes[known.name] += 1
                    continue
                counts["unexplained"] += 1
                if len(left) < keep:
                    small, what = shrink.smallest(query, self.unexplained)
                    left.append({
                        "number": number, "query": str(small), "apart": what, "whole": str(query),
                        "text": engines.ours_text(small),
                    })
        return counts, classes, refusals, left


def share_of(arguments):
    binary, seed, folder, numbers, keep = arguments
    return Worker(binary, seed, pathlib.Path(folder)).run(numbers, keep)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("--queries", type=int, default=20_000)
    parser.add_argument("--seed", default="retrohunt")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", type=int)
    parser.add_argument("--keep", type=int, default=5, help="how many unexplained ones a process makes smaller")
    parser.add_argument("--report")
    given = parser.parse_args()
    began = time.monotonic()
    numbers = [given.only] if given.only is not None else list(range(given.queries))
    with tempfile.TemporaryDirectory() as folder:
        data.write_lake(engines.Peer().connection, pathlib.Path(folder))
        shares = [
            (given.binary, given.seed, folder, numbers[part::given.processes], given.keep)
            for part in range(given.processes)
            if numbers[part::given.processes]
        ]
        with multiprocessing.get_context("spawn").Pool(len(shares)) as pool:
            done = pool.map(share_of, shares, chunksize=1)
    counts, classes, refusals, left = collections.Counter(), collections.Counter(), collections.Counter(), []
    for one in done:
        counts.update(one[0])
        classes.update(one[1])
        refusals.update(one[2])
        left += one[3]
    for problem in left:
        print(f"\nquery {problem['number']} of seed {given.seed}: {problem['whole']}\n  smaller: {problem['text']}\n  "
              f"of which: {problem['query']}\n  {problem['apart']}")
    print("\ndifferential:", ", ".join(f"{n} {kind}" for kind, n in counts.most_common()))
    for name, number in classes.most_common():
        print(f"  recorded {name}: {number}")
    for name, number in refusals.most_common(20):
        print(f"  refused by duckdb-kql: {number} {name}")
    print(f"{len(numbers)} queries in {time.monotonic() - began:.0f} s")
    if given.report:
        pathlib.Path(given.report).write_text(json.dumps(left, indent=1))
    if len(numbers) >= 1000 and counts["agreed"] < LEAST_AGREED * len(numbers):
        sys.exit(f"only {counts['agreed']} of {len(numbers)} queries agree")
    sys.exit(1 if counts["unexplained"] else 0)


if __name__ == "__main__":
    main()
