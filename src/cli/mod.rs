//! The command line: what can be asked, and which exit code answers.
//!
//! In: arguments and environment. Out: text on stdout (results) and stderr (everything else), an exit
//! code. What always holds: results and nothing else go to stdout; a command's work is done by the
//! folders before this one.

mod args;
mod check;
mod config;
mod exclude;
mod exclusions;
mod exit;
mod faults;
mod generate;
mod hunt;
mod import;
mod lake;
mod outside;
mod query;
mod rules;
mod run;
mod sample;
mod sql;
mod status;
mod stdout;
mod time;
mod tune;
mod verify;

use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};

pub use exit::Exit;

/// Runs Microsoft Sentinel and Defender hunting rules (KQL) over Parquet history.
#[derive(Debug, Parser)]
#[command(
    name = "retrohunt",
    version,
    propagate_version = true,
    max_term_width = 100
)]
struct Cli {
    #[command(flatten)]
    global: args::Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Hunt(hunt::Hunt),
    Status(status::Status),
    Verify(verify::Verify),
    Sql(sql::Sql),
    Check(check::Check),
    Query(query::Query),
    Lake(lake::Lake),
    Tune(tune::Tune),
    Exclude(exclude::Exclude),
    Import(import::Import),
    Generate(generate::Generate),
    Sample(sample::Sample),
    Rules(rules::Rules),
}

/// Runs the command that the arguments ask for. `start` is when the process began.
pub fn main(start: Instant) -> ExitCode {
    let cli = Cli::parse();
    args::start_log(&cli.global);
    let threads = cli.global.threads();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_stack_size(16 << 20)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start the runtime: {error}");
            return Exit::World.into();
        }
    };
    let global = cli.global;
    let done = runtime.block_on(async {
        match cli.command {
            Command::Run(command) => command.run(&global, start).await,
            Command::Hunt(command) => command.run(&global).await,
            Command::Status(command) => command.run(&global).await,
            Command::Verify(command) => command.run(&global).await,
            Command::Sql(command) => command.run(&global).await,
            Command::Check(command) => command.run(&global).await,
            Command::Query(command) => command.run(&global).await,
            Command::Lake(command) => command.run(&global).await,
            Command::Tune(command) => command.run(&global).await,
            Command::Exclude(command) => command.run(&global),
            Command::Import(command) => command.run(&global),
            Command::Generate(command) => command.run(&global),
            Command::Sample(command) => command.run(),
            Command::Rules(command) => command.run(),
        }
    });
    // A scan that was given up must not hold the process. Shutting down in the background would detach threads
    // as they end, which in glibc is a use after free (its bug 19951) that now and then ends the process by a
    // signal, after all work is done; the process's own end stops them as well.
    std::mem::forget(runtime);
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            args::say_error(&global, &failure);
            failure.exit.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn arguments_are_well_formed() {
        super::Cli::command().debug_assert();
    }
}
