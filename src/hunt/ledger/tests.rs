//! Appending from two sides, and what makes a window current, over a store in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::*;
use crate::hunt::window::Window;
use crate::lake::Store;

fn store(inner: &Arc<InMemory>) -> Store {
    let inner: Arc<dyn ObjectStore> = Arc::clone(inner) as _;
    Store::from_object_store("memory://out", inner, Path::from("some/prefix"))
}

fn object() -> ObjectRef {
    ObjectRef {
        path: "hits-a/rule_id=a/window_end=00010101T000000.0000020Z/hits.parquet".to_owned(),
        size: 3,
        sha256: sha256(b"abc"),
        e_tag: None,
    }
}

fn record(object: Option<ObjectRef>) -> WindowRecord {
    WindowRecord {
        start: 10,
        end: 20,
        inputs: Vec::new(),
        rows: u64::from(object.is_some()),
        triggered: None,
        alerts: None,
        suppressed: Vec::new(),
        object,
        truncated: false,
        open: false,
        notes: Vec::new(),
        started: 1,
        finished: 2,
    }
}

fn entry(ledger: &Ledger, windows: Vec<WindowRecord>) -> Entry {
    Entry {
        format: FORMAT,
        rule_id: "a".to_owned(),
        rule_name: "A".to_owned(),
        writer: ledger.writer().to_owned(),
        tool_version: "0".to_owned(),
        ran: Ran::default(),
        plan: None,
        windows,
        failed: None,
    }
}

fn log(ledger: &Ledger) -> RuleLog {
    RuleLog::new(ledger.folder_of("a"), "a", "A")
}

#[tokio::test]
async fn of_two_writers_one_gets_the_number_and_the_other_reads_it() {
    let memory = Arc::new(InMemory::new());
    let one = Ledger::claim(&store(&memory)).await.unwrap();
    let two = Ledger::claim(&store(&memory)).await.unwrap();
    assert_ne!(one.writer(), two.writer());
    let (mut first, mut second) = (log(&one), log(&two));
    let mine = entry(&one, vec![record(None)]);
    assert_eq!(one.append(&mut first, &mine).await.unwrap(), Appended::Done);
    let theirs = entry(&two, vec![record(Some(object()))]);
    assert_eq!(
        two.append(&mut second, &theirs).await.unwrap(),
        Appended::Behind
    );
    assert_eq!(second, first);
    assert_eq!(
        two.append(&mut second, &theirs).await.unwrap(),
        Appended::Done
    );
    assert_eq!(second.number_of_window(20), 2);
    let logs = one.logs().await.unwrap();
    assert_eq!(logs.into_values().collect::<Vec<_>>(), [second]);
}

#[tokio::test]
async fn an_own_entry_without_its_acknowledgement_counts_as_appended() {
    let memory = Arc::new(InMemory::new());
    let ledger = Ledger::claim(&store(&memory)).await.unwrap();
    let mut log = log(&ledger);
    let entry = entry(&ledger, vec![record(None)]);
    // The store has it, and the writer was told that it failed.
    let json = Bytes::from(entry.to_json().unwrap());
    memory.put(&log.path_of(1), json.into()).await.unwrap();
    assert_eq!(
        ledger.append(&mut log, &entry).await.unwrap(),
        Appended::Done
    );
    assert_eq!((log.next, log.number_of_window(20)), (2, 1));
}

#[tokio::test]
async fn an_entry_of_another_form_is_named() {
    let memory = Arc::new(InMemory::new());
    let ledger = Ledger::claim(&store(&memory)).await.unwrap();
    for (number, text) in [(1, "no json"), (2, "{\"format\": 1}")] {
        memory
            .put(&log(&ledger).path_of(number), text.into())
            .await
            .unwrap();
    }
    let newer = Entry {
        format: FORMAT + 1,
        ..entry(&ledger, vec![record(None)])
    };
    let json = Bytes::from(newer.to_json().unwrap());
    memory
        .put(&log(&ledger).path_of(3), json.into())
        .await
        .unwrap();
    let logs = ledger.logs().await.unwrap();
    let read = logs.into_values().next().unwrap();
    assert_eq!(
        (read.damaged.len(), read.next, read.newest.len()),
        (3, 4, 0)
    );
    assert!(
        read.damaged[0]
            .url
            .starts_with("memory://out/_ledger/rule_id=a/0000000")
    );
}

#[tokio::test]
async fn a_window_is_done_only_with_the_recorded_object() {
    let memory = Arc::new(InMemory::new());
    let ledger = Ledger::claim(&store(&memory)).await.unwrap();
    let window = Window { start: 10, end: 20 };
    let prefix = Path::from("some/prefix");
    let put = async |path: &str, bytes: &'static [u8]| {
        let location: Path = prefix
            .parts()
            .chain(Path::parse(path).unwrap().parts())
            .collect();
        memory
            .put(&location, Bytes::from_static(bytes).into())
            .await
            .unwrap();
    };
    let stands = async |log: &RuleLog, ran: &Ran, inputs: &[InputsRef]| {
        let objects = Objects::list(&ledger).await.unwrap();
        standing(log, &objects, window, ran, inputs)
    };
    let same = Ran::default();
    let mut log = log(&ledger);
    let missing = |standing: Standing| matches!(standing, Standing::Missing(_));
    assert!(missing(stands(&log, &same, &[]).await));

    log.apply(1, entry(&ledger, vec![record(None)]));
    assert_eq!(stands(&log, &same, &[]).await, Standing::Done);
    let changed = Ran {
        parameters: BTreeMap::from([("max_rows".to_owned(), "1".to_owned())]),
        ..Ran::default()
    };
    assert_eq!(
        stands(&log, &changed, &[]).await,
        Standing::Stale(vec!["the parameters"])
    );
    let files = [InputsRef {
        table: "T".to_owned(),
        sha256: String::new(),
        files: 0,
        bytes: 0,
        days_without_files: Vec::new(),
    }];
    assert_eq!(
        stands(&log, &same, &files).await,
        Standing::Stale(vec!["the files"])
    );

    log.apply(2, entry(&ledger, vec![record(Some(object()))]));
    assert!(missing(stands(&log, &same, &[]).await));
    put(&object().path, b"abc").await;
    // No version mark was recorded: the bytes decide.
    assert_eq!(stands(&log, &same, &[]).await, Standing::Unsure(object()));
    assert!(is_recorded(&ledger, &object()).await.unwrap());
    put(&object().path, b"abd").await;
    assert!(!is_recorded(&ledger, &object()).await.unwrap());
    put(&object().path, b"abcd").await;
    assert!(missing(stands(&log, &same, &[]).await));
    put(&object().path, b"abc").await;
    put(&object().path.replace("hits-a", "hits-b"), b"abc").await;
    assert!(missing(stands(&log, &same, &[]).await));
}

#[test]
fn a_window_that_ends_in_the_future_is_open_whatever_its_writers_clock_said() {
    let entry = |open: bool| {
        let mut window = record(None);
        window.open = open;
        let entry = Entry {
            format: FORMAT,
            rule_id: "a".to_owned(),
            rule_name: "A".to_owned(),
            writer: "w".to_owned(),
            tool_version: "0".to_owned(),
            ran: Ran::default(),
            plan: None,
            windows: vec![window],
            failed: None,
        };
        Bytes::from(entry.to_json().unwrap())
    };
    // The window ends at 20.
    for (now, open, is_open, told) in [
        (19, false, true, 1),
        (19, true, true, 0),
        (20, false, false, 0),
        (20, true, true, 0),
    ] {
        let mut log = RuleLog::new(Path::from("_ledger/rule_id=a"), "a", "A");
        log.read(1, "memory://out/1", &entry(open), now);
        assert_eq!(log.newest[&20].window.open, is_open, "{now} {open}");
        assert_eq!(log.damaged.len(), told, "{now} {open}");
    }
}
