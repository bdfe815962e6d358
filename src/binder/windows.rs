//! Functions over ordered rows (`prev`, `row_number`): collected from an operator's expressions, and
//! computed below it.
//!
//! In: calls, met while expressions are bound. Out: a table with a hidden column for each of them. What
//! always holds: a call that stands in another's arguments is computed before it.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::{ScalarFunction, Value};
use crate::plan::{Column, Expr, ExprKind, Relation, RelationKind, WindowCall, WindowFunction};
use crate::symbols::ScalarType;

use super::Binder;
use super::expressions::stands_over_row;
use super::file_time;
use super::table::{Table, column_expr};

/// What was met so far in an operator's expressions.
#[derive(Debug, Default)]
pub(super) struct Windows {
    /// Calls, each with the column that holds its values.
    calls: Vec<(WindowCall, Column)>,
    /// Whether the rows have an order that such calls may follow.
    serialized: bool,
    /// The column that numbers the rows, where something is drawn for each of them.
    numbers: Option<Column>,
    /// Whether the rows can have the time of their files with them, and whether they must.
    has_files: bool,
    file_time: bool,
}

impl Binder<'_> {
    /// Binds expressions over a table whose rows may be in order; then the table has the columns of the
    /// functions over ordered rows, hidden ones.
    pub(super) fn with_windows<R>(
        &mut self,
        input: Table,
        bind: impl FnOnce(&mut Self, &Table) -> R,
    ) -> (Table, R) {
        // Rows that are written in the query have their order without `serialize` too.
        let relation = &input.relation;
        let serialized = relation.ordered || self.is_serialized(relation) || input.open;
        let windows = Windows {
            serialized,
            has_files: file_time::can_have(&self.lets, relation),
            ..Windows::default()
        };
        let outer = self.windows.replace(windows);
        let result = bind(self, &input);
        let found = std::mem::replace(&mut self.windows, outer).unwrap_or_default();
        let mut input = input;
        if found.file_time {
            file_time::add(&mut self.lets, &mut input.relation);
        }
        (computed(input, found), result)
    }

    /// The column with the time of a row's file; None where the rows cannot have it.
    pub(super) fn file_time(&mut self) -> Option<Column> {
        let windows = self.windows.as_mut().filter(|w| w.has_files)?;
        windows.file_time = true;
        Some(file_time::column())
    }

    /// A call of a function over ordered rows: a hidden column holds its values.
    pub(super) fn window_call(
        &mut self,
        function: &'static dyn ScalarFunction,
        bound: Expr,
    ) -> Option<Expr> {
        let ExprKind::Call { arguments, .. } = bound.kind else {
            return None;
        };
        // Kusto moves by one offset and fills up with one value.
        let moves = matches!(function.name(), "prev" | "next");
        if let Some(varies) = arguments
            .iter()
            .skip(1)
            .find(|a| moves && stands_over_row(a))
        {
            self.error(
                Code::NotConstant,
                varies.span,
                format!(
                    "only the first argument of `{}` can be of the row",
                    function.name()
                ),
            );
            return None;
        }
        let name = self.hidden("window");
        let Some(windows) = self.windows.as_mut().filter(|w| w.serialized) else {
            self.report(
                Diagnostic::error(
                    Code::UnserializedRows,
                    bound.span,
                    format!("`{}` needs rows in an order", function.name()),
                )
                .with_help("put `sort by` or `serialize` before it"),
            );
            return None;
        };
        windows.calls.push((
            WindowCall {
                function: WindowFunction::Ordered {
                    function,
                    arguments,
                },
                partition: Vec::new(),
                span: bound.span,
            },
            Column {
                name: name.clone(),
                ty: bound.ty,
                nullable_string: false,
            },
        ));
        Some(Expr {
            kind: ExprKind::Column(name),
            nullable_string: false,
            ..bound
        })
    }

    /// The number of the row that an expression stands over, by which something is drawn for it; the same for
    /// all rows in `toscalar`; None where there is no row to draw for.
    pub(super) fn row_number(&mut self, span: Span) -> Option<Expr> {
        if self.drawn_once {
            return Some(Expr::literal(Value::Long(0), span));
        }
        let known = self.windows.as_ref()?.numbers.clone();
        let column = match known {
            Some(column) => column,
            None => Column {
                name: self.hidden("row"),
                ty: ScalarType::Long,
                nullable_string: false,
            },
        };
        if let Some(windows) = &mut self.windows {
            windows.numbers = Some(column.clone());
        }
        Some(column_expr(&column, span))
    }

    /// A name for a column that no query can name.
    pub(super) fn hidden(&mut self, what: &str) -> String {
        self.hidden += 1;
        format!("${what}{}", self.hidden)
    }

    /// Whether Kusto takes the rows to be in an order: a sort's, a range's, or `serialize`'s.
    pub(super) fn is_serialized(&self, relation: &Relation) -> bool {
        match &relation.kind {
            RelationKind::Sort { .. }
            | RelationKind::Top { .. }
            | RelationKind::Serialize { .. }
            | RelationKind::Range { .. }
            | RelationKind::Unit => true,
            RelationKind::Let { index } => self
                .lets
                .get(*index)
                .is_some_and(|table| self.is_serialized(&table.relation)),
            RelationKind::Where { input, .. }
            | RelationKind::Project { input, .. }
            | RelationKind::Take { input, .. }
            | RelationKind::Expand { input, .. }
            | RelationKind::Window { input, .. } => self.is_serialized(input),
            RelationKind::Scan(scan) => self.is_serialized(&scan.input),
            RelationKind::Table { .. }
            | RelationKind::Values { .. }
            | RelationKind::Summarize { .. }
            | RelationKind::Distinct { .. }
            | RelationKind::Union { .. }
            | RelationKind::Join(_)
            | RelationKind::FirstOfEach { .. }
            | RelationKind::External { .. } => false,
        }
    }
}

/// The table with the calls' columns, in as few steps as their dependences allow.
fn computed(input: Table, windows: Windows) -> Table {
    let mut relation = input.relation;
    if let Some(numbers) = windows.numbers {
        let span = relation.span;
        // Numbered by value where there is no order: the same rows have the same numbers in every run.
        if !relation.ordered {
            relation = Relation {
                columns: relation.columns.clone(),
                ordered: true,
                span,
                kind: RelationKind::Serialize {
                    input: Box::new(relation),
                },
            };
        }
        relation = with_calls(relation, vec![row_id(span)], vec![numbers]);
    }
    let mut rest = windows.calls;
    while !rest.is_empty() {
        let pending: Vec<String> = rest.iter().map(|(_, column)| column.name.clone()).collect();
        let (now, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(call, _)| {
            let mut names = call.function.arguments().iter().flat_map(Expr::columns);
            names.all(|name| !pending.iter().any(|p| p == name))
        });
        rest = later;
        let (calls, added): (Vec<WindowCall>, Vec<Column>) = now.into_iter().unzip();
        relation = with_calls(relation, calls, added);
    }
    Table { relation, ..input }
}

/// A relation with one more column for each call.
pub(super) fn with_calls(input: Relation, calls: Vec<WindowCall>, added: Vec<Column>) -> Relation {
    let mut columns = input.columns.clone();
    columns.extend(added);
    Relation {
        columns,
        ordered: input.ordered,
        span: input.span,
        kind: RelationKind::Window {
            input: Box::new(input),
            calls,
        },
    }
}

/// A call that gives each row a number of its own.
pub(super) fn row_id(span: Span) -> WindowCall {
    WindowCall {
        function: WindowFunction::RowId,
        partition: Vec::new(),
        span,
    }
}
