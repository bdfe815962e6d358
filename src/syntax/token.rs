//! A token: what sort of thing stands at a place of the query text.
//!
//! In: nothing. Out: [`Token`] and [`TokenKind`]. What always holds: a token owns no text, its span
//! does; keywords are plain words, since nearly all of them may also be names.

use crate::diagnostics::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// The types whose literals are a word and raw text in parentheses: `datetime(2024-01-01)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypedLiteral {
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    DateTime,
    TimeSpan,
    Guid,
}

impl TypedLiteral {
    /// The type whose literals begin with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "bool" | "boolean" => Self::Bool,
            "int" | "int32" => Self::Int,
            "long" | "int64" => Self::Long,
            "real" | "double" => Self::Real,
            "decimal" => Self::Decimal,
            "datetime" | "date" => Self::DateTime,
            "timespan" | "time" => Self::TimeSpan,
            "guid" | "uuid" | "uniqueid" => Self::Guid,
            _ => return None,
        })
    }

    /// The name that messages use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::DateTime => "datetime",
            Self::TimeSpan => "timespan",
            Self::Guid => "guid",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a keyword.
    Word,
    /// One string literal with its quotes.
    String,
    /// `12`, `0x1f`
    Long,
    /// `1.5`, `1e3`
    Real,
    /// `1d`, `2.5h`
    TimeSpan,
    /// `datetime(…)` and its kin, up to the closing parenthesis.
    Typed(TypedLiteral),
    /// Text that was complained about already.
    Bad,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Comma,
    Semicolon,
    Colon,
    Pipe,
    Dot,
    /// `..`
    DotDot,
    /// `=`
    Assign,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<>`
    LessGreater,
    /// `=~`
    EqualTilde,
    /// `!~`
    BangTilde,
    /// `=>`
    FatArrow,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Bang,
    Tilde,
    At,
    Question,
    /// After the last character.
    End,
}

impl TokenKind {
    /// The text of a mark, for "expected …"; a description for the rest.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Word => "a name",
            Self::String => "a string",
            Self::Long | Self::Real => "a number",
            Self::TimeSpan => "a timespan",
            Self::Typed(_) => "a literal",
            Self::Bad => "this text",
            Self::OpenParen => "`(`",
            Self::CloseParen => "`)`",
            Self::OpenBracket => "`[`",
            Self::CloseBracket => "`]`",
            Self::OpenBrace => "`{`",
            Self::CloseBrace => "`}`",
            Self::Comma => "`,`",
            Self::Semicolon => "`;`",
            Self::Colon => "`:`",
            Self::Pipe => "`|`",
            Self::Dot => "`.`",
            Self::DotDot => "`..`",
            Self::Assign => "`=`",
            Self::Equal => "`==`",
            Self::NotEqual => "`!=`",
            Self::LessGreater => "`<>`",
            Self::EqualTilde => "`=~`",
            Self::BangTilde => "`!~`",
            Self::FatArrow => "`=>`",
            Self::Less => "`<`",
            Self::LessOrEqual => "`<=`",
            Self::Greater => "`>`",
            Self::GreaterOrEqual => "`>=`",
            Self::Plus => "`+`",
            Self::Minus => "`-`",
            Self::Star => "`*`",
            Self::Slash => "`/`",
            Self::Percent => "`%`",
            Self::Bang => "`!`",
            Self::Tilde => "`~`",
            Self::At => "`@`",
            Self::Question => "`?`",
            Self::End => "the end of the query",
        }
    }
}
