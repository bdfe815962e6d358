//! From the bound tree to SQL, as sqlparser's tree: no SQL is ever put together as text.
//!
//! In: [`plan::Query`]. Out: one statement. What always holds: the statement's columns are the plan's,
//! with the same names in the same order; what is shown is what runs; the same query gives the same text.
//!
//! Order. SQL forgets the order of rows between one SELECT and the next, KQL does not. Where the order
//! of a relation counts (`Relation::ordered`) and something after it depends on it, the SELECT carries
//! a hidden column, [`block::ROW`], that numbers the rows. Where there is no order, what depends on
//! order goes by value, so that threads and partitions never show. The result is sorted too.

mod block;
mod confused;
mod expand;
mod expr;
mod fold;
mod join;
mod order;
mod range;
mod relation;
mod scan;
mod summarize;
mod text;
mod window;

use datafusion::sql::sqlparser::ast::{
    Cte, CteAsMaterialized, Query, Statement, TableAlias, With,
    helpers::attached_token::AttachedToken,
};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::functions::sql::ident;
use crate::plan;
pub use text::format;

/// The SQL of a query.
#[derive(Debug, Clone)]
pub struct Generated {
    pub statement: Statement,
    /// The rows' order can only be fixed by reading files in their order on one thread (`take` over a table).
    pub sequential: bool,
}

/// What one translation carries along.
struct Generator<'a> {
    query: &'a plan::Query,
    sequential: bool,
    /// A filter is being written: there, and only there, DataFusion takes `IN (SELECT …)`.
    filtering: bool,
}

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Writes a bound query as SQL.
pub fn generate(query: &plan::Query) -> std::result::Result<Generated, Diagnostics> {
    let mut generator = Generator {
        query,
        sequential: false,
        filtering: false,
    };
    match generator.statement() {
        Ok(statement) => Ok(Generated {
            statement,
            sequential: generator.sequential,
        }),
        Err(fault) => Err(Diagnostics::from(*fault)),
    }
}

impl Generator<'_> {
    fn statement(&mut self) -> Result<Statement> {
        let mut tables = Vec::with_capacity(self.query.lets.len());
        for table in &self.query.lets {
            let body = self
                .relation(&table.relation, table.relation.ordered)?
                .into_query();
            tables.push(common_table(&table.name, body, table.materialized));
        }
        let mut query = self.result(&self.query.root)?;
        if !tables.is_empty() {
            query.with = Some(With {
                with_token: AttachedToken::empty(),
                recursive: false,
                cte_tables: tables,
            });
        }
        Ok(Statement::Query(Box::new(query)))
    }
}

fn common_table(name: &str, body: Query, materialized: bool) -> Cte {
    Cte {
        alias: TableAlias {
            explicit: false,
            name: ident(name),
            columns: Vec::new(),
            at: None,
        },
        query: Box::new(body),
        from: None,
        materialized: materialized.then_some(CteAsMaterialized::Materialized),
        closing_paren_token: AttachedToken::empty(),
    }
}

/// The functions over lambdas that the SQL calls.
pub fn higher_order_udfs() -> Vec<datafusion::logical_expr::HigherOrderUDF> {
    vec![crate::functions::scan::udf()]
}

/// The UDFs that the SQL calls beside those of functions.
pub fn udfs() -> Vec<datafusion::logical_expr::ScalarUDF> {
    let mut udfs = range::udfs();
    udfs.push(fold::udf());
    udfs.extend(crate::functions::expand::udfs());
    udfs.extend(crate::functions::parsing::udfs());
    udfs.extend(crate::functions::make_series::udfs());
    udfs
}
