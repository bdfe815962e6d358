//! Joins over the sample lake: how they are planned, and that the plan does not show in the answer.

use super::command::{LAKE, retrohunt};

/// The rows that a query gives.
#[track_caller]
pub fn rows(query: &str) -> String {
    let arguments = ["query", query, "--lake", LAKE, "--format", "csv"];
    retrohunt(arguments, &[]).exits(0).stdout
}

/// The physical plan of a query, a line each.
#[track_caller]
pub fn plan(query: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("query.kql");
    std::fs::write(&file, query).unwrap();
    let file = file.display().to_string();
    let arguments = ["sql", &file, "--explain", "--lake", LAKE];
    let text = retrohunt(arguments, &[]).exits(0).stdout;
    let plan = text.split("-- physical plan").nth(1).unwrap();
    plan.lines().map(str::to_owned).collect()
}

const FEW: &str = "DeviceNetworkEvents | where RemoteUrl has 'kaseya.net'";

#[test]
fn the_table_of_a_join_is_made_of_the_side_with_a_condition() {
    let of_few_left = plan(&format!(
        "{FEW} | join kind=inner (DeviceLogonEvents) on DeviceId | count"
    ));
    let of_few_right = plan(&format!(
        "DeviceLogonEvents | join kind=inner ({FEW}) on DeviceId | count"
    ));
    for plan in [of_few_left, of_few_right] {
        let join = plan
            .iter()
            .position(|l| l.contains("HashJoinExec"))
            .unwrap();
        assert!(plan[join].contains("mode=CollectLeft"), "{plan:#?}");
        let mut scans = plan[join..].iter().filter(|l| l.contains("LakeScan"));
        assert!(scans.next().unwrap().contains("kql_has"), "{plan:#?}");
    }
}

#[test]
fn a_distinct_below_the_probed_side_is_not_computed() {
    let devices = "DeviceLogonEvents | distinct DeviceId";
    let joined = format!("{FEW} | join kind=leftanti ({devices}) on DeviceId");
    let plan = plan(&format!("{joined} | project DeviceId"));
    assert!(
        !plan.iter().any(|l| l.contains("AggregateExec")),
        "{plan:#?}"
    );

    let counted = |query: &str| rows(&format!("{query} | summarize count() by DeviceId"));
    let anti = counted(&joined);
    assert_eq!(
        anti,
        counted(&format!("{FEW} | where DeviceId !in (({devices}))"))
    );
    let semi = counted(&joined.replace("leftanti", "leftsemi"));
    assert_eq!(
        semi,
        counted(&format!("{FEW} | where DeviceId in (({devices}))"))
    );
    assert_ne!(anti, semi);
    let both = anti.lines().count() + semi.lines().count() - 2;
    assert_eq!(both, counted(FEW).lines().count() - 1);
}
