//! `retrohunt rules`: writes the rules for remote-management tools from a table of indicators.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Exit, Failure};
use super::stdout;
use crate::rule::generate;

/// Write hunting rules from a table of indicators (tool, kind, column, operator, term)
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  retrohunt rules data/indicators/rmm.csv data/rules/rmm")]
pub struct Rules {
    /// The table, CSV with the columns tool, kind, column, operator, term
    #[arg(value_name = "INDICATORS.csv")]
    indicators: PathBuf,
    /// The folder to write
    #[arg(value_name = "FOLDER")]
    out: PathBuf,
}

impl Rules {
    pub fn run(self) -> Result<Exit, Failure> {
        let world = |path: &Path, e: std::io::Error| {
            Failure::new(Exit::World, format!("{}: {e}", path.display()))
        };
        let text =
            std::fs::read_to_string(&self.indicators).map_err(|e| world(&self.indicators, e))?;
        let rules = generate::generate(&text).map_err(|e| {
            Failure::new(Exit::Fault, format!("{}: {e}", self.indicators.display()))
        })?;
        std::fs::create_dir_all(&self.out).map_err(|e| world(&self.out, e))?;
        for (name, yaml) in &rules {
            let path = self.out.join(name);
            std::fs::write(&path, yaml).map_err(|e| world(&path, e))?;
        }
        stdout::print(&format!(
            "{} rules in {}\n",
            rules.len(),
            self.out.display()
        ))?;
        Ok(Exit::Done)
    }
}
