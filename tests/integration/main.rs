//! The integration tests, in one binary so that DataFusion is linked once.
//!
//! Those that need SeaweedFS, Azurite, DuckDB or pyarrow say `SKIPPED` where `tests/servers/install` has not
//! run; with `RETROHUNT_REQUIRE_SERVERS=1`, as `tests/run` sets it, they fail instead.

mod bundled_sql;
mod cli;
mod command;
mod docs;
mod exclusions;
mod expected;
mod files;
mod golden;
mod hardening;
mod hunt;
mod hunt_kills;
mod hunt_stores;
mod hunting;
mod readers;
mod robustness;
mod sample;
mod servers;
mod sources;
mod stores;
