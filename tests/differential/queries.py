"""Random queries: a source, then operators that know the columns so far.

In: a seed and a query's number. Out: `tree.Query`. What always holds: the same seed and number give the
same query; where rows are cut off (`take`, `top`), the order before is by a unique column.
"""

import random

from data import COLUMNS, LAKE_COLUMNS, TABLES
from expressions import LONG_SPANS, SPANS, Maker
from tree import Expression as E
from tree import Listed, Query, Stage

KINDS = ["long", "real", "string", "bool", "datetime", "timespan", "dynamic"]


def build(seed, number):
    """The query of this number."""
    return Builder(random.Random(f"{seed}/{number}")).query()


class Builder:
    def __init__(self, chance):
        self.chance = chance
        self.tables = set()
        self.unique = None
        self.ordered = False
        self.fresh = 0

    def maker(self, columns):
        return Maker(self.chance, columns)

    def name(self, stem="x"):
        self.fresh += 1
        return f"{stem}{self.fresh}"

    def query(self):
        # A query without a table costs both sides a third of one with.
        if self.chance.random() < 0.78:
            made = Listed([
                (f"{self.name()} = ", self.maker([]).make(self.chance.choice(KINDS), self.chance.choice([1, 1, 2, 2, 3])))
            ])
            return Query([Stage("print ", made)], self.tables, False)
        stages, columns = self.source()
        for _ in range(self.chance.choice([1, 1, 1, 1, 2, 2, 3])):
            stage, columns = self.stage(columns)
            stages += stage
        keep = [name for name, _ in columns]
        if len(keep) > 4:
            # Few columns, so that few are read of the table.
            wanted = {self.unique, *self.chance.sample(keep, 3), *keep[-2:]}
            stages.append(Stage("project ", ", ".join(name for name in keep if name in wanted)))
        # The result's columns stay as they are where a query is made smaller.
        stages[-1].fixed = True
        return Query(stages, self.tables, self.ordered)

    def table(self):
        lake = self.chance.random() < 0.1
        name = ("L" if lake else "T") + str(self.chance.randrange(TABLES))
        self.tables.add(name)
        names = LAKE_COLUMNS if lake else list(COLUMNS)
        return name, [(column, COLUMNS[column]) for column in names]

    def source(self):
        if self.chance.random() < 0.03:
            self.unique = "id"
            start, step = self.chance.randrange(-5, 5), self.chance.randrange(1, 4)
            return [Stage(f"range id from {start} to {start + 9} step {step}")], [("id", "long")]
        name, columns = self.table()
        self.unique = "id"
        if self.chance.random() < 0.04:
            other, columns_there = self.table()
            value = self.maker(columns_there).make("long", 1)
            head = Stage(f"let v = toscalar({other} | sort by id asc | project y = ", value, f"); {name}")
            return [head, Stage("extend w = v + n")], columns + [("w", "long")]
        if self.chance.random() < 0.06:
            value = self.maker([]).leaf("long")
            head = Stage(f"let v = {value}; {name}")
            return [head, Stage("extend w = v + n")], columns + [("w", "long")]
        return [Stage(name)], columns

    def stage(self, columns):
        """One operator, or a few that belong together, and the columns behind it."""
        options = [self.where] * 4 + [self.extend] * 5 + [self.project] * 2 + [self.summarize] * 4
        options += [self.distinct, self.top, self.take, self.sort, self.union, self.parse, self.count]
        options += [self.join] * 2 + [self.mv_expand] * 2 + [self.membership]
        options += [self.rename]
        return self.chance.choice(options)(columns)

    def where(self, columns):
        return [Stage("where ", self.maker(columns).bool(self.chance.randrange(1, 3)))], columns

    def extend(self, columns):
        kinds = [self.chance.choice(KINDS) for _ in range(self.chance.choice([1, 1, 2]))]
        made = [(self.name(), kind, self.maker(columns).make(kind, self.chance.randrange(1, 3))) for kind in kinds]
        stage = Stage("extend ", Listed((f"{name} = ", value) for name, _, value in made))
        return [stage], columns + [(name, kind) for name, kind, _ in made]

    def project(self, columns):
        stages, wide = self.extend(columns)
        keep = [self.unique] if self.unique else []
        keep += [name for name, _ in wide if name not in keep and self.chance.random() < 0.4]
        keep = keep or [wide[-1][0]]
        kinds = dict(wide)
        return stages + [Stage("project ", ", ".join(keep))], [(name, kinds[name]) for name in keep]

    def keys(self, columns):
        """Up to two group keys with their text."""
        made = []
        options = [(n, k) for n, k in columns if k not in ("dynamic", "real") and n != self.unique]
        for name, kind in self.chance.sample(options, min(len(options), self.chance.choice([0, 1, 1, 2]))):
            fresh = self.name("g")
            if kind == "datetime" and self.chance.random() < 0.7:
                made.append((fresh, kind, f"{fresh} = bin({name}, {self.maker([]).often(SPANS, LONG_SPANS)})"))
            elif kind == "long" and self.chance.random() < 0.4:
                made.append((fresh, kind, f"{fresh} = bin({name}, {self.chance.choice(['2', '5', '10'])})"))
            elif kind == "string" and self.chance.random() < 0.3:
                made.append((fresh, kind, f"{fresh} = tolower({name})"))
            else:
                made.append((fresh, kind, f"{fresh} = {name}"))
        return made

    def aggregate(self, columns):
        """An aggregate's type and expression."""
        maker, pick = self.maker(columns), self.chance.choice
        choice = self.chance.randrange(14)
        if choice == 12:
            kind = pick(["long", "real", "datetime"])
            return kind, E(kind, "percentile(", maker.leaf(kind), f", {pick(['0', '25', '50', '90', '100'])})")
        if choice == 13:
            return "long", E("long", "dcountif(", maker.make(pick(["string", "long"]), 1), ", ", maker.bool(1), ")")
        if choice == 0:
            return "long", E("long", "count()")
        if choice == 1:
            return "long", E("long", "countif(", maker.bool(1), ")")
        if choice <= 3:
            kind = pick(["long", "real"])
            return kind, E(kind, "sum(", maker.make(kind, 1), ")")
        if choice <= 5:
            kind = pick(["long", "real", "datetime", "timespan"])
            return kind, E(kind, pick(["min", "max"]), "(", maker.make(kind, 1), ")")
        if choice == 6:
            return "real", E("real", "avg(", maker.make(pick(["long", "real"]), 1), ")")
        if choice == 7:
            return "long", E("long", "dcount", "(", maker.make(pick(["string", "long", "datetime"]), 1), ")")
        if choice <= 9:
            kind = pick(["string", "long", "real", "bool", "datetime"])
            return "dynamic", E("dynamic", pick(["make_set", "make_set", "make_list"]), "(", maker.make(kind, 1), ")")
        if choice == 10:
            kind = pick(["long", "real"])
            name = pick(["sumif", "avgif"])
            return kind, E(kind, name, "(", maker.make(kind, 1), ", ", maker.bool(1), ")")
        name = pick(["stdev", "variance"])
        return "real", E("real", name, "(", maker.make(pick(["long", "real"]), 0), ")")

    def summarize(self, columns):
        keys = self.keys(columns)
        by = " by " + ", ".join(text for _, _, text in keys) if keys else ""
        behind = [(name, kind) for name, kind, _ in keys]
        if self.unique and self.chance.random() < 0.15:
            name = self.chance.choice(["arg_max", "arg_min"])
            kinds = dict(columns)
            other = self.chance.choice([n for n, _ in columns])
            self.unique, self.ordered = None, False
            behind += [("id", "long")] + ([(other, kinds[other])] if other != "id" else [])
            return [Stage(f"summarize {name}(id, {other}){by}")], behind
        made = [(self.name(), *self.aggregate(columns)) for _ in range(self.chance.choice([1, 1, 2]))]
        stage = Stage("summarize ", Listed((f"{name} = ", value) for name, _, value in made), by)
        self.unique, self.ordered = None, False
        return [stage], behind + [(name, kind) for name, kind, _ in made]

    def distinct(self, columns):
        options = [(n, k) for n, k in columns if k != "dynamic"]
        if not options:
            return self.where(columns)
        chosen = self.chance.sample(options, min(len(options), self.chance.choice([1, 2])))
        if self.unique not in [name for name, _ in chosen]:
            self.unique = None
        self.ordered = False
        return [Stage("distinct ", ", ".join(name for name, _ in chosen))], chosen

    def top(self, columns):
        if not self.unique:
            return self.where(columns)
        self.ordered = True
        key = self.chance.choice([name for name, kind in columns if kind not in ("dynamic", "bool")])
        if key != self.unique:
            order = f"{key} {self.chance.choice(['asc', 'desc'])}, {self.unique} asc"
            return [Stage(f"sort by {order}"), Stage(f"take {self.chance.randrange(1, 5)}")], columns
        return [Stage(f"top {self.chance.randrange(1, 5)} by {self.unique} {self.chance.choice(['asc', 'desc'])}")], columns

    take = top

    def sort(self, columns):
        if not self.unique:
            return self.where(columns)
        self.ordered = True
        kinds = [(n, k) for n, k in columns if k not in ("dynamic",)]
        name, _ = self.chance.choice(kinds)
        how = self.chance.choice(["", " asc", " desc", " asc nulls last", " desc nulls first"])
        return [Stage(f"sort by {name}{how}, {self.unique} asc")], columns

    def count(self, columns):
        self.unique, self.ordered = None, False
        return [Stage("count")], [("Count", "long")]

    def rename(self, columns):
        """Other names, or fewer columns."""
        name, _ = self.chance.choice(columns)
        if self.chance.random() < 0.5:
            fresh = self.name()
            self.unique = fresh if name == self.unique else self.unique
            return [Stage(f"project-rename {fresh} = {name}")], [(fresh if n == name else n, k) for n, k in columns]
        if name == self.unique or len(columns) == 1:
            return self.where(columns)
        return [Stage(f"project-away {name}")], [(n, k) for n, k in columns if n != name]

    def right(self):
        """Another table with few columns, renamed apart, and perhaps a filter."""
        name, columns = self.table()
        chosen = [("id", "long")] + self.chance.sample(columns[1:], 2)
        text = name
        if self.chance.random() < 0.5:
            text += f" | where {self.maker(columns).bool(1)}"
        return text + " | project " + ", ".join(column for column, _ in chosen), chosen

    def join(self, columns):
        text, chosen = self.right()
        kinds = dict(columns)
        keys = [n for n, k in chosen if kinds.get(n) == k and k not in ("dynamic", "real")]
        if not keys:
            return self.extend(columns)
        key = self.chance.choice(keys)
        kind = self.chance.choice(["inner", "leftouter", "rightouter", "fullouter", "leftsemi", "leftanti", "rightsemi", "rightanti"])
        self.unique, self.ordered = None, False
        if kind in ("leftsemi", "leftanti"):
            behind = columns
        elif kind in ("rightsemi", "rightanti"):
            behind = chosen
        else:
            taken = set(kinds)
            behind = columns + [(n + "1" if n in taken else n, k) for n, k in chosen]
        name = "lookup kind=leftouter" if kind == "leftouter" and self.chance.random() < 0.4 else f"join kind={kind}"
        if name.startswith("lookup"):
            behind = columns + [(n + "1" if n in kinds else n, k) for n, k in chosen if n != key]
        return [Stage(f"{name} ({text}) on {key}")], behind

    def union(self, columns):
        text, chosen = self.right()
        kinds = dict(columns)
        if any(kinds.get(n, k) != k for n, k in chosen):
            return self.where(columns)
        self.unique, self.ordered = None, False
        behind = columns + [(n, k) for n, k in chosen if n not in kinds]
        return [Stage(f"union ({text})")], behind

    def membership(self, columns):
        text, chosen = self.right()
        kinds = dict(columns)
        shared = [n for n, k in chosen if kinds.get(n) == k and k in ("long", "string", "datetime")]
        if not shared:
            return self.where(columns)
        name = self.chance.choice(shared)
        how = self.chance.choice(["in", "!in"])
        return [Stage(f"where {name} {how} (({text.rsplit(' | project', 1)[0]} | project {name}))")], columns

    def mv_expand(self, columns):
        options = [n for n, k in columns if k == "dynamic"]
        if not options:
            fresh = self.name()
            made = self.maker(columns).dynamic(1)
            stages, columns = [Stage("extend ", Listed([(f"{fresh} = ", made)]))], columns + [(fresh, "dynamic")]
        else:
            fresh, stages = self.chance.choice(options), []
        self.unique, self.ordered = None, False
        if self.chance.random() < 0.2:
            index = self.name("i")
            return stages + [Stage(f"mv-expand with_itemindex={index} {fresh}")], columns + [(index, "long")]
        if self.chance.random() < 0.3:
            kind = self.chance.choice(["long", "string", "real", "datetime", "bool"])
            columns = [(n, kind if n == fresh else k) for n, k in columns]
            return stages + [Stage(f"mv-expand {fresh} to typeof({kind})")], columns
        return stages + [Stage(f"mv-expand {fresh}")], columns

    def parse(self, columns):
        texts = [n for n, k in columns if k == "string"]
        if not texts:
            return self.where(columns)
        one, two = self.name("p"), self.name("p")
        pattern = self.chance.choice([
            f'* "=" {one} ";" *', f'* "a" {one}', f'* "." {one} "." {two}', f'* "," {one}:long "," {two}',
            f'* "/" {one} "?" {two}', f'* " " {one}', f'"k=" {one} ";" *', f'"a," {one} "," * "," {two}',
        ])
        verb = self.chance.choice(["parse", "parse-where"]) if self.chance.random() < 0.4 else "parse"
        behind = columns + [(one, "long" if ":long" in pattern else "string")]
        behind += [(two, "string")] if two in pattern else []
        return [Stage(f"{verb} {self.chance.choice(texts)} with {pattern}")], behind
