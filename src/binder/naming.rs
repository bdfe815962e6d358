//! The names that Kusto gives to columns which the query does not name.
//!
//! Source: the result names that Microsoft's binder reports: most functions give none (`Column1`),
//! conversions and roundings give their first argument's, a few put a prefix before it.

use std::collections::HashMap;

use super::shape;
use super::table::Scope;
use crate::functions::registry;
use crate::syntax::ast::{Call, Expr, ExprKind, Literal};

/// The base of the numbered names.
const UNNAMED: &str = "Column";

/// Functions whose result is named as their first argument.
const FIRST_ARGUMENT: &[&str] = &[
    "abs",
    "acos",
    "asin",
    "atan",
    "atan2",
    "bin",
    "bin_at",
    "bin_auto",
    "binary_and",
    "binary_not",
    "binary_or",
    "binary_shift_left",
    "binary_shift_right",
    "binary_xor",
    "bitset_count_ones",
    "ceiling",
    "cos",
    "datetime_to_locale_string",
    "exp",
    "exp10",
    "exp2",
    "floor",
    "format_bytes",
    "format_datetime",
    "format_timespan",
    "gamma",
    "log",
    "log10",
    "log2",
    "loggamma",
    "parse_csv",
    "parse_json",
    "parse_xml",
    "parsejson",
    "pow",
    "rand",
    "round",
    "series_fill_backward",
    "series_fill_const",
    "series_fill_forward",
    "series_fill_linear",
    "series_fir",
    "series_iir",
    "series_outliers",
    "sin",
    "split",
    "sqrt",
    "startofday",
    "tan",
    "tobool",
    "toboolean",
    "todatetime",
    "todecimal",
    "todouble",
    "todynamic",
    "toguid",
    "tohex",
    "toint",
    "tolong",
    "toobject",
    "toreal",
    "tostring",
    "totime",
    "totimespan",
];

/// Conversions that do nothing, and so name a column, where the column has that type already.
const CONVERSIONS: &[&str] = &[
    "tobool",
    "todatetime",
    "todecimal",
    "todouble",
    "todynamic",
    "toguid",
    "toint",
    "tolong",
    "toreal",
    "tostring",
    "totime",
    "totimespan",
];

/// Whether a function is one of the conversions that may do nothing.
pub(super) fn is_conversion(function: &str) -> bool {
    CONVERSIONS.binary_search(&function).is_ok()
}

/// The name of an expression's column, None where it has none of its own.
pub(super) fn result_name(scope: &Scope, expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Parenthesized(inner) => result_name(scope, inner),
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Path { base, name } => Some(joined(scope, base, Some(name.text.clone()))?),
        ExprKind::Element { base, index } => joined(scope, base, index_name(scope, index)),
        ExprKind::Call(call) => call_name(scope, call),
        ExprKind::DotCall { .. }
        | ExprKind::Literal(_)
        | ExprKind::Wildcard(_)
        | ExprKind::Star
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Between { .. }
        | ExprKind::List { .. }
        | ExprKind::Datatable { .. }
        | ExprKind::ExternalData { .. }
        | ExprKind::Pipe { .. }
        | ExprKind::Source(_)
        | ExprKind::ImpliedPipe(_) => None,
    }
}

/// `d.a` is `d_a`; a base without a name leaves the step's.
fn joined(scope: &Scope, base: &Expr, step: Option<String>) -> Option<String> {
    match result_name(scope, base).filter(|name| !name.trim().is_empty()) {
        Some(left) => Some(format!("{left}_{}", step.unwrap_or_default())),
        None => step,
    }
}

fn index_name(scope: &Scope, index: &Expr) -> Option<String> {
    let ExprKind::Literal(literal) = &index.kind else {
        return result_name(scope, index);
    };
    match literal {
        Literal::String(text) => Some(text.clone()),
        Literal::Long(n) => n.map(|n| n.to_string()),
        Literal::Int(n) => n.map(|n| n.to_string()),
        Literal::Bool(_)
        | Literal::Real(_)
        | Literal::Decimal(_)
        | Literal::DateTime(_)
        | Literal::TimeSpan(_)
        | Literal::Guid(_)
        | Literal::Dynamic(_)
        | Literal::BoolNull
        | Literal::Null => None,
    }
}

fn call_name(scope: &Scope, call: &Call) -> Option<String> {
    let first = || {
        call.arguments
            .first()
            .and_then(|a| result_name(scope, &a.value))
    };
    let only = || shape::only_argument(call).and_then(|a| result_name(scope, a));
    let prefixed = |prefix: &str| Some(format!("{prefix}_{}", first().unwrap_or_default()));
    let several = call.arguments.len() > 1;
    match call.name.text.as_str() {
        "make_datetime" | "make_timespan" => only(),
        "strlen" | "string_size" | "percentile_tdigest" | "dcount_hll" => prefixed(&call.name.text),
        "gettype" => prefixed("type"),
        "hll_merge" if several => Some("hll_merged_result".to_owned()),
        "merge_tdigest" | "merge_tdigests" | "tdigest_merge" if several => {
            Some("tdigests_merge_result".to_owned())
        }
        "treepath" => prefixed("tree"),
        "repeat" => prefixed("repeat"),
        "percentiles_array_tdigest" => prefixed("percentile_tdigest"),
        "array_sort_asc" | "array_sort_desc" => Some(match first() {
            Some(name) => format!("{name}_sorted"),
            None => "array0_sorted".to_owned(),
        }),
        "ingestion_time" => Some("$IngestionTime".to_owned()),
        "column_ifexists" | "columnifexists" => {
            let [column, default] = call.arguments.as_slice() else {
                return None;
            };
            // The column where there is one, and else what stands for it.
            match shape::string(&column.value) {
                Some(name) if scope.open || scope.column(name).is_some() => Some(name.to_owned()),
                Some(_) | None => result_name(scope, &default.value),
            }
        }
        name if FIRST_ARGUMENT.binary_search(&name).is_ok() => first(),
        name => registry::aggregate(name).map(|function| {
            let names: Vec<Option<String>> = call
                .arguments
                .iter()
                .map(|a| result_name(scope, &a.value))
                .collect();
            let names: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
            function.default_name(&names)
        }),
    }
}

/// Names given so far; the next one of the same name gets a number.
#[derive(Debug, Default)]
pub(super) struct UniqueNames(HashMap<String, usize>);

impl UniqueNames {
    /// Marks a name as taken.
    pub fn reserve(&mut self, name: &str) {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), 0);
        }
    }

    /// The next numbered name that is neither taken nor one of the row's.
    pub fn unnamed(&mut self, in_row: impl Fn(&str) -> bool) -> String {
        let mut number = 1;
        let mut candidate = format!("{UNNAMED}{number}");
        while self.0.contains_key(&candidate) || in_row(&candidate) {
            number += 1;
            candidate = format!("{UNNAMED}{number}");
        }
        self.reserve(&candidate);
        candidate
    }

    /// The name itself if it is free, else with the next free number.
    pub fn take(&mut self, name: &str) -> String {
        let Some(last) = self.0.get(name).copied() else {
            self.0.insert(name.to_owned(), 0);
            return name.to_owned();
        };
        let mut suffix = last + 1;
        let mut candidate = format!("{name}{suffix}");
        while self.0.contains_key(&candidate) {
            suffix += 1;
            candidate = format!("{name}{suffix}");
        }
        self.0.insert(name.to_owned(), suffix);
        self.0.insert(candidate.clone(), 0);
        candidate
    }
}

/// Numbers the repeated ones of these names; a number is never one that another of them has.
pub(super) fn unique(names: &[&str]) -> Vec<String> {
    let mut taken = UniqueNames::default();
    for name in names {
        taken.reserve(name);
    }
    let mut seen = std::collections::HashSet::new();
    names
        .iter()
        .map(|name| match seen.insert(*name) {
            true => (*name).to_owned(),
            false => taken.take(name),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(FIRST_ARGUMENT.is_sorted());
        assert!(CONVERSIONS.is_sorted());
    }

    #[test]
    fn numbers_skip_names_that_are_taken() {
        assert_eq!(unique(&["a", "b", "a", "a1"]), ["a", "b", "a2", "a1"]);
    }
}
