//! `parse kind=simple` and `kind=relaxed`: texts that part the columns, each found where it first stands.
//!
//! In: a text and the pattern's parts. Out: the columns' texts. What always holds: a pattern begins at the
//! text's start unless `*` stands first; a column last in the pattern takes the rest.

use super::spec::{Column, Part, converts, number};

pub(super) fn read(text: &str, parts: &[Part], relaxed: bool) -> Option<Vec<Option<String>>> {
    let mut found = Vec::new();
    let mut rest = text;
    // The column that ends where the next text begins.
    let mut column: Option<&Column> = None;
    // Whether anything may stand before the next text.
    let mut open = false;
    for part in parts {
        match part {
            Part::Star => {
                // A number ends by itself, and `*` takes what follows; any other column goes on.
                if let Some(number) = column.filter(|c| number(c).is_some()) {
                    let digits = leading_number(rest);
                    found.push(accepted(number, digits, relaxed)?);
                    rest = &rest[digits.len()..];
                    column = None;
                }
                open = true;
            }
            Part::Column(next) => column = Some(next),
            Part::Text(delimiter) => {
                let at = match open || column.is_some() {
                    true => rest.find(delimiter.as_str())?,
                    false => rest.starts_with(delimiter.as_str()).then_some(0)?,
                };
                if let Some(column) = column.take() {
                    found.push(accepted(column, &rest[..at], relaxed)?);
                }
                rest = &rest[at + delimiter.len()..];
                open = false;
            }
        }
    }
    if let Some(column) = column {
        found.push(accepted(column, rest, relaxed)?);
    }
    Some(found)
}

/// The column's text; None, which makes the whole text unfit, where it does not convert.
fn accepted(column: &Column, text: &str, relaxed: bool) -> Option<Option<String>> {
    match converts(column, text) {
        true => Some(Some(text.to_owned())),
        false => relaxed.then_some(None),
    }
}

fn leading_number(text: &str) -> &str {
    let end = text
        .char_indices()
        .find(|(at, c)| {
            !(c.is_ascii_digit() || (*at == 0 && matches!(c, '-' | '+')) || (*at > 0 && *c == '.'))
        })
        .map_or(text.len(), |(at, _)| at);
    text[..end].trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::ScalarType;

    fn column(name: &str, ty: ScalarType) -> Part {
        Part::Column(Column {
            name: name.into(),
            ty,
        })
    }

    fn text(text: &str) -> Part {
        Part::Text(text.into())
    }

    fn texts(values: &[&str]) -> Option<Vec<Option<String>>> {
        Some(values.iter().map(|v| Some((*v).to_owned())).collect())
    }

    #[test]
    fn columns_end_where_the_next_text_first_stands() {
        let parts = [
            text("  "),
            column("a", ScalarType::String),
            text("  "),
            column("b", ScalarType::String),
        ];
        assert_eq!(read("  x  y  z ", &parts, false), texts(&["x", "y  z "]));
        assert_eq!(read(" x  y", &parts, false), None);
    }

    #[test]
    fn a_number_ends_by_itself_before_a_star() {
        let parts = [
            Part::Star,
            text("total="),
            column("n", ScalarType::Long),
            Part::Star,
            text("id="),
            column("id", ScalarType::Long),
        ];
        assert_eq!(
            read("x total=27, other id=5", &parts, false),
            texts(&["27", "5"])
        );
    }

    #[test]
    fn what_does_not_convert_makes_the_text_unfit_unless_relaxed() {
        let parts = [
            column("a", ScalarType::String),
            text(" "),
            column("n", ScalarType::Int),
        ];
        assert_eq!(read("x y", &parts, false), None);
        assert_eq!(
            read("x y", &parts, true),
            Some(vec![Some("x".into()), None])
        );
    }
}
