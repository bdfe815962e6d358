//! The tree as text, for tests.
