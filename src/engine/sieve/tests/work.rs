//! What a pass costs and says: the work of a scan does not grow with the rules that share it.

use tempfile::TempDir;

use super::lakes::{self, day};
use super::packs::alike;
use crate::compile::{CompiledQuery, Options};
use crate::engine::sieve::{SieveOptions, SieveRequest, Sifted, explain, sift};
use crate::engine::{Engine, EngineOptions, TableAccess};
use crate::lake::{Lake, LakeSettings};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

fn lake() -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut runner = TestRunner::deterministic();
    let files = lakes::files().new_tree(&mut runner).unwrap().current();
    lakes::write(folder.path(), "DeviceNetworkEvents", &files);
    folder
}

async fn queries(engine: &Engine, rules: &[String]) -> Vec<CompiledQuery> {
    let mut queries = Vec::new();
    for rule in rules {
        let compiled = engine.compile(rule, Options::default()).await.unwrap();
        queries.push(compiled.query.unwrap());
    }
    queries
}

fn requests(queries: &[CompiledQuery]) -> Vec<SieveRequest<'_>> {
    queries
        .iter()
        .map(|query| SieveRequest {
            query,
            first: day(5),
            last: day(6),
        })
        .collect()
}

async fn pass(engine: &Engine, rules: &[String]) -> Sifted {
    let queries = queries(engine, rules).await;
    sift(engine, &requests(&queries), SieveOptions::default())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rules_read_what_few_read() {
    let folder = lake();
    let engine = lakes::engine(folder.path());
    let few = pass(&engine, &alike(10)).await;
    let many = pass(&engine, &alike(200)).await;
    let (few, many) = (&few.tables[0], &many.tables[0]);
    assert_eq!(few.rules, 10);
    assert_eq!(many.rules, 200);
    assert_eq!(
        few.read.scan.dictionaries.bytes,
        many.read.scan.dictionaries.bytes
    );
    assert_eq!(few.values, many.values);
    // No text holds a term of theirs, so no condition is evaluated where a dictionary answers.
    assert_eq!(few.read.scan.decode, many.read.scan.decode.clone());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_explanation_names_gates_and_reasons() {
    let folder = lake();
    let engine = lakes::engine(folder.path());
    let rules = [
        "DeviceNetworkEvents | where Timestamp > ago(1d) and RemoteUrl has 'kaseya.com' and RemotePort == 443",
        "DeviceNetworkEvents | where Timestamp > ago(1d) | summarize count() by DeviceId",
        "DeviceNetworkEvents | summarize count() by DeviceId",
        "print a = 1",
        "DeviceNetworkEvents | where RemoteUrl has 'a' | union (DeviceNetworkEvents | where RemoteUrl has 'b')",
    ]
    .map(str::to_owned);
    let queries = queries(&engine, &rules).await;
    let explained = explain(&engine, &requests(&queries)).await.unwrap();
    let gate = |rule: usize| explained.rules[rule].gates[0].gate.clone().unwrap();
    assert!(gate(0).contains("kql_has"), "{}", gate(0));
    assert!(gate(0).contains("'kaseya.com'"), "{}", gate(0));
    assert!(gate(4).contains(") OR ("), "{}", gate(4));
    let why = |rule: usize| explained.rules[rule].alone.clone().unwrap();
    assert_eq!(
        why(1),
        "DeviceNetworkEvents: its only conditions are on the time"
    );
    assert_eq!(
        why(2),
        "DeviceNetworkEvents: no condition on its columns alone stands over it"
    );
    assert_eq!(why(3), "it reads no table");
    assert_eq!(explained.tables.len(), 1);
    assert!(explained.tables[0].summary.files_listed > 0);
    assert_eq!(explained.tables[0].summary.decode.bytes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_with_too_many_rows_runs_alone_and_stops_no_other() {
    let folder = lake();
    let engine = lakes::engine(folder.path());
    let rules = [
        "DeviceNetworkEvents | where RemotePort != 1 | project RemoteUrl, DeviceId, Timestamp, ReportId",
        "DeviceNetworkEvents | where RemoteUrl has 'nowhere'",
    ]
    .map(str::to_owned);
    let queries = queries(&engine, &rules).await;
    let options = SieveOptions {
        residue: 256,
        ..SieveOptions::default()
    };
    let sifted = sift(&engine, &requests(&queries), options).await.unwrap();
    let why = sifted.rules[0].as_ref().unwrap_err();
    assert!(why.contains("more than 256 bytes"), "{why}");
    assert_eq!(sifted.rules[1].as_ref().unwrap().rows(), 0);
}

/// A column that cannot be read is the fault of the rules that need it.
#[tokio::test(flavor = "multi_thread")]
async fn a_lake_without_the_table_is_each_rules_own_fault() {
    let folder = lake();
    let lake = Lake::open(&[folder.path().to_str().unwrap()], &LakeSettings::default()).unwrap();
    let options = EngineOptions {
        memory: None,
        threads: 2,
        tables: TableAccess {
            path_slack: 0,
            skip_bad_files: false,
        },
        max_bytes: None,
        max_files: None,
        outside: Default::default(),
    };
    let engine = Engine::new(options, Some(lake)).unwrap();
    let rules = [
        "DeviceNetworkEvents | where RemoteUrl has 'kaseya.com'".to_owned(),
        "DeviceFileEvents | where FileName has 'x'".to_owned(),
    ];
    let sifted = pass(&engine, &rules).await;
    assert!(sifted.rules[0].is_ok());
    let why = sifted.rules[1].as_ref().unwrap_err();
    assert!(why.contains("no table DeviceFileEvents"), "{why}");
}
