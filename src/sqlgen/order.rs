//! Operators that make or use an order: sort, top, take, serialize, and the order of the result.

use datafusion::sql::sqlparser::ast::{
    self, OrderByExpr, OrderByOptions, Query, WindowSpec, WindowType,
};

use super::block::{Block, ROW};
use super::{Generator, Result};
use crate::functions::sql::{self, Sql};
use crate::plan::{Column, Expr, Relation, RelationKind, SortKey};
use crate::symbols::ScalarType;

impl Generator<'_> {
    /// The query's result: the plan's columns, strings never NULL, in an order that the same input
    /// always gives: the query's own, else by group keys, else by all columns.
    pub(super) fn result(&mut self, root: &Relation) -> Result<Query> {
        let mut block = self.ordered_rows(root)?;
        let nullable = root
            .columns
            .iter()
            .any(|c| c.nullable_string && c.ty == ScalarType::String);
        if !root.ordered && (block.is_limited() || (nullable && !block.is_open())) {
            block = block.closed();
        }
        // ORDER BY and LIMIT of an ordered result stay where they are: only the columns are dressed.
        dress(&mut block, &root.columns);
        if let (false, Some(order)) = (root.ordered, order_by_value(root)) {
            block.set_order(order);
        }
        block.set_row(None);
        Ok(block.into_query())
    }

    /// The relation with its ORDER BY on the outside, where it is ordered.
    pub(super) fn ordered_rows(&mut self, relation: &Relation) -> Result<Block> {
        if !relation.ordered {
            return self.relation(relation, false);
        }
        match &relation.kind {
            RelationKind::Sort { input, keys } => self.sort(input, keys, false),
            RelationKind::Top { input, count, keys } => self.top(input, count, keys, false),
            RelationKind::Project { input, expressions }
                if matches!(
                    input.kind,
                    RelationKind::Sort { .. } | RelationKind::Top { .. }
                ) && !renames_a_sort_key(input, &relation.columns, expressions) =>
            {
                let mut block = self.ordered_rows(input)?;
                let limited = matches!(input.kind, RelationKind::Top { .. });
                let bare = expressions
                    .iter()
                    .flat_map(Expr::columns)
                    .all(|n| block.is_bare(n));
                if limited || !bare {
                    return self.numbered(relation);
                }
                let mut outputs = Vec::with_capacity(expressions.len());
                for (column, expression) in relation.columns.iter().zip(expressions) {
                    outputs.push(super::relation::output(
                        &column.name,
                        self.expr(expression, &block)?,
                    ));
                }
                block.set_columns(outputs);
                Ok(block)
            }
            RelationKind::Table { .. }
            | RelationKind::Let { .. }
            | RelationKind::Values { .. }
            | RelationKind::Unit
            | RelationKind::Range { .. }
            | RelationKind::Where { .. }
            | RelationKind::Project { .. }
            | RelationKind::Summarize { .. }
            | RelationKind::Distinct { .. }
            | RelationKind::Take { .. }
            | RelationKind::Union { .. }
            | RelationKind::Join(_)
            | RelationKind::FirstOfEach { .. }
            | RelationKind::Serialize { .. }
            | RelationKind::Expand { .. }
            | RelationKind::Window { .. }
            | RelationKind::Scan(_)
            | RelationKind::External { .. } => self.numbered(relation),
        }
    }

    /// The relation, ordered by its row number.
    fn numbered(&mut self, relation: &Relation) -> Result<Block> {
        let mut block = self.relation(relation, true)?;
        if matches!(&block.row, Some(Sql::Value(_)) | None) {
            return Ok(block);
        }
        if !block.is_open() || !matches!(&block.row, Some(Sql::Identifier(_))) {
            block = block.closed();
        }
        block.set_order(vec![ascending(sql::column(ROW))]);
        Ok(block)
    }

    pub(super) fn sort(&mut self, input: &Relation, keys: &[SortKey], row: bool) -> Result<Block> {
        let (mut block, order) = self.sorted_input(input, keys)?;
        match row {
            true => block.set_row(Some(row_number(order))),
            false => block.set_order(order),
        }
        Ok(match row {
            true => block.closed(),
            false => block,
        })
    }

    pub(super) fn top(
        &mut self,
        input: &Relation,
        count: &Expr,
        keys: &[SortKey],
        row: bool,
    ) -> Result<Block> {
        let (mut block, order) = self.sorted_input(input, keys)?;
        let limit = self.value(count, &Block::unit())?;
        if row {
            block.set_row(Some(row_number(order)));
            block = block.closed();
            block.set_order(vec![ascending(sql::column(ROW))]);
        } else {
            block.set_row(None);
            block.set_order(order);
        }
        block.set_limit(limit);
        Ok(block)
    }

    /// The first rows: of an ordered input by its order; of a table's rows as the files have them; of
    /// anything else by value.
    pub(super) fn take(&mut self, input: &Relation, count: &Expr, row: bool) -> Result<Block> {
        let limit = self.value(count, &Block::unit())?;
        let mut block = if input.ordered && row {
            self.numbered(input)?
        } else if input.ordered {
            let block = self.ordered_rows(input)?;
            match block.is_limited() {
                true => self.numbered(input)?,
                false => block,
            }
        } else if input.source_table().is_some() {
            self.sequential = true;
            self.relation(input, false)?
        } else {
            let mut block = self.relation(input, false)?.closed();
            if let Some(order) = order_by_value(input) {
                block.set_order(order);
            }
            block
        };
        block.set_limit(limit);
        Ok(block)
    }

    /// The first rows of each key by these sort keys; equal rows go by value.
    pub(super) fn first_of_each(
        &mut self,
        input: &Relation,
        keys: &[String],
        order: &[SortKey],
        count: u64,
        row: bool,
    ) -> Result<Block> {
        let (block, order) = self.sorted_input(input, order)?;
        let block = match row {
            true => block,
            false => block.without_row(),
        };
        Ok(first_of_each(block, keys, order, count))
    }

    /// An order that counts, made of the values where there was none.
    pub(super) fn serialize(&mut self, input: &Relation, row: bool) -> Result<Block> {
        if input.ordered || !row {
            return self.relation(input, row);
        }
        let mut block = self.relation(input, false)?.closed();
        let order = order_by_value(input).unwrap_or_default();
        block.set_row(Some(row_number(order)));
        Ok(block.closed())
    }

    /// The input with its sort keys as ORDER BY items; equal rows keep the input's order, or go by
    /// value where it has none.
    fn sorted_input(
        &mut self,
        input: &Relation,
        keys: &[SortKey],
    ) -> Result<(Block, Vec<OrderByExpr>)> {
        let mut block = self.relation(input, true)?;
        let bare = keys
            .iter()
            .flat_map(|k| k.expr.columns())
            .all(|n| block.is_bare(n));
        // The order may come to stand in a window, and a row number that is one itself cannot.
        let numbered = matches!(&block.row, None | Some(Sql::Identifier(_) | Sql::Value(_)));
        // ORDER BY reads output names before input names, so the SELECT must not rename under it.
        if !block.is_open() || !bare || !block.is_identity() || !numbered {
            block = block.closed();
        }
        let mut order = Vec::with_capacity(keys.len() + 1);
        for key in keys {
            let value = self.value(&key.expr, &block)?;
            // NaN stands beside null, on the side of the numbers: "sort operator" of Microsoft's reference.
            if key.expr.ty == ScalarType::Real {
                order.push(OrderByExpr {
                    expr: sql::call("isnan", vec![value.clone()]),
                    options: OrderByOptions {
                        asc: Some(!key.nulls_first),
                        nulls_first: Some(key.nulls_first),
                    },
                    with_fill: None,
                });
            }
            order.push(OrderByExpr {
                expr: value,
                options: OrderByOptions {
                    asc: Some(!key.descending),
                    nulls_first: Some(key.nulls_first),
                },
                with_fill: None,
            });
        }
        match &block.row {
            Some(row) => order.push(ascending(row.clone())),
            None => order.extend(order_by_value(input).unwrap_or_default()),
        }
        Ok((block, order))
    }
}

/// Turns nullable strings into KQL strings.
fn dress(block: &mut Block, columns: &[Column]) {
    let mut outputs = block.columns.clone();
    for (output, column) in outputs.iter_mut().zip(columns) {
        if column.nullable_string && column.ty == ScalarType::String {
            output.sql = sql::coalesce(vec![output.sql.clone(), sql::text("")]);
        }
    }
    block.set_columns(outputs);
}

/// Group keys where the relation has them, else every column. None where there is at most one row.
fn order_by_value(relation: &Relation) -> Option<Vec<OrderByExpr>> {
    let width = match &relation.kind {
        RelationKind::Summarize { keys, .. } => keys.len(),
        RelationKind::Unit => 0,
        RelationKind::Table { .. }
        | RelationKind::Let { .. }
        | RelationKind::Values { .. }
        | RelationKind::Range { .. }
        | RelationKind::Where { .. }
        | RelationKind::Project { .. }
        | RelationKind::Distinct { .. }
        | RelationKind::Take { .. }
        | RelationKind::Sort { .. }
        | RelationKind::Top { .. }
        | RelationKind::Union { .. }
        | RelationKind::Join(_)
        | RelationKind::FirstOfEach { .. }
        | RelationKind::Serialize { .. }
        | RelationKind::Expand { .. }
        | RelationKind::Window { .. }
        | RelationKind::Scan(_)
        | RelationKind::External { .. } => relation.columns.len(),
    };
    let order: Vec<OrderByExpr> = relation.columns[..width]
        .iter()
        .map(|c| ascending(sql::column(&c.name)))
        .collect();
    (!order.is_empty()).then_some(order)
}

/// Whether a projection over a sort gives a sort key's name to something else: ORDER BY would then
/// mean the new column.
fn renames_a_sort_key(input: &Relation, columns: &[Column], expressions: &[Expr]) -> bool {
    let input_names: Vec<&str> = input.columns.iter().map(|c| c.name.as_str()).collect();
    columns.iter().zip(expressions).any(|(column, expression)| {
        let same =
            matches!(&expression.kind, crate::plan::ExprKind::Column(name) if *name == column.name);
        !same && input_names.contains(&column.name.as_str())
    })
}

pub(super) fn ascending(expr: Sql) -> OrderByExpr {
    OrderByExpr {
        expr,
        options: OrderByOptions {
            asc: Some(true),
            nulls_first: Some(true),
        },
        with_fill: None,
    }
}

/// The block's rows of rank 1 to `count` within their key; where it numbers its rows, they keep their numbers.
pub(super) fn first_of_each(
    mut block: Block,
    keys: &[String],
    order: Vec<OrderByExpr>,
    count: u64,
) -> Block {
    const RANK: &str = "__rank";
    let partition = keys.iter().map(|key| sql::column(key)).collect();
    let mut outputs = block.columns.clone();
    let shown = outputs.len();
    outputs.push(super::relation::output(
        RANK,
        row_number_within(partition, order),
    ));
    block.set_columns(outputs);
    let mut block = block.closed();
    block.add_filter(sql::binary(
        ast::BinaryOperator::LtEq,
        sql::column(RANK),
        sql::long(i64::try_from(count).unwrap_or(i64::MAX)),
    ));
    block.columns.truncate(shown);
    block
}

/// `row_number() OVER (ORDER BY …)`
pub(super) fn row_number(order_by: Vec<OrderByExpr>) -> Sql {
    row_number_within(Vec::new(), order_by)
}

/// `row_number() OVER (PARTITION BY … ORDER BY …)`
pub(super) fn row_number_within(partition_by: Vec<Sql>, order_by: Vec<OrderByExpr>) -> Sql {
    let mut function = sql::function("row_number", Vec::new());
    function.over = Some(WindowType::WindowSpec(WindowSpec {
        window_name: None,
        partition_by,
        order_by,
        window_frame: None,
    }));
    // DataFusion numbers rows in UBIGINT; what takes an order takes BIGINT.
    sql::cast(ast::Expr::Function(function), ScalarType::Long)
}
