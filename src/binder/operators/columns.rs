//! Operators that drop, rename and reorder columns: `project-away`, `-by-names`, `-keep`, `-rename`,
//! `-reorder`.

use std::borrow::Cow;
use std::cmp::Ordering as Order;

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::{Value, json};
use crate::plan::ExprKind as Bound;
use crate::syntax::ast::{self, Direction};

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::shape;
use crate::binder::table::{Scope, Table};

impl Binder<'_> {
    pub(super) fn project_away(
        &mut self,
        environment: &Environment,
        input: Table,
        columns: &[ast::Expr],
        span: Span,
    ) -> Table {
        let away = self.places(environment, &input, columns);
        select(input, span, |place| !away.contains(&place))
    }

    pub(super) fn project_keep(
        &mut self,
        environment: &Environment,
        input: Table,
        columns: &[ast::Expr],
        span: Span,
    ) -> Table {
        let keep = self.places(environment, &input, columns);
        let mut table = select(input, span, |place| keep.contains(&place));
        // A pattern keeps unknown columns too.
        let patterns = columns.iter().any(|item| shape::pattern(item).is_some());
        table.open &= patterns;
        table.told = table.told.filter(|_| patterns);
        table
    }

    /// `project-by-names`: the columns that constants name, in their order. A name that no column has is
    /// passed over, as in Kusto.
    pub(super) fn project_by_names(
        &mut self,
        environment: &Environment,
        input: Table,
        names: &[ast::Expr],
        span: Span,
    ) -> Table {
        let mut order: Vec<usize> = Vec::new();
        for item in names {
            let Some(bound) = self.expr(&Scope::constant(environment), item) else {
                return Table {
                    open: true,
                    ..input
                };
            };
            let Some(patterns) = bound.constant().and_then(texts) else {
                self.report(
                    Diagnostic::error(
                        Code::NotConstant,
                        item.span,
                        "the names of columns are constants here",
                    )
                    .with_help("write a string, or an array of strings: `dynamic([\"a\"])`"),
                );
                return Table {
                    open: true,
                    ..input
                };
            };
            for pattern in patterns {
                let columns = input.columns().iter().enumerate();
                let found: Vec<usize> = columns
                    .filter(|(place, c)| !order.contains(place) && matches(&pattern, &c.name))
                    .map(|(place, _)| place)
                    .collect();
                order.extend(found);
            }
        }
        let names: Vec<String> = order
            .iter()
            .map(|place| input.columns()[*place].name.clone())
            .collect();
        let picks: Vec<(usize, &str)> = order
            .into_iter()
            .zip(names.iter().map(String::as_str))
            .collect();
        let mut table = input.select(span, &picks);
        table.open = false;
        table.told = None;
        table
    }

    pub(super) fn project_rename(
        &mut self,
        environment: &Environment,
        input: Table,
        arguments: &[ast::Argument],
        span: Span,
    ) -> Table {
        let mut names: Vec<String> = input.columns().iter().map(|c| c.name.clone()).collect();
        for argument in arguments {
            let [new] = argument.names.as_slice() else {
                self.report(
                    Diagnostic::error(
                        Code::BadArgument,
                        argument.value.span,
                        "`project-rename` gives a column a new name",
                    )
                    .with_help("write `new = old`"),
                );
                continue;
            };
            let places = self.places(environment, &input, std::slice::from_ref(&argument.value));
            let taken = names.iter().position(|n| *n == new.text);
            match (places.as_slice(), taken) {
                ([place], Some(other)) if other != *place => self.error(
                    Code::DuplicateName,
                    new.span,
                    format!("a column named `{}` is already there", new.text),
                ),
                ([place], _) => names[*place].clone_from(&new.text),
                (_, _) => {}
            }
        }
        let picks: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
        input.select(span, &picks)
    }

    pub(super) fn project_reorder(
        &mut self,
        environment: &Environment,
        input: Table,
        columns: &[ast::Ordering],
        span: Span,
    ) -> Table {
        let mut order: Vec<usize> = Vec::with_capacity(input.columns().len());
        let mut named = vec![false; input.columns().len()];
        for column in columns {
            let mut places = self.places(environment, &input, std::slice::from_ref(&column.expr));
            places.retain(|place| !std::mem::replace(&mut named[*place], true));
            if let Some(direction) = column.direction {
                let name = |place: &usize| input.columns()[*place].name.as_str();
                places.sort_by(|a, b| compare(name(a), name(b), direction));
            }
            order.append(&mut places);
        }
        order.extend((0..named.len()).filter(|place| !named[*place]));
        let names: Vec<String> = order
            .iter()
            .map(|place| input.columns()[*place].name.clone())
            .collect();
        let picks: Vec<(usize, &str)> = order
            .into_iter()
            .zip(names.iter().map(String::as_str))
            .collect();
        input.select(span, &picks)
    }

    /// The places of the columns that a list names, by name or by pattern.
    fn places(
        &mut self,
        environment: &Environment,
        input: &Table,
        list: &[ast::Expr],
    ) -> Vec<usize> {
        let mut places = Vec::new();
        for item in list {
            let Some(pattern) = shape::pattern(item) else {
                places.extend(self.place(environment, input, item));
                continue;
            };
            let matching = input.columns().iter().enumerate();
            places.extend(
                matching
                    .filter(|(_, c)| matches(pattern, &c.name))
                    .map(|(place, _)| place),
            );
        }
        places
    }

    /// The place of the column that is named.
    fn place(
        &mut self,
        environment: &Environment,
        input: &Table,
        item: &ast::Expr,
    ) -> Option<usize> {
        let bound = self.expr(&input.scope(environment), item);
        let name = match bound.as_ref().map(|b| &b.kind) {
            Some(Bound::Column(name)) => Some(name.as_str()),
            Some(
                Bound::Literal(_)
                | Bound::AsOf
                | Bound::Call { .. }
                | Bound::Convert(_)
                | Bound::Scalar(_)
                | Bound::InTable { .. },
            ) => {
                self.error(
                    Code::BadArgument,
                    item.span,
                    "the name of a column must stand here",
                );
                None
            }
            // A column whose type is not known has its name all the same.
            None => shape::name(item),
        }?;
        input.columns().iter().position(|c| c.name == name)
    }
}

/// The texts of a string or of an array of strings.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Dynamic(json) => json::parse(json)?
            .elements()
            .map(|element| element.string().map(Cow::into_owned))
            .collect(),
        Value::Null(_)
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Long(_)
        | Value::Real(_)
        | Value::Decimal(_)
        | Value::DateTime(_)
        | Value::TimeSpan(_)
        | Value::Guid(_) => None,
    }
}

fn select(input: Table, span: Span, keep: impl Fn(usize) -> bool) -> Table {
    let names: Vec<(usize, String)> = input
        .columns()
        .iter()
        .enumerate()
        .filter(|(place, _)| keep(*place))
        .map(|(place, column)| (place, column.name.clone()))
        .collect();
    let picks: Vec<(usize, &str)> = names.iter().map(|(p, n)| (*p, n.as_str())).collect();
    input.select(span, &picks)
}

/// Whether a name fits a pattern, in which `*` stands for any text.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn compare(a: &str, b: &str, direction: Direction) -> Order {
    let plain = || {
        a.to_lowercase()
            .cmp(&b.to_lowercase())
            .then_with(|| a.cmp(b))
    };
    match direction {
        Direction::Ascending => plain(),
        Direction::Descending => plain().reverse(),
        Direction::GrannyAscending => granny(a, b),
        Direction::GrannyDescending => granny(a, b).reverse(),
    }
}

/// By text and number: `a2` goes before `a10`.
fn granny(a: &str, b: &str) -> Order {
    let (left, right) = (runs(a), runs(b));
    for (x, y) in left.iter().zip(&right) {
        let order = match (x.parse::<u64>(), y.parse::<u64>()) {
            (Ok(x), Ok(y)) => x.cmp(&y),
            (_, _) => x.to_lowercase().cmp(&y.to_lowercase()),
        };
        if order != Order::Equal {
            return order;
        }
    }
    left.len().cmp(&right.len()).then_with(|| a.cmp(b))
}

/// Runs of digits and runs of anything else.
fn runs(text: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut start = 0;
    let mut digits = None;
    for (at, c) in text.char_indices() {
        let is_digit = c.is_ascii_digit();
        if digits.is_some_and(|d| d != is_digit) {
            runs.push(&text[start..at]);
            start = at;
        }
        digits = Some(is_digit);
    }
    runs.push(&text[start..]);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(matches("Device*", "DeviceName"));
        assert!(matches("*", "x"));
        assert!(matches("*Process*Id", "InitiatingProcessParentId"));
        assert!(!matches("*Process*Id", "ProcessI"));
        assert!(!matches("Device*Id", "DeviceName"));
        assert!(!matches("ab*ba", "aba"));
    }

    #[test]
    fn granny_counts() {
        let mut names = ["a10", "a2", "b1", "a1"];
        names.sort_by(|a, b| granny(a, b));
        assert_eq!(names, ["a1", "a2", "a10", "b1"]);
    }
}
