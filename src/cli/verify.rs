//! `retrohunt verify`: rereads every result against its checksum.

use clap::Args;

use super::args::Global;
use super::exit::{Exit, Failure};
use super::hunt::Shape;
use super::status::open;
use super::stdout;
use crate::hunt::ledger::verify;
use crate::report;

/// Read every result of a hunt again and compare it with its checksum in the ledger
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  retrohunt verify results")]
pub struct Verify {
    /// The output of a hunt
    #[arg(value_name = "OUT")]
    out: String,
    /// The profile with the output's credentials and endpoint
    #[arg(long, value_name = "NAME")]
    out_profile: Option<String>,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = Shape::Table, value_name = "FORMAT")]
    format: Shape,
}

impl Verify {
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let ledger = open(global, &self.out, self.out_profile.as_deref()).await?;
        let found = verify(&ledger).await?;
        let mut text = String::new();
        match self.format {
            Shape::Json => {
                let faults: Vec<_> = found
                    .faults
                    .iter()
                    .map(|f| serde_json::json!({"object": f.url, "fault": f.why}))
                    .collect();
                let all = serde_json::json!({
                    "windows": found.windows, "objects": found.objects, "bytes": found.bytes,
                    "rows": found.rows, "faults": faults,
                });
                text.push_str(&format!("{all}\n"));
            }
            Shape::Table => {
                for fault in &found.faults {
                    text.push_str(&format!("{} {}\n", fault.url, fault.why));
                }
                text.push_str(&format!(
                    "{} windows, {} objects, {}, {} rows; {} faults\n",
                    found.windows,
                    found.objects,
                    report::human_bytes(found.bytes),
                    found.rows,
                    found.faults.len()
                ));
            }
        }
        stdout::print(&report::neutral::neutral_lines(&text))?;
        Ok(match found.faults.is_empty() {
            true => Exit::Done,
            false => Exit::World,
        })
    }
}
