//! What exclusions do to a query.
