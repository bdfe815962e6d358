//! The place in the tokens, what stands there, and how faults are reported.
//!
//! In: tokens. Out: [`Parser`], on which the other files of this folder hang their rules.
//! What always holds: a rule that returns [`Reported`] has put a diagnostic down; nesting beyond the
//! limits ends the parse at once, before the stack does.

use super::brackets::Brackets;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span};
use crate::syntax::lexer;
use crate::syntax::token::{Token, TokenKind};

/// How deep rules may call each other; a pair of parentheses takes two levels.
const MAX_DEPTH: usize = 512;
/// The brackets within each other that the stack of any thread is large enough for.
const SHALLOW: usize = 24;
/// How high the tree may grow by chains such as `a + b + c`, which the parser reads in a loop but
/// whoever walks the tree goes down link by link. `and` and `or` are balanced and do not count.
const MAX_HEIGHT: usize = 1000;

/// Words that other languages write in capitals.
const JOINING: &[&str] = &[
    "and",
    "or",
    "in",
    "by",
    "on",
    "between",
    "contains",
    "has",
    "startswith",
    "endswith",
    "asc",
    "desc",
    "with",
    "as",
    "to",
    "from",
];
/// Text that is no KQL at all makes a fault every few bytes: enough is enough.
const MAX_FAULTS: usize = 1000;

/// A fault was reported; the caller goes on at the next `|` or `;`.
#[derive(Debug)]
pub(super) struct Reported;

pub(super) type Parsing<T> = Result<T, Reported>;

pub(super) struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    brackets: Brackets,
    position: usize,
    depth: usize,
    height: usize,
    /// Set by a nesting fault: whatever would be reported after it is its consequence.
    stopped: bool,
    last_fault: Option<usize>,
    faults: usize,
    /// Whether `Device*` may stand for tables here.
    pub(super) wildcards: bool,
    pub(super) diagnostics: Diagnostics,
}

/// A text for a message: its first letters.
pub(super) fn shortened(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((cut, _)) => format!("{}…", &text[..cut]).into(),
        None => text.into(),
    }
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let (tokens, faults) = lexer::tokenize(text);
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend(faults);
        let brackets = Brackets::find(text, &tokens);
        Self {
            text,
            tokens,
            brackets,
            position: 0,
            depth: 0,
            height: 0,
            stopped: false,
            last_fault: None,
            faults: 0,
            wildcards: false,
            diagnostics,
        }
    }

    /// Whether the text nests so deep that it needs a larger stack than threads have by default.
    pub(super) fn is_deep(&self) -> bool {
        self.brackets.deepest() > SHALLOW
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.tokens[self.position].kind
    }

    pub(super) fn span(&self) -> Span {
        self.tokens[self.position].span
    }

    /// The token so many places on; the last one past the end.
    pub(super) fn ahead(&self, places: usize) -> Token {
        let last = self.tokens.len() - 1;
        self.tokens[(self.position + places).min(last)]
    }

    pub(super) fn slice(&self, span: Span) -> &'t str {
        &self.text[span.start..span.end]
    }

    /// The text of the token here.
    pub(super) fn text(&self) -> &'t str {
        self.slice(self.span())
    }

    /// The span of the token before this one.
    pub(super) fn previous_span(&self) -> Span {
        self.tokens[self.position.saturating_sub(1)].span
    }

    /// From a start to the end of what was read last.
    pub(super) fn span_from(&self, start: Span) -> Span {
        Span::new(start.start, self.previous_span().end.max(start.end))
    }

    /// How many tokens have been read: tells whether a loop moves.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn advance(&mut self) -> Token {
        let token = self.tokens[self.position];
        if token.kind != TokenKind::End {
            self.position += 1;
        }
        token
    }

    pub(super) fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    pub(super) fn at_word(&self, word: &str) -> bool {
        self.at(TokenKind::Word) && self.text() == word
    }

    /// Whether this word stands so many places on.
    pub(super) fn word_ahead(&self, places: usize, word: &str) -> bool {
        let token = self.ahead(places);
        token.kind == TokenKind::Word && self.slice(token.span) == word
    }

    pub(super) fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.advance();
        }
        found
    }

    /// Whether nothing stands between the token here and the next one.
    pub(super) fn touches_next(&self) -> bool {
        self.span().end == self.ahead(1).span.start
    }

    /// The token after the bracket that closes the one so many places on.
    pub(super) fn after_bracket(&self, places: usize) -> Option<Token> {
        let close = self.brackets.partner(self.position + places)?;
        self.tokens.get(close + 1).copied()
    }

    /// How many brackets are open here.
    pub(super) fn level(&self) -> u32 {
        self.brackets.level(self.position)
    }

    /// Skips to the next `|` or `;` of this level, or to the bracket that closes it.
    pub(super) fn skip_to_pipe(&mut self, level: u32) {
        loop {
            let kind = self.kind();
            let here = self.level();
            if kind == TokenKind::End
                || here < level
                || (here == level && matches!(kind, TokenKind::Pipe | TokenKind::Semicolon))
            {
                return;
            }
            self.advance();
        }
    }

    /// Moves behind the bracket that closes the one here; false if nothing closes it.
    pub(super) fn skip_bracket(&mut self) -> bool {
        match self.brackets.partner(self.position) {
            Some(close) => {
                self.position = close + 1;
                true
            }
            None => false,
        }
    }

    /// Puts down a fault, unless the last one stands at this very place already.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        // Bad text was complained about when it was cut.
        let told = self.last_fault == Some(diagnostic.span.start)
            || (self.at(TokenKind::Bad) && self.span() == diagnostic.span);
        if !self.stopped && !told {
            self.last_fault = Some(diagnostic.span.start);
            self.diagnostics.push(diagnostic);
            self.faults += 1;
            if self.faults == MAX_FAULTS {
                self.position = self.tokens.len() - 1;
                self.stopped = true;
            }
        }
        Reported
    }

    /// What stands here, for a message.
    pub(super) fn found(&self) -> String {
        match self.kind() {
            TokenKind::End => "the query ends".to_owned(),
            TokenKind::Word
            | TokenKind::Long
            | TokenKind::Real
            | TokenKind::TimeSpan
            | TokenKind::String
            | TokenKind::Typed(_) => {
                format!("found `{}`", shortened(self.text()))
            }
            mark => format!("found {}", mark.describe()),
        }
    }

    /// "expected …, found …" at the token here.
    pub(super) fn unexpected(&mut self, expected: &str) -> Reported {
        let fault = self.expected(expected);
        self.report(fault)
    }

    pub(super) fn expected(&self, expected: &str) -> Diagnostic {
        let message = format!("expected {expected}, {}", self.found());
        let fault = Diagnostic::error(Code::UnexpectedToken, self.span(), message);
        if self.at(TokenKind::Assign) {
            return fault.with_help("to compare two values, write `==`");
        }
        if self.at(TokenKind::Bang) {
            return fault.with_help("to negate a condition, write not(…)");
        }
        if self.at(TokenKind::Pipe)
            && self.tokens[self.position.saturating_sub(1)].kind == TokenKind::Pipe
        {
            return fault.with_help("to join two conditions, write `or`");
        }
        let lower = self.text().to_ascii_lowercase();
        if self.at(TokenKind::Word) && lower != self.text() && JOINING.contains(&lower.as_str()) {
            return fault.with_help(format!("keywords are written in lower case: `{lower}`"));
        }
        fault
    }

    pub(super) fn expect(&mut self, kind: TokenKind) -> Parsing<Token> {
        if self.at(kind) {
            Ok(self.advance())
        } else {
            Err(self.unexpected(kind.describe()))
        }
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Parsing<Span> {
        if self.at_word(word) {
            Ok(self.advance().span)
        } else {
            Err(self.unexpected(&format!("`{word}`")))
        }
    }

    /// Expects the bracket that closes the one at `open`.
    pub(super) fn expect_close(&mut self, close: TokenKind, open: Span) -> Parsing<Token> {
        if self.at(close) {
            return Ok(self.advance());
        }
        let fault = self
            .expected(close.describe())
            .with_label(open, "to close this one");
        Err(self.report(fault))
    }

    /// Runs a rule one level deeper, whose tree stands beside those read before in the same parent.
    pub(super) fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsing<T>) -> Parsing<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let beside = std::mem::take(&mut self.height);
        let result = rule(self);
        self.depth -= 1;
        let grown = self.grow();
        self.height = self.height.max(beside);
        grown.and(result)
    }

    /// As [`Self::nested`], for rules that only call rules of their own making.
    pub(super) fn framed<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsing<T>) -> Parsing<T> {
        let beside = std::mem::take(&mut self.height);
        let result = rule(self);
        self.height = self.height.max(beside);
        result
    }

    /// The tree that was read last becomes the child of a new node.
    pub(super) fn grow(&mut self) -> Parsing<()> {
        self.height += 1;
        if self.height > MAX_HEIGHT {
            return Err(self.too_deep());
        }
        Ok(())
    }

    /// Ends the parse: what follows would only repeat the fault.
    fn too_deep(&mut self) -> Reported {
        let span = self.span();
        self.position = self.tokens.len() - 1;
        let fault = Diagnostic::error(
            Code::TooDeep,
            span,
            format!(
                "the query nests deeper than {MAX_DEPTH} levels, or chains more than \
                 {MAX_HEIGHT} operators"
            ),
        )
        .with_help("take parts out with `let`, or put lists into `in (…)`");
        let reported = self.report(fault);
        self.stopped = true;
        reported
    }
}
