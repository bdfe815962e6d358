//! Which bracket closes which, found before parsing.
//!
//! In: the tokens. Out: [`Brackets`]: for each opening bracket its closing one, for each token how
//! many brackets are open around it. What always holds: a bracket's own level is that of the text
//! around it, and one pass over the tokens finds it all. Looking ahead over a bracket and skipping to
//! the end of a faulty operator are therefore single steps.

use crate::syntax::token::{Token, TokenKind};

const NONE: u32 = u32::MAX;

pub(super) struct Brackets {
    partner: Vec<u32>,
    level: Vec<u32>,
    deepest: usize,
}

impl Brackets {
    pub(super) fn find(text: &str, tokens: &[Token]) -> Self {
        let mut partner = vec![NONE; tokens.len()];
        let mut level = Vec::with_capacity(tokens.len());
        let mut open: Vec<usize> = Vec::new();
        let mut deepest = 0;
        for (index, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                    if let Some(at) = matching(tokens, &open, token.kind) {
                        partner[open[at]] = index as u32;
                        open.truncate(at);
                    }
                }
                // `let` begins a statement: parentheses that are still open were forgotten.
                TokenKind::Semicolon if next_is_let(text, tokens, index) => {
                    while open
                        .last()
                        .is_some_and(|&at| tokens[at].kind != TokenKind::OpenBrace)
                    {
                        open.pop();
                    }
                }
                _ => {}
            }
            level.push(open.len() as u32);
            if matches!(
                token.kind,
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace
            ) {
                open.push(index);
                deepest = deepest.max(open.len());
            }
        }
        Self {
            partner,
            level,
            deepest,
        }
    }

    /// How many brackets are open at most.
    pub(super) fn deepest(&self) -> usize {
        self.deepest
    }

    /// The index of the bracket that closes the one at this index.
    pub(super) fn partner(&self, index: usize) -> Option<usize> {
        self.partner
            .get(index)
            .filter(|&&at| at != NONE)
            .map(|&at| at as usize)
    }

    /// How many brackets are open around the token at this index.
    pub(super) fn level(&self, index: usize) -> u32 {
        self.level.get(index).copied().unwrap_or(0)
    }
}

fn next_is_let(text: &str, tokens: &[Token], index: usize) -> bool {
    tokens.get(index + 1).is_some_and(|next| {
        next.kind == TokenKind::Word && &text[next.span.start..next.span.end] == "let"
    })
}

/// The open bracket that this one closes. One that was forgotten in between is given up, but only
/// so far: a stray closing bracket must not make every one look back through all open ones.
fn matching(tokens: &[Token], open: &[usize], close: TokenKind) -> Option<usize> {
    const FORGOTTEN: usize = 8;
    let wanted = match close {
        TokenKind::CloseParen => TokenKind::OpenParen,
        TokenKind::CloseBracket => TokenKind::OpenBracket,
        _ => TokenKind::OpenBrace,
    };
    (open.len().saturating_sub(FORGOTTEN)..open.len())
        .rev()
        .find(|&at| tokens[open[at]].kind == wanted)
}
