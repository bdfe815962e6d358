//! The integration tests, in one binary so that DataFusion is linked once.
//!
//! Those that need SeaweedFS, Azurite, DuckDB, pyarrow or duckdb-kql say `SKIPPED` where `tests/servers/install` has not
//! run; with `RETROHUNT_REQUIRE_SERVERS=1`, as `tests/run` sets it, they fail instead.

mod bucket;
mod bundled_sql;
mod cards;
mod cli;
mod command;
mod differential;
mod docs;
mod exclusion_rows;
mod exclusions;
mod expected;
mod files;
mod generated;
mod golden;
mod hardening;
mod hunt;
mod hunt_exclusions;
mod hunt_faults;
mod hunt_kills;
mod hunt_stores;
mod hunting;
mod ingestion;
mod joins;
mod leading;
mod mmdb;
mod outside;
mod readers;
mod robustness;
mod sample;
mod servers;
mod sources;
mod stores;
mod tuning;
