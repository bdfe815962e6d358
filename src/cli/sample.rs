//! `retrohunt sample`: writes the sample lake.

use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Failure};
use super::stdout;
use crate::sample;

/// Write the sample lake: a few days of made-up events with planted hits and near misses
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  retrohunt sample ./lake")]
pub struct Sample {
    /// The folder to write; it must not hold these tables yet
    #[arg(value_name = "FOLDER")]
    out: PathBuf,
}

impl Sample {
    pub fn run(self) -> Result<Exit, Failure> {
        let report =
            sample::write(&self.out).map_err(|e| Failure::new(Exit::World, e.to_string()))?;
        for table in &report.tables {
            stdout::print(&format!(
                "{}: {} files, {} rows, {} bytes\n",
                table.name, table.files, table.rows, table.bytes
            ))?;
        }
        Ok(Exit::Done)
    }
}
