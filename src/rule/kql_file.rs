//! Bare query files.
//!
//! In: a `.kql` file's text. Out: its one rule.
//! What always holds: the query is the file's whole text, so its offsets are the file's.

use serde_yaml::Mapping;

use crate::diagnostics::Code;

use super::diagnostic::{FileDiagnostic, FileSpan};
use super::model::{Rule, RuleFile};
use super::offsets::OffsetMap;
use super::source::RuleSource;

/// Reads the file's text as a query. Its id is the file's name without the ending; comments at its
/// top give the name (first line) and the description (the others).
pub fn read(file: &mut RuleFile) {
    let query = file.text.as_str().to_owned();
    let has_code = query.lines().any(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("//")
    });
    if !has_code {
        file.diagnostics.push(FileDiagnostic::error(
            Code::RuleFieldMissing,
            FileSpan::default(),
            "there is no query in this file",
        ));
        return;
    }
    let id = file.path.file_stem().map_or("query".to_owned(), |stem| {
        stem.to_string_lossy().into_owned()
    });
    let head = Head::read(&query);
    file.rules.push(Rule {
        name: head.name.unwrap_or_else(|| id.clone()),
        id,
        description: head.description,
        severity: None,
        tactics: Vec::new(),
        techniques: Vec::new(),
        required_data_connectors: Vec::new(),
        query_frequency: None,
        query_period: None,
        trigger_operator: None,
        trigger_threshold: None,
        entity_mappings: Vec::new(),
        version: None,
        kind: None,
        tags: Vec::new(),
        suppression_duration: None,
        suppression_enabled: None,
        event_grouping: None,
        fields: Mapping::new(),
        source: RuleSource::new(
            &file.path,
            file.text.clone(),
            OffsetMap::shifted(0, query.len()),
        ),
        query,
    });
}

/// What the comments at the top say.
struct Head {
    name: Option<String>,
    description: Option<String>,
}

impl Head {
    fn read(query: &str) -> Self {
        let mut comments = query
            .lines()
            .skip_while(|line| line.trim().is_empty())
            .map_while(|line| line.trim().strip_prefix("//"))
            .map(|line| line.trim_start_matches('/').trim())
            .skip_while(|line| line.is_empty());
        let name = comments
            .next()
            .map(|line| without_label(line, &["name", "title"]).to_owned())
            .filter(|name| !name.is_empty());
        let rest: Vec<&str> = comments
            .map(|line| without_label(line, &["description"]))
            .collect();
        let description = rest.join("\n").trim().to_owned();
        Head {
            name,
            description: Some(description).filter(|text| !text.is_empty()),
        }
    }
}

/// `Name: x` is `x`.
fn without_label<'l>(line: &'l str, labels: &[&str]) -> &'l str {
    match line.split_once(':') {
        Some((label, rest)) if labels.iter().any(|l| l.eq_ignore_ascii_case(label.trim())) => {
            rest.trim()
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::read;

    #[test]
    fn the_text_is_the_query_and_comments_name_it() {
        let text =
            "\u{FEFF}// Name: Rare hosts\r\n//\r\n// Seldom seen.\r\n\r\nT // x\r\n| count\r\n";
        let file = read(Path::new("dir/rare-hosts.KQL"), text.as_bytes());
        assert_eq!(file.diagnostics, []);
        let rule = &file.rules[0];
        assert_eq!(rule.id, "rare-hosts");
        assert_eq!(rule.name, "Rare hosts");
        assert_eq!(rule.description.as_deref(), Some("Seldom seen."));
        assert_eq!(rule.query, text.trim_start_matches('\u{FEFF}'));
        let at = rule.query.find("count").unwrap();
        assert_eq!(rule.source.locate(at), (6, 3));
    }

    #[test]
    fn a_plain_query_is_named_after_its_file() {
        let file = read(Path::new("q.kql"), b"T | take 5");
        assert_eq!(
            (file.rules[0].name.as_str(), &file.rules[0].description),
            ("q", &None)
        );
    }

    #[test]
    fn comments_alone_are_no_query() {
        let file = read(Path::new("q.kql"), b"// only\n\n// this\n");
        assert!(file.rules.is_empty() && file.has_errors());
    }
}
