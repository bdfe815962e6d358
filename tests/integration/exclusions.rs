//! Exclusions over the sample lake: what is kept, what is set aside, and how that is told.

use super::command::{LAKE, RULE, retrohunt};
use super::{expected, files};

/// The Kaseya rule finds 21 events in 13 rows. The scenarios set these aside:
///
/// | Scenario | Events | Rows that go |
/// |---|---|---|
/// | maintenance: vsaagent.exe under vsaagent.exe | 9050, 9057 | maintenance.kaseya.net has no other event: 1 |
/// | remote desktop: mstsc.exe under it to 10.20.0.5 | 9051 (9113 is no hit of the rule) | 9052 stays: 0 |
/// | inventory in the command line, whatever its case | 9053 | 9054, without a command line, stays: 0 |
/// | networkconfig in the command line | 9055 | 9056, with an empty one, stays: 0 |
/// | update from 10.0.0.9 | 9057 | 9058 stays: 0 |
///
/// All are of srv-0015, so that each is of one device. 16 events in 12 rows remain.
#[test]
fn known_good_activity_of_the_sample_is_set_aside_and_counted() {
    let exclusions = files::project("data/exclusions/kaseya.yaml");
    let arguments = [
        "run",
        RULE,
        "--lake",
        LAKE,
        "--as-of",
        expected::AS_OF,
        "--format",
        "ndjson",
        "--exclusions",
        exclusions.to_str().unwrap(),
    ];
    let outcome = retrohunt(arguments, &[]).exits(0);
    let set_aside = [9050, 9051, 9053, 9055, 9057];
    let wanted: Vec<Vec<i64>> = expected::as_of()
        .into_iter()
        .map(|row| {
            row.reports
                .into_iter()
                .filter(|r| !set_aside.contains(r))
                .collect()
        })
        .filter(|reports: &Vec<i64>| !reports.is_empty())
        .collect();
    let mut found: Vec<Vec<i64>> = expected::from_json(&outcome.rows())
        .into_iter()
        .map(|row| row.reports)
        .collect();
    found.sort();
    let mut sorted = wanted.clone();
    sorted.sort();
    assert_eq!(found, sorted);
    assert_eq!(found.len(), 12);
    assert_eq!(found.iter().flatten().count(), 16);
    for (scenario, counts) in [
        (
            "Scheduled system maintenance via Kaseya VSA",
            "2 events of 1 device; 1 result row",
        ),
        (
            "RDP session initiated via Kaseya",
            "1 event of 1 device; 0 result rows",
        ),
        (
            "Kaseya agent performing inventory scan",
            "1 event of 1 device; 0 result rows",
        ),
        (
            "Network settings reconfigured via Kaseya",
            "1 event of 1 device; 0 result rows",
        ),
        (
            "Kaseya agent updating itself via internal server",
            "1 event of 1 device; 0 result rows",
        ),
    ] {
        let told = format!("the exclusion `{scenario}` set aside {counts}");
        assert!(
            outcome.stderr.contains(&told),
            "no {told}\n{}",
            outcome.stderr
        );
    }
}
