//! Random lakes, packs and windows: each rule over its residue gives what it gives alone.

use arrow::compute::concat_batches;
use arrow::util::pretty::pretty_format_batches;
use proptest::prelude::*;
use tempfile::TempDir;

use super::lakes::{self, DAY, FileOf, day};
use super::packs::pack;
use crate::compile::{CompiledQuery, Options};
use crate::engine::sieve::{SieveOptions, SieveRequest, sift};
use crate::engine::{Engine, Planned};

async fn compiled(engine: &Engine, rules: &[String]) -> Vec<CompiledQuery> {
    let mut queries = Vec::new();
    for rule in rules {
        let compiled = engine.compile(rule, Options::default()).await.unwrap();
        let faults: Vec<_> = compiled
            .diagnostics
            .iter()
            .map(|d| d.message.clone())
            .collect();
        queries.push(
            compiled
                .query
                .unwrap_or_else(|| panic!("{rule}: {faults:?}")),
        );
    }
    queries
}

async fn rows(planned: &Planned) -> String {
    let batches = match planned.collect().await {
        Ok(batches) => batches,
        Err(fault) => return format!("fault: {fault}"),
    };
    let all = concat_batches(&planned.schema(), &batches).unwrap();
    pretty_format_batches(&[all]).unwrap().to_string()
}

/// The reasons for which a rule may run alone here.
const ALONE: [&str; 4] = [
    "no condition on its columns alone stands over it",
    "its only conditions are on the time",
    "its conditions depend on the time of running",
    "its rows take more than",
];

async fn check(
    network: &[FileOf],
    process: &[FileOf],
    rules: &[String],
    first: i64,
    windows: i64,
    options: SieveOptions,
) -> Result<(), TestCaseError> {
    let folder = TempDir::new().unwrap();
    lakes::write(folder.path(), "DeviceNetworkEvents", network);
    lakes::write(folder.path(), "DeviceProcessEvents", process);
    let engine = lakes::engine(folder.path());
    let queries = compiled(&engine, rules).await;
    let ends: Vec<i64> = (0..windows).map(|w| day(first + w) + DAY / 3).collect();
    let requests: Vec<SieveRequest> = queries
        .iter()
        .map(|query| SieveRequest {
            query,
            first: ends[0],
            last: ends[ends.len() - 1],
        })
        .collect();
    let sifted = sift(&engine, &requests, options).await.unwrap();
    for ((query, rule), residue) in queries.iter().zip(rules).zip(&sifted.rules) {
        let residue = match residue {
            Ok(residue) => residue,
            // A fault would make every rule run alone, and nothing be compared.
            Err(why) => {
                let expected = ALONE.iter().any(|part| why.contains(part));
                prop_assert!(expected, "{} runs alone: {}", rule, why);
                continue;
            }
        };
        for end in &ends {
            let over = engine.plan_over(query, *end, residue).await.unwrap();
            let alone = engine.plan(query, *end).await.unwrap();
            let (over, alone) = (rows(&over).await, rows(&alone).await);
            prop_assert!(
                !alone.starts_with("fault"),
                "{} at {}: {}",
                rule,
                end,
                alone
            );
            prop_assert_eq!(over, alone, "{} at {}", rule, end);
        }
    }
    Ok(())
}

/// How many random packs are tried; RETROHUNT_CASES asks for more.
fn cases() -> u32 {
    std::env::var("RETROHUNT_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pass_gives_what_each_rule_gives_alone(
        network in lakes::files(),
        process in lakes::files(),
        rules in pack(),
        first in 0..5_i64,
        windows in 1..4_i64,
        memory in prop::sample::select(vec![0_usize, 4096, 1 << 30]),
        residue in prop::sample::select(vec![2048_usize, 1 << 30, 1 << 30, 1 << 30]),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let options = SieveOptions { memory, residue };
        runtime.block_on(check(&network, &process, &rules, first, windows, options))?;
    }
}
