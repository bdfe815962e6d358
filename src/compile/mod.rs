//! From query text to a query that can run: parse, bind, settle the time range, write SQL.
//!
//! In: the text, a [`Catalogue`] and [`Options`]. Out: [`CompiledQuery`], or every fault of the query.
//! What always holds: the SQL is the same whatever `now()` will mean; warnings never stop it.

mod dedup;
mod emptiness;
mod evidence;
pub mod exclusion;
mod lookback;
pub mod time_bound;

use datafusion::sql::sqlparser::ast::Statement;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, Span};
use crate::functions::{GEO_INFO, USER_AGENT};
use crate::rule::exclusion::Scenario;
use crate::symbols::{Catalogue, Column, FILE_TIME, ScalarType, TableSchema};
use crate::{binder, parser, plan, sqlgen};
pub use exclusion::{Exclusions, ScenarioFaults};
pub use lookback::Lookback;
pub use time_bound::{TableUse, TimeBound};

/// A range of time that replaces the rule's own: ticks, `from` included, `to` excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: i64,
    pub to: i64,
}

/// How a query is compiled.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Widens the query's own time bounds to this range.
    pub range: Option<Range>,
    /// Bounds each table by a window that ends with `now()`; without a range.
    pub lookback: Option<Lookback>,
    /// Warnings are errors.
    pub strict: bool,
    /// Drop events that are there more than once, whole row for whole row.
    pub dedup: bool,
    /// Also compile the query for the raw events behind each result row, this many a row.
    pub evidence: Option<u64>,
    /// The scenarios of known-good activity that apply to the rule.
    pub exclusions: &'a [Scenario],
    /// Show this many samples of what each scenario sets aside.
    pub exclusion_samples: u64,
    /// What was found in the data, in the order in which it was asked for.
    pub found: &'a [plan::Found],
}

/// A query that is ready to run.
#[derive(Debug, Clone)]
pub struct CompiledQuery {
    pub statement: Statement,
    /// The result's columns.
    pub columns: Vec<plan::Column>,
    /// The lake's tables that it reads, one entry for each mention.
    pub tables: Vec<TableUse>,
    /// The schemas of those tables, each once.
    pub schemas: Vec<TableSchema>,
    /// What it needs from outside the lake, each once.
    pub externals: Vec<External>,
    /// Files must be read in their order by one thread.
    pub sequential: bool,
    /// It gives no row where its tables have none.
    pub nothing_from_nothing: bool,
    /// How far back its windows reach, in ticks, where it was compiled for windows.
    pub lookback: Option<i64>,
    /// The query for the events behind the result, where it was asked for.
    pub evidence: Option<Box<CompiledQuery>>,
    /// What is set aside, where exclusions apply, and the queries that count it.
    pub exclusions: Option<Box<Exclusions>>,
}

/// A table from outside the lake.
#[derive(Debug, Clone)]
pub struct External {
    /// Its name in the SQL; empty where it is no table.
    pub name: String,
    pub source: plan::Source,
    pub columns: Vec<plan::Column>,
    /// Where the query names it.
    pub span: Span,
}

/// What must be asked of the data before a query can be compiled.
#[derive(Debug, Clone)]
pub struct Discovery {
    pub ask: Ask,
    /// What gives the columns: `evaluate pivot`.
    pub what: String,
    pub span: Span,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Ask {
    /// The rows of this query: a name, and where there is a second column, the type of one of its values.
    Rows(Box<CompiledQuery>),
    /// The columns of this watchlist.
    Watchlist(String),
}

/// What compiling gives: the query where there is neither an error nor a question, and all faults and
/// warnings in any case.
pub struct Compiled {
    pub query: Option<CompiledQuery>,
    /// The first question to the data, where there is no error.
    pub discovery: Option<Discovery>,
    /// Whether it names tables by a pattern, so that it depends on which tables there are.
    pub patterns: bool,
    pub diagnostics: Diagnostics,
    /// Faults and warnings of the exclusions' predicates.
    pub exclusions: Vec<ScenarioFaults>,
}

/// Compiles a query.
pub fn compile(text: &str, catalogue: &dyn Catalogue, options: Options) -> Compiled {
    let parsed = parser::parse(text);
    let mut diagnostics = parsed.diagnostics;
    let Some(tree) = parsed.query else {
        return Compiled {
            query: None,
            discovery: None,
            patterns: false,
            diagnostics,
            exclusions: Vec::new(),
        };
    };
    let mut exclusions = Vec::new();
    let bound = binder::bind_with(&tree, catalogue, options.found);
    diagnostics.extend(bound.diagnostics);
    let discovery = bound
        .discovery
        .filter(|_| acceptable(&diagnostics, options.strict))
        .and_then(|question| asked(question, catalogue, options, &mut diagnostics));
    let query = bound
        .query
        .filter(|_| acceptable(&diagnostics, options.strict))
        .and_then(|plan| finish(plan, catalogue, options, &mut diagnostics, &mut exclusions));
    let good = acceptable(&diagnostics, options.strict)
        && exclusions
            .iter()
            .all(|faults| acceptable(&faults.diagnostics, options.strict));
    Compiled {
        query: query.filter(|_| good),
        discovery: discovery.filter(|_| good),
        patterns: bound.patterns,
        diagnostics,
        exclusions,
    }
}

/// The question as it is put to the data: in the same time and over the same events as the query itself, but
/// for exclusions: what they set aside must not change the columns.
fn asked(
    question: binder::Discovery,
    catalogue: &dyn Catalogue,
    options: Options,
    diagnostics: &mut Diagnostics,
) -> Option<Discovery> {
    let ask = match question.ask {
        binder::Ask::Watchlist(name) => Ask::Watchlist(name),
        binder::Ask::Rows(plan) => {
            let options = Options {
                evidence: None,
                exclusions: &[],
                ..options
            };
            let query = finish(*plan, catalogue, options, diagnostics, &mut Vec::new())?;
            Ask::Rows(Box::new(query))
        }
    };
    Some(Discovery {
        ask,
        what: question.what,
        span: question.span,
    })
}

fn acceptable(diagnostics: &Diagnostics, strict: bool) -> bool {
    let limit = match strict {
        true => Severity::Warning,
        false => Severity::Error,
    };
    diagnostics.iter().all(|d| d.severity < limit)
}

fn finish(
    mut plan: plan::Query,
    catalogue: &dyn Catalogue,
    options: Options,
    diagnostics: &mut Diagnostics,
    exclusion_faults: &mut Vec<ScenarioFaults>,
) -> Option<CompiledQuery> {
    if let Some(fault) = binder::wide_union(&plan) {
        diagnostics.push(fault);
        return None;
    }
    if let Some(range) = options.range {
        let refused = time_bound::widen(&mut plan, range);
        if refused.has_errors() {
            diagnostics.extend(refused);
            return None;
        }
    }
    let lookback = match options.range {
        None => options
            .lookback
            .map(|window| lookback::apply(&mut plan, window, diagnostics)),
        Some(_) => None,
    };
    let excluded = exclusion::apply(
        &mut plan,
        options.exclusions,
        options.exclusion_samples,
        catalogue,
        exclusion_faults,
        &mut |mut counting| {
            if options.dedup {
                dedup::apply(&mut counting);
            }
            generated(counting, catalogue, diagnostics)
        },
    );
    if options.dedup {
        dedup::apply(&mut plan);
    }
    let events = options.evidence.and_then(|count| {
        let found = evidence::plan(&plan, count);
        if found.is_none() {
            diagnostics.push(
                Diagnostic::warning(
                    Code::Ignored,
                    plan.root.span,
                    "there is no evidence for this query: its rows do not come from the events of one table alone",
                )
                .with_help("evidence is written for filters over one table, with or without one summarize or distinct"),
            );
        }
        found
    });
    let query = generated(plan, catalogue, diagnostics)?;
    let evidence = match events {
        Some(plan) => Some(Box::new(generated(plan, catalogue, diagnostics)?)),
        None => None,
    };
    Some(CompiledQuery {
        evidence,
        lookback,
        exclusions: excluded.map(Box::new),
        ..query
    })
}

fn generated(
    plan: plan::Query,
    catalogue: &dyn Catalogue,
    diagnostics: &mut Diagnostics,
) -> Option<CompiledQuery> {
    let tables = time_bound::table_uses(&plan);
    let mut schemas: Vec<TableSchema> = Vec::new();
    for table in &tables {
        if schemas.iter().all(|s| s.name != table.name) {
            schemas.extend(catalogue.table(&table.name));
        }
    }
    for relation in plan.relations() {
        if let plan::RelationKind::Table { name } = &relation.kind
            && relation.columns.iter().any(|c| c.name == FILE_TIME)
            && let Some(schema) = schemas.iter_mut().find(|s| s.name == *name)
            && schema.column(FILE_TIME).is_none()
        {
            let column = Column::new(FILE_TIME, ScalarType::DateTime);
            schema.columns.push(column);
        }
    }
    let externals = externals(&plan);
    match sqlgen::generate(&plan) {
        Ok(generated) => Some(CompiledQuery {
            statement: generated.statement,
            nothing_from_nothing: emptiness::nothing_from_nothing(&plan),
            columns: plan.root.columns,
            tables,
            schemas,
            externals,
            sequential: generated.sequential,
            lookback: None,
            evidence: None,
            exclusions: None,
        }),
        Err(faults) => {
            diagnostics.extend(faults);
            None
        }
    }
}

/// What a query needs from outside the lake.
fn externals(query: &plan::Query) -> Vec<External> {
    let mut found: Vec<External> = Vec::new();
    for relation in query.relations() {
        let calls = relation
            .expressions()
            .into_iter()
            .flat_map(plan::Expr::walk);
        for call in calls {
            let Some(source) = asked_by(call) else {
                continue;
            };
            if found.iter().all(|known| known.source != source) {
                found.push(External {
                    name: String::new(),
                    source,
                    columns: Vec::new(),
                    span: call.span,
                });
            }
        }
        if let plan::RelationKind::External { name, source } = &relation.kind
            && found.iter().all(|known| known.name != *name)
        {
            found.push(External {
                name: name.clone(),
                source: source.clone(),
                columns: relation.columns.clone(),
                span: relation.span,
            });
        }
    }
    found
}

/// What a function asks that is no table.
fn asked_by(expr: &plan::Expr) -> Option<plan::Source> {
    match &expr.kind {
        plan::ExprKind::Call { function, .. } => match function.name() {
            GEO_INFO => Some(plan::Source::Addresses),
            USER_AGENT => Some(plan::Source::UserAgents),
            _ => None,
        },
        plan::ExprKind::Column(_)
        | plan::ExprKind::Literal(_)
        | plan::ExprKind::AsOf
        | plan::ExprKind::Convert(_)
        | plan::ExprKind::Scalar(_)
        | plan::ExprKind::InTable { .. } => None,
    }
}

/// The diagnostics of a text whose only fault is that it defines and asks nothing: such a text can be
/// checked, though there is nothing to run.
fn only_definitions(diagnostics: &Diagnostics) -> Option<Diagnostics> {
    let is_error = |d: &&Diagnostic| d.severity == Severity::Error;
    let mut errors = diagnostics.iter().filter(is_error).peekable();
    errors.peek()?;
    if !errors.all(|d| d.code == Code::EmptyQuery) {
        return None;
    }
    let mut softened = Diagnostics::default();
    for diagnostic in diagnostics.iter() {
        let mut diagnostic = diagnostic.clone();
        if diagnostic.severity == Severity::Error {
            diagnostic.severity = Severity::Warning;
        }
        softened.push(diagnostic);
    }
    Some(softened)
}

/// What a query's result looks like, found without its SQL: for checking queries in bulk.
pub struct Schema {
    /// None where there is an error.
    pub columns: Option<Vec<plan::Column>>,
    /// Those of the columns whose type only the data tells.
    pub untyped: Vec<String>,
    pub diagnostics: Diagnostics,
}

/// Binds a query and gives its result's columns.
pub fn schema(text: &str, catalogue: &dyn Catalogue, strict: bool) -> Schema {
    let parsed = parser::parse(text);
    let mut diagnostics = parsed.diagnostics;
    let defines = parsed.query.is_some();
    let bound = parsed.query.map(|tree| binder::bind(&tree, catalogue));
    let (mut columns, mut untyped) = (None, Vec::new());
    if let Some(bound) = bound {
        diagnostics.extend(bound.diagnostics);
        columns = bound.columns;
        untyped = bound.untyped;
    }
    if let Some(library) = only_definitions(&diagnostics).filter(|_| defines) {
        return Schema {
            columns: Some(Vec::new()).filter(|_| acceptable(&library, strict)),
            untyped,
            diagnostics: library,
        };
    }
    Schema {
        columns: columns.filter(|_| acceptable(&diagnostics, strict)),
        untyped,
        diagnostics,
    }
}
