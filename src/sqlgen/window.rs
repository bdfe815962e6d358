//! Functions over the rows before and after, and the numbers that tell rows apart.

use datafusion::sql::sqlparser::ast::{WindowSpec, WindowType};

use super::block::{Block, ROW};
use super::confused::are_confused;
use super::expr::{fault, internal};
use super::order::{ascending, row_number};
use super::relation::output;
use super::{Generator, Result};
use crate::functions::sql::{self, Sql};
use crate::functions::{ScalarFunction, SqlArgument};
use crate::plan::{Expr, Relation, WindowCall, WindowFunction};
use crate::symbols::ScalarType;

impl Generator<'_> {
    pub(super) fn window(
        &mut self,
        input: &Relation,
        calls: &[WindowCall],
        whole: &Relation,
    ) -> Result<Block> {
        let mut block = self.relation(input, true)?.closed();
        let mut outputs = block.columns.clone();
        let mut values: Vec<Sql> = Vec::new();
        for (call, column) in calls.iter().zip(&whole.columns[input.columns.len()..]) {
            let value = self.window_call(call, column.ty, &block)?;
            if are_confused(values.iter().chain([&value])) {
                block.set_columns(outputs);
                block = block.closed();
                outputs = block.columns.clone();
                values.clear();
            }
            outputs.push(output(&column.name, value.clone()));
            values.push(value);
        }
        block.set_columns(outputs);
        Ok(block.closed())
    }

    fn window_call(&mut self, call: &WindowCall, ty: ScalarType, over: &Block) -> Result<Sql> {
        match &call.function {
            WindowFunction::RowId => {
                let order = over.row.clone().map(ascending);
                Ok(row_number(order.into_iter().collect()))
            }
            WindowFunction::Ordered {
                function,
                arguments,
            } => self.ordered_call(*function, arguments, call, ty, over),
        }
    }

    fn ordered_call(
        &mut self,
        function: &dyn ScalarFunction,
        arguments: &[Expr],
        call: &WindowCall,
        result: ScalarType,
        over: &Block,
    ) -> Result<Sql> {
        let mut given = Vec::with_capacity(arguments.len());
        for argument in arguments {
            given.push(SqlArgument {
                sql: self.value(argument, over)?,
                ty: argument.ty,
                constant: argument.constant(),
                nullable_string: false,
            });
        }
        let spans: Vec<_> = arguments.iter().map(|a| a.span).collect();
        let made = function
            .sql(&given, result)
            .map_err(|f| fault(&f, call.span, &spans))?;
        let (Sql::Function(mut made), true) = (made, over.row.is_some()) else {
            return Err(internal(
                call.span,
                "the order of the rows is lost on the way to SQL",
            ));
        };
        made.over = Some(WindowType::WindowSpec(WindowSpec {
            window_name: None,
            partition_by: call.partition.iter().map(|c| sql::column(c)).collect(),
            order_by: vec![ascending(sql::column(ROW))],
            window_frame: None,
        }));
        Ok(Sql::Function(made))
    }
}
