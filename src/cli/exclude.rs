//! `retrohunt exclude`: a scenario made of a hit, for a person to edit.

use std::path::PathBuf;

use clap::Args;

use super::args::Global;
use super::exit::{Exit, Failure};
use super::{args, stdout};
use crate::hunt::exclusion::from_hit;

/// Write an exclusion that sets aside one row of a result, to edit and to try with `tune`
///
/// The scenario drops result rows that have the same texts as the hit; times, numbers and sets are left
/// out, since they change from run to run.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  retrohunt exclude --from-hit out/kaseya/rule_id=1/window_end=20260108T000000Z/hits.parquet 3 --out exclusions/new.yaml")]
pub struct Exclude {
    /// A result file and the row in it, from 1
    #[arg(long, num_args = 2, value_names = ["RESULT", "ROW"], required = true)]
    from_hit: Vec<String>,
    /// The file to write; it must not be there yet [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Exclude {
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let [result, row] = self.from_hit.as_slice() else {
            return Err(Failure::usage("--from-hit takes a result file and a row"));
        };
        let row: usize = row
            .parse()
            .ok()
            .filter(|row| *row > 0)
            .ok_or_else(|| Failure::usage(format!("'{row}' is no row; the first one is 1")))?;
        let text = from_hit::scenario(std::path::Path::new(result), row).map_err(|e| {
            Failure::new(
                if e.is_world() {
                    Exit::World
                } else {
                    Exit::Fault
                },
                e.to_string(),
            )
        })?;
        match &self.out {
            None => stdout::print(&text)?,
            Some(path) => {
                let fault = |e: std::io::Error| {
                    Failure::new(Exit::World, format!("{}: {e}", path.display()))
                };
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder).map_err(fault)?;
                }
                let mut file = std::fs::File::create_new(path).map_err(|e| match e.kind() {
                    std::io::ErrorKind::AlreadyExists => Failure::new(
                        Exit::Fault,
                        format!("{} is there already; name another file", path.display()),
                    ),
                    _ => fault(e),
                })?;
                std::io::Write::write_all(&mut file, text.as_bytes())?;
                let said = format!("wrote {}", path.display());
                args::say(global, "written", &said, serde_json::json!({}));
            }
        }
        Ok(Exit::Done)
    }
}
