//! What exclusions do to a query: faults at their places, SQL, and what is counted.

use std::path::Path;

use crate::compile::{Compiled, Options, compile};
use crate::diagnostics::Code;
use crate::rule::exclusion::{Scenario, read};
use crate::symbols::BuiltinCatalogue;

const NETWORK: &str = "DeviceNetworkEvents | where Timestamp > ago(1d) and RemoteUrl has 'x.com'";

/// The scenarios of a file that has no faults of its own.
fn scenarios(parameters: &str, items: &str) -> Vec<Scenario> {
    let text = format!("parameters: {parameters}\nscenarios:\n{items}");
    let file = read(Path::new("e.yaml"), text.as_bytes());
    assert_eq!(file.diagnostics, [], "{text}");
    file.scenarios
}

fn scenario(parameters: &str, rest: &str) -> Vec<Scenario> {
    let head = "  - {name: s, rules: all, owner: o, reason: r, ";
    scenarios(parameters, &format!("{head}{rest}}}\n"))
}

fn compiled(query: &str, exclusions: &[Scenario]) -> Compiled {
    let options = Options {
        exclusions,
        exclusion_samples: 2,
        ..Options::default()
    };
    compile(query, &BuiltinCatalogue, options)
}

fn sql(query: &str, exclusions: &[Scenario]) -> String {
    let compiled = compiled(query, exclusions);
    let Some(query) = compiled.query else {
        panic!("{:?} {:?}", compiled.diagnostics, compiled.exclusions);
    };
    query.statement.to_string()
}

/// Each fault's code and the text it points at.
fn faults(parameters: &str, rest: &str) -> Vec<(Code, String)> {
    let exclusions = scenario(parameters, rest);
    let compiled = compiled(NETWORK, &exclusions);
    let found = compiled
        .exclusions
        .iter()
        .flat_map(|f| f.diagnostics.iter());
    let errors = found.filter(|d| d.severity == crate::diagnostics::Severity::Error);
    let text = &exclusions[0].predicate;
    let found: Vec<_> = errors
        .map(|d| (d.code, text[d.span.start..d.span.end].to_owned()))
        .collect();
    assert_eq!(compiled.query.is_none(), !found.is_empty());
    found
}

#[test]
fn the_filter_stands_behind_the_rules_own() {
    let exclusions = scenario(
        "{}",
        "table: DeviceNetworkEvents, drop_when: process.name == 'a.exe'",
    );
    let text = sql(
        &format!("{NETWORK} | summarize count() by DeviceId"),
        &exclusions,
    );
    let own = text.find("RemoteUrl").unwrap();
    let excluded = text.find("InitiatingProcessFileName").unwrap();
    assert!(own < excluded, "{text}");
    // No subquery more than without it.
    assert_eq!(text.matches("SELECT").count(), 1, "{text}");
}

#[test]
fn every_mention_is_filtered_and_no_other_table() {
    let exclusions = scenario(
        "{}",
        "table: DeviceNetworkEvents, drop_when: host.name == 'gold'",
    );
    let query = "let N = DeviceNetworkEvents | where RemotePort == 1;
        DeviceProcessEvents
        | where DeviceId in (DeviceNetworkEvents | where RemotePort == 2 | project DeviceId)
        | join kind=inner N on DeviceId
        | join kind=leftanti (DeviceNetworkEvents | extend x = 1 | where RemotePort == 3) on DeviceId";
    let text = sql(query, &exclusions);
    assert_eq!(text.matches("'gold'").count(), 3, "{text}");
    let other = "DeviceProcessEvents | where FileName == 'x'";
    assert!(!sql(other, &exclusions).contains("gold"));
    assert!(
        compiled(other, &exclusions)
            .query
            .unwrap()
            .exclusions
            .is_none()
    );
}

#[test]
fn faults_of_predicates_have_their_place() {
    let over = "table: DeviceNetworkEvents, drop_when: ";
    for (parameters, predicate, code, place) in [
        ("{}", "Nowhere == 'x'", Code::UnknownColumn, "Nowhere"),
        (
            "{}",
            "process.colour == 'x'",
            Code::UnmappedField,
            "process.colour",
        ),
        (
            "{}",
            "event_id == 1 or RemotePort == 1",
            Code::UnmappedField,
            "event_id",
        ),
        ("{}", "RemoteIP == <nets>", Code::UnknownParameter, "nets"),
        ("{n: 10.0.0.0/8}", "RemoteIP has <n>", Code::BadNetwork, "n"),
        ("{}", "RemotePort ==", Code::UnexpectedToken, ""),
        ("{}", "RemotePort", Code::NotAPredicate, "RemotePort"),
        (
            "{}",
            "DeviceId in (DeviceInfo | project DeviceId)",
            Code::NotAPredicate,
            "DeviceInfo | project DeviceId",
        ),
        (
            "{}",
            "DeviceId in (DeviceInfo)",
            Code::BadArgument,
            "DeviceId in (DeviceInfo)",
        ),
        (
            "{}",
            "let x = 1; RemotePort == x",
            Code::NotAPredicate,
            "let x = 1; RemotePort == x",
        ),
    ] {
        let rest = format!("{over}\"{predicate}\"");
        let found = faults(parameters, &rest);
        assert_eq!(found, [(code, place.to_owned())], "{predicate}");
    }
}

#[test]
fn optional_fields_are_left_out_with_a_note() {
    let rest = |predicate: &str| {
        format!(
            "table: DeviceNetworkEvents, keep_when: \"{predicate}\", optional_fields: [event_id]"
        )
    };
    for (written, meant) in [
        ("RemotePort != 1 or event_id != 1234", "RemotePort != 1"),
        (
            "(event_id != 1 and RemotePort == 2) or RemotePort == 3",
            "RemotePort == 2 or RemotePort == 3",
        ),
        (
            "not(RemotePort == 4 or tolong(event_id) == 1)",
            "not(RemotePort == 4)",
        ),
    ] {
        let written = sql(NETWORK, &scenario("{}", &rest(written)));
        assert_eq!(written, sql(NETWORK, &scenario("{}", &rest(meant))));
    }
    let exclusions = scenario("{}", &rest("RemotePort != 1 or event_id != 1234"));
    let compiled = compiled(NETWORK, &exclusions);
    let note = compiled.exclusions[0].diagnostics.iter().next().unwrap();
    assert_eq!(note.code, Code::UnmappedField);
    assert_eq!(
        &exclusions[0].predicate[note.span.start..note.span.end],
        "event_id"
    );
    // Nothing may be left of it: that would keep, or drop, everything.
    assert_eq!(
        faults("{}", &rest("event_id != 1234"))[0].0,
        Code::UnmappedField
    );
}

#[test]
fn parameters_stand_for_their_values() {
    let parameters = "{one: vsaagent.exe, ports: [1, 2], names: [a, b], none: [], nets: [10.0.0.0/8, 'fd00::/8']}";
    let with = |predicate: &str| {
        let unused = ["one", "ports", "names", "none", "nets"]
            .map(|p| format!("RemoteUrl in (<{p}>)"))
            .join(" or ");
        // Each parameter is used once, so that the file has no warning.
        let items = format!(
            "  - {{name: s, rules: all, owner: o, reason: r, table: DeviceNetworkEvents, drop_when: \"{predicate}\"}}\n  \
             - {{name: t, rules: none, owner: o, reason: r, table: DeviceNetworkEvents, drop_when: \"{unused}\"}}\n"
        );
        sql(NETWORK, &scenarios(parameters, &items)[..1])
    };
    for (written, meant) in [
        (
            "process.name == <one>",
            "InitiatingProcessFileName == 'vsaagent.exe'",
        ),
        ("RemotePort == <ports>", "RemotePort in (1, 2)"),
        ("<ports> != RemotePort", "RemotePort !in (1, 2)"),
        (
            "RemoteUrl has_any (<names>, 'c')",
            "RemoteUrl has_any ('a', 'b', 'c')",
        ),
        ("RemoteUrl in~ (<names>)", "RemoteUrl in~ ('a', 'b')"),
        (
            "RemotePort == <none> or RemotePort == 7",
            "false or RemotePort == 7",
        ),
        (
            "destination_ip == <nets>",
            "coalesce(ipv6_is_in_any_range(RemoteIP, dynamic(['10.0.0.0/8', 'fd00::/8'])), false)",
        ),
        (
            "RemoteIP !in (<nets>)",
            "not(coalesce(ipv6_is_in_any_range(RemoteIP, dynamic(['10.0.0.0/8', 'fd00::/8'])), false))",
        ),
    ] {
        assert_eq!(with(written), with(meant), "{written}");
    }
}

#[test]
fn rows_are_filtered_last_and_must_have_the_column() {
    let rows = |predicate: &str| scenario("{}", &format!("on: rows, drop_when: \"{predicate}\""));
    let query = format!(
        "{NETWORK} | summarize Count = count() by DeviceName, FileName = InitiatingProcessFileName"
    );
    let text = sql(&query, &rows("Count < 3 and process.name == 'a'"));
    assert!(
        text.contains("\"Count\" < 3") || text.contains("\"Count\" <"),
        "{text}"
    );
    let compiled = compiled(&query, &rows("RemoteUrl == 'x'"));
    assert!(compiled.query.is_none());
    let fault = compiled.exclusions[0].diagnostics.first_error().unwrap();
    assert_eq!(fault.code, Code::UnknownColumn);
    // For another table's rules only.
    let other = scenario("{}", "on: rows, table: DeviceInfo, drop_when: Nowhere == 1");
    assert!(
        super::super::compile(
            &query,
            &BuiltinCatalogue,
            Options {
                exclusions: &other,
                ..Options::default()
            }
        )
        .query
        .is_some()
    );
}
