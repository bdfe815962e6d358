//! `parse_command_line(text, "windows")`: the arguments as Windows' `CommandLineToArgvW` splits them.

use super::parse_function;
use crate::functions::json;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map2};
use crate::functions::{Accepts, Parameter};
use crate::symbols::ScalarType as Ty;

/// The program comes first: it ends at its closing quote or at white space, and a backslash in it is
/// only that. In what follows 2n backslashes before a quote are n of them and the quote opens or
/// closes; 2n + 1 are n and a quote that stands for itself; two quotes inside of quotes are one.
fn arguments(line: &str) -> Vec<String> {
    let line = line.trim_start_matches([' ', '\t']);
    let mut out = Vec::new();
    if line.is_empty() {
        return out;
    }
    let (program, mut rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => line.split_at(line.find([' ', '\t']).unwrap_or(line.len())),
    };
    out.push(program.to_owned());
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return out;
        }
        let (argument, behind) = argument(rest);
        out.push(argument);
        rest = behind;
    }
}

/// The argument at the start of the text, and what follows.
fn argument(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut quoted = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match first {
            ' ' | '\t' if !quoted => break,
            '\\' => {
                let count = rest.len() - rest.trim_start_matches('\\').len();
                let behind = &rest[count..];
                if let Some(after) = behind.strip_prefix('"') {
                    out.push_str(&"\\".repeat(count / 2));
                    rest = behind;
                    if count % 2 == 1 {
                        out.push('"');
                        rest = after;
                    }
                } else {
                    out.push_str(&rest[..count]);
                    rest = behind;
                }
            }
            '"' if quoted && rest.starts_with("\"\"") => {
                out.push('"');
                quoted = false;
                rest = &rest[2..];
            }
            '"' => {
                quoted = !quoted;
                rest = &rest[1..];
            }
            other => {
                out.push(other);
                rest = &rest[other.len_utf8()..];
            }
        }
    }
    (out, rest)
}

fn parse(line: &str, kind: &str) -> Option<String> {
    if !kind.eq_ignore_ascii_case("windows") {
        return None;
    }
    let mut out = json::Array::default();
    for argument in arguments(line) {
        out.push_text(&argument);
    }
    Some(out.finish())
}

parse_function!(
    PARSE_COMMAND_LINE,
    "parse_command_line",
    &[],
    [
        Parameter::new("command_line", Accepts::Exactly(Ty::String)),
        Parameter::new("parser_type", Accepts::Exactly(Ty::String))
    ],
    Udf::new(
        "kql_parse_command_line",
        &[Ty::String, Ty::String],
        Ty::Dynamic,
        |a, n| map2::<Text, Text, Text>(a, n, parse)
    ),
    "The arguments of a command line as Windows splits them.",
    "print parse_command_line('\"C:\\\\a b\\\\x.exe\" /c \"hello world!\" d', \"windows\")",
    r#"[[["C:\\a b\\x.exe", "/c", "hello world!", "d"]]]"#
);

#[cfg(test)]
mod tests {
    use super::*;

    /// From Microsoft's documentation of how C programs parse arguments; the program stands first.
    #[test]
    fn backslashes_and_quotes() {
        let split = |line: &str| arguments(&format!("x {line}"))[1..].to_vec();
        assert_eq!(split(r#""a b c" d e"#), ["a b c", "d", "e"]);
        assert_eq!(split(r#""ab\"c" "\\" d"#), ["ab\"c", "\\", "d"]);
        assert_eq!(split(r#"a\\\b d"e f"g h"#), [r"a\\\b", "de fg", "h"]);
        assert_eq!(split(r#"a\\\"b c d"#), [r#"a\"b"#, "c", "d"]);
        assert_eq!(split(r#"a\\\\"b c" d e"#), [r"a\\b c", "d", "e"]);
        assert_eq!(arguments("  "), Vec::<String>::new());
    }
}
