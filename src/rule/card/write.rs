//! The files that a card becomes.
//!
//! In: a card's parts. Out: the text of a rule file and of an exclusion file.
//! What always holds: both are read back before they are given; what they hold is what was meant.

use std::fmt::Write;
use std::path::Path;

use serde_yaml::{Mapping, Value};

use super::super::exclusion::Level;
use super::super::{FileDiagnostic, FileSpan, Rule, quote, read};
use super::filter::{self, Filter};
use super::sections::{CardScenario, Part, Sections};
use super::{Import, ImportedRule};
use crate::diagnostics::Code;

/// The card's rule, from its rule part, else from its query.
pub fn rule(
    path: &Path,
    sections: &Sections,
    diagnostics: &mut Vec<FileDiagnostic>,
) -> Option<ImportedRule> {
    let read = match (&sections.rule, &sections.query) {
        (Some(part), _) => from_rule(path, part, diagnostics)?,
        (None, Some(part)) => from_query(path, sections, part),
        (None, None) => return None,
    };
    if let (Some(_), Some(query)) = (&sections.rule, &sections.query)
        && words(&query.text) != words(&read.query)
    {
        diagnostics.push(FileDiagnostic::warning(
            Code::NotTranslated,
            FileSpan::new(query.start, query.start + query.text.trim_end().len()),
            "this query is another one than the rule's; the rule's is taken",
        ));
    }
    let part = sections.rule.as_ref().or(sections.query.as_ref());
    let prose = match &sections.rule {
        Some(_) => comment(&sections.prose.text),
        // It is the description.
        None => String::new(),
    };
    Some(ImportedRule {
        yaml: prose + &rule_yaml(&read),
        rule: read,
        start: part.map_or(0, |part| part.start),
    })
}

/// The card's prose, as a comment at the top of the rule file.
fn comment(prose: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    let mut out = String::new();
    for line in prose.trim().lines() {
        let line = line.replace(breaks, " ");
        let _ = writeln!(out, "# {}", line.trim_end());
    }
    out
}

/// A text without its white space, to compare two printings of it.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn from_rule(path: &Path, part: &Part, diagnostics: &mut Vec<FileDiagnostic>) -> Option<Rule> {
    let file = read(&path.with_extension("yaml"), part.text.as_bytes());
    for diagnostic in file.diagnostics {
        let span = diagnostic.span;
        diagnostics.push(FileDiagnostic {
            span: FileSpan::new(part.start + span.start, part.start + span.end),
            ..diagnostic
        });
    }
    file.rules.into_iter().next()
}

fn from_query(path: &Path, sections: &Sections, part: &Part) -> Rule {
    let file = read(&path.with_extension("kql"), part.text.trim_end().as_bytes());
    let prose = sections.prose.text.trim();
    let mut rules = file.rules;
    let mut rule = rules.remove(0);
    if !prose.is_empty() {
        rule.description = Some(prose.to_owned());
        rule.fields.insert("description".into(), prose.into());
    }
    rule
}

/// The rule in YAML, fields in the order of the card, lists as lists, the query last.
fn rule_yaml(rule: &Rule) -> String {
    let list = |words: &[String]| Value::Sequence(words.iter().map(|w| w.clone().into()).collect());
    let mut fields = Mapping::new();
    fields.insert("id".into(), rule.id.clone().into());
    fields.insert("name".into(), rule.name.clone().into());
    for (key, value) in &rule.fields {
        let value = match key.as_str() {
            Some("tactics") => list(&rule.tactics),
            Some("relevantTechniques") => list(&rule.techniques),
            Some("id" | "name") => continue,
            Some(_) | None => value.clone(),
        };
        fields.insert(key.clone(), value);
    }
    let mut yaml = serde_yaml::to_string(&Value::Mapping(fields)).unwrap_or_default();
    let query = rule.query.trim_end();
    let printable = |c: char| !c.is_control() || c == '\n';
    match query.starts_with([' ', '\n']) || !query.chars().all(printable) {
        // A block's first line sets its indentation, and a block has no escapes.
        true => {
            let _ = writeln!(yaml, "query: {}", quote::yaml(query));
        }
        false => {
            yaml.push_str("query: |\n");
            for line in query.lines() {
                match line.is_empty() {
                    true => yaml.push('\n'),
                    false => {
                        let _ = writeln!(yaml, "  {line}");
                    }
                }
            }
        }
    }
    yaml
}

/// Writes the exclusion file into the import.
pub fn exclusions(sections: &Sections, import: &mut Import) {
    if sections.scenarios.is_empty() {
        return;
    }
    let rule = import.rule.as_ref().map(|imported| &imported.rule);
    let table = table(sections, rule, &mut import.diagnostics);
    let applies = rule.map_or_else(|| "all".to_owned(), |rule| rule.id.clone());
    let mut body = String::new();
    let mut parameters: Vec<(String, FileSpan)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for scenario in &sections.scenarios {
        let Some(part) = &scenario.filter else {
            let span = whole(&scenario.name);
            import.diagnostics.push(FileDiagnostic::warning(
                Code::NotTranslated,
                span,
                "this scenario has no filter, and is left out",
            ));
            continue;
        };
        let filter = filter::read(&part.text);
        for remark in &filter.remarks {
            let span = FileSpan::new(part.start + remark.start, part.start + remark.end);
            import.diagnostics.push(FileDiagnostic::warning(
                Code::NotTranslated,
                span,
                remark.message.clone(),
            ));
        }
        let line = |at: usize| import.text.position(part.start + at).0;
        let Some(kql) = &filter.kql else {
            import.diagnostics.push(FileDiagnostic::warning(
                Code::NotTranslated,
                whole(&scenario.name),
                "nothing of this scenario's filter could be read, and it is left out",
            ));
            continue;
        };
        for mention in &filter.parameters {
            if !parameters.iter().any(|(own, _)| *own == mention.name) {
                let place = FileSpan::new(part.start + mention.start, part.start + mention.end);
                parameters.push((mention.name.clone(), place));
            }
        }
        import.filters.push(whole(part));
        let name = unique(&scenario.name.text, &mut names);
        body.push_str(&entry(
            scenario, &name, &filter, kql, &applies, &table, line,
        ));
    }
    let mut text = String::from(
        "# Written from a hunt card. A draft applies to no rule: complete it, then take `draft` out.\n\
         # Name an owner and a reason for each scenario, and a day on which to look at it again.\n",
    );
    if !parameters.is_empty() {
        text.push_str("parameters:\n");
    }
    for (name, place) in parameters {
        let _ = writeln!(
            text,
            "  # The card names it and does not say what it is.\n  {name}: []"
        );
        import.diagnostics.push(FileDiagnostic::warning(
            Code::NotTranslated,
            place,
            format!(
                "the card does not say what `<{name}>` is: write it under `parameters` in the \
                 exclusion file; until then a comparison with it matches nothing"
            ),
        ));
    }
    text.push_str("scenarios:\n");
    text.push_str(&body);
    import.exclusions = Some(text).filter(|_| !body.is_empty());
}

fn whole(part: &Part) -> FileSpan {
    FileSpan::new(part.start, part.start + part.text.len())
}

/// The table that the filters are about.
fn table(
    sections: &Sections,
    rule: Option<&Rule>,
    diagnostics: &mut Vec<FileDiagnostic>,
) -> String {
    let of_rule = rule
        .into_iter()
        .flat_map(|rule| &rule.required_data_connectors)
        .flat_map(|connector| connector.data_types.iter().cloned());
    let named = sections.tables.iter().map(|part| part.text.clone());
    let mut tables: Vec<String> = named.chain(of_rule).collect();
    tables.dedup();
    let place = sections.tables.first().map(whole).unwrap_or_default();
    if tables.len() > 1 && tables.iter().any(|table| *table != tables[0]) {
        diagnostics.push(FileDiagnostic::warning(
            Code::NotTranslated,
            place,
            format!(
                "the card needs several tables; the filters are taken for those of {}",
                tables[0]
            ),
        ));
    }
    match tables.into_iter().next() {
        Some(table) => table,
        None => {
            diagnostics.push(FileDiagnostic::warning(
                Code::NotTranslated,
                place,
                "the card does not say which table it needs: write it as `table` of each scenario",
            ));
            "Unknown".to_owned()
        }
    }
}

fn unique(name: &str, names: &mut Vec<String>) -> String {
    let name = if name.is_empty() { "Scenario" } else { name };
    let mut own = name.to_owned();
    let mut number = 1;
    while names.contains(&own) {
        number += 1;
        own = format!("{name} ({number})");
    }
    names.push(own.clone());
    own
}

fn entry(
    scenario: &CardScenario,
    name: &str,
    filter: &Filter,
    kql: &str,
    rule: &str,
    table: &str,
    line: impl Fn(usize) -> usize,
) -> String {
    let mut out = format!("  - name: {}\n", quote::yaml(name));
    let mut add = |key: &str, value: &str| {
        let _ = writeln!(out, "    {key}: {value}");
    };
    if let Some(description) = &scenario.description {
        add(
            "description",
            &quote::yaml(&words(&description.text).join(" ")),
        );
    }
    add("rules", &format!("[{}]", quote::yaml(rule)));
    add("owner", "''");
    add("reason", "''");
    add("table", table);
    add("on", Level::Events.name());
    if filter.remarks.iter().any(|r| r.incomplete) {
        add("draft", "true");
    }
    add(filter.action.key(), &quote::yaml(kql));
    if !filter.optional.is_empty() {
        add(
            "optional_fields",
            &format!("[{}]", filter.optional.join(", ")),
        );
    }
    for remark in filter.remarks.iter().filter(|r| r.incomplete) {
        out.push_str(&note(line(remark.start), &remark.message));
    }
    out
}

/// A comment in a scenario about a line of the card.
pub fn note(line: usize, message: &str) -> String {
    format!("    # Line {line} of the card: {message}.\n")
}
