//! Bound relations as SELECTs: sources, row-wise operators, unions.

use datafusion::sql::sqlparser::ast::{
    self, Parens, Query, SetExpr, SetOperator, SetQuantifier, TableFactor, Values,
    helpers::attached_token::AttachedToken,
};

use super::block::{Block, Output, ROW, named_table, query, table_alias};
use super::expr::internal;
use super::{Generator, Result, order};
use crate::diagnostics::Span;
use crate::functions::sql::{self, Sql};
use crate::plan::{Column, Expr, ExprKind, Relation, RelationKind};
use crate::symbols::ScalarType;

impl Generator<'_> {
    /// The relation as a SELECT. With `row` it carries the hidden row number, where it is ordered.
    pub(super) fn relation(&mut self, relation: &Relation, row: bool) -> Result<Block> {
        let row = row && relation.ordered;
        // A relation inside a filter's expression begins anew.
        let outer = std::mem::replace(&mut self.filtering, false);
        let block = match &relation.kind {
            RelationKind::Table { name } | RelationKind::External { name, .. } => {
                Block::from_factor(named_table(name), names(&relation.columns), false)
            }
            RelationKind::Let { index } => {
                let table = self
                    .query
                    .lets
                    .get(*index)
                    .ok_or_else(|| internal(relation.span, "a let table is lost"))?;
                let block = Block::from_factor(
                    named_table(&table.name),
                    names(&relation.columns),
                    table.relation.ordered,
                );
                // The hidden column of the table is there; whoever does not want it must not pass it on.
                match row {
                    true => block,
                    false => hide_row(block),
                }
            }
            RelationKind::Values { rows } => self.values(rows, &relation.columns, row)?,
            RelationKind::Unit => Block::unit(),
            RelationKind::Range { from, to, step } => {
                self.range(from, to, step, &relation.columns, relation.span)?
            }
            RelationKind::Where { input, predicate } => self.filter(input, predicate, row)?,
            RelationKind::Project { input, expressions } => {
                self.project(input, expressions, &relation.columns, row)?
            }
            RelationKind::Summarize {
                input,
                keys,
                aggregates,
            } => self.summarize(input, keys, aggregates, relation)?,
            RelationKind::Distinct { input } => self.distinct(input)?,
            RelationKind::Take { input, count } => self.take(input, count, row)?,
            RelationKind::Sort { input, keys } => self.sort(input, keys, row)?,
            RelationKind::Top { input, count, keys } => self.top(input, count, keys, row)?,
            RelationKind::Union { inputs } => self.union(inputs, relation, row)?,
            RelationKind::Join(join) => self.join(join, relation)?,
            RelationKind::FirstOfEach {
                input,
                keys,
                order,
                count,
            } => self.first_of_each(input, keys, order, *count, row)?,
            RelationKind::Serialize { input } => self.serialize(input, row)?,
            RelationKind::Expand {
                input,
                values,
                pairs,
                limit,
            } => self.expand(input, (values, *pairs, limit.as_ref()), relation, row)?,
            RelationKind::Scan(scan) => self.scan(scan, relation, row)?,
            RelationKind::Window { input, calls } => self.window(input, calls, relation)?,
        };
        self.filtering = outer;
        Ok(match row {
            true => block,
            false => block.without_row_if_pending(),
        })
    }

    /// `datatable`: constant rows with their row numbers.
    fn values(&mut self, rows: &[Vec<Expr>], columns: &[Column], row: bool) -> Result<Block> {
        let unit = Block::unit();
        if rows.is_empty() {
            let mut block = Block::unit();
            block.set_columns(
                columns
                    .iter()
                    .map(|c| output(&c.name, sql::typed_null(c.ty)))
                    .collect(),
            );
            block.add_filter(sql::boolean(false));
            return Ok(block);
        }
        let mut written = Vec::with_capacity(rows.len());
        for (index, cells) in rows.iter().enumerate() {
            let mut content = Vec::with_capacity(cells.len() + 1);
            for cell in cells {
                content.push(self.value(cell, &unit)?);
            }
            if row {
                content.push(sql::long(index as i64));
            }
            written.push(Parens {
                opening_token: AttachedToken::empty(),
                content,
                closing_token: AttachedToken::empty(),
            });
        }
        let mut alias = table_alias("t");
        let hidden = row.then_some(ROW);
        alias.columns = names(columns)
            .chain(hidden)
            .map(|name| ast::TableAliasColumnDef {
                name: sql::ident(name),
                data_type: None,
            })
            .collect();
        let values = SetExpr::Values(Values {
            explicit_row: false,
            value_keyword: false,
            rows: written,
        });
        let factor = TableFactor::Derived {
            lateral: false,
            subquery: Box::new(query(values, Vec::new(), None)),
            alias: Some(alias),
            sample: None,
        };
        let mut block = Block::from_factor(factor, names(columns), row);
        // VALUES takes its types from the cells; the declared ones count.
        block.set_columns(
            columns
                .iter()
                .map(|c| output(&c.name, sql::cast(sql::column(&c.name), c.ty)))
                .collect(),
        );
        Ok(block.closed())
    }

    /// `range x from a to b step c`: as many indices as there are steps, and the value from the index.
    fn range(
        &mut self,
        from: &Expr,
        to: &Expr,
        step: &Expr,
        columns: &[Column],
        span: Span,
    ) -> Result<Block> {
        let unit = Block::unit();
        let [column] = columns else {
            return Err(internal(span, "range has one column"));
        };
        let (from, to, step) = (
            self.value(from, &unit)?,
            self.value(to, &unit)?,
            self.value(step, &unit)?,
        );
        let counter = match column.ty {
            ScalarType::Real => "kql_range_indices_real",
            ScalarType::Bool
            | ScalarType::Int
            | ScalarType::Long
            | ScalarType::Decimal
            | ScalarType::String
            | ScalarType::DateTime
            | ScalarType::TimeSpan
            | ScalarType::Guid
            | ScalarType::Dynamic => "kql_range_indices",
        };
        let mut indices = Block::unit().without_row();
        let list = sql::call(counter, vec![from.clone(), to, step.clone()]);
        indices.set_columns(vec![output(ROW, sql::call("unnest", vec![list]))]);
        let mut block = Block::from_factor(indices.into_factor("t"), std::iter::empty(), true);
        let index = sql::cast(sql::column(ROW), column.ty);
        let value = sql::binary(
            ast::BinaryOperator::Plus,
            from,
            sql::binary(ast::BinaryOperator::Multiply, index, step),
        );
        block.set_columns(vec![output(&column.name, value)]);
        Ok(block.closed())
    }

    fn filter(&mut self, input: &Relation, predicate: &Expr, row: bool) -> Result<Block> {
        let mut block = self.relation(input, row)?;
        if !(block.is_open() && predicate.columns().all(|name| block.is_bare(name))) {
            block = block.closed();
        }
        let outer = std::mem::replace(&mut self.filtering, true);
        for conjunct in predicate.conjuncts() {
            let condition = self.expr(conjunct, &block)?;
            block.add_filter(condition);
        }
        self.filtering = outer;
        Ok(block)
    }

    fn project(
        &mut self,
        input: &Relation,
        expressions: &[Expr],
        columns: &[Column],
        row: bool,
    ) -> Result<Block> {
        let mut block = self.relation(input, row)?;
        let computes_again = expressions
            .iter()
            .filter(|e| !matches!(e.kind, ExprKind::Column(_)))
            .flat_map(Expr::columns)
            .any(|name| !block.is_bare(name));
        if !block.is_open() || computes_again {
            block = block.closed();
        }
        let mut outputs = Vec::with_capacity(columns.len());
        for (column, expression) in columns.iter().zip(expressions) {
            outputs.push(output(&column.name, self.expr(expression, &block)?));
        }
        block.set_columns(outputs);
        Ok(block)
    }

    /// All rows of all inputs, in the order of the inputs.
    fn union(&mut self, inputs: &[Relation], whole: &Relation, row: bool) -> Result<Block> {
        const BRANCH: &str = "__branch";
        let mut body: Option<SetExpr> = None;
        for (branch, input) in inputs.iter().enumerate() {
            let mut block = self.relation(input, row)?;
            if !block.is_open() {
                block = block.closed();
            }
            let mut outputs: Vec<Output> = names(&whole.columns)
                .map(|name| {
                    block
                        .column(name)
                        .cloned()
                        .map(|sql| output(name, sql))
                        .ok_or_else(|| {
                            internal(
                                input.span,
                                format!("the column `{name}` is lost in a union"),
                            )
                        })
                })
                .collect::<Result<_>>()?;
            if row {
                outputs.push(output(BRANCH, sql::long(branch as i64)));
                let number = block.row.clone();
                outputs.extend(number.map(|sql| output(ROW, sql)));
            }
            block.set_columns(outputs);
            block.set_row(None);
            let part = block.into_query().body;
            body = Some(match body {
                None => *part,
                Some(left) => SetExpr::SetOperation {
                    left: Box::new(left),
                    op: SetOperator::Union,
                    set_quantifier: SetQuantifier::All,
                    right: part,
                },
            });
        }
        let body = body.ok_or_else(|| internal(whole.span, "a union of nothing"))?;
        let mut block = Block::from_factor(
            derived(query(body, Vec::new(), None)),
            names(&whole.columns),
            false,
        );
        if row {
            let number = order::row_number(vec![
                order::ascending(sql::column(BRANCH)),
                order::ascending(sql::column(ROW)),
            ]);
            block.set_row(Some(number));
        }
        Ok(block)
    }
}

impl Block {
    /// Forgets a row number that nobody asked for.
    fn without_row_if_pending(mut self) -> Self {
        if self.row.is_some() {
            self.set_row(None);
        }
        self
    }
}

fn hide_row(mut block: Block) -> Block {
    block.set_row(None);
    block
}

fn derived(subquery: Query) -> TableFactor {
    TableFactor::Derived {
        lateral: false,
        subquery: Box::new(subquery),
        alias: Some(table_alias("t")),
        sample: None,
    }
}

pub(super) fn output(name: &str, sql: Sql) -> Output {
    Output {
        name: name.to_owned(),
        sql,
    }
}

pub(super) fn names(columns: &[Column]) -> impl Iterator<Item = &str> {
    columns.iter().map(|c| c.name.as_str())
}
