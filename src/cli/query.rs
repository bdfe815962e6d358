//! `retrohunt query`: one-off KQL, and batches of it.

use std::io::{BufRead, IsTerminal, Write};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use clap::Args;
use futures::FutureExt;
use serde::Deserialize;

use super::args::{Global, LakeArgs, TimeArgs};
use super::exit::{Exit, Failure};
use super::{faults, stdout};
use crate::compile::Options;
use crate::diagnostics::Code;
use crate::engine::Engine;
use crate::report::{self, Format};

/// Run a KQL query
///
/// The query is given as text, as a file, or as - for standard input.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retrohunt query 'print x = ago(1d)'
  retrohunt query hunt.kql --lake ./lake --format csv
  retrohunt query 'DeviceNetworkEvents | summarize count() by ActionType' --lake s3://bucket/lake")]
pub struct Query {
    /// KQL, a file with KQL, or - for standard input
    #[arg(value_name = "KQL|FILE", required_unless_present = "batch")]
    query: Option<String>,
    /// Run each line {id, query} of a JSON Lines file and print a line each
    #[arg(long, value_name = "CASES.jsonl", conflicts_with = "query")]
    batch: Option<PathBuf>,
    /// How the result looks [default: table on a terminal, else json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    time: TimeArgs,
}

/// A line of a batch.
#[derive(Debug, Deserialize)]
pub struct Case {
    pub id: String,
    pub query: String,
}

impl Query {
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let engine = self.lake.engine(global)?;
        if let Some(path) = &self.batch {
            return self.run_batch(&engine, path).await;
        }
        let (name, text) = read_query(self.query.as_deref().unwrap_or_default())?;
        let options = Options {
            range: self.time.range()?,
            ..Options::default()
        };
        let as_of = self.time.as_of();
        let compiled = engine.compile_over(&text, options, as_of).await?;
        faults::print_query(global, &name, &text, &compiled);
        let Some(query) = compiled.query else {
            return Ok(Exit::Fault);
        };
        let planned = engine.plan(&query, as_of).await?;
        let batches = planned.collect().await?;
        let format = self.format.unwrap_or_else(default_format);
        report::write_result(
            format,
            planned.columns(),
            &batches,
            &mut stdout::writer(),
            &report::Options::for_stdout(),
        )
        .map_err(stdout::failure)?;
        Ok(Exit::Done)
    }

    async fn run_batch(&self, engine: &Engine, path: &PathBuf) -> Result<Exit, Failure> {
        let mut out = stdout::writer();
        for case in cases(path)? {
            let case = case?;
            // One case that trips a library must not lose the others.
            let answer = AssertUnwindSafe(self.answer(engine, &case)).catch_unwind();
            let line = answer.await.unwrap_or_else(|_| {
                report::batch_failure(&case.id, Code::RunFailed, "the query brought down its task")
            });
            out.write_all(line.as_bytes())?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        Ok(Exit::Done)
    }

    async fn answer(&self, engine: &Engine, case: &Case) -> String {
        let failed = |message: String| report::batch_failure(&case.id, Code::RunFailed, &message);
        let as_of = self.time.as_of();
        let compiled = engine.compile_over(&case.query, Options::default(), as_of);
        let compiled = match compiled.await {
            Ok(compiled) => compiled,
            Err(error) => return failed(error.to_string()),
        };
        let Some(query) = compiled.query else {
            return report::batch_error(&case.id, &compiled.diagnostics, &case.query);
        };
        let planned = match engine.plan(&query, as_of).await {
            Ok(planned) => planned,
            Err(error) => return failed(error.to_string()),
        };
        match planned.collect().await {
            Ok(batches) => match report::batch_answer(&case.id, planned.columns(), &batches) {
                Ok(line) => line,
                Err(error) => failed(error.to_string()),
            },
            Err(error) => failed(error.to_string()),
        }
    }
}

/// The cases of a batch file, one by one.
pub fn cases(path: &PathBuf) -> Result<impl Iterator<Item = Result<Case, Failure>>, Failure> {
    let world =
        |e: &dyn std::fmt::Display| Failure::new(Exit::World, format!("{}: {e}", path.display()));
    let file = std::fs::File::open(path).map_err(|e| world(&e))?;
    let path = path.clone();
    let lines = std::io::BufReader::new(file).lines().enumerate();
    Ok(lines.filter_map(move |(number, line)| {
        let fault = |e: &dyn std::fmt::Display| {
            Failure::new(
                Exit::Fault,
                format!("{}:{}: {e}", path.display(), number + 1),
            )
        };
        match line {
            Ok(line) if line.trim().is_empty() => None,
            Ok(line) => Some(serde_json::from_str(&line).map_err(|e| fault(&e))),
            Err(error) => Some(Err(fault(&error))),
        }
    }))
}

/// The query's name for messages, and its text.
pub fn read_query(given: &str) -> Result<(String, String), Failure> {
    if given == "-" {
        let text = std::io::read_to_string(std::io::stdin())?;
        return Ok(("<stdin>".to_owned(), text));
    }
    // A query holds a pipe, a space or a bracket; a file's name that exists is a file.
    if std::path::Path::new(given).is_file() {
        let text = std::fs::read_to_string(given)
            .map_err(|e| Failure::new(Exit::World, format!("{given}: {e}")))?;
        return Ok((given.to_owned(), text));
    }
    if given.ends_with(".kql") || given.ends_with(".csl") {
        return Err(Failure::new(
            Exit::World,
            format!("{given}: there is no such file"),
        ));
    }
    Ok(("<query>".to_owned(), given.to_owned()))
}

/// A table for people, JSON for programs.
pub fn default_format() -> Format {
    match std::io::stdout().is_terminal() {
        true => Format::Table,
        false => Format::Json,
    }
}
