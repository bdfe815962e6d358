//! Repair against damaged files: each damage is undone, and told with its line.

use proptest::prelude::*;
use serde_yaml::Value;

use super::super::offsets;
use super::*;

/// Repairs a document and reads it.
fn repaired(text: &str) -> (Value, Vec<String>) {
    assert!(
        serde_yaml::from_str::<Value>(text).is_err(),
        "well-formed: {text}"
    );
    let repairs = find(text);
    let (mended, _) = offsets::apply(text, &edits(&repairs));
    let value = serde_yaml::from_str(&mended)
        .unwrap_or_else(|fault| panic!("{fault}\n{mended}\n{repairs:#?}"));
    (
        value,
        repairs.into_iter().map(|repair| repair.what).collect(),
    )
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

#[test]
fn keys_at_the_dash_they_belong_under() {
    let (value, what) = repaired(
        "requiredDataConnectors:\n    - connectorId: A\n    dataTypes:\n        - X\n        - Y\n    \
         - connectorId: B\n    dataTypes:\n    - Z\nquery: T\n",
    );
    let expected = "requiredDataConnectors:\n- {connectorId: A, dataTypes: [X, Y]}\n\
                    - {connectorId: B, dataTypes: [Z]}\nquery: T";
    assert_eq!(value, yaml(expected));
    assert_eq!(what.len(), 2);
}

#[test]
fn entities_without_their_field_mappings_key() {
    let (value, what) = repaired(
        "entityMappings:\n  - entityType: IP\n      - identifier: Address\n        \
         columnName: RemoteIP\n  - entityType: Host\n    fieldMappings:\n      \
         - identifier: FullName\n        columnName: DeviceName\n",
    );
    let ip = "{entityType: IP, fieldMappings: [{identifier: Address, columnName: RemoteIP}]}";
    let host =
        "{entityType: Host, fieldMappings: [{identifier: FullName, columnName: DeviceName}]}";
    assert_eq!(value, yaml(&format!("entityMappings: [{ip}, {host}]")));
    assert_eq!(what.len(), 1);
}

#[test]
fn a_wholly_flattened_analytics_rule() {
    let (value, _) = repaired(
        "id: a\nrequiredDataConnectors:\n- connectorId: A\ndataTypes:\n- X\n- Y\n\
         - connectorId: B\ndataTypes:\n- Z\nquery: |\nT\n| where a: b\n\n| count\n\
         entityMappings:\n- entityType: Host\nfieldMappings:\n- identifier: FullName\n\
         columnName: DeviceName\n- entityType: IP\nfieldMappings:\n- identifier: Address\n\
         columnName: LocalIP\neventGroupingSettings:\naggregationKind: SingleAlert\nversion: 1.0.0\n",
    );
    let expected = "id: a\nrequiredDataConnectors:\n- {connectorId: A, dataTypes: [X, Y]}\n\
         - {connectorId: B, dataTypes: [Z]}\nquery: \"T\\n| where a: b\\n\\n| count\\n\"\n\
         entityMappings:\n\
         - {entityType: Host, fieldMappings: [{identifier: FullName, columnName: DeviceName}]}\n\
         - {entityType: IP, fieldMappings: [{identifier: Address, columnName: LocalIP}]}\n\
         eventGroupingSettings: {aggregationKind: SingleAlert}\nversion: 1.0.0\n";
    assert_eq!(value, yaml(expected));
}

#[test]
fn text_keeps_what_looks_like_keys_it_already_passed() {
    let (value, _) =
        repaired("id: a\nname: n\nquery: |\nT\nname: x\nlet id: y\nid: z\nversion: 1.0.0\n");
    assert_eq!(value["query"], "T\nname: x\nlet id: y\nid: z\n");
    assert_eq!(value["version"], "1.0.0");
}

#[test]
fn ragged_and_tabbed_text() {
    for (text, query) in [
        (
            "query: |\n    T\n  | where x\n| count\nid: 1\n",
            "T\n| where x\n| count\n",
        ),
        ("query: |\n\tT\n\t\t| count\nid: 1\n", "T\n\t| count\n"),
        ("query: |\n  T\n\t| count\nid: 1\n", "T\n\t| count\n"),
        ("query: |\nT\n  | count\n\nid: 1\n", "T\n  | count\n"),
        ("query: |\r\nT\r\n| count\r\nid: 1\r\n", "T\n| count\n"),
    ] {
        let (value, what) = repaired(text);
        assert_eq!(value["query"], query, "{text:?}");
        assert_eq!(value["id"], 1);
        assert_eq!(what.len(), 1);
    }
}

#[test]
fn one_line_values_that_need_quotes() {
    for (line, text) in [
        ("name: Tool: it's used", "Tool: it's used"),
        ("name: [Tool] used", "[Tool] used"),
        ("name: @tool", "@tool"),
        ("name: 'It's used'", "It's used"),
        ("name:Tool", "Tool"),
        ("name: %tool", "%tool"),
    ] {
        let (value, what) = repaired(&format!("id: 1\n{line}\nquery: T\n"));
        assert_eq!(value["name"], text);
        assert_eq!(what.len(), 1, "{what:?}");
    }
    let (value, _) = repaired("id: 1\nquery: T | where a == 'b: c' or d == 'e'\n");
    assert_eq!(value["query"], "T | where a == 'b: c' or d == 'e'");
}

#[test]
fn tabs_before_keys() {
    let (value, what) = repaired("id: 1\ntactics:\n\t- A\n\t- B\nquery: T\n");
    assert_eq!(value, yaml("{id: 1, tactics: [A, B], query: T}"));
    assert_eq!(what.len(), 2);
}

#[test]
fn what_is_ambiguous_is_left_alone() {
    for text in [
        "query: 'T | where a == 'b''\n",
        "query: \"a\\d\"\n",
        "{id: 1, query: \"T\"\n",
        "tactics: [A, B\nquery: T\n",
    ] {
        assert_eq!(find(text), [], "{text}");
    }
}

#[test]
fn unusual_but_well_formed_documents_need_nothing() {
    for text in [
        "a: {b: c,\n  d: e}\nquery: |\n  T\n# end\n",
        "a: 'x\n  y: z'\nb: \"p: q\"\n",
        "outer:\n  inner:\n  - a\n  other: x\n",
        "outer:\n- a: 1\n  b:\n  - c\n  - d\n  e: 2\nnext: 3\n",
        "- id: 1\n  query: |\n    T\n  name: x\n- id: 2\n",
        "  id: 1\n  query: >-\n    T\n\n    | count\n  name: &x y\n  other: *x\n",
        "query: |2\n    T\n  | count\nid: 1\n",
        "description: |\n\nid: 1\n",
        "url: http://x\ntime: 12:30\n",
        "{\"id\": \"1\",\n\"query\": \"T\"}\n",
    ] {
        yaml(text);
        assert_eq!(find(text), [], "{text}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        // An empty block is the one well-formed thing that is taken for a fault.
        "[ -~äß\n\t]{0,40}"
            .prop_filter("empty block", |s| !s.trim().is_empty() || !s.contains('\n'))
            .prop_map(Value::from),
        "(let x = 1;\n)?T\n(  )?\\| where a == 'b: c' # d\n*".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![
            "[a-zA-Z_][a-zA-Z0-9_]{0,12}",
            Just("query".to_owned()),
            Just("entityType".to_owned()),
            Just("dataTypes".to_owned()),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..4).prop_map(|fields| {
                Value::Mapping(fields.into_iter().map(|(k, v)| (k.into(), v)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn well_formed_documents_come_through_unchanged(
        head in prop::collection::btree_map("[a-z]{1,8}", value(), 1..5),
        query in value(),
    ) {
        let fields = head.into_iter().map(|(key, value)| (key.into(), value));
        let mut fields: serde_yaml::Mapping = fields.collect();
        fields.insert("query".into(), query);
        let text = serde_yaml::to_string(&fields).unwrap();
        prop_assert_eq!(find(&text), [], "{}", text);
    }
}
