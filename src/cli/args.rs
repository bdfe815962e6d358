//! Arguments that several commands share.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::exit::Failure;
use super::outside::OutsideArgs;
use super::{config, time};
use crate::compile;
use crate::engine::{Engine, EngineOptions, TableAccess};
use crate::lake::{Lake, LakeSettings, LayoutChoice, StoreSettings};
use crate::rule::exclusion::{self, ExclusionSet};
use crate::symbols::TICKS_PER_DAY;

#[derive(Debug, Args)]
pub struct Global {
    /// How messages on stderr look
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Threads that run queries [default: one a core]
    #[arg(long, global = true, value_name = "N")]
    threads: Option<usize>,
    /// Configuration file with store profiles
    #[arg(long, global = true, value_name = "FILE", env = "RETROHUNT_CONFIG")]
    pub config: Option<PathBuf>,
    /// Say more on stderr; twice for debugging
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

impl Global {
    pub fn threads(&self) -> usize {
        self.threads
            .filter(|n| *n > 0)
            .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
            .unwrap_or(1)
    }

    /// Whether messages go to a terminal as text: then they may have colours and progress.
    pub fn on_terminal(&self) -> bool {
        self.log_format == LogFormat::Text && std::io::stderr().is_terminal()
    }
}

/// Sends the libraries' log records to stderr.
pub fn start_log(global: &Global) {
    use tracing_subscriber::filter::LevelFilter;
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    let builder = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level);
    match global.log_format {
        LogFormat::Json => builder.json().init(),
        LogFormat::Text => builder.with_target(false).init(),
    }
}

/// One line on stderr: what happened, without being an error.
pub fn say(global: &Global, event: &str, text: &str, fields: serde_json::Value) {
    if global.quiet {
        return;
    }
    match global.log_format {
        LogFormat::Text => eprintln!("{text}"),
        LogFormat::Json => {
            eprintln!(
                "{}",
                serde_json::json!({"level": "info", "event": event, "message": text, "fields": fields})
            );
        }
    }
}

/// One line on stderr: why the command stopped.
pub fn say_error(global: &Global, failure: &Failure) {
    if failure.message.is_empty() {
        return;
    }
    match global.log_format {
        LogFormat::Text => eprintln!("error: {}", failure.message),
        LogFormat::Json => {
            eprintln!(
                "{}",
                serde_json::json!({"level": "error", "message": failure.message, "exit": failure.exit as u8})
            );
        }
    }
}

/// The lake that a command reads.
#[derive(Debug, Args)]
#[command(next_help_heading = "Lake")]
pub struct LakeArgs {
    /// A folder, bucket or container of tables, or NAME=URL for one table; may come again
    #[arg(long, value_name = "URL", env = "RETROHUNT_LAKE")]
    pub lake: Vec<String>,
    /// The profile with the lake's credentials and endpoint
    #[arg(long, value_name = "NAME")]
    pub lake_profile: Option<String>,
    /// The layout of folders, where it is not found out rightly
    #[arg(long, value_name = "LAYOUT", default_value = "auto")]
    pub layout: LayoutChoice,
    /// How far a folder's time and its events' times may differ
    #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = time::duration)]
    pub path_slack: i64,
    /// Go on without files that are cut short or not Parquet, and list them
    #[arg(long)]
    pub skip_bad_files: bool,
    /// Refuse a scan that would read more bytes
    #[arg(long, value_name = "BYTES", value_parser = time::bytes)]
    pub max_bytes: Option<u64>,
    /// Refuse a scan that would read more files
    #[arg(long, value_name = "N")]
    pub max_files: Option<u64>,
    /// Bytes that sorting and grouping may hold in memory before they spill
    #[arg(long, value_name = "BYTES", value_parser = time::bytes)]
    pub memory: Option<u64>,
    #[command(flatten)]
    pub outside: OutsideArgs,
}

impl LakeArgs {
    /// The lake, where one is given. No request is made yet.
    pub fn open(&self, global: &Global) -> Result<Option<Lake>, Failure> {
        if self.lake.is_empty() {
            return Ok(None);
        }
        let store = self.store_settings(global)?;
        let settings = LakeSettings {
            store,
            layout: self.layout.clone(),
        };
        Ok(Some(Lake::open(&self.lake, &settings)?))
    }

    fn store_settings(&self, global: &Global) -> Result<StoreSettings, Failure> {
        config::settings(
            global.config.as_deref(),
            self.lake_profile.as_deref(),
            config::LAKE_PREFIX,
        )
    }

    /// An engine over the lake, or over none.
    pub fn engine(&self, global: &Global) -> Result<Engine, Failure> {
        let options = EngineOptions {
            memory: self
                .memory
                .map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
            threads: global.threads(),
            tables: TableAccess {
                path_slack: self.path_slack,
                skip_bad_files: self.skip_bad_files,
            },
            max_bytes: self.max_bytes,
            max_files: self.max_files,
            outside: self.outside.outside()?,
        };
        Ok(Engine::new(options, self.open(global)?)?)
    }
}

impl Default for LakeArgs {
    fn default() -> Self {
        Self {
            lake: Vec::new(),
            lake_profile: None,
            layout: LayoutChoice::default(),
            path_slack: TICKS_PER_DAY,
            skip_bad_files: false,
            max_bytes: None,
            max_files: None,
            memory: None,
            outside: OutsideArgs::default(),
        }
    }
}

/// The time that a rule looks at.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Time")]
pub struct TimeArgs {
    /// What the rule's now() means [default: the clock]
    #[arg(long, value_name = "TIME", value_parser = time::instant, conflicts_with_all = ["from", "to"])]
    pub as_of: Option<i64>,
    /// Widen the rule's own time bounds: the range's start, included
    #[arg(long, value_name = "TIME", value_parser = time::instant, requires = "to")]
    pub from: Option<i64>,
    /// The range's end, excluded
    #[arg(long, value_name = "TIME", value_parser = time::instant, requires = "from")]
    pub to: Option<i64>,
}

impl TimeArgs {
    /// What `now()` means: the range's end, the time given, or the clock.
    pub fn as_of(&self) -> i64 {
        self.to.or(self.as_of).unwrap_or_else(time::now)
    }

    /// The range that replaces the rule's own bounds.
    pub fn range(&self) -> Result<Option<compile::Range>, Failure> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from >= to => {
                Err(Failure::usage("--from must be before --to"))
            }
            (Some(from), Some(to)) => Ok(Some(compile::Range { from, to })),
            (Some(_), None) | (None, Some(_)) | (None, None) => Ok(None),
        }
    }
}

/// Known-good activity that is set aside.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Exclusions")]
pub struct ExclusionArgs {
    /// Set known-good activity aside: exclusion files, folders or globs
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub exclusions: Vec<String>,
}

impl ExclusionArgs {
    /// The scenarios, none where no file is named. Faults are those of the files.
    pub fn load(&self) -> Result<ExclusionSet, Failure> {
        exclusion::load(&self.exclusions, chrono::Utc::now().date_naive())
            .map_err(super::faults::unreadable)
    }
}
