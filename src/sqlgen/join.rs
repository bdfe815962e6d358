//! join in every kind: null matches null, and a string is never null.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Join as SqlJoin, JoinConstraint, JoinOperator, TableWithJoins,
};

use super::block::{Block, Output};
use super::order::{ascending, first_of_each};
use super::relation::output;
use super::{Generator, Result};
use crate::functions::sql::{self, Sql};
use crate::plan::{Expr, Join, JoinKind, Relation, Side};
use crate::symbols::ScalarType;

const LEFT: &str = "l";
const RIGHT: &str = "r";

impl Generator<'_> {
    pub(super) fn join(&mut self, join: &Join, whole: &Relation) -> Result<Block> {
        let left_keys: Vec<&Expr> = join.on.iter().map(|(left, _)| left).collect();
        let right_keys: Vec<&Expr> = join.on.iter().map(|(_, right)| right).collect();
        let left = self.keyed(&join.left, &left_keys)?;
        let left = match join.kind {
            // innerunique: the first row of each key, by the input's order or else by value.
            JoinKind::InnerUnique => {
                let keys = (0..left_keys.len()).map(key_name).collect::<Vec<_>>();
                let left = left.closed();
                let order = match left.row.clone() {
                    Some(row) => vec![ascending(row)],
                    None => super::relation::names(&join.left.columns)
                        .map(|name| ascending(sql::column(name)))
                        .collect(),
                };
                first_of_each(left.without_row(), &keys, order, 1)
            }
            JoinKind::Inner
            | JoinKind::LeftOuter
            | JoinKind::RightOuter
            | JoinKind::FullOuter
            | JoinKind::LeftSemi
            | JoinKind::LeftAnti
            | JoinKind::RightSemi
            | JoinKind::RightAnti => left,
        };
        let right = self.keyed(&join.right, &right_keys)?;
        let condition = JoinConstraint::On(condition(&join.on));
        let operator = match join.kind {
            JoinKind::InnerUnique | JoinKind::Inner => JoinOperator::Inner(condition),
            JoinKind::LeftOuter => JoinOperator::LeftOuter(condition),
            JoinKind::RightOuter => JoinOperator::RightOuter(condition),
            JoinKind::FullOuter => JoinOperator::FullOuter(condition),
            JoinKind::LeftSemi => JoinOperator::LeftSemi(condition),
            JoinKind::LeftAnti => JoinOperator::LeftAnti(condition),
            JoinKind::RightSemi => JoinOperator::RightSemi(condition),
            JoinKind::RightAnti => JoinOperator::RightAnti(condition),
        };
        let joined = TableWithJoins {
            relation: left.into_factor(LEFT),
            joins: vec![SqlJoin {
                relation: right.into_factor(RIGHT),
                global: false,
                join_operator: operator,
            }],
        };
        let outputs: Vec<Output> = whole
            .columns
            .iter()
            .zip(&join.output)
            .map(|(column, from)| {
                let side = match from.side {
                    Side::Left => LEFT,
                    Side::Right => RIGHT,
                };
                let value = sql::qualified(side, &from.column);
                // A side without a match gives "" for a string.
                let filled = match (column.ty, column.nullable_string) {
                    (ScalarType::String, false) => sql::coalesce(vec![value, sql::text("")]),
                    _ => value,
                };
                output(&column.name, filled)
            })
            .collect();
        Ok(Block::from_join(joined, outputs).without_row())
    }

    /// A side with its key expressions as extra columns.
    fn keyed(&mut self, side: &Relation, keys: &[&Expr]) -> Result<Block> {
        let mut block = self.relation(side, true)?;
        if !block.is_open() {
            block = block.closed();
        }
        let mut outputs = block.columns.clone();
        for (index, key) in keys.iter().enumerate() {
            outputs.push(output(&key_name(index), self.value(key, &block)?));
        }
        block.set_columns(outputs);
        Ok(block)
    }
}

fn key_name(index: usize) -> String {
    format!("__key{index}")
}

/// All keys equal. Strings are never NULL here; for other types null matches null, and then all keys
/// are compared alike, since DataFusion joins by hash on one sort of equality.
fn condition(on: &[(Expr, Expr)]) -> Sql {
    let strings_only = on.iter().all(|(left, _)| left.ty == ScalarType::String);
    sql::and((0..on.len()).map(|i| {
        let left = sql::qualified(LEFT, &key_name(i));
        let right = sql::qualified(RIGHT, &key_name(i));
        match strings_only {
            true => sql::binary(BinaryOperator::Eq, left, right),
            false => sql::is_not_distinct_from(left, right),
        }
    }))
}
