//! What each fuzz target does with its input; the integration tests run the same over mutated texts.
//!
//! In: any bytes. Out: nothing. What always holds: no input makes one of these panic, and every span that is
//! told lies in the text.

use std::path::Path;

use retrohunt::compile::{Options, compile};
use retrohunt::diagnostics::{Diagnostics, Span};
use retrohunt::symbols::BuiltinCatalogue;
use retrohunt::syntax::lexer::tokenize;
use retrohunt::{parser, rule, sqlgen};

/// A target's name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 4] = [
    ("lexer", lexer),
    ("parser", parse),
    ("binder", binder),
    ("yaml", yaml),
];

fn lies_in(text: &str, span: Span) {
    assert!(text.get(span.start..span.end).is_some(), "{span:?}");
}

fn lie_in(text: &str, diagnostics: &Diagnostics) {
    for diagnostic in diagnostics.iter() {
        lies_in(text, diagnostic.span);
        for label in &diagnostic.labels {
            lies_in(text, label.span);
        }
    }
}

/// Tokens cover the text in its order.
pub fn lexer(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (tokens, faults) = tokenize(&text);
    let mut end = 0;
    for token in &tokens {
        lies_in(&text, token.span);
        assert!(token.span.start >= end, "{token:?} begins before {end}");
        end = token.span.end;
    }
    assert!(!tokens.is_empty());
    faults.iter().for_each(|fault| lies_in(&text, fault.span));
}

/// A tree, or a fault.
pub fn parse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parsed = parser::parse(&text);
    lie_in(&text, &parsed.diagnostics);
    assert!(parsed.query.is_some() || parsed.diagnostics.has_errors());
}

/// SQL, or a fault.
pub fn binder(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let compiled = compile(&text, &BuiltinCatalogue, Options::default());
    lie_in(&text, &compiled.diagnostics);
    match compiled.query {
        Some(query) => assert!(!sqlgen::format(&query.statement).is_empty()),
        // Columns that only the data tells are asked for first.
        None => assert!(compiled.discovery.is_some() || compiled.diagnostics.has_errors()),
    }
}

/// Rules whose queries have a place in the file, or a fault.
pub fn yaml(bytes: &[u8]) {
    let file = rule::read(Path::new("rule.yaml"), bytes);
    let text = file.text.as_str();
    assert!(!file.rules.is_empty() || file.has_errors());
    for diagnostic in &file.diagnostics {
        assert!(
            text.get(diagnostic.span.start..diagnostic.span.end)
                .is_some()
        );
    }
    for rule in &file.rules {
        let end = rule.source.file_offset(rule.query.len());
        assert!(end <= text.len(), "{end} of {}", text.len());
    }
}
