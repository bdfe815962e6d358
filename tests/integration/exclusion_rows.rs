//! Random exclusions over random events against a plain reference, event for event.
//!
//! The reference knows KQL's rules from its documentation and nothing of the tool: a string is never null;
//! `!=` of a null number is true, `==` of one false, `<` of one null; `has` takes whole terms; an address
//! that is none lies in no network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::Int64Type;
use proptest::prelude::*;
use retrohunt::compile::Options;
use retrohunt::engine::{Engine, EngineOptions, Outside, TableAccess};
use retrohunt::hunt::single::{self, Outcome};
use retrohunt::lake::{Lake, LakeSettings};
use retrohunt::rule::exclusion::{Scenario, read};

use super::servers::wait;

#[derive(Debug, Clone)]
struct Event {
    report: i64,
    device: usize,
    program: Option<&'static str>,
    parent: Option<&'static str>,
    command: Option<&'static str>,
    address: Option<&'static str>,
    port: Option<i32>,
}

const DEVICES: [&str; 3] = ["pc-1", "pc-2", "сервер"];
const PROGRAMS: [&str; 5] = ["vsaagent.exe", "VsaAgent.EXE", "mstsc.exe", "агент.exe", ""];
const COMMANDS: [&str; 9] = [
    "C:\\Temp\\vsa inventory run",
    "Inventory",
    "inventory_full -x",
    "reinventory",
    "ИНВЕНТАРЬ 日本",
    "say \"run\"; #1",
    "😀 Ärger änd",
    "<b>",
    "",
];
const ADDRESSES: [&str; 11] = [
    "10.1.2.3",
    "10.255.255.255",
    "11.0.0.1",
    "192.0.2.1",
    "192.0.2.2",
    "fd00::1",
    "FD00:0:0::2",
    "fe80::1",
    "::ffff:10.9.9.9",
    "no address",
    "",
];
const NETWORKS: [&str; 5] = [
    "10.0.0.0/8",
    "fd00::/8",
    "192.0.2.1",
    "fe80::/10",
    "10.255.255.255/32",
];
const NEEDLES: [&str; 13] = [
    "inventory",
    "INVENTORY",
    "инвентарь",
    "vsaagent.exe",
    "agent",
    "exe",
    "日本",
    "run",
    "änd",
    "b",
    "C:\\Temp",
    "\"run\"",
    "",
];
/// Those that begin and end with a letter or digit: what `has` makes of others is not documented.
const TERMS: [&str; 9] = [
    "inventory",
    "INVENTORY",
    "инвентарь",
    "vsaagent.exe",
    "agent",
    "日本",
    "run",
    "änd",
    "b",
];

/// A field by its ECS name or its column.
#[derive(Debug, Clone, Copy)]
struct Field(&'static str);

const FIELDS: [Field; 5] = [
    Field("process.name"),
    Field("InitiatingProcessFileName"),
    Field("process.parent.name"),
    Field("process.command_line"),
    Field("InitiatingProcessCommandLine"),
];

impl Field {
    /// Null is the empty string.
    fn of(self, event: &Event) -> &'static str {
        let value = match self.0 {
            "process.name" | "InitiatingProcessFileName" => event.program,
            "process.parent.name" => event.parent,
            _ => event.command,
        };
        value.unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
enum Condition {
    Text(Field, &'static str, &'static str),
    List(Field, &'static str, Vec<&'static str>),
    Port(&'static str, i32),
    /// The comparison's word, and whether it is one of "lies in none".
    Network(&'static str, bool),
    Not(Box<Condition>),
    Both(Box<Condition>, Box<Condition>),
    Either(Box<Condition>, Box<Condition>),
}

impl Condition {
    fn kql(&self) -> String {
        match self {
            Condition::Text(field, op, value) => format!("{} {op} {}", field.0, literal(value)),
            Condition::List(field, op, values) => {
                let values: Vec<String> = values.iter().map(|v| literal(v)).collect();
                format!("{} {op} ({})", field.0, values.join(", "))
            }
            Condition::Port(op, value) => format!("destination.port {op} {value}"),
            Condition::Network(form, _) => (*form).to_owned(),
            Condition::Not(inner) => format!("not({})", inner.kql()),
            Condition::Both(a, b) => format!("({}) and ({})", a.kql(), b.kql()),
            Condition::Either(a, b) => format!("({}) or ({})", a.kql(), b.kql()),
        }
    }

    /// None is null.
    fn holds(&self, event: &Event, networks: &[&str]) -> Option<bool> {
        match self {
            Condition::Text(field, op, value) => Some(text_holds(field.of(event), op, value)),
            Condition::List(field, op, values) => {
                let text = field.of(event);
                let (op, negated) = match op.strip_prefix('!') {
                    Some(op) => (op, true),
                    None => (*op, false),
                };
                let each = if op == "in" { "==" } else { "=~" };
                Some(values.iter().any(|value| text_holds(text, each, value)) != negated)
            }
            Condition::Port(op, value) => match (event.port, *op) {
                (None, "==") => Some(false),
                (None, "!=") => Some(true),
                (None, _) => None,
                (Some(port), "==") => Some(port == *value),
                (Some(port), "!=") => Some(port != *value),
                (Some(port), _) => Some(port < *value),
            },
            Condition::Network(_, negated) => {
                let address = event.address.unwrap_or_default();
                let inside = networks.iter().any(|network| lies_in(address, network));
                Some(inside != *negated)
            }
            Condition::Not(inner) => inner.holds(event, networks).map(|holds| !holds),
            Condition::Both(a, b) => match (a.holds(event, networks), b.holds(event, networks)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                (None, _) | (_, None) => None,
            },
            Condition::Either(a, b) => match (a.holds(event, networks), b.holds(event, networks)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                (None, _) | (_, None) => None,
            },
        }
    }
}

fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn text_holds(text: &str, op: &str, value: &str) -> bool {
    let (low, needle) = (text.to_lowercase(), value.to_lowercase());
    match op {
        "==" => text == value,
        "!=" => text != value,
        "=~" => low == needle,
        "!~" => low != needle,
        "contains" => low.contains(&needle),
        "!contains" => !low.contains(&needle),
        "startswith" => low.starts_with(&needle),
        "!startswith" => !low.starts_with(&needle),
        "endswith" => low.ends_with(&needle),
        "!endswith" => !low.ends_with(&needle),
        "has" => has(&low, &needle),
        "!has" => !has(&low, &needle),
        other => panic!("{other}"),
    }
}

fn has(text: &str, term: &str) -> bool {
    text.match_indices(term).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + term.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// The address as 128 bits, an IPv4 one as it is mapped into IPv6.
fn bits(address: &str) -> Option<(u128, u32)> {
    Some(match address.parse().ok()? {
        IpAddr::V4(v4) => (u128::from(v4.to_ipv6_mapped()), 96),
        IpAddr::V6(v6) => (u128::from(v6), 0),
    })
}

fn lies_in(address: &str, network: &str) -> bool {
    let (base, prefix) = network.split_once('/').unwrap_or((network, "128"));
    let (base, offset) = bits(base).unwrap();
    let length = (prefix.parse::<u32>().unwrap() + offset).min(128);
    let Some((address, _)) = bits(address) else {
        return false;
    };
    (address ^ base).checked_shr(128 - length).unwrap_or(0) == 0
}

fn condition() -> impl Strategy<Value = Condition> {
    let field = || prop::sample::select(FIELDS.to_vec());
    let plain = [
        "==",
        "!=",
        "=~",
        "!~",
        "contains",
        "!contains",
        "startswith",
        "!startswith",
        "endswith",
        "!endswith",
    ];
    let values = || prop::collection::vec(prop::sample::select(NEEDLES.to_vec()), 1..4);
    let networks = vec![
        ("destination_ip == <nets>", false),
        ("destination_ip != <nets>", true),
        ("<nets> != destination.ip", true),
        ("RemoteIP in (<nets>)", false),
        ("RemoteIP !in (<nets>)", true),
    ];
    let leaf = prop_oneof![
        (
            field(),
            prop::sample::select(plain.to_vec()),
            prop::sample::select(NEEDLES.to_vec())
        )
            .prop_map(|(field, op, value)| Condition::Text(field, op, value)),
        (
            field(),
            prop::sample::select(vec!["has", "!has"]),
            prop::sample::select(TERMS.to_vec())
        )
            .prop_map(|(field, op, value)| Condition::Text(field, op, value)),
        (
            field(),
            prop::sample::select(vec!["in", "!in", "in~", "!in~"]),
            values()
        )
            .prop_map(|(field, op, values)| Condition::List(field, op, values)),
        (
            prop::sample::select(vec!["==", "!=", "<"]),
            prop::sample::select(vec![80, 443])
        )
            .prop_map(|(op, value)| Condition::Port(op, value)),
        prop::sample::select(networks).prop_map(|(form, none)| Condition::Network(form, none)),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let two = || {
            (
                inner.clone().prop_map(Box::new),
                inner.clone().prop_map(Box::new),
            )
        };
        prop_oneof![
            inner.clone().prop_map(|c| Condition::Not(Box::new(c))),
            two().prop_map(|(a, b)| Condition::Both(a, b)),
            two().prop_map(|(a, b)| Condition::Either(a, b)),
        ]
    })
}

fn event() -> impl Strategy<Value = Event> {
    let text = |texts: &'static [&'static str]| {
        prop::option::weighted(0.8, prop::sample::select(texts.to_vec()))
    };
    (
        0..DEVICES.len(),
        text(&PROGRAMS),
        text(&PROGRAMS),
        text(&COMMANDS),
        text(&ADDRESSES),
        prop::option::weighted(0.7, prop::sample::select(vec![80, 443, 22])),
    )
        .prop_map(|(device, program, parent, command, address, port)| Event {
            report: 0,
            device,
            program,
            parent,
            command,
            address,
            port,
        })
}

fn numbered(events: Vec<Event>) -> Vec<Event> {
    let numbers = 0..;
    let numbered = events.into_iter().zip(numbers);
    numbered
        .map(|(event, report)| Event { report, ..event })
        .collect()
}

/// Writes the events of `DeviceNetworkEvents` into two files.
fn write(lake: &Path, events: &[Event]) {
    for (index, events) in events.chunks(events.len().div_ceil(2).max(1)).enumerate() {
        let text = |get: &dyn Fn(&Event) -> Option<&'static str>| -> ArrayRef {
            Arc::new(events.iter().map(get).collect::<StringArray>())
        };
        let time = TimestampMicrosecondArray::from_iter_values(
            events.iter().map(|e| 1_767_225_600_000_000 + e.report),
        )
        .with_timezone("UTC");
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("Timestamp", Arc::new(time)),
            ("DeviceId", text(&|e| Some(DEVICES[e.device]))),
            ("DeviceName", text(&|e| Some(DEVICES[e.device]))),
            ("InitiatingProcessFileName", text(&|e| e.program)),
            ("InitiatingProcessParentFileName", text(&|e| e.parent)),
            ("InitiatingProcessCommandLine", text(&|e| e.command)),
            ("RemoteIP", text(&|e| e.address)),
            (
                "RemotePort",
                Arc::new(events.iter().map(|e| e.port).collect::<Int32Array>()),
            ),
            (
                "ReportId",
                Arc::new(Int64Array::from_iter_values(
                    events.iter().map(|e| e.report),
                )),
            ),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )
        .unwrap();
        let folder = lake.join("DeviceNetworkEvents/date=2026-01-01");
        std::fs::create_dir_all(&folder).unwrap();
        let file = std::fs::File::create(folder.join(format!("{index}.parquet"))).unwrap();
        let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }
}

/// The exclusion file with these conditions, `true` for `keep_when`.
fn scenarios(conditions: &[(Condition, bool)], networks: &[&str]) -> Vec<Scenario> {
    let mut text = format!("parameters: {{nets: {networks:?}}}\nscenarios:\n");
    for (index, (condition, keep)) in conditions.iter().enumerate() {
        let key = if *keep { "keep_when" } else { "drop_when" };
        text += &format!(
            "  - name: s{index}\n    rules: all\n    owner: o\n    reason: r\n    table: DeviceNetworkEvents\n    {key}: |\n      {}\n",
            condition.kql()
        );
    }
    let file = read(Path::new("e.yaml"), text.as_bytes());
    assert_eq!(file.scenarios.len(), conditions.len(), "{text}");
    file.scenarios
}

/// What a run without exclusions would have but for the events that are set aside.
struct Reference<'e> {
    events: Vec<&'e Event>,
    conditions: &'e [(Condition, bool)],
    networks: &'e [&'e str],
}

impl Reference<'_> {
    fn sets_aside(&self, scenario: usize, event: &Event) -> bool {
        let (condition, keep) = &self.conditions[scenario];
        let holds = condition.holds(event, self.networks) == Some(true);
        holds != *keep
    }

    fn kept(&self) -> Vec<&Event> {
        let all = 0..self.conditions.len();
        let mut events = self.events.clone();
        events.retain(|event| !all.clone().any(|s| self.sets_aside(s, event)));
        events
    }

    /// Events, devices and groups of a device that a scenario alone takes away.
    fn counts(&self, scenario: usize) -> (u64, u64, i64) {
        let mut gone = self.events.clone();
        gone.retain(|event| self.sets_aside(scenario, event));
        let of = |events: &[&Event]| -> BTreeMap<usize, usize> {
            let mut count = BTreeMap::new();
            for event in events {
                *count.entry(event.device).or_default() += 1;
            }
            count
        };
        let (all, aside) = (of(&self.events), of(&gone));
        let groups = aside.iter().filter(|(device, n)| all[*device] == **n);
        (
            gone.len() as u64,
            aside.len() as u64,
            i64::try_from(groups.count()).unwrap(),
        )
    }
}

fn run(engine: &Engine, query: &str, exclusions: &[Scenario]) -> Outcome {
    wait(async {
        let options = Options {
            exclusions,
            ..Options::default()
        };
        // Midnight of 2 January 2026: ticks of 100 ns since the year 1.
        let as_of = 639_028_224_000_000_000 + 864_000_000_000;
        let prepared = single::prepare(engine, query, options, as_of).await;
        let compiled = prepared.unwrap().compiled;
        let Some(query) = compiled.query else {
            panic!("{:?} {:?}", compiled.diagnostics, compiled.exclusions);
        };
        single::run(engine, &query, as_of, |_| {}).await.unwrap()
    })
}

fn reports(outcome: &Outcome) -> BTreeSet<i64> {
    let batches = outcome.result.batches.iter();
    batches
        .flat_map(|batch| {
            let reports = batch.column_by_name("ReportId").unwrap();
            let reports = reports.as_primitive::<Int64Type>();
            assert_eq!(reports.null_count(), 0);
            reports.values().to_vec()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn an_event_is_kept_or_set_aside_as_the_language_says(
        events in prop::collection::vec(event(), 1..60).prop_map(numbered),
        conditions in prop::collection::vec((condition(), any::<bool>()), 1..4),
        networks in prop::sample::subsequence(NETWORKS.to_vec(), 1..=5)
            .prop_filter("one must be a network", |n| n.iter().any(|n| n.contains('/'))),
    ) {
        let lake = tempfile::tempdir().unwrap();
        write(lake.path(), &events);
        let settings = LakeSettings::default();
        let url = lake.path().to_str().unwrap().to_owned();
        let options = EngineOptions {
            memory: None,
            threads: 2,
            tables: TableAccess { path_slack: 0, skip_bad_files: false },
            outside: Outside::default(),
            max_bytes: None,
            max_files: None,
        };
        let engine = Engine::new(options, Some(Lake::open(&[url], &settings).unwrap())).unwrap();
        let exclusions = scenarios(&conditions, &networks);
        let reference = Reference {
            events: events.iter().filter(|e| e.port != Some(22)).collect(),
            conditions: &conditions,
            networks: &networks,
        };

        let each = "DeviceNetworkEvents | where RemotePort != 22 | project ReportId, DeviceName";
        let outcome = run(&engine, each, &exclusions);
        let wanted: BTreeSet<i64> = reference.kept().iter().map(|e| e.report).collect();
        prop_assert_eq!(reports(&outcome), wanted);
        let set_aside = outcome.set_aside.unwrap().scenarios;
        for (scenario, found) in set_aside.iter().enumerate() {
            let (events, devices, _) = reference.counts(scenario);
            let rows = i64::try_from(events).unwrap();
            prop_assert_eq!((found.events, found.devices, found.rows), (events, devices, rows));
        }

        let grouped = "DeviceNetworkEvents | where RemotePort != 22 | summarize ReportId = max(ReportId) by DeviceName";
        let outcome = run(&engine, grouped, &exclusions);
        let mut newest: BTreeMap<usize, i64> = BTreeMap::new();
        for event in reference.kept() {
            newest.insert(event.device, event.report);
        }
        prop_assert_eq!(reports(&outcome), newest.into_values().collect::<BTreeSet<_>>());
        for (scenario, found) in outcome.set_aside.unwrap().scenarios.iter().enumerate() {
            prop_assert_eq!((found.events, found.devices, found.rows), reference.counts(scenario));
        }
    }
}
