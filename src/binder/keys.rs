//! Values that rows are grouped, sorted and joined by.
//!
//! In: a bound value. Out: the value as a key. What always holds: a dynamic stays one, which is no key, but for
//! two kinds of column, which are keys as texts: one that no row gives, and one that Defender's portal has as a
//! text while Sentinel's table has it as dynamic (`data/defender-texts.csv`, of the reference pages of both).

use crate::diagnostics::{Code, Diagnostic};
use crate::plan::Expr;
use crate::symbols::ScalarType;

use super::Binder;
use super::expressions::convert;
use super::table::Scope;

static DEFENDER_TEXTS: &str = include_str!("../../data/defender-texts.csv");

impl Binder<'_> {
    /// The value as a key.
    pub(super) fn key(&mut self, scope: &Scope, expr: Expr) -> Expr {
        let Some(name) = expr.column().filter(|_| expr.ty == ScalarType::Dynamic) else {
            return expr;
        };
        if self.is_lacking(name) {
            return convert(expr, ScalarType::String);
        }
        if !is_text_in_defender(scope.origin, name) {
            return expr;
        }
        self.report(
            Diagnostic::warning(
                Code::WrongType,
                expr.span,
                format!(
                    "`{name}` is dynamic in Sentinel, where rows cannot be told apart by it; it is taken as the \
                     text that it is in Defender's portal"
                ),
            )
            .with_help(format!("convert it: `tostring({name})`")),
        );
        convert(expr, ScalarType::String)
    }
}

fn is_text_in_defender(table: Option<&str>, column: &str) -> bool {
    let mut lines = DEFENDER_TEXTS.lines().skip(1);
    table.is_some_and(|table| lines.any(|line| line.split_once(',') == Some((table, column))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::{BuiltinCatalogue, Catalogue};

    #[test]
    fn every_text_of_defender_is_dynamic_in_the_catalogue() {
        for line in DEFENDER_TEXTS.lines().skip(1) {
            let (table, column) = line.split_once(',').unwrap();
            let table = BuiltinCatalogue.table(table).unwrap();
            assert_eq!(
                table.column(column).unwrap().ty,
                ScalarType::Dynamic,
                "{line}"
            );
        }
        assert!(is_text_in_defender(
            Some("DeviceNetworkInfo"),
            "IPAddresses"
        ));
        assert!(!is_text_in_defender(Some("SigninLogs"), "LocationDetails"));
        assert!(!is_text_in_defender(None, "AdditionalFields"));
    }
}
