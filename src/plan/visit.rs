//! Walks over the bound tree, so that no reader of it repeats the list of its nodes.

use super::{Expr, ExprKind, Query, Relation, RelationKind, WindowFunction};

impl Relation {
    /// The relations straight below, subqueries of expressions left out.
    pub fn inputs(&self) -> Vec<&Relation> {
        match &self.kind {
            RelationKind::Table { .. }
            | RelationKind::Let { .. }
            | RelationKind::Values { .. }
            | RelationKind::Unit
            | RelationKind::External { .. }
            | RelationKind::Range { .. } => Vec::new(),
            RelationKind::Where { input, .. }
            | RelationKind::Project { input, .. }
            | RelationKind::Summarize { input, .. }
            | RelationKind::Distinct { input }
            | RelationKind::Take { input, .. }
            | RelationKind::Sort { input, .. }
            | RelationKind::Top { input, .. }
            | RelationKind::FirstOfEach { input, .. }
            | RelationKind::Expand { input, .. }
            | RelationKind::Window { input, .. }
            | RelationKind::Serialize { input } => vec![input],
            RelationKind::Union { inputs } => inputs.iter().collect(),
            RelationKind::Join(join) => vec![&join.left, &join.right],
            RelationKind::Scan(scan) => vec![&scan.input],
        }
    }

    /// The relations straight below, to change them.
    pub fn inputs_mut(&mut self) -> Vec<&mut Relation> {
        match &mut self.kind {
            RelationKind::Table { .. }
            | RelationKind::Let { .. }
            | RelationKind::Values { .. }
            | RelationKind::Unit
            | RelationKind::External { .. }
            | RelationKind::Range { .. } => Vec::new(),
            RelationKind::Where { input, .. }
            | RelationKind::Project { input, .. }
            | RelationKind::Summarize { input, .. }
            | RelationKind::Distinct { input }
            | RelationKind::Take { input, .. }
            | RelationKind::Sort { input, .. }
            | RelationKind::Top { input, .. }
            | RelationKind::FirstOfEach { input, .. }
            | RelationKind::Expand { input, .. }
            | RelationKind::Window { input, .. }
            | RelationKind::Serialize { input } => vec![input],
            RelationKind::Union { inputs } => inputs.iter_mut().collect(),
            RelationKind::Join(join) => vec![&mut join.left, &mut join.right],
            RelationKind::Scan(scan) => vec![&mut scan.input],
        }
    }

    /// The name of the lake's table that this is.
    pub fn table_name(&self) -> Option<&str> {
        match &self.kind {
            RelationKind::Table { name } => Some(name),
            RelationKind::Let { .. }
            | RelationKind::Values { .. }
            | RelationKind::Unit
            | RelationKind::Range { .. }
            | RelationKind::Where { .. }
            | RelationKind::Project { .. }
            | RelationKind::Summarize { .. }
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
            | RelationKind::External { .. } => None,
        }
    }

    /// The table that the rows are of, one for one: nothing but filters and new columns stands over it.
    pub fn source_table(&self) -> Option<&Relation> {
        let mut at = self;
        while let RelationKind::Where { input, .. } | RelationKind::Project { input, .. } = &at.kind
        {
            at = input;
        }
        at.table_name().map(|_| at)
    }

    /// The operator's own expressions.
    pub fn expressions(&self) -> Vec<&Expr> {
        match &self.kind {
            RelationKind::Table { .. }
            | RelationKind::Let { .. }
            | RelationKind::Unit
            | RelationKind::Distinct { .. }
            | RelationKind::Union { .. }
            | RelationKind::Serialize { .. }
            | RelationKind::External { .. } => Vec::new(),
            RelationKind::Values { rows } => rows.iter().flatten().collect(),
            RelationKind::Range { from, to, step } => vec![from, to, step],
            RelationKind::Where { predicate, .. } => vec![predicate],
            RelationKind::Project { expressions, .. } => expressions.iter().collect(),
            RelationKind::Summarize {
                keys, aggregates, ..
            } => keys
                .iter()
                .chain(aggregates.iter().flat_map(|a| &a.arguments))
                .collect(),
            RelationKind::Take { count, .. } => vec![count],
            RelationKind::Sort { keys, .. } | RelationKind::FirstOfEach { order: keys, .. } => {
                keys.iter().map(|k| &k.expr).collect()
            }
            RelationKind::Top { count, keys, .. } => {
                keys.iter().map(|k| &k.expr).chain([count]).collect()
            }
            RelationKind::Join(join) => join.on.iter().flat_map(|(l, r)| [l, r]).collect(),
            RelationKind::Expand { values, limit, .. } => values.iter().chain(limit).collect(),
            RelationKind::Scan(scan) => scan
                .steps
                .iter()
                .flat_map(|step| step.values.iter().chain([&step.condition]))
                .chain(&scan.start)
                .collect(),
            RelationKind::Window { calls, .. } => {
                calls.iter().flat_map(|c| c.function.arguments()).collect()
            }
        }
    }

    /// The operator's own expressions, to change them.
    pub fn expressions_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
            RelationKind::Table { .. }
            | RelationKind::Let { .. }
            | RelationKind::Unit
            | RelationKind::Distinct { .. }
            | RelationKind::Union { .. }
            | RelationKind::Serialize { .. }
            | RelationKind::External { .. } => Vec::new(),
            RelationKind::Values { rows } => rows.iter_mut().flatten().collect(),
            RelationKind::Range { from, to, step } => vec![from, to, step],
            RelationKind::Where { predicate, .. } => vec![predicate],
            RelationKind::Project { expressions, .. } => expressions.iter_mut().collect(),
            RelationKind::Summarize {
                keys, aggregates, ..
            } => keys
                .iter_mut()
                .chain(aggregates.iter_mut().flat_map(|a| &mut a.arguments))
                .collect(),
            RelationKind::Take { count, .. } => vec![count],
            RelationKind::Sort { keys, .. } | RelationKind::FirstOfEach { order: keys, .. } => {
                keys.iter_mut().map(|k| &mut k.expr).collect()
            }
            RelationKind::Top { count, keys, .. } => keys
                .iter_mut()
                .map(|k| &mut k.expr)
                .chain([count])
                .collect(),
            RelationKind::Join(join) => join.on.iter_mut().flat_map(|(l, r)| [l, r]).collect(),
            RelationKind::Expand { values, limit, .. } => values.iter_mut().chain(limit).collect(),
            RelationKind::Scan(scan) => scan
                .steps
                .iter_mut()
                .flat_map(|step| step.values.iter_mut().chain([&mut step.condition]))
                .chain(&mut scan.start)
                .collect(),
            RelationKind::Window { calls, .. } => calls
                .iter_mut()
                .flat_map(|c| c.function.arguments_mut())
                .collect(),
        }
    }
}

impl Query {
    /// Every relation of the query, those of subqueries included.
    pub fn relations(&self) -> impl Iterator<Item = &Relation> {
        let mut rest: Vec<&Relation> = self.lets.iter().map(|l| &l.relation).collect();
        rest.push(&self.root);
        rest.reverse();
        std::iter::from_fn(move || {
            let next = rest.pop()?;
            rest.extend(next.inputs());
            let expressions = next.expressions();
            rest.extend(
                expressions
                    .into_iter()
                    .flat_map(Expr::walk)
                    .filter_map(Expr::subquery),
            );
            Some(next)
        })
    }
}

impl WindowFunction {
    pub fn arguments(&self) -> &[Expr] {
        match self {
            Self::RowId => &[],
            Self::Ordered { arguments, .. } => arguments,
        }
    }

    fn arguments_mut(&mut self) -> &mut [Expr] {
        match self {
            Self::RowId => &mut [],
            Self::Ordered { arguments, .. } => arguments,
        }
    }
}

impl Expr {
    /// The expressions straight below.
    pub fn operands(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::AsOf | ExprKind::Scalar(_) => {
                Vec::new()
            }
            ExprKind::Call { arguments, .. } => arguments.iter().collect(),
            ExprKind::Convert(operand) => vec![operand],
            ExprKind::InTable { subject, .. } => vec![subject],
        }
    }

    /// The table behind `toscalar` or `in (table)`.
    pub fn subquery(&self) -> Option<&Relation> {
        match &self.kind {
            ExprKind::Scalar(table) | ExprKind::InTable { table, .. } => Some(table),
            ExprKind::Column(_)
            | ExprKind::Literal(_)
            | ExprKind::AsOf
            | ExprKind::Call { .. }
            | ExprKind::Convert(_) => None,
        }
    }

    /// The expression and everything below it, subqueries left out.
    pub fn walk(&self) -> impl Iterator<Item = &Expr> {
        let mut rest = vec![self];
        std::iter::from_fn(move || {
            let next = rest.pop()?;
            rest.extend(next.operands());
            Some(next)
        })
    }

    /// Changes each subquery below, however deep.
    pub fn for_each_subquery_mut(&mut self, change: &mut dyn FnMut(&mut Relation)) {
        match &mut self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::AsOf => {}
            ExprKind::Call { arguments, .. } => {
                for argument in arguments {
                    argument.for_each_subquery_mut(change);
                }
            }
            ExprKind::Convert(operand) => operand.for_each_subquery_mut(change),
            ExprKind::Scalar(table) => change(table),
            ExprKind::InTable { subject, table, .. } => {
                subject.for_each_subquery_mut(change);
                change(table);
            }
        }
    }

    /// The column that it is, and nothing more.
    pub fn column(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Column(name) => Some(name),
            ExprKind::Literal(_)
            | ExprKind::AsOf
            | ExprKind::Call { .. }
            | ExprKind::Convert(_)
            | ExprKind::Scalar(_)
            | ExprKind::InTable { .. } => None,
        }
    }

    /// The columns that it names, each time it names them.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.walk().filter_map(Expr::column)
    }

    /// The conjuncts of a predicate: `and` is split, whatever else is one conjunct.
    pub fn conjuncts(&self) -> Vec<&Expr> {
        let mut found = Vec::new();
        let mut rest = vec![self];
        while let Some(next) = rest.pop() {
            match &next.kind {
                ExprKind::Call {
                    function,
                    arguments,
                } if function.name() == "and" => rest.extend(arguments.iter().rev()),
                _ => found.push(next),
            }
        }
        found
    }
}
