//! What a plugin's answer rests on, and its reference leaves open otherwise.
//!
//! In: rows in an order, and conditions that each must meet. Out: the same rows. What always holds: the query
//! fails where a row does not meet one, whichever rows and columns of the result are used: each row passes through a
//! function over all rows, which no later filter gets behind.

use crate::diagnostics::Span;
use crate::functions::scalar::certain::CERTAIN_NAME;
use crate::syntax::ast::{BinaryOp, Expr};

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Style;
use crate::binder::table::Table;
use crate::binder::tree::Tree;

impl Binder<'_> {
    /// The rows, each of which must meet these conditions, or what stands beside them is said.
    pub(super) fn certain<const N: usize>(
        &mut self,
        table: Table,
        conditions: [(Expr, &str); N],
        span: Span,
    ) -> Table {
        let tree = Tree(span);
        let own = Environment::default();
        let names = conditions.each_ref().map(|_| self.hidden("sure"));
        let checks: Vec<_> = conditions
            .into_iter()
            .zip(&names)
            .map(|((condition, why), name)| {
                let holds = tree.call(CERTAIN_NAME, [condition, tree.text(why)]);
                tree.named(name, tree.call("tolong", [holds]))
            })
            .collect();
        let table = self.project_arguments(&own, table, &checks, Style::Extend, span);
        let sums: Vec<_> = names
            .iter()
            .map(|name| tree.named(name, tree.call("row_cumsum", [tree.name(name)])))
            .collect();
        let table = self.project_arguments(&own, table, &sums, Style::Extend, span);
        names.iter().fold(table, |table, name| {
            let summed = tree.binary(BinaryOp::Greater, tree.name(name), tree.long(0));
            self.filter(&own, table, &summed, span)
        })
    }
}
