//! From query text to tokens.
//!
//! In: the text. Out: its tokens, the last of which is [`TokenKind::End`], and the faults of single
//! tokens. What always holds: tokens do not overlap, they come in the order of the text, and every
//! byte is looked at a fixed number of times.
//!
//! Source: Microsoft's lexical grammar of KQL (identifiers, literals, white space) and the reference
//! pages of the scalar data types.

use super::token::{Token, TokenKind, TypedLiteral};
use crate::diagnostics::{Code, Diagnostic, Span};

/// Binary data makes a fault a byte: enough is enough.
const MAX_FAULTS: usize = 1000;

/// Cuts a text into tokens.
pub fn tokenize(text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        position: 0,
        tokens: Vec::with_capacity(text.len() / 4),
        faults: Vec::new(),
    };
    lexer.run();
    (lexer.tokens, lexer.faults)
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    position: usize,
    tokens: Vec<Token>,
    faults: Vec<Diagnostic>,
}

/// What Kusto takes for white space beyond ASCII: public rules are full of no-break spaces.
fn is_unicode_space(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{85}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
            ..='\u{200b}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202f}'
                | '\u{205f}'
                | '\u{3000}'
                | '\u{feff}'
    )
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.position) {
            let start = self.position;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b'\x0c' | b'\x0b' => self.position += 1,
                b'/' if self.byte(1) == b'/' => self.comment(),
                b'0'..=b'9' => self.number(),
                b'h' | b'H' if self.string_starts_at(1) => {
                    self.position += 1;
                    self.string(start);
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.word(),
                b'"' | b'\'' | b'@' | b'`' | b'~' if self.string_starts_at(0) => self.string(start),
                0x80.. => self.non_ascii(),
                _ => self.mark(byte),
            }
        }
        let end = self.text.len();
        self.tokens.push(Token {
            kind: TokenKind::End,
            span: Span::new(end, end),
        });
    }

    /// The byte so many places on, 0 past the end.
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.position + ahead).copied().unwrap_or(0)
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token {
            kind,
            span: Span::new(start, self.position),
        });
    }

    fn fault(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) {
        if self.faults.len() >= MAX_FAULTS {
            return;
        }
        let fault = Diagnostic::error(code, span, message);
        self.faults.push(if help.is_empty() {
            fault
        } else {
            fault.with_help(help)
        });
    }

    fn comment(&mut self) {
        let rest = &self.bytes[self.position..];
        self.position += rest
            .iter()
            .position(|b| matches!(b, b'\n' | b'\r'))
            .unwrap_or(rest.len());
    }

    fn string_starts_at(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            b'"' | b'\'' => true,
            b'@' => matches!(self.byte(ahead + 1), b'"' | b'\''),
            mark @ (b'`' | b'~') => self.byte(ahead + 1) == mark && self.byte(ahead + 2) == mark,
            _ => false,
        }
    }

    /// A string literal; the position is behind an `h`, if there was one.
    fn string(&mut self, start: usize) {
        let quote = self.byte(0);
        let closed = match quote {
            b'@' => {
                let quote = self.byte(1);
                self.position += 2;
                self.verbatim(quote)
            }
            b'"' | b'\'' => {
                self.position += 1;
                self.escaped(quote)
            }
            _ => {
                self.position += 3;
                self.multi_line(quote)
            }
        };
        if closed {
            self.push(TokenKind::String, start);
        } else {
            self.fault(
                Code::UnterminatedString,
                Span::new(start, self.position),
                "this string is not closed",
                "a string ends on its own line; one over several lines stands between ``` and ```",
            );
            self.push(TokenKind::Bad, start);
        }
    }

    fn escaped(&mut self, quote: u8) -> bool {
        loop {
            match self.byte(0) {
                b'\\'
                    if !matches!(self.byte(1), b'\r' | b'\n')
                        && self.position + 1 < self.bytes.len() =>
                {
                    self.position += 2;
                }
                b'\r' | b'\n' => return false,
                0 if self.position >= self.bytes.len() => return false,
                byte => {
                    self.position += 1;
                    if byte == quote {
                        return true;
                    }
                }
            }
        }
    }

    fn verbatim(&mut self, quote: u8) -> bool {
        loop {
            match self.byte(0) {
                b'\r' | b'\n' => return false,
                0 if self.position >= self.bytes.len() => return false,
                byte if byte == quote && self.byte(1) == quote => self.position += 2,
                byte => {
                    self.position += 1;
                    if byte == quote {
                        return true;
                    }
                }
            }
        }
    }

    fn multi_line(&mut self, mark: u8) -> bool {
        let fence = [mark; 3];
        match memchr::memmem::find(&self.bytes[self.position..], &fence) {
            Some(found) => {
                self.position += found + 3;
                true
            }
            None => {
                self.position = self.bytes.len();
                false
            }
        }
    }

    /// Moves over letters, digits and underscores, Unicode letters included.
    fn skip_word(&mut self) {
        loop {
            let byte = self.byte(0);
            if is_word_byte(byte) {
                self.position += 1;
            } else if byte >= 0x80 {
                match self.text[self.position..].chars().next() {
                    Some(c) if c.is_alphanumeric() => self.position += c.len_utf8(),
                    _ => return,
                }
            } else {
                return;
            }
        }
    }

    fn word(&mut self) {
        let start = self.position;
        self.position += self.text[start..].chars().next().map_or(1, char::len_utf8);
        self.skip_word();
        let literal = TypedLiteral::from_word(&self.text[start..self.position]);
        if let Some(literal) = literal
            && let Some(open) = self.next_solid(b'(')
            && !self.is_path_step()
        {
            self.typed(literal, start, open);
        } else {
            self.push(TokenKind::Word, start);
        }
    }

    /// Whether the word just read follows a dot: `x.date(…)` is no literal.
    fn is_path_step(&self) -> bool {
        self.tokens
            .last()
            .is_some_and(|token| token.kind == TokenKind::Dot)
    }

    /// The place of this byte if only white space stands before it.
    fn next_solid(&self, wanted: u8) -> Option<usize> {
        let rest = &self.bytes[self.position..];
        let skipped = rest.iter().position(|b| !b.is_ascii_whitespace())?;
        (rest[skipped] == wanted).then_some(self.position + skipped)
    }

    /// `datetime(…)`: the text up to the first `)` is taken raw.
    fn typed(&mut self, literal: TypedLiteral, start: usize, open: usize) {
        let rest = &self.bytes[open..];
        let stop = rest
            .iter()
            .position(|b| matches!(b, b')' | b'\n' | b'\r' | b'|' | b';'));
        match stop {
            Some(stop) if rest[stop] == b')' => {
                self.position = open + stop + 1;
                self.push(TokenKind::Typed(literal), start);
            }
            _ => {
                let word = Span::new(start, self.position);
                self.position = open + stop.unwrap_or(rest.len());
                self.faults.push(
                    Diagnostic::error(
                        Code::BadLiteral,
                        Span::new(start, self.position),
                        format!("the {} literal is not closed", literal.name()),
                    )
                    .with_label(word, "it begins here")
                    .with_help("close it with `)`"),
                );
                self.push(TokenKind::Bad, start);
            }
        }
    }

    fn skip_digits(&mut self) {
        while self.byte(0).is_ascii_digit() {
            self.position += 1;
        }
    }

    /// A number, a timespan or a name that begins with digits.
    fn number(&mut self) {
        let start = self.position;
        if self.byte(0) == b'0'
            && matches!(self.byte(1), b'x' | b'X')
            && self.byte(2).is_ascii_hexdigit()
        {
            self.position += 2;
            while self.byte(0).is_ascii_hexdigit() {
                self.position += 1;
            }
            let kind = if is_word_byte(self.byte(0)) {
                self.skip_word();
                TokenKind::Word
            } else {
                TokenKind::Long
            };
            return self.push(kind, start);
        }
        self.skip_digits();
        let mut kind = TokenKind::Long;
        // `1..5` is a range of whole numbers, `1.x` is not a number with a fraction.
        if self.byte(0) == b'.' && self.byte(1) != b'.' && !self.byte(1).is_ascii_alphabetic() {
            kind = TokenKind::Real;
            self.position += 1;
            self.skip_digits();
        }
        let suffix = self.position;
        if self.exponent() {
            kind = TokenKind::Real;
        }
        let number_end = self.position;
        self.skip_word();
        if self.position == number_end {
            return self.push(kind, start);
        }
        if super::timespan::unit_ticks(&self.text[suffix..self.position]).is_some() {
            return self.push(TokenKind::TimeSpan, start);
        }
        if kind == TokenKind::Long {
            return self.push(TokenKind::Word, start);
        }
        self.fault(
            Code::BadLiteral,
            Span::new(start, self.position),
            format!("`{}` is not a number", &self.text[start..self.position]),
            "",
        );
        self.push(TokenKind::Bad, start);
    }

    /// Moves over `e5`, `E-10`, if it stands there whole.
    fn exponent(&mut self) -> bool {
        if !matches!(self.byte(0), b'e' | b'E') {
            return false;
        }
        let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
        if !self.byte(1 + sign).is_ascii_digit() {
            return false;
        }
        self.position += 1 + sign;
        self.skip_digits();
        true
    }

    fn non_ascii(&mut self) {
        let start = self.position;
        let Some(c) = self.text[start..].chars().next() else {
            return;
        };
        if is_unicode_space(c) {
            self.position += c.len_utf8();
        } else if c.is_alphabetic() {
            self.word();
        } else if matches!(c, '\u{201c}'..='\u{201f}' | '\u{2018}'..='\u{201b}') {
            self.smart_quoted(c);
        } else {
            self.position += c.len_utf8();
            let help = match c {
                '\u{2010}'..='\u{2015}' | '\u{2212}' => "write the plain minus `-`",
                '\u{2260}' => "write `!=`",
                '\u{ff5c}' => "write the plain bar `|`",
                _ => "",
            };
            self.fault(
                Code::UnexpectedCharacter,
                Span::new(start, self.position),
                format!("`{c}` cannot stand here"),
                help,
            );
            self.push(TokenKind::Bad, start);
        }
    }

    /// `“text”`: one fault for the whole of it, so that its words make no more.
    fn smart_quoted(&mut self, quote: char) {
        let start = self.position;
        let double = matches!(quote, '\u{201c}'..='\u{201f}');
        let close = self.text[start..]
            .char_indices()
            .skip(1)
            .take_while(|(_, c)| !matches!(c, '\n' | '\r'))
            .find(|(_, c)| match c {
                '\u{201c}'..='\u{201f}' | '"' => double,
                '\u{2018}'..='\u{201b}' | '\'' => !double,
                _ => false,
            })
            .map(|(at, c)| at + c.len_utf8());
        self.position += close.unwrap_or(quote.len_utf8());
        let plain = if double { '"' } else { '\'' };
        self.fault(
            Code::UnexpectedCharacter,
            Span::new(start, self.position),
            format!("`{quote}` is a typographic quotation mark"),
            &format!("write the plain `{plain}`"),
        );
        self.push(TokenKind::Bad, start);
    }

    fn mark(&mut self, byte: u8) {
        use TokenKind as K;
        let start = self.position;
        let (kind, length) = match (byte, self.byte(1)) {
            (b'(', _) => (K::OpenParen, 1),
            (b')', _) => (K::CloseParen, 1),
            (b'[', _) => (K::OpenBracket, 1),
            (b']', _) => (K::CloseBracket, 1),
            (b'{', _) => (K::OpenBrace, 1),
            (b'}', _) => (K::CloseBrace, 1),
            (b',', _) => (K::Comma, 1),
            (b';', _) => (K::Semicolon, 1),
            (b':', _) => (K::Colon, 1),
            (b'|', _) => (K::Pipe, 1),
            (b'.', b'.') => (K::DotDot, 2),
            (b'.', _) => (K::Dot, 1),
            (b'=', b'=') => (K::Equal, 2),
            (b'=', b'~') => (K::EqualTilde, 2),
            (b'=', b'>') => (K::FatArrow, 2),
            (b'=', _) => (K::Assign, 1),
            (b'!', b'=') => (K::NotEqual, 2),
            (b'!', b'~') => (K::BangTilde, 2),
            (b'!', _) => (K::Bang, 1),
            (b'<', b'=') => (K::LessOrEqual, 2),
            (b'<', b'>') => (K::LessGreater, 2),
            (b'<', _) => (K::Less, 1),
            (b'>', b'=') => (K::GreaterOrEqual, 2),
            (b'>', _) => (K::Greater, 1),
            (b'+', _) => (K::Plus, 1),
            (b'-', _) => (K::Minus, 1),
            (b'*', _) => (K::Star, 1),
            (b'/', _) => (K::Slash, 1),
            (b'%', _) => (K::Percent, 1),
            (b'~', _) => (K::Tilde, 1),
            (b'@', _) => (K::At, 1),
            (b'?', _) => (K::Question, 1),
            (b'&', b'&') => (K::Bad, 2),
            _ => (K::Bad, 1),
        };
        self.position += length;
        if kind == K::Bad {
            let shown = self.text[start..self.position].escape_default();
            let help = match byte {
                b'&' => "to join two conditions, write `and`",
                b'#' => "a comment begins with `//`",
                _ => "",
            };
            self.fault(
                Code::UnexpectedCharacter,
                Span::new(start, self.position),
                format!("`{shown}` cannot stand here"),
                help,
            );
        }
        self.push(kind, start);
    }
}
