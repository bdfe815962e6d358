//! mv-expand: each row once for each element of its arrays.

use super::block::{Block, ROW};
use super::order::{ascending, row_number};
use super::relation::{names, output};
use super::{Generator, Result};
use crate::functions::expand::{EXPAND, PLACE_FIELD, element_field};
use crate::functions::sql;
use crate::plan::{Expr, Relation};
use crate::symbols::ScalarType;

/// The column that holds the struct of a row's elements.
const ELEMENTS: &str = "__elements";

impl Generator<'_> {
    pub(super) fn expand(
        &mut self,
        input: &Relation,
        (values, pairs, limit): (&[Expr], bool, Option<&Expr>),
        whole: &Relation,
        row: bool,
    ) -> Result<Block> {
        let mut block = self.relation(input, row)?;
        let bare = values
            .iter()
            .flat_map(Expr::columns)
            .all(|name| block.is_bare(name));
        // DataFusion takes a join's columns beside an unnest for two of one name, and a column that replaces
        // another for that one.
        if !block.is_open() || block.is_join() || !block.is_identity() || !bare {
            block = block.closed();
        }
        let limit = match limit {
            Some(limit) => self.value(limit, &Block::unit())?,
            None => sql::typed_null(ScalarType::Long),
        };
        let mut arguments = vec![sql::boolean(pairs), limit];
        for value in values {
            arguments.push(self.value(value, &block)?);
        }
        let mut outputs = block.columns.clone();
        let list = sql::call(EXPAND, arguments);
        outputs.push(output(ELEMENTS, sql::call("unnest", vec![list])));
        block.set_columns(outputs);
        let mut block = block.closed();
        let field = |name: &str| {
            let path = vec![sql::column(ELEMENTS), sql::text(name)];
            sql::call("get_field", path)
        };
        let own = input.columns.len();
        let outputs = names(&whole.columns)
            .enumerate()
            .map(|(index, name)| {
                let value = match index.checked_sub(own) {
                    None => sql::column(name),
                    Some(index) if index < values.len() => field(&element_field(index)),
                    Some(_) => field(PLACE_FIELD),
                };
                output(name, value)
            })
            .collect();
        block.set_columns(outputs);
        if !row {
            return Ok(block);
        }
        let place = field(PLACE_FIELD);
        block.set_row(Some(match &block.row {
            Some(_) => row_number(vec![ascending(sql::column(ROW)), ascending(place)]),
            None => place,
        }));
        Ok(block.closed())
    }
}
