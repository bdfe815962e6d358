//! Texts that must stand in whatever a condition passes, so that one automaton can look for many conditions.
//!
//! In: a condition over one column as DataFusion writes it. Out: texts of which one stands, ASCII case aside,
//! in every value that passes; None where that cannot be told. What always holds: a condition that passes null
//! or `""` has no such texts.

use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

/// Predicates that pass a text only where one of their needles stands in it.
const ANY: [&str; 17] = [
    "kql_has",
    "kql_has_cs",
    "kql_has_any",
    "kql_contains",
    "kql_contains_cs",
    "kql_hasprefix",
    "kql_hasprefix_cs",
    "kql_hassuffix",
    "kql_hassuffix_cs",
    "kql_startswith",
    "kql_startswith_cs",
    "kql_endswith",
    "kql_endswith_cs",
    "kql_equals_ignore_case",
    "kql_in",
    "kql_in_ignore_case",
    "kql_has_all",
];

/// The texts, none of them empty.
pub(super) fn terms(condition: &Expr) -> Option<Vec<String>> {
    match condition {
        Expr::ScalarFunction(call) if ANY.contains(&call.name()) => {
            let (subject, needles) = call.args.split_first()?;
            let needles = needles.iter().map(text).collect::<Option<Vec<_>>>()?;
            (matches!(subject, Expr::Column(_)) && !needles.is_empty()).then_some(needles)
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
            Operator::Eq => match (left.as_ref(), right.as_ref()) {
                (Expr::Column(_), value) | (value, Expr::Column(_)) => Some(vec![text(value)?]),
                (_, _) => None,
            },
            Operator::Or => {
                let mut either = terms(left)?;
                either.extend(terms(right)?);
                Some(either)
            }
            Operator::And => terms(left).or_else(|| terms(right)),
            _ => None,
        },
        Expr::InList(InList {
            expr,
            list,
            negated: false,
        }) if matches!(expr.as_ref(), Expr::Column(_)) && !list.is_empty() => {
            list.iter().map(text).collect()
        }
        _ => None,
    }
}

/// A constant text that is its own in either case but for ASCII letters.
fn text(expr: &Expr) -> Option<String> {
    let Expr::Literal(value, _) = expr else {
        return None;
    };
    let text = value.try_as_str()??;
    (!text.is_empty() && text.is_ascii()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::scalar;

    /// A name that no function has would silently lose its speed.
    #[test]
    fn every_name_is_a_function() {
        let udfs: Vec<_> = scalar::all().into_iter().flat_map(|f| f.udfs()).collect();
        for name in ANY {
            assert!(udfs.iter().any(|udf| udf.name() == name), "{name}");
        }
    }
}
