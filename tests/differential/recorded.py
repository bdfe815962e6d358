"""The disagreements that are understood, read from `recorded.toml`.

In: a query's text and what differs. Out: the first class that explains it, or None. What always holds:
a class says who is right and why, with a page of Microsoft's documentation or a recorded answer.
"""

import pathlib
import re
import tomllib


class Class:
    def __init__(self, entry):
        self.name = entry["name"]
        self.right = entry["right"]
        if self.right not in ("retrohunt", "duckdb-kql", "both") or not entry["reason"] or not entry["source"]:
            raise SystemExit(f"recorded.toml: {self.name} says neither who is right nor why")
        self.query = re.compile(entry["query"], re.DOTALL)
        self.apart = re.compile(entry.get("apart", ""), re.DOTALL)
        self.count = 0

    def explains(self, text, apart):
        return self.query.search(text) and self.apart.search(apart)


def read(path=pathlib.Path(__file__).with_name("recorded.toml")):
    classes = [Class(entry) for entry in tomllib.loads(path.read_text())["class"]]
    names = [one.name for one in classes]
    if len(names) != len(set(names)):
        raise SystemExit("recorded.toml: a name comes twice")
    return classes


def explanation(classes, text, apart):
    for one in classes:
        if one.explains(text, apart):
            one.count += 1
            return one
    return None
