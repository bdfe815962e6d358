//! Times a pack of rules over one scan of a lake, as a whole process.
//!
//! In: a lake, rule files, how many daily windows (0 is one window over January 2026, with the rules' own time
//! bounds widened to it). Out: on stdout what each part took, the pass's report, and each rule's rows.

use std::time::{Duration, Instant};

use retrohunt::compile::{CompiledQuery, Options, Range};
use retrohunt::engine::sieve::{Pass, SieveOptions, SieveRequest, sift};
use retrohunt::engine::{Engine, EngineError, EngineOptions, TableAccess};
use retrohunt::lake::{Lake, LakeSettings};
use retrohunt::rule::load;

const DAY: i64 = 864_000_000_000;
const JANUARY: i64 = 639_028_224_000_000_000;
const FEBRUARY: i64 = JANUARY + 31 * DAY;

/// `verbose` adds a line for each rule.
pub async fn run(
    lake: &str,
    rules: &str,
    windows: i64,
    threads: usize,
    verbose: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let options = EngineOptions {
        memory: None,
        threads,
        tables: TableAccess {
            path_slack: DAY,
            skip_bad_files: false,
        },
        max_bytes: None,
        max_files: None,
        outside: Default::default(),
    };
    let lake = Lake::open(&[lake], &LakeSettings::default())?;
    let engine = Engine::new(options, Some(lake))?;
    let session = started.elapsed();

    let begun = Instant::now();
    let compile = Options {
        range: (windows == 0).then_some(Range {
            from: JANUARY,
            to: FEBRUARY,
        }),
        ..Options::default()
    };
    let mut names = Vec::new();
    let mut queries = Vec::new();
    for file in load(&[rules.to_owned()])? {
        for rule in &file.rules {
            if let Some(query) = engine.compile(&rule.query, compile).await?.query {
                names.push(rule.name.clone());
                queries.push(query);
            }
        }
    }
    let compiling = begun.elapsed();

    let ends: Vec<i64> = match windows {
        0 => vec![FEBRUARY],
        windows => (0..windows)
            .map(|w| FEBRUARY - (windows - 1 - w) * DAY)
            .collect(),
    };
    let requests: Vec<SieveRequest> = queries
        .iter()
        .map(|query| SieveRequest {
            query,
            first: ends[0],
            last: FEBRUARY,
        })
        .collect();
    let begun = Instant::now();
    let sifted = sift(&engine, &requests, SieveOptions::default()).await?;
    let sifting = begun.elapsed();

    let mut totals = Totals::default();
    for ((query, name), residue) in queries.iter().zip(&names).zip(&sifted.rules) {
        match residue {
            Err(why) => println!("{name}: runs alone: {why}"),
            Ok(residue) => {
                let before = totals.rows;
                for end in &ends {
                    totals.run(&engine, query, *end, residue).await?;
                }
                if verbose {
                    println!(
                        "{name}: {} rows kept, {} rows of results",
                        residue.rows(),
                        totals.rows - before
                    );
                }
            }
        }
    }
    let ms = |took: Duration| took.as_secs_f64() * 1e3;
    println!(
        "{} rules, {} windows: session {:.1} ms, compile {:.1} ms, pass {:.1} ms (the scans {:.1} ms), whole {:.1} ms",
        queries.len(),
        ends.len(),
        ms(session),
        ms(compiling),
        ms(sifting),
        ms(sifted.tables.iter().map(|t| t.took).sum()),
        ms(started.elapsed()),
    );
    println!(
        "over residues: {} of {} runs with rows, {} rows; with rows plan {:.3} ms and run {:.3} ms each, without {:.3} ms each",
        totals.with,
        totals.with + totals.without,
        totals.rows,
        ms(totals.planning) / f64::from(totals.with.max(1)),
        ms(totals.running) / f64::from(totals.with.max(1)),
        ms(totals.idle) / f64::from(totals.without.max(1)),
    );
    let kept: usize = sifted.rules.iter().flatten().map(|r| r.rows()).sum();
    let bytes: usize = sifted.rules.iter().flatten().map(|r| r.bytes()).sum();
    println!("{kept} rows kept in {bytes} bytes; {}", peak());
    sifted.tables.iter().for_each(print);
    Ok(())
}

#[derive(Default)]
struct Totals {
    with: u32,
    without: u32,
    rows: usize,
    planning: Duration,
    running: Duration,
    idle: Duration,
}

impl Totals {
    async fn run(
        &mut self,
        engine: &Engine,
        query: &CompiledQuery,
        end: i64,
        residue: &retrohunt::engine::sieve::Residue,
    ) -> Result<(), EngineError> {
        let begun = Instant::now();
        let planned = engine.plan_over(query, end, residue).await?;
        let planning = begun.elapsed();
        let rows: usize = planned.collect().await?.iter().map(|b| b.num_rows()).sum();
        let whole = begun.elapsed();
        if rows == 0 {
            self.without += 1;
            self.idle += whole;
        } else {
            self.with += 1;
            self.planning += planning;
            self.running += whole - planning;
        }
        self.rows += rows;
        Ok(())
    }
}

fn print(pass: &Pass) {
    let scan = &pass.read.scan;
    println!(
        "{}: {} rules, {} files, {} of {} row groups ruled out by dictionaries, {} rows out; {} dictionary values, {} evaluations; {} bytes",
        pass.table,
        pass.rules,
        scan.inputs.len(),
        scan.row_groups_pruned_by_dictionary,
        scan.row_groups,
        scan.rows_out,
        pass.values,
        pass.evaluations,
        scan.bytes(),
    );
    for (name, phase) in scan.phases() {
        println!(
            "  {name:<13} {:>12} bytes {:>6} requests {:>9.2} ms",
            phase.bytes,
            phase.requests,
            phase.nanos as f64 / 1e6
        );
    }
}

/// The most memory that the process has had.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("no peak of memory known").to_owned()
}
