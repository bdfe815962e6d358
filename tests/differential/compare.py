"""Compares two answers to one query.

In: answers as (columns, rows), cells already plain (see `ours` and `peer`). Out: None, or what differs.
What always holds: rows are a multiset unless the query orders them; fractions agree to 1e-9; arrays
made by aggregates or set functions are multisets; an empty string is a null string.
"""

import math
import re

LOOSE = re.compile(r"make_set|make_list|set_union|set_intersect|set_difference|bag_keys")


def plain(value, loose):
    """A cell such that equal values are equal Python objects, fractions rounded."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, int):
        return ("number", value)
    if isinstance(value, float):
        if math.isnan(value):
            return ("number", "nan")
        if value.is_integer() and abs(value) < 2 ** 53:
            return ("number", int(value))
        return ("number", float(f"{value:.9e}"))
    if isinstance(value, tuple):
        return value
    if value is None or value == "":
        return ("null",)
    if isinstance(value, str):
        return ("text", value)
    if isinstance(value, list):
        items = [plain(item, loose) for item in value]
        return ("array", tuple(sorted(items, key=repr) if loose else items))
    if isinstance(value, dict):
        return ("bag", tuple(sorted((name, plain(item, loose)) for name, item in value.items())))
    raise TypeError(type(value))


def close(one, two):
    """Equal, or numbers within 1e-9."""
    if one == two:
        return True
    if isinstance(one, tuple) and isinstance(two, tuple) and len(one) == len(two) > 0:
        if one[0] in ("datetime", "timespan") and one[0] == two[0]:
            # DuckDB counts microseconds.
            return abs(one[1] - two[1]) < 10
        if one[:1] == ("number",) == two[:1]:
            a, b = one[1], two[1]
            if isinstance(a, str) or isinstance(b, str) or (isinstance(a, int) and isinstance(b, int)):
                return False
            return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
        return all(close(a, b) for a, b in zip(one, two))
    return False


def difference(text, ordered, ours, peer):
    """None where the answers agree, else a short text of what does not."""
    loose = bool(LOOSE.search(text))
    if [name for name, _ in ours["columns"]] != [name for name, _ in peer["columns"]]:
        return f"columns: {ours['columns']} against {peer['columns']}"
    mine = [tuple(plain(cell, loose) for cell in row) for row in ours["rows"]]
    theirs = [tuple(plain(cell, loose) for cell in row) for row in peer["rows"]]
    if not ordered:
        mine, theirs = sorted(mine, key=repr), sorted(theirs, key=repr)
    if len(mine) == len(theirs) and all(map(close, mine, theirs)):
        return None
    if not ordered:
        for row in list(mine):
            twin = next((other for other in theirs if close(row, other)), None)
            if twin is not None:
                mine.remove(row)
                theirs.remove(twin)
        if not mine and not theirs:
            return None
    elif len(mine) == len(theirs):
        apart = [(a, b) for a, b in zip(mine, theirs) if not close(a, b)]
        mine, theirs = [a for a, _ in apart], [b for _, b in apart]
    return f"rows: {shown(mine)} against {shown(theirs)}"


def shown(rows):
    cells = ["(" + ", ".join(str(cell[-1]) if len(cell) > 1 else "-" for cell in row) + ")" for row in rows[:3]]
    return " ".join(cells) + (f" and {len(rows) - 3} more" if len(rows) > 3 else "") if rows else "none"
