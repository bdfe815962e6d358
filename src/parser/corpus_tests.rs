//! Recorded queries: what Kusto takes must parse, what it does not must not.
