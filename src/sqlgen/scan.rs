//! `scan`: the rows of each sequence become one list, and [`kql_scan`](crate::functions::scan) walks it.

use datafusion::sql::sqlparser::ast::{
    self, LambdaFunction, LambdaFunctionParameter, LambdaSyntax, OneOrManyWithParens,
};

use super::block::{Block, ROW, named_table};
use super::expr::internal;
use super::order::{ascending, row_number};
use super::relation::{names, output};
use super::{Generator, Result};
use crate::functions::scan::{MATCH_FIELD, PLACE_FIELD, ROW_FIELD, SCAN, UNUSED};
use crate::functions::sql::{self, Sql};
use crate::plan::{Column, Expr, Relation, Scan};

/// The column that holds the list of a sequence's rows, then the struct of a row that is given.
const ROWS: &str = "__rows";

/// Stands in for the declared columns where there are none.
const NONE: &str = "__none";

impl Generator<'_> {
    pub(super) fn scan(&mut self, scan: &Scan, whole: &Relation, row: bool) -> Result<Block> {
        let input = &scan.input;
        let mut block = self.relation(input, true)?.closed();
        if block.row.is_none() {
            return Err(internal(
                whole.span,
                "the order of the rows is lost on the way to SQL",
            ));
        }
        let mut cells = Vec::new();
        for column in &input.columns {
            cells.push((column.name.as_str(), sql::column(&column.name)));
        }
        cells.push((ROW, sql::column(ROW)));
        let gathered = sql::call("array_agg", vec![structure(cells)]);
        let keys: Vec<Sql> = scan.partition.iter().map(|c| sql::column(c)).collect();
        block.set_columns(vec![output(ROWS, gathered)]);
        block.set_group_by(keys);
        let mut block = block.closed();

        let parameters = parameters(scan);
        // A stand-in whose columns are the lambda's parameters.
        let over = Block::from_factor(
            named_table(ROWS),
            parameters.iter().map(String::as_str),
            false,
        );
        let mut start = Vec::with_capacity(scan.declared.len());
        for (column, value) in scan.declared.iter().zip(&scan.start) {
            let value = sql::cast(self.value(value, &Block::unit())?, column.ty);
            start.push((column.name.as_str(), value));
        }
        if start.is_empty() {
            start.push((NONE, sql::boolean(true)));
        }
        let outputs: Vec<&str> = scan.steps.iter().map(|s| s.output.word()).collect();
        let mut arguments = vec![
            sql::column(ROWS),
            structure(start),
            sql::text(&outputs.join(",")),
        ];
        for step in &scan.steps {
            let condition = self.expr(&step.condition, &over)?;
            arguments.push(lambda(&parameters, condition));
            for (column, value) in scan.declared.iter().zip(&step.values) {
                let value = self.assigned(value, column, &over)?;
                arguments.push(lambda(&parameters, value));
            }
            if scan.declared.is_empty() {
                arguments.push(lambda(&parameters, sql::boolean(true)));
            }
        }
        let list = sql::call(SCAN, arguments);
        block.set_columns(vec![output(ROWS, sql::call("unnest", vec![list]))]);
        let mut block = block.closed();
        let field = |name: &str| sql::call("get_field", vec![sql::column(ROWS), sql::text(name)]);
        let shown = input.columns.len() + scan.declared.len();
        let outputs = names(&whole.columns)
            .enumerate()
            .map(|(index, name)| match index < shown {
                true => output(name, field(name)),
                false => output(name, field(MATCH_FIELD)),
            })
            .collect();
        block.set_columns(outputs);
        if row {
            block.set_row(Some(row_number(vec![
                ascending(field(ROW_FIELD)),
                ascending(field(PLACE_FIELD)),
            ])));
            block = block.closed();
        }
        Ok(block)
    }

    fn assigned(&mut self, value: &Expr, column: &Column, over: &Block) -> Result<Sql> {
        Ok(sql::cast(self.value(value, over)?, column.ty))
    }
}

/// The names of a lambda's parameters: the row's columns, then each step's. Where nothing is declared a
/// column stands in, since a struct has at least one field.
fn parameters(scan: &Scan) -> Vec<String> {
    let own = || scan.input.columns.iter().map(|c| c.name.as_str());
    let none = scan.declared.is_empty().then_some(NONE);
    let declared = || scan.declared.iter().map(|c| c.name.as_str()).chain(none);
    let unused = (0..UNUSED).map(|n| format!("__unused{n}"));
    let mut all: Vec<String> = unused.chain(own().map(str::to_owned)).collect();
    for step in &scan.steps {
        let columns = own().chain(declared());
        all.extend(columns.map(|c| Scan::state_column(&step.name, c)));
    }
    all
}

/// `named_struct('a', a, …)`
fn structure(cells: Vec<(&str, Sql)>) -> Sql {
    let arguments = cells
        .into_iter()
        .flat_map(|(name, value)| [sql::text(name), value])
        .collect();
    sql::call("named_struct", arguments)
}

/// `(a, b, …) -> named_struct('value', body)`. The struct is there because DataFusion takes a lambda that is
/// nothing but a parameter for a column of the rows outside, where those have several.
fn lambda(parameters: &[String], body: Sql) -> Sql {
    let parameters = parameters
        .iter()
        .map(|name| LambdaFunctionParameter {
            name: sql::ident(name),
            data_type: None,
        })
        .collect();
    ast::Expr::Lambda(LambdaFunction {
        params: OneOrManyWithParens::Many(parameters),
        body: Box::new(structure(vec![("value", body)])),
        syntax: LambdaSyntax::Arrow,
    })
}
