//! Expressions from `or` down to the sign.
//!
//! In: the tokens. Out: [`Expr`]. What always holds: operators of one level group to the left; a
//! chain of `and` or of `or` becomes a balanced tree in the order of the text, which means the same
//! and keeps thousands of conditions from making the tree deep.
//!
//! Source: Microsoft's KQL grammar. From the loosest: `or`; `and`; `==`, `!=`, `<>`, `in`,
//! `between` and kin; `<`, `>`, `<=`, `>=`; `+`, `-`; `*`, `/`, `%`; `has`, `contains`, `=~` and all
//! other string operators; the sign.

use super::cursor::{Parser, Parsing};
use crate::diagnostics::Span;
use crate::syntax::ast::{Argument, BinaryOp, Expr, ExprKind, ListOp, Literal, Name, UnaryOp};
use crate::syntax::token::TokenKind;

/// What may stand between two operands.
#[derive(Clone, Copy)]
enum Infix {
    Binary(BinaryOp),
    List(ListOp),
    Between { negated: bool },
}

const EQUALITY: u8 = 0;
const RELATION: u8 = 1;
const SUM: u8 = 2;
const PRODUCT: u8 = 3;
const STRING: u8 = 4;

impl Infix {
    fn level(self) -> u8 {
        match self {
            Infix::List(_) | Infix::Between { .. } => EQUALITY,
            Infix::Binary(op) => binary_level(op),
        }
    }
}

fn binary_level(op: BinaryOp) -> u8 {
    use BinaryOp as B;
    match op {
        // `and` and `or` are read by rules of their own.
        B::And | B::Or | B::Equal | B::NotEqual => EQUALITY,
        B::Less | B::LessOrEqual | B::Greater | B::GreaterOrEqual => RELATION,
        B::Add | B::Subtract => SUM,
        B::Multiply | B::Divide | B::Modulo => PRODUCT,
        B::EqualIgnoreCase
        | B::NotEqualIgnoreCase
        | B::Term
        | B::Has
        | B::NotHas
        | B::HasCs
        | B::NotHasCs
        | B::HasPrefix
        | B::NotHasPrefix
        | B::HasPrefixCs
        | B::NotHasPrefixCs
        | B::HasSuffix
        | B::NotHasSuffix
        | B::HasSuffixCs
        | B::NotHasSuffixCs
        | B::Contains
        | B::NotContains
        | B::ContainsCs
        | B::NotContainsCs
        | B::StartsWith
        | B::NotStartsWith
        | B::StartsWithCs
        | B::NotStartsWithCs
        | B::EndsWith
        | B::NotEndsWith
        | B::EndsWithCs
        | B::NotEndsWithCs
        | B::Like
        | B::NotLike
        | B::LikeCs
        | B::NotLikeCs
        | B::MatchesRegex => STRING,
    }
}

impl Parser<'_> {
    /// An expression without a pipe.
    pub(super) fn expression(&mut self) -> Parsing<Expr> {
        self.nested(Self::disjunction)
    }

    fn disjunction(&mut self) -> Parsing<Expr> {
        self.balanced_chain("or", BinaryOp::Or, Self::conjunction)
    }

    fn conjunction(&mut self) -> Parsing<Expr> {
        self.balanced_chain("and", BinaryOp::And, |p| p.binary(EQUALITY))
    }

    fn balanced_chain(
        &mut self,
        word: &str,
        op: BinaryOp,
        operand: impl Fn(&mut Self) -> Parsing<Expr>,
    ) -> Parsing<Expr> {
        let first = self.framed(&operand)?;
        if !self.at_word(word) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.eat_word(word) {
            let next = self.framed(&operand)?;
            operands.push(next);
        }
        while operands.len() > 1 {
            self.grow()?;
            operands = pair_up(op, operands);
        }
        operands.pop().ok_or(super::cursor::Reported)
    }

    /// Operators of this level and the tighter ones.
    fn binary(&mut self, loosest: u8) -> Parsing<Expr> {
        let mut left = self.signed()?;
        while let Some((infix, tokens)) = self.infix() {
            let level = infix.level();
            if level < loosest {
                break;
            }
            for _ in 0..tokens {
                self.advance();
            }
            left = self.framed_right(left, infix, level)?;
            self.grow()?;
        }
        Ok(left)
    }

    fn framed_right(&mut self, left: Expr, infix: Infix, level: u8) -> Parsing<Expr> {
        let start = left.span;
        let left = Box::new(left);
        let kind = match infix {
            Infix::Binary(op) => ExprKind::Binary {
                op,
                left,
                right: Box::new(self.framed(|p| p.binary(level + 1))?),
            },
            Infix::List(op) => ExprKind::List {
                op,
                subject: left,
                list: self.framed(Self::operand_list)?,
            },
            Infix::Between { negated } => {
                let (low, high) = self.framed(Self::bounds)?;
                ExprKind::Between {
                    subject: left,
                    low: Box::new(low),
                    high: Box::new(high),
                    negated,
                }
            }
        };
        Ok(Expr {
            kind,
            span: self.span_from(start),
        })
    }

    /// The operator here and how many tokens it takes.
    fn infix(&self) -> Option<(Infix, usize)> {
        use BinaryOp as B;
        let op = match self.kind() {
            TokenKind::Word => return self.word_operator(0, false),
            TokenKind::Bang if self.touches_next() && self.ahead(1).kind == TokenKind::Word => {
                return self.word_operator(1, true);
            }
            TokenKind::Equal => B::Equal,
            TokenKind::NotEqual | TokenKind::LessGreater => B::NotEqual,
            TokenKind::EqualTilde => B::EqualIgnoreCase,
            TokenKind::BangTilde => B::NotEqualIgnoreCase,
            TokenKind::Less => B::Less,
            TokenKind::LessOrEqual => B::LessOrEqual,
            TokenKind::Greater => B::Greater,
            TokenKind::GreaterOrEqual => B::GreaterOrEqual,
            TokenKind::Plus => B::Add,
            TokenKind::Minus => B::Subtract,
            TokenKind::Star => B::Multiply,
            TokenKind::Slash => B::Divide,
            TokenKind::Percent => B::Modulo,
            TokenKind::Colon => B::Term,
            _ => return None,
        };
        Some((Infix::Binary(op), 1))
    }

    /// The operator whose word stands at this place; `places` is 1 behind a `!`.
    fn word_operator(&self, places: usize, negated: bool) -> Option<(Infix, usize)> {
        use BinaryOp as B;
        let word = self.ahead(places);
        let tokens = places + 1;
        let choose =
            |plain: B, not: B| Some((Infix::Binary(if negated { not } else { plain }), tokens));
        match self.slice(word.span) {
            "in" => {
                let tilde = self.ahead(tokens);
                let any_case = tilde.kind == TokenKind::Tilde && tilde.span.start == word.span.end;
                let op = match (negated, any_case) {
                    (false, false) => ListOp::In,
                    (false, true) => ListOp::InIgnoreCase,
                    (true, false) => ListOp::NotIn,
                    (true, true) => ListOp::NotInIgnoreCase,
                };
                Some((Infix::List(op), tokens + usize::from(any_case)))
            }
            "has_any" if !negated => Some((Infix::List(ListOp::HasAny), tokens)),
            "has_all" if !negated => Some((Infix::List(ListOp::HasAll), tokens)),
            "between" => Some((Infix::Between { negated }, tokens)),
            "has" => choose(B::Has, B::NotHas),
            "has_cs" => choose(B::HasCs, B::NotHasCs),
            "hasprefix" => choose(B::HasPrefix, B::NotHasPrefix),
            "hasprefix_cs" => choose(B::HasPrefixCs, B::NotHasPrefixCs),
            "hassuffix" => choose(B::HasSuffix, B::NotHasSuffix),
            "hassuffix_cs" => choose(B::HasSuffixCs, B::NotHasSuffixCs),
            "contains" => choose(B::Contains, B::NotContains),
            "contains_cs" | "containscs" => choose(B::ContainsCs, B::NotContainsCs),
            "startswith" => choose(B::StartsWith, B::NotStartsWith),
            "startswith_cs" => choose(B::StartsWithCs, B::NotStartsWithCs),
            "endswith" => choose(B::EndsWith, B::NotEndsWith),
            "endswith_cs" => choose(B::EndsWithCs, B::NotEndsWithCs),
            "notcontains" if !negated => choose(B::NotContains, B::NotContains),
            "notcontainscs" if !negated => choose(B::NotContainsCs, B::NotContainsCs),
            "like" if !negated => choose(B::Like, B::NotLike),
            "notlike" if !negated => choose(B::NotLike, B::NotLike),
            "likecs" if !negated => choose(B::LikeCs, B::NotLikeCs),
            "notlikecs" if !negated => choose(B::NotLikeCs, B::NotLikeCs),
            "matches" if !negated && self.word_ahead(1, "regex") => {
                Some((Infix::Binary(B::MatchesRegex), 2))
            }
            _ => None,
        }
    }

    /// `(a, b, T | project x)`
    fn operand_list(&mut self) -> Parsing<Vec<Expr>> {
        if !self.at(TokenKind::OpenParen) {
            let fault = self
                .expected("`(`")
                .with_help("the list stands in parentheses: `x in (list)`");
            return Err(self.report(fault));
        }
        let open = self.advance().span;
        let mut list = Vec::new();
        if !self.at(TokenKind::CloseParen) {
            loop {
                let element = self.pipe_expression()?;
                list.push(element);
                if !self.eat(TokenKind::Comma) {
                    break;
                }
                if self.at(TokenKind::CloseParen) {
                    return Err(self.trailing_comma());
                }
            }
        }
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok(list)
    }

    /// `(low .. high)`
    fn bounds(&mut self) -> Parsing<(Expr, Expr)> {
        let open = self.expect(TokenKind::OpenParen)?.span;
        let low = self.expression()?;
        self.expect(TokenKind::DotDot)?;
        let high = self.expression()?;
        self.expect_close(TokenKind::CloseParen, open)?;
        Ok((low, high))
    }

    pub(super) fn trailing_comma(&mut self) -> super::cursor::Reported {
        let comma = self.previous_span();
        let fault = self
            .expected("an expression")
            .with_label(comma, "after this comma")
            .with_help("take the last comma away");
        self.report(fault)
    }

    /// `-x`, `+x`, and `not x`, which KQL lacks and rules are found to hold.
    fn signed(&mut self) -> Parsing<Expr> {
        let op = match self.kind() {
            TokenKind::Minus => UnaryOp::Minus,
            TokenKind::Plus => UnaryOp::Plus,
            TokenKind::Word if self.bare_not() => UnaryOp::Not,
            _ => return self.postfix(),
        };
        let start = self.span();
        if op == UnaryOp::Not {
            let fault = crate::diagnostics::Diagnostic::error(
                crate::diagnostics::Code::UnexpectedToken,
                start,
                "`not` is a function",
            )
            .with_help("write not(…)");
            self.report(fault);
        }
        if op == UnaryOp::Minus
            && self.ahead(1).kind == TokenKind::Long
            && self.slice(self.ahead(1).span) == "9223372036854775808"
        {
            // The least long: its digits alone do not fit.
            self.advance();
            self.advance();
            return Ok(Expr {
                kind: ExprKind::Literal(Literal::Long(Some(i64::MIN))),
                span: self.span_from(start),
            });
        }
        self.advance();
        let operand = self.nested(Self::signed)?;
        Ok(Expr {
            kind: ExprKind::Unary {
                op,
                operand: Box::new(operand),
            },
            span: self.span_from(start),
        })
    }

    /// Whether `not` stands here before an operand without parentheses.
    fn bare_not(&self) -> bool {
        self.text() == "not"
            && matches!(
                self.ahead(1).kind,
                TokenKind::Word | TokenKind::String | TokenKind::Long | TokenKind::Typed(_)
            )
            && !["and", "or", "in", "has", "contains"]
                .iter()
                .any(|word| self.word_ahead(1, word))
    }

    /// `expression`, `name = expression`, `(a, b) = expression`
    pub(super) fn argument(&mut self) -> Parsing<Argument> {
        let names = self.argument_names()?;
        let value = self.expression()?;
        Ok(Argument { names, value })
    }

    /// An argument of a call, which may be a whole pipe.
    pub(super) fn call_argument(&mut self) -> Parsing<Argument> {
        let names = self.argument_names()?;
        let value = self.pipe_expression()?;
        Ok(Argument { names, value })
    }

    /// The names before `=`, none if there is no `=`.
    fn argument_names(&mut self) -> Parsing<Vec<Name>> {
        let length = self.name_length();
        if length > 0 {
            if self.ahead(length).kind != TokenKind::Assign {
                return Ok(Vec::new());
            }
            let name = self.new_name("a column name")?;
            self.advance();
            return Ok(vec![name]);
        }
        let named_list = self.at(TokenKind::OpenParen)
            && self
                .after_bracket(0)
                .is_some_and(|token| token.kind == TokenKind::Assign);
        if !named_list {
            return Ok(Vec::new());
        }
        let open = self.advance().span;
        let mut names = Vec::new();
        loop {
            let name = self.new_name("a column name")?;
            names.push(name);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect_close(TokenKind::CloseParen, open)?;
        self.expect(TokenKind::Assign)?;
        Ok(names)
    }

    /// One or more, with commas between.
    pub(super) fn comma_list<T>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Parsing<T>,
    ) -> Parsing<Vec<T>> {
        let mut list = Vec::new();
        loop {
            let next = element(self)?;
            list.push(next);
            if !self.eat(TokenKind::Comma) {
                return Ok(list);
            }
            if matches!(
                self.kind(),
                TokenKind::Pipe | TokenKind::Semicolon | TokenKind::CloseParen | TokenKind::End
            ) {
                return Err(self.trailing_comma());
            }
        }
    }
}

/// Joins neighbours, so that the tree is as high as the logarithm of the chain.
fn pair_up(op: BinaryOp, operands: Vec<Expr>) -> Vec<Expr> {
    let mut joined = Vec::with_capacity(operands.len().div_ceil(2));
    let mut operands = operands.into_iter();
    while let Some(left) = operands.next() {
        let Some(right) = operands.next() else {
            joined.push(left);
            break;
        };
        let span: Span = left.span.to(right.span);
        joined.push(Expr {
            kind: ExprKind::Binary {
                op,
                left: Box::new(left),
                right: Box::new(right),
            },
            span,
        });
    }
    joined
}
