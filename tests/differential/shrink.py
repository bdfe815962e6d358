"""Makes a query smaller for as long as the engines still disagree about it without an explanation.

In: a query and a function that runs many and tells which disagree. Out: a smaller query of that kind.
What always holds: the answer disagrees too; the steps are bounded.
"""

STEPS = 25
CANDIDATES = 40


def smallest(query, disagreeing):
    """`disagreeing(queries)` gives, for each, what is apart, or None."""
    apart = disagreeing([query])[0]
    for _ in range(STEPS):
        candidates = []
        for less in query.smaller():
            if str(less) != str(query) and len(candidates) < CANDIDATES:
                candidates.append(less)
        candidates.sort(key=lambda one: len(str(one)))
        found = None
        for less, what in zip(candidates, disagreeing(candidates) if candidates else []):
            if what and len(str(less)) < len(str(query)) and sort_of(what) == sort_of(apart):
                found = (less, what)
                break
        if found is None:
            break
        query, apart = found
    return query, apart


def sort_of(apart):
    """`rows`, `columns`, or retrohunt's code: a smaller query must disagree in the same way."""
    return " ".join(apart.split()[:3]) if apart.startswith("retrohunt") else apart.split(":")[0]
