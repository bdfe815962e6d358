//! The page of support: Microsoft's full list of names, and for each whether it runs here.
//!
//! What always holds: "runs" is written only where an example of that name gave rows in this very run.

use std::collections::BTreeMap;
use std::fmt::Write;

use retrohunt::functions::{Category, Example, aggregate, registry, scalar};

use super::answers::{Answers, escaped};
use super::{NOTE, names, operators};

/// The kinds of the lists, with the heading of each.
const KINDS: &[(&str, &str)] = &[
    ("statement", "Statements"),
    ("operator", "Tabular operators"),
    ("join", "Kinds of join"),
    ("plugin", "Plugins of evaluate, and functions of invoke"),
    ("scalar-operator", "Scalar operators"),
    ("scalar", "Scalar functions"),
    ("aggregate", "Aggregates"),
    ("table", "Functions that give a table, and references"),
    ("graph", "Functions of graphs"),
];

/// How a name stands.
#[derive(PartialEq)]
enum Standing {
    Runs,
    /// The code with which its example is refused.
    Refused(String),
    /// Nothing was run.
    No,
}

fn standing(kind: &str, name: &str, answers: &Answers) -> Standing {
    let registered: &[Example] = match kind {
        "scalar" | "scalar-operator" => registry::scalar(name).map_or(&[], |f| f.examples()),
        "aggregate" => registry::aggregate(name).map_or(&[], |f| f.examples()),
        _ => &[],
    };
    let shown = operators::examples_of(kind, name).map(|example| example.kql);
    let mut standing = Standing::No;
    for kql in registered.iter().map(|example| example.kql).chain(shown) {
        match answers.code(kql) {
            None => return Standing::Runs,
            Some(code) => standing = Standing::Refused(code.to_owned()),
        }
    }
    standing
}

pub fn page(answers: &Answers) -> String {
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, name) in names::all() {
        by_kind.entry(kind).or_default().push(name);
    }
    let mut sections = String::new();
    let mut totals = "| | runs | of |\n| --- | --- | --- |\n".to_owned();
    for (kind, heading) in KINDS {
        let names = by_kind.remove(kind).unwrap_or_default();
        let mut runs = 0;
        write!(sections, "\n## {heading}\n\n| | |\n| --- | --- |\n").unwrap();
        for name in &names {
            let standing = match standing(kind, name, answers) {
                Standing::Runs => {
                    runs += 1;
                    "runs".to_owned()
                }
                Standing::Refused(code) => format!("refused, [{code}](errors/{code}.md)"),
                Standing::No => "no".to_owned(),
            };
            writeln!(sections, "| `{}` | {standing} |", escaped(name)).unwrap();
        }
        writeln!(totals, "| {heading} | {runs} | {} |", names.len()).unwrap();
    }
    assert!(by_kind.is_empty(), "kinds without a heading: {by_kind:?}");
    format!(
        "# Support of Microsoft's language\n\n{NOTE}\n\n\
         The names are those of Microsoft's reference and of its parser. A name \"runs\" where an example of it, \
         shown on the page of its kind, gave rows when this page was written; where it reads what lies outside the \
         lake, with an option that gives that.\n\n{totals}{sections}"
    )
}

/// What `a.b` and `a[1]`, and what plugins call, have for names in the code: none of KQL's.
const UNWRITTEN: [&str; 3] = ["path", "element", "$certain"];

/// What the code has must be a name of Microsoft's, or the table would leave it out.
#[test]
fn every_function_is_in_the_list() {
    let known: Vec<&str> = names::all().into_iter().map(|(_, name)| name).collect();
    let functions = scalar::all()
        .into_iter()
        .filter(|f| f.category() != Category::Operator);
    let own = functions
        .map(|f| f.name())
        .chain(aggregate::all().into_iter().map(|f| f.name()));
    let missing: Vec<&str> = own
        .filter(|name| !known.contains(name) && !UNWRITTEN.contains(name))
        .collect();
    assert!(missing.is_empty(), "not in data/kql-*.txt: {missing:?}");
}
