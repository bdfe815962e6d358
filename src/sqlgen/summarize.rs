//! summarize and distinct.

use super::block::{Block, Output};
use super::confused::are_confused;
use super::expr::fault;
use super::relation::{names, output};
use super::{Generator, Result};
use crate::functions::sql::{self, Sql};
use crate::functions::{AggregateContext, SqlArgument};
use crate::plan::{Aggregate, Expr, Relation};
use crate::symbols::ScalarType;

impl Generator<'_> {
    pub(super) fn summarize(
        &mut self,
        input: &Relation,
        keys: &[Expr],
        aggregates: &[Aggregate],
        whole: &Relation,
    ) -> Result<Block> {
        let by_order = aggregates.iter().any(|a| a.function.depends_on_order());
        let mut block = self.relation(input, by_order)?;
        let used = || {
            keys.iter()
                .chain(aggregates.iter().flat_map(|a| &a.arguments))
                .flat_map(Expr::columns)
        };
        let number_is_bare = matches!(&block.row, None | Some(Sql::Identifier(_) | Sql::Value(_)));
        if !block.is_open() || !used().all(|name| block.is_bare(name)) || !number_is_bare {
            block = block.closed();
        }
        let mut group = Vec::with_capacity(keys.len());
        for key in keys {
            group.push(self.value(key, &block)?);
        }
        if group.iter().any(is_constant) {
            // A constant in GROUP BY would mean the column at that place: give it a name first.
            block = self.with_constant_keys(block, &mut group);
        }
        let mut arguments = Vec::with_capacity(aggregates.len());
        for aggregate in aggregates {
            arguments.push(self.arguments(aggregate, &block)?);
        }
        let mut calls = calls(aggregates, &arguments, &block)?;
        if are_confused(group.iter().chain(&calls)) {
            block = with_named_arguments(block, &mut group, &mut arguments, aggregates);
            calls = self::calls(aggregates, &arguments, &block)?;
        }
        let mut outputs: Vec<Output> = names(&whole.columns)
            .zip(&group)
            .map(|(name, key)| output(name, key.clone()))
            .collect();
        let mut takes = outputs.clone();
        let unpacks = aggregates.iter().any(|a| a.results != 1);
        let mut next = keys.len();
        for (index, (aggregate, call)) in aggregates.iter().zip(calls).enumerate() {
            let columns = &whole.columns[next..next + aggregate.results];
            next += aggregate.results;
            // DataFusion does not take the same aggregate twice below a projection that unpacks one.
            let same = outputs[keys.len()..].iter().find(|o| o.sql == call);
            let same = same.filter(|_| unpacks).map(|o| o.name.clone());
            let holder = same.clone().unwrap_or_else(|| match columns {
                [column] => column.name.clone(),
                _ => format!("__aggregate{index}"),
            });
            match columns {
                [column] => takes.push(output(&column.name, sql::column(&holder))),
                _ => {
                    for (field, column) in columns.iter().enumerate() {
                        let path = vec![sql::column(&holder), sql::text(&format!("c{field}"))];
                        takes.push(output(&column.name, sql::call("get_field", path)));
                    }
                }
            }
            if same.is_none() {
                outputs.push(output(&holder, call));
            }
        }
        block.set_columns(outputs);
        block.set_group_by(group);
        if unpacks {
            block = block.closed();
            for (take, name) in takes.iter_mut().zip(names(&whole.columns)).take(keys.len()) {
                take.sql = sql::column(name);
            }
            block.set_columns(takes);
        }
        Ok(block)
    }

    /// The SQL of an aggregate's arguments over the block.
    fn arguments(&mut self, aggregate: &Aggregate, over: &Block) -> Result<Vec<Sql>> {
        let nulls = aggregate.function.takes_null_strings();
        let arguments = aggregate.arguments.iter();
        arguments
            .map(|argument| match nulls {
                true => self.expr(argument, over),
                false => self.value(argument, over),
            })
            .collect()
    }

    /// The block as a subquery in which each group key that is a constant is a column.
    fn with_constant_keys(&mut self, mut block: Block, group: &mut [Sql]) -> Block {
        let mut outputs = block.columns.clone();
        for (index, key) in group.iter_mut().enumerate() {
            let name = format!("__key{index}");
            if is_constant(key) {
                let constant = std::mem::replace(key, sql::column(&name));
                outputs.push(output(&name, constant));
            }
        }
        block.set_columns(outputs);
        block.closed()
    }

    pub(super) fn distinct(&mut self, input: &Relation) -> Result<Block> {
        let mut block = self.relation(input, false)?;
        if !block.is_open() {
            block = block.closed();
        }
        let mut outputs = block.columns.clone();
        for (out, column) in outputs.iter_mut().zip(&input.columns) {
            if column.ty == ScalarType::String && column.nullable_string {
                out.sql = sql::coalesce(vec![out.sql.clone(), sql::text("")]);
            }
        }
        block.set_columns(outputs);
        block.set_distinct();
        Ok(block)
    }
}

/// The aggregates' calls over these arguments.
fn calls(aggregates: &[Aggregate], arguments: &[Vec<Sql>], block: &Block) -> Result<Vec<Sql>> {
    let context = AggregateContext {
        ordinal: block.row.clone(),
    };
    let pairs = aggregates.iter().zip(arguments);
    pairs.map(|(a, given)| call(a, given, &context)).collect()
}

fn call(aggregate: &Aggregate, arguments: &[Sql], context: &AggregateContext) -> Result<Sql> {
    let nulls = aggregate.function.takes_null_strings();
    let given: Vec<SqlArgument> = arguments
        .iter()
        .zip(&aggregate.arguments)
        .map(|(sql, argument)| SqlArgument {
            sql: sql.clone(),
            ty: argument.ty,
            constant: argument.constant(),
            nullable_string: nulls && argument.nullable_string,
        })
        .collect();
    let spans: Vec<_> = aggregate.arguments.iter().map(|a| a.span).collect();
    aggregate
        .function
        .sql(&given, context)
        .map_err(|f| fault(&f, aggregate.span, &spans))
}

/// The block as a subquery whose columns are the group keys and the arguments, each with a name of its own.
fn with_named_arguments(
    mut block: Block,
    group: &mut [Sql],
    arguments: &mut [Vec<Sql>],
    aggregates: &[Aggregate],
) -> Block {
    let mut outputs = Vec::new();
    let mut name = |name: String, sql: &mut Sql| {
        let whole = std::mem::replace(sql, sql::column(&name));
        outputs.push(output(&name, whole));
    };
    for (index, key) in group.iter_mut().enumerate() {
        name(format!("__key{index}"), key);
    }
    for (index, (aggregate, given)) in aggregates.iter().zip(arguments).enumerate() {
        let given = given.iter_mut().zip(&aggregate.arguments).enumerate();
        for (place, (sql, _)) in given.filter(|(_, (_, a))| a.constant().is_none()) {
            name(format!("__argument{index}_{place}"), sql);
        }
    }
    block.set_columns(outputs);
    block.closed()
}

/// Whether SQL could take the expression for a place number or a constant in GROUP BY.
fn is_constant(key: &Sql) -> bool {
    match key {
        Sql::Value(_) => true,
        Sql::Cast { expr, .. } | Sql::UnaryOp { expr, .. } | Sql::Nested(expr) => is_constant(expr),
        _ => false,
    }
}
