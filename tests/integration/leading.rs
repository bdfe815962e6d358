//! Queries that want one row of each group: which scans are told so, and that it does not show in the answer.

use super::joins::{plan, rows};

const LOGONS: &str = "DeviceLogonEvents | where ActionType == 'LogonSuccess'";

/// Whether the scan leaves out rows that another one beats.
fn leads(query: &str) -> bool {
    let plan = plan(query);
    let mut scans = plan.iter().filter(|line| line.contains("LakeScan"));
    scans.any(|scan| scan.contains(" of ["))
}

#[test]
fn the_last_and_the_first_of_each_device_are_those_of_a_sort() {
    for (chosen, sorted) in [("arg_max", "desc"), ("arg_min", "asc")] {
        for (by, key) in [
            ("Key = DeviceName", "DeviceName"),
            ("Key = tolower(DeviceId)", "tolower(DeviceId)"),
            (
                "DeviceName, AccountName",
                "strcat(DeviceName, '|', AccountName)",
            ),
        ] {
            let query = format!("{LOGONS} | summarize {chosen}(Timestamp, RemoteIP) by {by}");
            assert!(leads(&query), "{query}");
            let given =
                query + " | project Timestamp, RemoteIP | sort by Timestamp asc, RemoteIP asc";
            let reference = format!(
                "{LOGONS} | extend Key = {key} | sort by Key asc, Timestamp {sorted}, RemoteIP asc
                | extend Place = row_number(1, Key != prev(Key)) | where Place == 1
                | project Timestamp, RemoteIP | sort by Timestamp asc, RemoteIP asc"
            );
            let given = rows(&given);
            assert_eq!(given, rows(&reference), "{by}");
            assert!(given.lines().count() > 2, "{by}");
        }
    }
}

#[test]
fn the_greatest_time_alone_leads_too() {
    let query = format!(
        "{LOGONS} | summarize Last = max(Timestamp) by DeviceName | sort by DeviceName asc"
    );
    assert!(leads(&query));
    let all = format!(
        "{LOGONS} | summarize Times = make_list(Timestamp) by DeviceName | mv-expand Times to typeof(datetime)"
    );
    let reference =
        format!("{all} | summarize Last = max(Times) by DeviceName | sort by DeviceName asc");
    assert!(!leads(&reference));
    assert_eq!(rows(&query), rows(&reference));
}

/// In each of these a row that another one beats counts, or the best one may be gone.
#[test]
fn other_queries_read_every_row() {
    for query in [
        "summarize arg_max(Timestamp, RemoteIP), count() by DeviceName",
        "summarize arg_max(Timestamp, RemoteIP), arg_min(Timestamp, RemoteIP) by DeviceName",
        "summarize arg_max(RemoteIP, Timestamp) by DeviceName",
        "summarize arg_max(Timestamp, RemoteIP) by DeviceName, bin(Timestamp, 1d)",
        "extend Drawn = rand(3) | summarize arg_max(Timestamp, RemoteIP) by DeviceName, Drawn",
        "take 10 | summarize arg_max(Timestamp, RemoteIP) by DeviceName",
        "summarize arg_max(datetime_add('day', dayofmonth(Timestamp), Timestamp), RemoteIP) by DeviceName",
        "serialize Odd = row_number() % 2 | summarize arg_max(Timestamp, RemoteIP) by DeviceName, Odd",
        "where rand() < 2.0 | summarize arg_max(Timestamp, RemoteIP) by DeviceName",
        "summarize take_any(RemoteIP), max(Timestamp) by DeviceName",
    ] {
        assert!(!leads(&format!("{LOGONS} | {query}")), "{query}");
    }
}
