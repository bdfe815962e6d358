//! `parse kind=regex`: the whole pattern as one regular expression.
//!
//! In: the pattern's parts and flags. Out: the expression, with a named group for each column. What always
//! holds: it matches from the text's start; `*` and texts are greedy unless the flag `U` turns that round.

use regex::Regex;

use super::spec::{Column, Part, converts, number};

/// The expression; `flags` are those of the operator, from `imsU`.
pub(super) fn pattern(parts: &[Part], flags: &str) -> String {
    let mut pattern = String::from(r"\A");
    if !flags.is_empty() {
        pattern.push_str(&format!("(?{flags})"));
    }
    let mut next = 0;
    for part in parts {
        match part {
            Part::Star => pattern.push_str(".*"),
            Part::Text(text) => pattern.push_str(&format!("(?:{text})")),
            Part::Column(column) => {
                let value = number(column).unwrap_or(".*");
                pattern.push_str(&format!("(?P<{}>{value})", group(next)));
                next += 1;
            }
        }
    }
    pattern
}

/// A group's name: numbers would count the groups that the query's own texts have.
fn group(column: usize) -> String {
    format!("kql{column}")
}

pub(super) fn read(text: &str, regex: &Regex, columns: &[Column]) -> Option<Vec<Option<String>>> {
    let captures = regex.captures(text)?;
    columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let found = captures.name(&group(index))?.as_str();
            converts(column, found).then(|| Some(found.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::ScalarType;

    fn read_with(text: &str, flags: &str, parts: &[Part]) -> Option<Vec<String>> {
        let columns: Vec<Column> = super::super::spec::columns(parts).cloned().collect();
        let regex = Regex::new(&pattern(parts, flags)).unwrap();
        let found = read(text, &regex, &columns)?;
        Some(found.into_iter().flatten().collect())
    }

    fn column(name: &str, ty: ScalarType) -> Part {
        Part::Column(Column {
            name: name.into(),
            ty,
        })
    }

    #[test]
    fn texts_are_greedy() {
        let parts = [
            column("a", ScalarType::String),
            Part::Text("[0-9]+".into()),
            column("b", ScalarType::String),
        ];
        let greedy = read_with("MixedCASE123end", "", &parts);
        assert_eq!(greedy, Some(vec!["MixedCASE12".into(), "end".into()]));
        let lazy = read_with("MixedCASE123end", "U", &parts);
        assert_eq!(lazy, Some(vec!["MixedCASE".into(), String::new()]));
    }

    #[test]
    fn numbers_have_digits() {
        let dot = || Part::Text(".".into());
        let parts = [
            Part::Text("v".into()),
            column("a", ScalarType::Int),
            dot(),
            column("b", ScalarType::Int),
            dot(),
            column("c", ScalarType::Int),
        ];
        let found = read_with("v1.2.3", "", &parts);
        assert_eq!(found, Some(vec!["1".into(), "2".into(), "3".into()]));
        assert_eq!(read_with("vx.2.3", "", &parts), None);
    }
}
