//! Tabular operators, by families.
//!
//! In: the tokens from an operator's word on. Out: [`Operator`]. What always holds: the word decides
//! which rule reads the rest; old spellings give the same node as the new ones.
//!
//! Source: "Tabular operators" of the Kusto reference and Microsoft's KQL grammar.

mod columns;
mod expand;
mod groups;
mod rows;
mod series;
mod sources;
mod subqueries;
mod text;

use super::cursor::{Parser, Parsing};
use crate::diagnostics::Span;
use crate::syntax::ast::{
    Direction, Expr, Name, Nulls, Operator, OperatorKind, Ordering, Property,
};
use crate::syntax::token::TokenKind;

/// Every word that begins an operator.
const WORDS: &[&str] = &[
    "as",
    "assert-schema",
    "consume",
    "count",
    "distinct",
    "evaluate",
    "extend",
    "facet",
    "filter",
    "find",
    "fork",
    "getschema",
    "graph-mark-components",
    "graph-match",
    "graph-merge",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "invoke",
    "join",
    "limit",
    "lookup",
    "macro-expand",
    "make-graph",
    "make-series",
    "makeseries",
    "mv-apply",
    "mv-expand",
    "mvapply",
    "mvexpand",
    "order",
    "parse",
    "parse-kv",
    "parse-where",
    "partition",
    "print",
    "project",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "range",
    "reduce",
    "render",
    "sample",
    "sample-distinct",
    "scan",
    "search",
    "serialize",
    "sort",
    "summarize",
    "take",
    "top",
    "top-hitters",
    "top-nested",
    "union",
    "where",
    "__executeAndCache",
    "__partitionby",
];

/// The graph operators, which are only refused.
const GRAPH: &[&str] = &[
    "graph-mark-components",
    "graph-match",
    "graph-merge",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "make-graph",
];

/// What else is only refused.
const OTHER: &[&str] = &["__partitionby", "entity_group", "macro-expand"];

/// The rule that reads an operator's clauses. A table of functions and not a match over calls:
/// subqueries nest, and one frame that holds the results of all rules would fill the stack.
fn rule<'t>(word: &str) -> Option<fn(&mut Parser<'t>) -> Parsing<Clauses>> {
    Some(match word {
        "extend" => Parser::extend,
        "project" => Parser::project,
        "project-away" => Parser::project_away,
        "project-by-names" => Parser::project_by_names,
        "project-keep" => Parser::project_keep,
        "project-rename" => Parser::project_rename,
        "project-reorder" => Parser::project_reorder,
        "distinct" => Parser::distinct,
        "serialize" => Parser::serialize,
        "print" => Parser::print,
        "getschema" => Parser::get_schema,
        "assert-schema" => Parser::assert_schema,
        "where" | "filter" => Parser::filter,
        "take" | "limit" => Parser::take,
        "sort" | "order" => Parser::sort,
        "top" => Parser::top,
        "sample" => Parser::sample,
        "sample-distinct" => Parser::sample_distinct,
        "count" => Parser::count,
        "consume" => Parser::consume,
        "as" => Parser::name_result,
        "__executeAndCache" => Parser::execute_and_cache,
        "summarize" => Parser::summarize,
        "top-hitters" => Parser::top_hitters,
        "top-nested" => Parser::top_nested,
        "union" => Parser::union,
        "join" => Parser::join,
        "lookup" => Parser::lookup,
        "range" => Parser::range,
        "search" => Parser::search,
        "find" => Parser::find,
        "evaluate" => Parser::evaluate,
        "invoke" => Parser::invoke,
        "facet" => Parser::facet,
        "fork" => Parser::fork,
        "partition" => Parser::partition,
        "scan" => Parser::scan,
        "mv-expand" => Parser::mv_expand,
        "mvexpand" => Parser::old_mv_expand,
        "mv-apply" | "mvapply" => Parser::mv_apply,
        "make-series" | "makeseries" => Parser::make_series,
        "parse" => Parser::parse,
        "parse-where" => Parser::parse_where,
        "parse-kv" => Parser::parse_kv,
        "reduce" => Parser::reduce,
        "render" => Parser::render,
        _ => return None,
    })
}

/// The operator that a misspelt word is most like, if it is like one at all.
pub(super) fn similar_operator(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    match lower.as_str() {
        "select" => return Some("project"),
        "group" | "stats" | "aggregate" => return Some("summarize"),
        "eval" | "let" => return Some("extend"),
        "head" => return Some("take"),
        "rename" => return Some("project-rename"),
        _ => {}
    }
    WORDS
        .iter()
        .map(|known| (distance(&lower, known), *known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 5)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many letters must be changed, put in or taken out, at most a few dozen letters long.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().take(40).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let change = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

/// What an operator's rule gives.
struct Clauses {
    parameters: Vec<Property>,
    kind: OperatorKind,
}

impl From<OperatorKind> for Clauses {
    fn from(kind: OperatorKind) -> Self {
        Self {
            parameters: Vec::new(),
            kind,
        }
    }
}

impl Parser<'_> {
    pub(super) fn is_operator_word(&self, word: &str) -> bool {
        WORDS.contains(&word) || WORDS.iter().any(|w| w.split('-').next() == Some(word))
    }

    /// One operator, from its word to its last clause.
    pub(super) fn operator(&mut self) -> Parsing<Operator> {
        if !self.at(TokenKind::Word) {
            let reported = self.unexpected("a tabular operator");
            // What follows `||` is a condition: as an operator it would make a second fault.
            if self.at(TokenKind::Pipe) && self.previous_span().end == self.span().start {
                self.advance();
            }
            return Err(reported);
        }
        let (mut word, mut tokens) = self.joined_word(TokenKind::Minus);
        if tokens > 1 && !WORDS.contains(&self.slice(word)) && WORDS.contains(&self.text()) {
            (word, tokens) = (self.span(), 1);
        }
        for _ in 0..tokens {
            self.advance();
        }
        let clauses = self.clauses(self.slice(word), word)?;
        Ok(Operator {
            kind: clauses.kind,
            parameters: clauses.parameters,
            word,
            span: self.span_from(word),
        })
    }

    fn clauses(&mut self, word: &str, span: Span) -> Parsing<Clauses> {
        if let Some(rule) = rule(word) {
            return rule(self);
        }
        if GRAPH.contains(&word) {
            self.skip_clauses();
            return Ok(OperatorKind::Graph(word.to_owned()).into());
        }
        if OTHER.contains(&word) {
            self.skip_clauses();
            return Ok(OperatorKind::Other(word.to_owned()).into());
        }
        Err(self.unknown_operator(word, span))
    }

    /// Passes over the clauses of an operator that is only refused.
    fn skip_clauses(&mut self) {
        let level = self.level();
        self.skip_to_pipe(level);
    }

    /// Whether the operator may end here.
    fn at_clauses_end(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::Pipe
                | TokenKind::Semicolon
                | TokenKind::CloseParen
                | TokenKind::CloseBrace
                | TokenKind::End
        )
    }

    /// A column, or with a wildcard several.
    fn column_pattern(&mut self) -> Parsing<Expr> {
        self.wildcards = true;
        let pattern = self.expression();
        self.wildcards = false;
        pattern
    }

    /// `expression [asc|desc] [nulls first|last]`
    fn ordering(&mut self) -> Parsing<Ordering> {
        let expr = self.expression()?;
        let direction = self.direction();
        let nulls = if self.eat_word("nulls") {
            if self.eat_word("first") {
                Some(Nulls::First)
            } else if self.eat_word("last") {
                Some(Nulls::Last)
            } else {
                return Err(self.unexpected("`first` or `last`"));
            }
        } else {
            None
        };
        Ok(Ordering {
            expr,
            direction,
            nulls,
        })
    }

    fn direction(&mut self) -> Option<Direction> {
        if self.eat_word("asc") {
            Some(Direction::Ascending)
        } else if self.eat_word("desc") {
            Some(Direction::Descending)
        } else {
            None
        }
    }

    /// `name = ` before something else than an expression.
    fn optional_name(&mut self) -> Parsing<Option<Name>> {
        let length = self.name_length();
        if length == 0 || self.ahead(length).kind != TokenKind::Assign {
            return Ok(None);
        }
        let name = self.name("a name")?;
        self.advance();
        Ok(Some(name))
    }
}
