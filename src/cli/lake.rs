//! `retrohunt lake`: what a lake holds and what is odd about it.

use clap::Args;

use super::args::{Global, LakeArgs};
use super::check::CheckFormat;
use super::exit::{Exit, Failure};
use super::stdout;
use crate::lake::survey::{SurveyOptions, survey};
use crate::report;

/// Look at a lake: tables, layout, time, files, rows, columns, and what is odd
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retrohunt lake ./lake
  retrohunt lake s3://bucket/lake --table DeviceNetworkEvents --format json")]
pub struct Lake {
    /// Folders, buckets or containers of tables, or NAME=URL for one table
    #[arg(value_name = "URL", required = true)]
    urls: Vec<String>,
    /// Only this table
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Do not read a day to count repeated events
    #[arg(long)]
    no_duplicates: bool,
    /// Footers read of one table, at even distances
    #[arg(long, value_name = "N", default_value_t = 1000)]
    max_footers: usize,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = CheckFormat::Text, value_name = "FORMAT")]
    format: CheckFormat,
    /// The profile with the lake's credentials and endpoint
    #[arg(long, value_name = "NAME")]
    lake_profile: Option<String>,
    /// The layout of folders, where it is not found out rightly
    #[arg(long, value_name = "LAYOUT", default_value = "auto")]
    layout: crate::lake::LayoutChoice,
}

impl Lake {
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let place = LakeArgs {
            lake: self.urls,
            lake_profile: self.lake_profile,
            layout: self.layout,
            ..LakeArgs::default()
        };
        let Some(lake) = place.open(global)? else {
            return Err(Failure::usage("name a lake"));
        };
        let options = SurveyOptions {
            table: self.table.clone(),
            max_footers: self.max_footers,
            duplicates: !self.no_duplicates,
            ..SurveyOptions::default()
        };
        let tables = survey(&lake, &options).await?;
        if let (Some(name), true) = (&self.table, tables.is_empty()) {
            return Err(Failure::new(
                Exit::Fault,
                format!("the lake has no table {name}"),
            ));
        }
        match self.format {
            CheckFormat::Json => {
                let text = serde_json::to_string_pretty(&tables)
                    .map_err(|e| Failure::new(Exit::World, e.to_string()))?;
                stdout::print(&format!("{text}\n"))?;
            }
            CheckFormat::Text => stdout::print(&report::survey_text(&tables))?,
        }
        Ok(match tables.iter().any(|t| t.fault.is_some()) {
            true => Exit::World,
            false => Exit::Done,
        })
    }
}
