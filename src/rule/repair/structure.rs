//! Keys, sequences and one-line values that do not stand as YAML wants them.
//!
//! In: lines of structure, as [`super::Pass`] walks over them. Out: white space, quotes and a
//! missing key for them.
//! What always holds: a line moves together with what is nested in it.

use serde_yaml::Value;

use super::super::offsets::Edit;
use super::line::{Line, is_rule_key, key_of, word};
use super::{Pass, Repair};

impl<'t> Pass<'t> {
    /// Tabs before a key or a dash become two spaces each.
    pub(super) fn untab(&mut self, line: Line<'t>) {
        let tabs = line.text[..line.indent].match_indices('\t');
        let edits: Vec<Edit> = tabs
            .map(|(i, _)| Edit {
                at: line.start + i,
                remove: 1,
                insert: "  ".to_owned(),
            })
            .collect();
        if !edits.is_empty() {
            let what = "indented with tabs; taken as two spaces each";
            self.note(line, edits, what.to_owned());
        }
    }

    /// `name:Value`, without the space.
    pub(super) fn glued_key(&mut self, line: Line<'t>) -> Option<(&'t str, &'t str)> {
        let body = line.body();
        let end = word(body)?;
        let value = body[end..].strip_prefix(':')?;
        let key = &body[..end];
        if !is_rule_key(key) || self.seen.contains(&key) {
            return None;
        }
        let at = line.start + line.indent + end + 1;
        let what = format!("no space behind `{key}:`; put there");
        self.note(line, vec![Edit::insert(at, " ")], what);
        Some((key, value))
    }

    /// A key at the column of the dash that it belongs under, as in
    /// `    - connectorId: X` over `    dataTypes:`.
    pub(super) fn key_at_dash(&mut self, at: usize, key: &str, column: usize) -> Option<usize> {
        let open = self.sequence?;
        // At the column of the key that the sequence belongs to, this is that key's sibling.
        if column != open.dash || open.parent.is_none_or(|parent| parent >= column) {
            return None;
        }
        let shift = open.item - open.dash;
        let end = self.nested_end(at, column);
        let edits = self.shift(at, end, shift);
        let what = format!("`{key}` stands at the column of the dash that it belongs under");
        self.note(
            self.lines[at],
            edits,
            format!("{what}; moved {shift} columns in"),
        );
        Some(end)
    }

    /// The line behind those that belong to the key on line `at`: deeper ones, and items without
    /// keys of their own at the key's column.
    fn nested_end(&self, at: usize, column: usize) -> usize {
        (at + 1..self.lines.len())
            .find(|i| {
                let line = &self.lines[*i];
                let item = line.structure();
                let own_item =
                    line.column() == column && item.dashes > 0 && key_of(item.body).is_none();
                line.is_content() && line.column() <= column && !own_item
            })
            .unwrap_or(self.lines.len())
    }

    fn shift(&mut self, from: usize, to: usize, columns: usize) -> Vec<Edit> {
        let mut edits = Vec::new();
        for i in from..to {
            let line = self.lines[i];
            if i > from && line.is_content() {
                self.untab(line);
            }
            if !line.is_blank() {
                edits.push(Edit::insert(line.start, " ".repeat(columns)));
            }
        }
        edits
    }

    /// In a flattened file all keys stand at the top: those that only a connector or an entity
    /// has are moved back under it.
    pub(super) fn flattened_child(&mut self, at: usize) -> Option<usize> {
        let line = self.lines[at];
        let item = line.structure();
        let (key, _) = key_of(item.body)?;
        let under = match (self.section, key) {
            ("requiredDataConnectors", "dataTypes") => 2,
            ("entityMappings", "fieldMappings") => 2,
            ("entityMappings", "columnName") => 4,
            ("eventGroupingSettings", "aggregationKind") => 2,
            _ => return None,
        };
        let end = self.flattened_end(at, key);
        let edits = self.shift(at, end, under);
        self.out.push(Repair {
            what: format!("`{key}` stands at the top; moved under `{}`", self.section),
            at: line.start + line.indent..line.end(),
            edits,
            changes_meaning: true,
        });
        Some(end)
    }

    /// The items that belong to a moved key move with it.
    fn flattened_end(&self, at: usize, key: &str) -> usize {
        let Some(base) = self.base else { return at + 1 };
        (at + 1..self.lines.len())
            .find(|i| {
                let line = &self.lines[*i];
                let item = line.structure();
                let own_item = item.dashes > 0
                    && match key {
                        "dataTypes" => key_of(item.body).is_none(),
                        "fieldMappings" => {
                            key_of(item.body).is_some_and(|(key, _)| key == "identifier")
                        }
                        _ => false,
                    };
                line.is_content() && line.column() <= base && !own_item
            })
            .unwrap_or(self.lines.len())
    }

    /// `- entityType: IP` with deeper items but without `fieldMappings:` between them.
    pub(super) fn missing_field_mappings(&mut self, at: usize, end: usize, column: usize) -> bool {
        let Some(first) = (at + 1..end).find(|i| self.lines[*i].is_content()) else {
            return false;
        };
        let line = self.lines[first];
        let item = line.structure();
        if item.dashes == 0 || key_of(item.body).is_none_or(|(key, _)| key != "identifier") {
            return false;
        }
        let key = format!("{}fieldMappings:\n", " ".repeat(column));
        let what = "`fieldMappings:` is missing above; put there";
        self.note(line, vec![Edit::insert(line.start, key)], what.to_owned());
        self.open_key = Some(column);
        true
    }

    /// A value on its key's line that YAML would not take as text, such as `name: Tool: use`.
    pub(super) fn quote(&mut self, key: &str, value: &str, at: usize) {
        let Some(inner) = unquotable(value) else {
            return;
        };
        // How a quoted query's inner quotes were meant cannot be known.
        if inner.len() < value.len() && key.eq_ignore_ascii_case("query") {
            return;
        }
        let wrapped = inner.len() < value.len();
        let start = if wrapped { at + 1 } else { at };
        let inside = inner.match_indices('\'');
        let mut edits: Vec<Edit> = inside.map(|(i, _)| Edit::insert(start + i, "'")).collect();
        if !wrapped {
            edits.insert(0, Edit::insert(at, "'"));
            edits.push(Edit::insert(at + value.len(), "'"));
        }
        self.out.push(Repair {
            what: format!("the value of `{key}` is not plain YAML text; put in quotes"),
            at: at..at + value.len(),
            edits,
            changes_meaning: false,
        });
    }
}

/// The text of a one-line value that must be quoted: without its single quotes, where it has them
/// and others inside. `None` for a value that is good as it is, or cannot be helped.
fn unquotable(value: &str) -> Option<&str> {
    // An alias is good only in its document; tags and anchors carry meaning.
    let is_name = |name: &str| !name.is_empty() && name.chars().all(char::is_alphanumeric);
    if value.starts_with(['&', '!', '"']) || value.strip_prefix('*').is_some_and(is_name) {
        return None;
    }
    let good = match serde_yaml::from_str::<Value>(value) {
        Ok(Value::Mapping(_)) => value.starts_with('{'),
        Ok(Value::Sequence(_)) => value.starts_with('['),
        Ok(_) => true,
        Err(_) => false,
    };
    if good {
        return None;
    }
    let opens_only = value.starts_with(['{', '[']) && !value.ends_with(['}', ']']);
    if opens_only && !value.contains(['}', ']']) {
        return None;
    }
    match value.strip_prefix('\'') {
        Some(rest) => rest.strip_suffix('\'').filter(|inner| !inner.is_empty()),
        None => Some(value),
    }
}
