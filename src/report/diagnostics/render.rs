//! Findings for people: the place, the line with a caret, and what to do.
//!
//! In: [`Findings`]. Out: text. What always holds: no control character of a rule file reaches the
//! terminal; there are no colours but where [`Style::color`] asks for them.

use std::io::IsTerminal;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Finding, Findings};
use crate::diagnostics::Severity;
use crate::report::neutral::{neutral, neutral_lines, neutral_source};

/// Source beyond this many bytes before and after a finding's place is not looked at. A rule file is
/// seldom larger, and the renderer goes through all that it is given.
const CONTEXT: usize = 16 * 1024;

/// How findings look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub color: bool,
    /// Lines of the source are cut to fit into this many columns.
    pub width: Option<usize>,
}

impl Style {
    /// No colours, any width.
    pub const PLAIN: Style = Style {
        color: false,
        width: None,
    };

    /// What fits stderr as it is: colours on a terminal, unless `NO_COLOR` is set or the terminal is
    /// a dumb one (<https://no-color.org>).
    pub fn stderr() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        Self {
            color: std::io::stderr().is_terminal() && set("NO_COLOR").is_none() && !dumb,
            width: None,
        }
    }

    fn renderer(self) -> Renderer {
        let renderer = if self.color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        match self.width {
            Some(width) => renderer.term_width(width),
            None => renderer,
        }
    }
}

/// All findings, each followed by an empty line; nothing where there are none.
pub fn render(findings: &[Findings], style: Style) -> String {
    let renderer = style.renderer();
    let mut out = String::new();
    for file in findings {
        let name = neutral(&file.name);
        let mut source = neutral_source(file.text.as_str());
        if source.ends_with('\n') {
            // The renderer knows no empty last line, where a query that ends too early has its fault.
            source.to_mut().push(' ');
        }
        for finding in file.sorted() {
            out.push_str(&render_one(&renderer, &name, &source, finding));
            out.push_str("\n\n");
        }
    }
    out
}

fn render_one(renderer: &Renderer, name: &str, source: &str, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let window = window(source, finding);
    let line = source[..window.start].matches('\n').count() + 1;
    let shifted = |place: &Range<usize>| shift(source, place, &window);
    let primary = AnnotationKind::Primary.span(shifted(&finding.place));
    let labels = finding
        .labels
        .iter()
        .map(|(place, text)| {
            AnnotationKind::Context
                .span(shifted(place))
                .label(neutral(text))
        })
        .collect::<Vec<Annotation<'_>>>();
    let snippet = Snippet::source(&source[window.clone()])
        .line_start(line)
        .path(name)
        .annotation(primary)
        .annotations(labels);
    let message = neutral(&finding.message);
    let mut group: Group<'_> = level
        .primary_title(message.as_ref())
        .id(finding.code.as_str())
        .element(snippet);
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(neutral_lines(help)));
    }
    renderer.render(&[group])
}

/// The whole lines of the source around all places of a finding; a line that goes on much further is cut.
fn window(source: &str, finding: &Finding) -> Range<usize> {
    let places = || finding.labels.iter().map(|(place, _)| place);
    let start = places().fold(finding.place.start, |at, place| at.min(place.start));
    let end = places().fold(finding.place.end, |at, place| at.max(place.end));
    let start = floor(source, start.saturating_sub(CONTEXT));
    let start = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = floor(source, (end + CONTEXT).min(source.len()));
    let limit = floor(source, (end + CONTEXT).min(source.len()));
    let end = source[end..limit].find('\n').map_or(limit, |at| end + at);
    start..end
}

fn floor(source: &str, mut at: usize) -> usize {
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A place as bytes of the window. An empty one is widened to the character it stands before, so
/// that there is something to point to; at a line's end, and in the middle of CR LF, it stays empty.
fn shift(source: &str, place: &Range<usize>, window: &Range<usize>) -> Range<usize> {
    let mut end = place.end;
    if place.is_empty()
        && let Some(next) = source[place.start..].chars().next()
        && !matches!(next, '\r' | '\n')
    {
        end += next.len_utf8();
    }
    place.start - window.start..end.max(place.start) - window.start
}
