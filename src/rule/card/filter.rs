//! Filters of cards: comparisons of ECS fields in the manner of Elastic's query languages, made KQL.
//!
//! In: `process.name != "x.exe" OR (destination_ip != <internal> AND NOT host.name : "a*")`. Out:
//! [`Filter`]: the condition in KQL, and the parts that could not be read.
//! What always holds: a part is taken whole or not at all, and each that is not is named with its place.

use super::super::exclusion::{Action, looks_like_network};
use super::super::quote;

/// What is said of a part that is no comparison.
pub const UNREAD: &str = "this part could not be read";

/// A filter as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// None where nothing could be read.
    pub kql: Option<String>,
    /// Whether the condition says what remains or what is set aside.
    pub action: Action,
    /// `<name>`s, each once, where it stands first.
    pub parameters: Vec<Mention>,
    /// Fields that the card calls applicable only sometimes.
    pub optional: Vec<String>,
    pub remarks: Vec<Remark>,
}

/// A `<name>` and the bytes of the filter's text at which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub name: String,
    pub start: usize,
    pub end: usize,
}

/// What is to be said about a part: bytes of the filter's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub start: usize,
    pub end: usize,
    pub message: String,
    /// Whether the filter must not be used as it is.
    pub incomplete: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Number(String),
    Parameter(String),
    Mark(&'static str),
    Open,
    Close,
    Comma,
    /// Something else, such as a stray quote.
    Odd,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Placed {
    token: Token,
    start: usize,
    end: usize,
}

const MARKS: [&str; 11] = ["!=", "==", "=~", "!~", ">=", "<=", "<>", "=", ":", ">", "<"];

/// Reads a filter.
pub fn read(text: &str) -> Filter {
    let mut reader = Reader {
        text,
        tokens: tokens(text),
        at: 0,
        filter: Filter {
            kql: None,
            action: Action::KeepWhen,
            parameters: Vec::new(),
            optional: Vec::new(),
            remarks: Vec::new(),
        },
        polarity: Vec::new(),
        has_and: false,
    };
    let read = reader.disjunction();
    if reader.at < reader.tokens.len() {
        let start = reader.tokens[reader.at].start;
        reader.remark(start, text.len(), UNREAD, true);
    }
    reader.check_polarity();
    reader.filter.kql = read.map(|(kql, _)| kql);
    reader.filter
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Placed>,
    at: usize,
    filter: Filter,
    /// Each comparison's place, and whether it is a negative one.
    polarity: Vec<(usize, usize, bool)>,
    has_and: bool,
}

/// How tight a piece of KQL binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Or,
    And,
    Tight,
}

impl Reader<'_> {
    fn remark(&mut self, start: usize, end: usize, message: &str, incomplete: bool) {
        self.filter.remarks.push(Remark {
            start,
            end,
            message: message.to_owned(),
            incomplete,
        });
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|placed| &placed.token)
    }

    fn word_is(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(own)) if own.eq_ignore_ascii_case(word))
    }

    fn disjunction(&mut self) -> Option<(String, Binds)> {
        let mut parts: Vec<String> = self.conjunction().map(|(kql, _)| kql).into_iter().collect();
        while self.word_is("or") {
            self.at += 1;
            parts.extend(self.conjunction().map(|(kql, _)| kql));
        }
        match parts.len() {
            0 => None,
            1 => Some((parts.remove(0), Binds::And)),
            _ => Some((parts.join(" or "), Binds::Or)),
        }
    }

    fn conjunction(&mut self) -> Option<(String, Binds)> {
        let mut parts: Vec<String> = self.operand().into_iter().collect();
        while self.word_is("and") {
            self.has_and = true;
            self.at += 1;
            parts.extend(self.operand());
        }
        match parts.len() {
            0 => None,
            1 => Some((parts.remove(0), Binds::Tight)),
            _ => Some((parts.join(" and "), Binds::And)),
        }
    }

    /// A comparison, `not` of an operand, or a parenthesis; what follows it up to `and` or `or` is none
    /// of these and is told of.
    fn operand(&mut self) -> Option<String> {
        let start = self.at;
        let read = self.bare_operand();
        let from = if read.is_some() { self.at } else { start };
        if read.is_some() && self.remark_behind() {
            return read;
        }
        let mut depth = 0usize;
        while let Some(token) = self.peek() {
            match token {
                Token::Open => depth += 1,
                Token::Close if depth == 0 => break,
                Token::Close => depth -= 1,
                Token::Word(word) if depth == 0 && is_joint(word) => break,
                Token::Word(_)
                | Token::Text(_)
                | Token::Number(_)
                | Token::Parameter(_)
                | Token::Mark(_)
                | Token::Comma
                | Token::Odd => {}
            }
            self.at += 1;
        }
        match (read, self.at > from) {
            (Some(read), false) => Some(read),
            (None, false) => {
                let end = self.text.len();
                let at = self.tokens.get(from).map_or(end, |placed| placed.start);
                self.remark(at, at, "a comparison is missing here", true);
                None
            }
            (_, true) => {
                // The whole operand: half of a comparison says something else.
                let begin = self.tokens[start].start;
                let end = self.tokens[self.at - 1].end;
                self.remark(begin, end, UNREAD, true);
                None
            }
        }
    }

    /// Takes `(if applicable)` behind a comparison: its field is optional then.
    fn remark_behind(&mut self) -> bool {
        let words = ["if", "applicable"];
        let Some(rest) = self.tokens.get(self.at..self.at + 4) else {
            return false;
        };
        let is_remark = rest[0].token == Token::Open
            && rest[3].token == Token::Close
            && rest[1..3].iter().zip(words).all(|(placed, word)| {
                matches!(&placed.token, Token::Word(own) if own.eq_ignore_ascii_case(word))
            });
        if !is_remark {
            return false;
        }
        let (start, end) = (rest[0].start, rest[3].end);
        let field = self.polarity.last().map(|(start, ..)| *start);
        let field = field.and_then(|start| {
            let mut tokens = self.tokens.iter();
            tokens.find_map(|placed| match &placed.token {
                Token::Word(word) if placed.start == start => Some(word.clone()),
                _ => None,
            })
        });
        self.at += 4;
        let message = "read as: the comparison is left out where the table has no such column";
        self.remark(start, end, message, false);
        self.filter.optional.extend(field);
        true
    }

    fn bare_operand(&mut self) -> Option<String> {
        if self.word_is("not") {
            self.at += 1;
            let before = self.polarity.len();
            let inner = self.bare_operand()?;
            for (_, _, negative) in &mut self.polarity[before..] {
                *negative = !*negative;
            }
            return Some(format!("not({inner})"));
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let (inner, _) = self.disjunction()?;
            if self.peek() != Some(&Token::Close) {
                return None;
            }
            self.at += 1;
            return Some(format!("({inner})"));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Option<String> {
        let first = self.tokens.get(self.at)?.clone();
        let Token::Word(field) = first.token else {
            return None;
        };
        if is_joint(&field) || !is_field(&field) {
            return None;
        }
        let mut next = self.at + 1;
        let mut negated = false;
        if let Some(Token::Word(word)) = self.tokens.get(next).map(|placed| &placed.token)
            && word.eq_ignore_ascii_case("not")
        {
            negated = true;
            next += 1;
        }
        let operator = match &self.tokens.get(next)?.token {
            Token::Mark(mark) => (*mark).to_owned(),
            Token::Word(word) => word.to_ascii_lowercase(),
            _ => return None,
        };
        next += 1;
        let (plain, bang) = match operator.strip_prefix('!') {
            Some(plain) => (plain, true),
            None => (operator.as_str(), false),
        };
        if matches!(plain, "in" | "in~" | "has_any" | "has_all") {
            let (list, after) = self.list(next)?;
            let negative = negated != bang;
            let end = self.tokens[after - 1].end;
            self.polarity.push((first.start, end, negative));
            self.at = after;
            let list = list.join(", ");
            return Some(match (negative, plain) {
                (false, _) => format!("{field} {plain} ({list})"),
                (true, "in" | "in~") => format!("{field} !{plain} ({list})"),
                (true, _) => format!("not({field} {plain} ({list}))"),
            });
        }
        let value = self.tokens.get(next)?.clone();
        let (operator, value_text, negative) = compare(&operator, negated, &value.token)?;
        self.parameter(&value);
        self.polarity.push((first.start, value.end, negative));
        self.at = next + 1;
        Some(format!("{field} {operator} {value_text}"))
    }

    /// Notes a value that is a `<name>`.
    fn parameter(&mut self, value: &Placed) {
        if let Token::Parameter(name) = &value.token
            && !self.filter.parameters.iter().any(|own| own.name == *name)
        {
            self.filter.parameters.push(Mention {
                name: name.clone(),
                start: value.start,
                end: value.end,
            });
        }
    }

    /// `("a", "b")`, from the token at `next`; also the place behind it.
    fn list(&mut self, mut next: usize) -> Option<(Vec<String>, usize)> {
        if self.tokens.get(next)?.token != Token::Open {
            return None;
        }
        let mut values = Vec::new();
        loop {
            next += 1;
            let item = self.tokens.get(next)?.clone();
            values.push(value(&item.token)?);
            self.parameter(&item);
            next += 1;
            match self.tokens.get(next)?.token {
                Token::Comma => {}
                Token::Close => return Some((values, next + 1)),
                _ => return None,
            }
        }
    }

    /// What remains differs from the activity, so that a filter which says what remains has only negative
    /// comparisons, and one that has only positive ones names the activity itself. A person must say
    /// what is meant where there are positive ones: as it stands, such a filter may set aside everything
    /// but the activity.
    fn check_polarity(&mut self) {
        let (negative, positive): (Vec<_>, Vec<_>) =
            self.polarity.iter().copied().partition(|(.., n)| *n);
        let whole = (self.polarity.first(), self.polarity.last());
        let (Some((start, ..)), Some((_, end, _))) = whole else {
            return;
        };
        let (start, end) = (*start, *end);
        if positive.is_empty() {
            return;
        }
        if negative.is_empty() {
            self.filter.action = Action::DropWhen;
            let message = "this names the activity and not what remains, so it is read as what is set \
                           aside: see whether that is meant";
            self.remark(start, end, message, true);
            return;
        }
        if self.has_and {
            let message = "some parts name the activity and some what differs from it: see whether this \
                           says what remains, as it is read, or what is set aside";
            self.remark(start, end, message, true);
            return;
        }
        for (start, end, _) in positive {
            self.remark(
                start,
                end,
                "this keeps what matches, while the other parts keep what does not: most likely its \
                 opposite is meant",
                true,
            );
        }
    }
}

/// An operator of KQL, the value as its literal, and whether it is a negative one.
fn compare(operator: &str, negated: bool, token: &Token) -> Option<(String, String, bool)> {
    let text = match token {
        Token::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let (name, negative) = match operator {
        "==" | "=" | "is" => ("==", false),
        "!=" | "<>" => ("==", true),
        "=~" => ("=~", false),
        "!~" => ("=~", true),
        ">" | ">=" | "<" | "<=" if !negated => (operator, false),
        ":" | "like" => {
            let text = text.unwrap_or_default();
            let inner = text.trim_matches('*');
            if inner.contains(['*', '?']) || (text.contains('*') && inner.is_empty()) {
                return None;
            }
            let name = match (text.starts_with('*'), text.ends_with('*')) {
                (true, true) => "contains",
                (true, false) => "endswith",
                (false, true) => "startswith",
                (false, false) => "=~",
            };
            if text.contains('*') {
                let bang = if negated { "!" } else { "" };
                return Some((format!("{bang}{name}"), quote::kql(inner), negated));
            }
            match text.is_empty() {
                // A number or a parameter has no case.
                true => ("==", false),
                false => (name, false),
            }
        }
        "contains" | "startswith" | "endswith" | "has" => (operator, false),
        "!contains" | "!startswith" | "!endswith" | "!has" => (&operator[1..], true),
        _ => return None,
    };
    let negative = negative != negated;
    let written = match (name, negative) {
        (name, false) => name.to_owned(),
        ("==", true) => "!=".to_owned(),
        ("=~", true) => "!~".to_owned(),
        (name, true) => format!("!{name}"),
    };
    Some((written, value(token)?, negative))
}

fn value(token: &Token) -> Option<String> {
    match token {
        // As a text it would equal no address.
        Token::Text(text) if looks_like_network(text) => None,
        Token::Text(text) => Some(quote::kql(text)),
        Token::Number(number) => Some(number.clone()),
        Token::Parameter(name) => Some(format!("<{name}>")),
        Token::Word(word) if word.eq_ignore_ascii_case("true") => Some("true".to_owned()),
        Token::Word(word) if word.eq_ignore_ascii_case("false") => Some("false".to_owned()),
        Token::Word(_)
        | Token::Mark(_)
        | Token::Open
        | Token::Close
        | Token::Comma
        | Token::Odd => None,
    }
}

fn is_joint(word: &str) -> bool {
    word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or")
}

fn is_field(word: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    word.split('.').all(part)
}

/// The length of a quoted text at the start, and what is in it. Typographic quotes count; a quote that
/// is not closed is none.
fn quoted(text: &str) -> Option<(usize, &str)> {
    let open = text.chars().next()?;
    let closes: &[char] = match open {
        '"' => &['"'],
        '\'' => &['\''],
        '\u{201c}' | '\u{201d}' => &['\u{201d}', '\u{201c}'],
        '\u{2018}' | '\u{2019}' => &['\u{2019}', '\u{2018}'],
        _ => return None,
    };
    let inner = &text[open.len_utf8()..];
    let end = inner.find(|c| closes.contains(&c))?;
    let close = inner[end..].chars().next()?;
    Some((open.len_utf8() + end + close.len_utf8(), &inner[..end]))
}

fn tokens(text: &str) -> Vec<Placed> {
    let mut found = Vec::new();
    let mut at = 0;
    // Backticks that come in pairs are Markdown's marks around code.
    let marks_code = text.matches('`').count().is_multiple_of(2);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '@');
        let (token, length) = if c.is_whitespace() || (c == '`' && marks_code) {
            at += c.len_utf8();
            continue;
        } else if let Some((length, inner)) = quoted(rest) {
            (Token::Text(inner.to_owned()), length)
        } else if let Some(name) = parameter(rest) {
            (Token::Parameter(name.to_owned()), name.len() + 2)
        } else if c.is_ascii_digit() {
            let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
            match rest[..length].parse::<f64>() {
                Ok(_) => (Token::Number(rest[..length].to_owned()), length),
                Err(_) => (Token::Odd, length),
            }
        } else if c.is_ascii_alphabetic() || matches!(c, '_' | '@') {
            let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
            let length = with_tilde(rest, length);
            (Token::Word(rest[..length].to_owned()), length)
        } else if let Some(word) = rest.strip_prefix('!').and_then(negated_word) {
            (Token::Word(format!("!{word}")), word.len() + 1)
        } else if rest.starts_with("&&") {
            (Token::Word("and".to_owned()), 2)
        } else if rest.starts_with("||") {
            (Token::Word("or".to_owned()), 2)
        } else if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            (Token::Mark(mark), mark.len())
        } else {
            let token = match c {
                '(' => Token::Open,
                ')' => Token::Close,
                ',' => Token::Comma,
                _ => Token::Odd,
            };
            (token, c.len_utf8())
        };
        found.push(Placed {
            token,
            start: at,
            end: at + length,
        });
        at += length;
    }
    found
}

/// `contains` of `!contains`, `in~` of `!in~`.
fn negated_word(rest: &str) -> Option<&str> {
    let length = rest
        .find(|c: char| !(c.is_ascii_alphabetic() || c == '_'))
        .unwrap_or(rest.len());
    (length > 0).then(|| &rest[..with_tilde(rest, length)])
}

/// The length of the word at the start with the tilde of `in~`.
fn with_tilde(rest: &str, length: usize) -> usize {
    let is_in = rest[..length].eq_ignore_ascii_case("in") && rest[length..].starts_with('~');
    length + usize::from(is_in)
}

fn parameter(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?;
    let name = &inner[..inner.find('>')?];
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!name.is_empty() && name.chars().all(word)).then_some(name)
}
