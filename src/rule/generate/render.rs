//! Writes a rule for an indicator.
//!
//! In: an [`Indicator`]. Out: a file name and YAML.
//! What always holds: the query uses only the operators of the indicator and `let`, `where`,
//! `between`, `summarize`; it looks five days back from `now()`.

use std::fmt::Write as _;

use super::super::quote;
use super::indicators::{Column, Indicator, Kind, Operator};

/// The rule's file name and text. `None` where no column is left to look at: such a rule would
/// report every event.
pub fn rule(indicator: &Indicator) -> Option<(String, String)> {
    if indicator.columns.is_empty() {
        return None;
    }
    let tool = &indicator.tool;
    let kind = indicator.kind;
    let (title, what, severity) = match kind {
        Kind::Network => ("network connection", connections(indicator), "Medium"),
        Kind::Process => ("process start", "starts of its programs", "Medium"),
        Kind::Signature => ("signed file", "files signed by its maker", "Low"),
    };
    let mut description = vec![
        format!("Remote management tool {tool}: {what}."),
        "Such tools serve administrators and intruders alike; a hit where the tool is not".into(),
        "approved may be a channel for command and control.".into(),
    ];
    if kind == Kind::Signature {
        description.push(
            "The table knows files by their SHA1; DeviceFileEvents has their names.".to_owned(),
        );
    }
    for column in &indicator.left_out {
        description.push(format!(
            "Not looked at, since {} has no column {}: {}.",
            kind.table(),
            column.name,
            column.terms.join(", ")
        ));
    }
    let mut yaml = format!(
        "id: {id}\nname: {name}\ndescription: |\n",
        id = id(tool, kind),
        name = quote::yaml(&format!("RMM tool {tool}: {title}")),
    );
    indent(&mut yaml, &description.join("\n"));
    let _ = write!(
        yaml,
        "severity: {severity}\nrequiredDataConnectors:\n  - connectorId: MicrosoftThreatProtection\n    \
         dataTypes:\n      - {table}\ntactics:\n  - CommandAndControl\nrelevantTechniques:\n  - T1219\nquery: |\n",
        table = kind.table(),
    );
    indent(&mut yaml, &query(indicator));
    yaml.push_str(
        "entityMappings:\n  - entityType: Host\n    fieldMappings:\n      \
         - identifier: FullName\n        columnName: DeviceName\nversion: 1.0.0\n",
    );
    Some((format!("{}-{kind}.yaml", quote::slug(tool)), yaml))
}

/// What the connections of a network indicator have in common.
fn connections(indicator: &Indicator) -> &'static str {
    let url = indicator.columns.iter().any(|c| c.name == "RemoteUrl");
    let program = indicator.columns.iter().any(|c| c.name != "RemoteUrl");
    match (program, url) {
        (true, true) => "connections of its programs to its domains",
        (true, false) => "connections of its programs",
        (false, _) => "connections to its domains",
    }
}

fn query(indicator: &Indicator) -> String {
    let conditions: Vec<String> = indicator.columns.iter().map(condition).collect();
    let mut by = vec!["DeviceId", "DeviceName"];
    if indicator.kind == Kind::Signature {
        by.push("SHA1");
    }
    by.extend(indicator.columns.iter().map(|column| column.name.as_str()));
    format!(
        "let TimeStart = now(-5d);\n\
         let TimeEnd = now();\n\
         {table}\n\
         | where Timestamp between (TimeStart .. TimeEnd)\n\
         | where {conditions}\n\
         | summarize FirstSeen = min(Timestamp), LastSeen = max(Timestamp),\n    \
             Report = make_set(ReportId), Count = count()\n    \
             by {by}\n",
        table = indicator.kind.table(),
        conditions = conditions.join("\n    and "),
        by = by.join(", "),
    )
}

fn condition(column: &Column) -> String {
    let name = &column.name;
    let terms: Vec<String> = column.terms.iter().map(|term| quote::kql(term)).collect();
    match (column.operator, terms.as_slice()) {
        (Operator::Has, [term]) => format!("{name} has {term}"),
        (Operator::Equals, [term]) => format!("{name} =~ {term}"),
        (Operator::Equals, _) => format!("{name} in~ ({})", terms.join(", ")),
        (Operator::Has | Operator::HasAny, [_, _, _, _, ..]) => {
            format!("{name} has_any (\n        {})", terms.join(",\n        "))
        }
        (Operator::Has | Operator::HasAny, _) => format!("{name} has_any ({})", terms.join(", ")),
    }
}

fn indent(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "  {line}");
    }
}

/// The rule's id: the 128-bit FNV-1a hash of `retrohunt/rmm/<kind>/<tool>`, marked as a UUID of
/// version 8 (RFC 9562: made in a vendor's own way).
fn id(tool: &str, kind: Kind) -> String {
    const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let name = format!("retrohunt/rmm/{kind}/{tool}");
    let hash = name.bytes().fold(OFFSET_BASIS, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    });
    let marked = hash & !(0xF << 76) & !(0b11 << 62) | (8 << 76) | (0b10 << 62);
    let hex = format!("{marked:032x}");
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_uuids() {
        let one = id("Kaseya", Kind::Network);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'8');
        assert!(b"89ab".contains(&one.as_bytes()[19]));
        assert_ne!(one, id("Kaseya", Kind::Process));
    }
}
