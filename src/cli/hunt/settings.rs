//! A hunt's settings from its flags and its job file.
//!
//! In: the arguments of `retrohunt hunt`. Out: [`Settings`]. What always holds: a flag wins over the file; a
//! value of the file is read as the flag's would be, and a fault in it names its key.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::{Hunt, WindowKind};
use crate::cli::args::{ExclusionArgs, LakeArgs};
use crate::cli::exit::{Exit, Failure};
use crate::cli::outside::read;
use crate::cli::time;
use crate::hunt::window::Asked;
use crate::rule::job::{self, Job, JobError};
use crate::symbols::TICKS_PER_SECOND;

/// What a hunt is asked to do.
pub struct Settings {
    pub rules: Vec<String>,
    pub exclusions: ExclusionArgs,
    /// The output and its profile.
    pub out: Option<(String, Option<String>)>,
    pub lake: LakeArgs,
    pub asked: Asked,
    pub max_rows: Option<u64>,
    pub timeout: Option<Duration>,
    pub thresholds: Vec<i64>,
    pub parameters: BTreeMap<String, Vec<String>>,
}

impl Hunt {
    /// The flags over the job file, where one is named.
    pub fn settings(&mut self) -> Result<Settings, Failure> {
        let (jobs, rules): (Vec<String>, Vec<String>) = std::mem::take(&mut self.rules)
            .into_iter()
            .partition(|path| names_job(path));
        if jobs.len() > 1 {
            return Err(Failure::usage("a hunt takes one job file"));
        }
        let job = match jobs.first() {
            Some(path) => job::read(Path::new(path), &|name| std::env::var(name).ok())?,
            None => Job::default(),
        };
        let named = jobs.first().map_or("the job file", String::as_str);
        let mut lake = std::mem::take(&mut self.lake);
        if lake.lake.is_empty() {
            lake.lake = job.lake;
            lake.lake_profile = lake.lake_profile.or(job.lake_profile);
        }
        lake.outside.under(named, job.outside)?;
        let limits = &job.limits;
        lake.memory = lake
            .memory
            .or(read(named, "limits.memory", &limits.memory, time::bytes)?);
        lake.max_bytes = lake.max_bytes.or(read(
            named,
            "limits.max_bytes",
            &limits.max_bytes,
            time::bytes,
        )?);
        lake.max_files =
            lake.max_files
                .or(read(named, "limits.max_files", &limits.max_files, number)?);
        let windows = &job.windows;
        let from = self
            .from
            .or(read(named, "windows.from", &windows.from, time::instant)?);
        let to = self
            .to
            .or(read(named, "windows.to", &windows.to, time::instant)?);
        let (Some(from), Some(to)) = (from, to) else {
            return Err(Failure::usage(
                "name the time to hunt with --from and --to, or in the job file's `windows`",
            ));
        };
        if from >= to {
            return Err(Failure::usage("--from must be before --to"));
        }
        let kind = self
            .window
            .or(read(named, "windows.window", &windows.window, kind)?);
        let asked = Asked {
            from,
            to,
            every: self
                .every
                .or(read(named, "windows.every", &windows.every, positive)?),
            lookback: self.lookback.or(read(
                named,
                "windows.lookback",
                &windows.lookback,
                positive,
            )?),
            whole: kind == Some(WindowKind::Whole),
        };
        if asked.whole && (asked.every.is_some() || asked.lookback.is_some()) {
            return Err(Failure::usage(
                "--window whole is one window: it takes neither --every nor --lookback",
            ));
        }
        let timeout = self
            .timeout
            .or(read(named, "limits.timeout", &limits.timeout, positive)?);
        let profile = self.out_profile.take();
        let out = match (self.out.take(), job.output) {
            (Some(out), _) => Some((out, profile)),
            (None, Some(out)) => Some((out, profile.or(job.output_profile))),
            (None, None) => None,
        };
        let mut exclusions = std::mem::take(&mut self.exclusions);
        if exclusions.exclusions.is_empty() {
            exclusions.exclusions = job.exclusions;
        }
        let mut thresholds = std::mem::take(&mut self.thresholds);
        if thresholds.is_empty() {
            for text in job.thresholds {
                thresholds.extend(read(named, "thresholds", &Some(text), signed)?);
            }
        }
        let settings = Settings {
            rules: if rules.is_empty() { job.rules } else { rules },
            exclusions,
            out,
            lake,
            asked,
            max_rows: self
                .max_rows
                .or(read(named, "limits.max_rows", &limits.max_rows, number)?),
            timeout: timeout.map(duration),
            thresholds,
            parameters: job.parameters,
        };
        if settings.lake.lake.is_empty() {
            return Err(Failure::usage(
                "name a lake with --lake URL, RETROHUNT_LAKE, or in the job file's `lake`",
            ));
        }
        match settings.rules.is_empty() {
            true => Err(Failure::usage("name rules, or a job file with `rules`")),
            false => Ok(settings),
        }
    }
}

/// Whether a path is a file that holds a job.
fn names_job(path: &str) -> bool {
    let yaml = [".yaml", ".yml"].iter().any(|end| path.ends_with(end));
    // Where it cannot be read, reading it as rules says why.
    yaml && std::fs::read_to_string(path).is_ok_and(|text| job::is_job(&text))
}

fn number(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is not a whole number"))
}

fn signed(text: &str) -> Result<i64, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is not a whole number"))
}

fn kind(text: &str) -> Result<WindowKind, String> {
    match text {
        "sliding" => Ok(WindowKind::Sliding),
        "whole" => Ok(WindowKind::Whole),
        other => Err(format!("'{other}' is neither sliding nor whole")),
    }
}

/// A length of time that is not zero.
pub fn positive(text: &str) -> Result<i64, String> {
    let ticks = time::duration(text)?;
    match ticks {
        0 => Err("a length of time must not be zero here".to_owned()),
        ticks => Ok(ticks),
    }
}

fn duration(ticks: i64) -> Duration {
    let ticks = ticks.unsigned_abs();
    let second = TICKS_PER_SECOND.unsigned_abs();
    Duration::from_secs(ticks / second) + Duration::from_nanos(ticks % second * 100)
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        Failure::new(Exit::Fault, error.to_string())
    }
}
