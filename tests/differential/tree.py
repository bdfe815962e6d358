"""Queries as trees, so that a query that two engines disagree on can be made smaller.

In: texts and trees. Out: trees with their text, and the trees that are one step smaller. What always
holds: each expression knows its KQL type, and a smaller one keeps it.
"""

SIMPLEST = {
    "long": "1", "real": "1.5", "string": '"a"', "bool": "true", "datetime": "datetime(2024-01-02)",
    "timespan": "1h", "dynamic": "dynamic([1])",
}


class Expression:
    """`parts` are texts and expressions, which stand one after the other."""

    def __init__(self, kind, *parts):
        self.kind = kind
        self.parts = parts

    def __str__(self):
        return "".join(map(str, self.parts))

    def smaller(self):
        """Expressions of the same type with one step less in them."""
        children = [part for part in self.parts if isinstance(part, Expression)]
        for child in children:
            if child.kind == self.kind:
                yield child
        if children:
            yield Expression(self.kind, SIMPLEST[self.kind])
        for place, part in enumerate(self.parts):
            if isinstance(part, Expression):
                for less in part.smaller():
                    yield Expression(self.kind, *self.parts[:place], less, *self.parts[place + 1:])


class Stage:
    """One operator without its pipe; a `fixed` one stays where a query is made smaller."""

    def __init__(self, *parts, fixed=False):
        self.parts = parts
        self.fixed = fixed

    def __str__(self):
        return "".join(map(str, self.parts))

    def smaller(self):
        # A list of named expressions is one part, from which members may be left out.
        for place, part in enumerate(self.parts):
            if isinstance(part, (Expression, Listed)):
                for less in part.smaller():
                    yield Stage(*self.parts[:place], less, *self.parts[place + 1:], fixed=self.fixed)


class Listed:
    """Expressions with commas between them, each behind a text such as `x1 = `."""

    def __init__(self, items):
        self.items = list(items)

    def __str__(self):
        return ", ".join(f"{name}{item}" for name, item in self.items)

    def smaller(self):
        if len(self.items) > 1:
            for place in range(len(self.items)):
                yield Listed(self.items[:place] + self.items[place + 1:])
        for place, (name, item) in enumerate(self.items):
            if isinstance(item, Expression):
                for less in item.smaller():
                    yield Listed(self.items[:place] + [(name, less)] + self.items[place + 1:])


class Query:
    """A query's stages, the columns it reads of each table, and whether its rows have an order."""

    def __init__(self, stages, tables, ordered):
        self.stages = stages
        self.tables = tables
        self.ordered = ordered

    def __str__(self):
        head, rest = self.stages[0], self.stages[1:]
        return " | ".join([str(head), *map(str, rest)])

    def smaller(self):
        """Queries with one step less in them, the boldest steps first."""
        for place in range(len(self.stages) - 1, 0, -1):
            if self.stages[place].fixed:
                continue
            yield Query(self.stages[:place] + self.stages[place + 1:], self.tables, False)
        for place, stage in enumerate(self.stages):
            for less in stage.smaller():
                stages = self.stages[:place] + [less] + self.stages[place + 1:]
                yield Query(stages, self.tables, self.ordered)
