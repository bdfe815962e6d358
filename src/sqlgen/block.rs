//! A SELECT that is being built, and what may still be added to it before it becomes a subquery.

use datafusion::sql::sqlparser::ast::{
    self, Distinct, GroupByExpr, LimitClause, OrderBy, OrderByKind, Query, Select, SelectFlavor,
    SelectItem, SetExpr, TableAlias, TableFactor, TableWithJoins,
    helpers::attached_token::AttachedToken,
};

use crate::functions::sql::{self, Sql, ident};

/// The hidden column that numbers the rows of an ordered relation.
pub const ROW: &str = "__row";

/// A column of a SELECT: its name and what it is over the FROM clause.
#[derive(Debug, Clone)]
pub struct Output {
    pub name: String,
    pub sql: Sql,
}

/// A SELECT under construction.
#[derive(Debug, Clone)]
pub struct Block {
    from: Vec<TableWithJoins>,
    pub columns: Vec<Output>,
    /// The row number, where this relation carries one.
    pub row: Option<Sql>,
    filter: Vec<Sql>,
    group_by: Option<Vec<Sql>>,
    distinct: bool,
    order_by: Vec<ast::OrderByExpr>,
    limit: Option<Sql>,
    /// Nothing but FROM so far: written as `SELECT *` where it becomes a subquery.
    pristine: bool,
}

impl Block {
    /// A SELECT of these columns of a FROM item.
    pub fn from_factor<'a>(
        factor: TableFactor,
        names: impl Iterator<Item = &'a str>,
        row: bool,
    ) -> Self {
        Self {
            from: vec![TableWithJoins {
                relation: factor,
                joins: Vec::new(),
            }],
            columns: names
                .map(|name| Output {
                    name: name.to_owned(),
                    sql: sql::column(name),
                })
                .collect(),
            row: row.then(|| sql::column(ROW)),
            filter: Vec::new(),
            group_by: None,
            distinct: false,
            order_by: Vec::new(),
            limit: None,
            pristine: true,
        }
    }

    /// A SELECT of these columns of a join.
    pub fn from_join(join: TableWithJoins, columns: Vec<Output>) -> Self {
        Self {
            from: vec![join],
            columns,
            pristine: false,
            ..Self::unit()
        }
    }

    /// A SELECT without FROM: one row.
    pub fn unit() -> Self {
        Self {
            from: Vec::new(),
            columns: Vec::new(),
            row: Some(sql::long(0)),
            filter: Vec::new(),
            group_by: None,
            distinct: false,
            order_by: Vec::new(),
            limit: None,
            pristine: false,
        }
    }

    pub fn without_row(mut self) -> Self {
        self.row = None;
        self
    }

    /// Whether a filter or new columns can still go into this SELECT.
    pub fn is_open(&self) -> bool {
        self.group_by.is_none()
            && !self.distinct
            && self.order_by.is_empty()
            && self.limit.is_none()
    }

    /// Whether its FROM clause is a join, so that its columns have the names of two sides.
    pub fn is_join(&self) -> bool {
        self.from.iter().any(|item| !item.joins.is_empty())
    }

    /// Whether it has an ORDER BY with a LIMIT, or a LIMIT alone: an outer order cannot replace it.
    pub fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// The SQL of a column over the FROM clause.
    pub fn column(&self, name: &str) -> Option<&Sql> {
        self.columns.iter().find(|c| c.name == name).map(|c| &c.sql)
    }

    /// Whether each column is the FROM clause's column of that name.
    pub fn is_identity(&self) -> bool {
        self.columns
            .iter()
            .all(|c| matches!(&c.sql, Sql::Identifier(id) if id.value == c.name))
    }

    /// Whether using the column again costs nothing and changes nothing.
    pub fn is_bare(&self, name: &str) -> bool {
        matches!(
            self.column(name),
            Some(Sql::Identifier(_) | Sql::CompoundIdentifier(_) | Sql::Value(_))
        )
    }

    pub fn add_filter(&mut self, predicate: Sql) {
        self.filter.push(predicate);
        self.pristine = false;
    }

    pub fn set_columns(&mut self, columns: Vec<Output>) {
        self.columns = columns;
        self.pristine = false;
    }

    pub fn set_row(&mut self, row: Option<Sql>) {
        self.row = row;
        self.pristine = false;
    }

    pub fn set_group_by(&mut self, keys: Vec<Sql>) {
        self.group_by = Some(keys);
        self.row = None;
        self.pristine = false;
    }

    pub fn set_distinct(&mut self) {
        self.distinct = true;
        self.row = None;
        self.pristine = false;
    }

    pub fn set_order(&mut self, order_by: Vec<ast::OrderByExpr>) {
        self.order_by = order_by;
        self.pristine = false;
    }

    pub fn set_limit(&mut self, limit: Sql) {
        self.limit = Some(limit);
        self.pristine = false;
    }

    /// This SELECT as a subquery, over which a new one begins.
    pub fn closed(self) -> Self {
        if self.pristine {
            return self;
        }
        let names: Vec<String> = self.columns.iter().map(|c| c.name.clone()).collect();
        let row = self.row.is_some();
        let factor = self.into_factor("t");
        Block::from_factor(factor, names.iter().map(String::as_str), row)
    }

    /// This SELECT as an item of a FROM clause.
    pub fn into_factor(self, alias: &str) -> TableFactor {
        TableFactor::Derived {
            lateral: false,
            subquery: Box::new(self.into_query()),
            alias: Some(table_alias(alias)),
            sample: None,
        }
    }

    /// The finished SELECT.
    pub fn into_query(self) -> Query {
        let mut projection: Vec<SelectItem> = match self.pristine {
            true => vec![SelectItem::Wildcard(
                ast::WildcardAdditionalOptions::default(),
            )],
            false => self
                .columns
                .into_iter()
                .map(|c| select_item(c.sql, &c.name))
                .collect(),
        };
        if let (Some(row), false) = (self.row, self.pristine) {
            projection.push(select_item(row, ROW));
        }
        if projection.is_empty() {
            // A relation without columns still has rows; SQL wants a column to show them.
            projection.push(select_item(sql::boolean(true), "__unit"));
        }
        let select = Select {
            select_token: AttachedToken::empty(),
            optimizer_hints: Vec::new(),
            distinct: self.distinct.then_some(Distinct::Distinct),
            select_modifiers: None,
            top: None,
            top_before_distinct: false,
            projection,
            exclude: None,
            into: None,
            from: self.from,
            lateral_views: Vec::new(),
            prewhere: None,
            selection: (!self.filter.is_empty()).then(|| sql::and(self.filter)),
            connect_by: Vec::new(),
            group_by: GroupByExpr::Expressions(self.group_by.unwrap_or_default(), Vec::new()),
            cluster_by: Vec::new(),
            distribute_by: Vec::new(),
            sort_by: Vec::new(),
            having: None,
            named_window: Vec::new(),
            qualify: None,
            window_before_qualify: false,
            value_table_mode: None,
            flavor: SelectFlavor::Standard,
        };
        query(SetExpr::Select(Box::new(select)), self.order_by, self.limit)
    }
}

/// A query of this body.
pub fn query(body: SetExpr, order_by: Vec<ast::OrderByExpr>, limit: Option<Sql>) -> Query {
    Query {
        with: None,
        body: Box::new(body),
        order_by: (!order_by.is_empty()).then_some(OrderBy {
            kind: OrderByKind::Expressions(order_by),
            interpolate: None,
        }),
        limit_clause: limit.map(|limit| LimitClause::LimitOffset {
            limit: Some(limit),
            offset: None,
            limit_by: Vec::new(),
        }),
        fetch: None,
        locks: Vec::new(),
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: Vec::new(),
    }
}

/// `sql AS "name"`, without the alias where the expression is that column.
fn select_item(sql: Sql, name: &str) -> SelectItem {
    match &sql {
        Sql::Identifier(id) if id.value == name => SelectItem::UnnamedExpr(sql),
        _ => SelectItem::ExprWithAlias {
            expr: sql,
            alias: ident(name),
        },
    }
}

pub fn table_alias(name: &str) -> TableAlias {
    TableAlias {
        explicit: true,
        name: ident(name),
        columns: Vec::new(),
        at: None,
    }
}

/// A table or a common table expression by name.
pub fn named_table(name: &str) -> TableFactor {
    TableFactor::Table {
        name: ast::ObjectName::from(vec![ident(name)]),
        alias: None,
        args: None,
        with_hints: Vec::new(),
        version: None,
        with_ordinality: false,
        partitions: Vec::new(),
        json_path: None,
        sample: None,
        index_hints: Vec::new(),
    }
}
