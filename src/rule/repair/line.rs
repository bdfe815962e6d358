//! Lines of a document, as its repair sees them.
//!
//! In: a document's text. Out: [`Line`]s, and what stands on one: dashes, a key, a value.
//! What always holds: a tab counts as two columns, the indentation that it is replaced with.

/// Keys that a rule has at its top. They end a text that stands unindented.
const KEYS: &[&str] = &[
    "alertDetailsOverride",
    "alertRuleTemplateName",
    "author",
    "customDetails",
    "description",
    "displayName",
    "enabled",
    "entityMappings",
    "eventGroupingSettings",
    "id",
    "incidentConfiguration",
    "kind",
    "metadata",
    "name",
    "query",
    "queryFrequency",
    "queryPeriod",
    "relevantTechniques",
    "requiredDataConnectors",
    "sentinelEntitiesMappings",
    "severity",
    "status",
    "subTechniques",
    "suppressionDuration",
    "suppressionEnabled",
    "tactics",
    "tags",
    "technique",
    "techniques",
    "templateVersion",
    "triggerOperator",
    "triggerThreshold",
    "version",
];

pub fn is_rule_key(key: &str) -> bool {
    KEYS.binary_search(&key).is_ok()
}

/// A line without its end.
#[derive(Debug, Clone, Copy)]
pub struct Line<'t> {
    /// Its first byte in the document.
    pub start: usize,
    /// The bytes of its indentation.
    pub indent: usize,
    pub text: &'t str,
}

/// What a line begins with.
#[derive(Debug, Clone, Copy)]
pub struct Structure<'t> {
    /// How many dashes of sequences.
    pub dashes: usize,
    /// The column behind them.
    pub column: usize,
    /// What follows them.
    pub body: &'t str,
}

impl<'t> Line<'t> {
    pub fn body(&self) -> &'t str {
        self.text[self.indent..].trim_end()
    }

    /// The byte behind its last character that is not white space.
    pub fn end(&self) -> usize {
        self.start + self.text.trim_end().len()
    }

    pub fn column(&self) -> usize {
        let tabs = self.text[..self.indent].matches('\t').count();
        self.indent + tabs
    }

    /// How many spaces it begins with.
    pub fn spaces(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    pub fn is_blank(&self) -> bool {
        self.body().is_empty()
    }

    pub fn is_content(&self) -> bool {
        !self.is_blank() && !self.body().starts_with('#')
    }

    pub fn structure(&self) -> Structure<'t> {
        let mut found = Structure {
            dashes: 0,
            column: self.column(),
            body: self.body(),
        };
        while let Some(rest) = found.body.strip_prefix("- ") {
            let body = rest.trim_start();
            found.dashes += 1;
            found.column += 2 + rest.len() - body.len();
            found.body = body;
        }
        if found.body == "-" {
            found.dashes += 1;
            found.column += 2;
            found.body = "";
        }
        found
    }
}

pub fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|whole| {
            let text = whole.trim_end_matches(['\n', '\r']);
            let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
            let line = Line {
                start,
                indent,
                text,
            };
            start += whole.len();
            line
        })
        .collect()
}

/// The key that a line's body begins with, and its value.
pub fn key_of(body: &str) -> Option<(&str, &str)> {
    let end = word(body)?;
    let rest = body[end..].strip_prefix(':')?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| (&body[..end], rest.trim()))
}

/// The length of the word that a text begins with.
pub fn word(body: &str) -> Option<usize> {
    if !body.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let rest = body.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.'));
    Some(rest.unwrap_or(body.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_for_their_search() {
        assert!(KEYS.is_sorted());
    }

    #[test]
    fn keys_and_dashes_are_seen() {
        assert_eq!(key_of("id: a: b"), Some(("id", "a: b")));
        assert_eq!(key_of("query:"), Some(("query", "")));
        assert_eq!(key_of("http://x"), None);
        assert_eq!(key_of("| where a: b"), None);
        let line = lines("\t- - a: 1 ")[0];
        let found = line.structure();
        assert_eq!((found.dashes, found.column, found.body), (2, 6, "a: 1"));
    }
}
