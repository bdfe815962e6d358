//! A fault for each code: what it means, files that show it, and the mended files.

mod files;
mod lake;
mod meaning;
mod support;
mod syntax;

use retrohunt::diagnostics::Code;

/// What the page of a code tells beside the code's own line.
pub struct Fault {
    pub code: Code,
    pub meaning: &'static str,
    pub mend: &'static str,
    pub shows: Shows,
}

/// How a code is shown.
pub enum Shows {
    /// The program, in a folder with these files.
    Run {
        arguments: &'static [&'static str],
        written: &'static [(&'static str, &'static str)],
        mended: &'static [(&'static str, &'static str)],
        /// Other codes that come with it.
        beside: &'static [Code],
    },
    /// Nothing gives it in this version.
    Nothing,
}

/// A fault of the query in `rule.kql`.
macro_rules! query {
    ($code:ident, $meaning:literal, $query:literal, $mend:literal, $mended:literal) => {
        $crate::docs::faults::Fault {
            code: retrohunt::diagnostics::Code::$code,
            meaning: $meaning,
            mend: $mend,
            shows: $crate::docs::faults::Shows::Run {
                arguments: &["check", "rule.kql"],
                written: &[("rule.kql", $query)],
                mended: &[("rule.kql", $mended)],
                beside: &[],
            },
        }
    };
}
use query;

pub fn all() -> impl Iterator<Item = &'static Fault> {
    [
        syntax::FAULTS,
        meaning::FAULTS,
        support::FAULTS,
        lake::FAULTS,
        files::FAULTS,
    ]
    .into_iter()
    .flatten()
}

pub fn of(code: Code) -> Option<&'static Fault> {
    all().find(|fault| fault.code == code)
}
