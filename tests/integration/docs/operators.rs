//! The pages of statements, tabular operators, joins, plugins and the functions that are no plain calls.
//!
//! In: an example for each name, whether it is supported or not. Out: a page a kind: what ran with its rows,
//! what is refused with its code. What always holds: an example fails for no other reason than that the tool
//! does not support it yet, or that it lacks something outside the lake.

mod plugins;
mod statements;
mod tabular;

use std::fmt::Write;

use super::answers::Answers;
use super::{NOTE, Pages};

/// A name and a query that uses it.
pub struct Use {
    /// The kind in `data/kql-*.txt`.
    pub kind: &'static str,
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    pub kql: &'static str,
}

const fn show(
    kind: &'static str,
    name: &'static str,
    summary: &'static str,
    kql: &'static str,
) -> Use {
    Use {
        kind,
        name,
        summary,
        kql,
    }
}

/// Every list of this folder.
pub const EXAMPLES: &[&[Use]] = &[
    statements::STATEMENTS,
    tabular::OPERATORS,
    tabular::JOINS,
    plugins::PLUGINS,
    plugins::SPECIAL,
];

/// The examples of a name.
pub fn examples_of(kind: &str, name: &str) -> impl Iterator<Item = &'static Use> {
    let all = EXAMPLES.iter().flat_map(|list| list.iter());
    all.filter(move |example| example.kind == kind && example.name == name)
}

pub fn pages(answers: &Answers) -> Pages {
    let lists: [(&str, &str, &[&[Use]]); 4] = [
        ("statements.md", "Statements", &[statements::STATEMENTS]),
        (
            "operators.md",
            "Tabular operators",
            &[tabular::OPERATORS, tabular::JOINS],
        ),
        ("plugins.md", "Plugins", &[plugins::PLUGINS]),
        (
            "special-functions.md",
            "Functions of tables and columns",
            &[plugins::SPECIAL],
        ),
    ];
    let page = |title: &str, lists: &[&[Use]]| {
        let mut text = format!("# {title}\n\n{NOTE}\n");
        for example in lists.iter().flat_map(|list| list.iter()) {
            section(&mut text, example, answers);
        }
        text
    };
    lists
        .into_iter()
        .map(|(path, title, lists)| (path.to_owned(), page(title, lists)))
        .collect()
}

fn section(text: &mut String, example: &Use, answers: &Answers) {
    let join = if example.kind == "join" {
        "join kind="
    } else {
        ""
    };
    write!(
        text,
        "\n## {join}{}\n\n{}\n\n",
        example.name, example.summary
    )
    .unwrap();
    match answers.code(example.kql) {
        None => text.push_str(&answers.show(example.kql)),
        Some(code) => write!(
            text,
            "Not run: [{code}](errors/{code}.md), {}.\n\n```kql\n{}\n```\n",
            answers.fault(example.kql),
            example.kql
        )
        .unwrap(),
    }
}

/// A name whose example is wrong must not pass for one that is not supported.
#[test]
fn examples_fail_only_for_want_of_support() {
    let answers = Answers::of_all();
    let mut wrong = Vec::new();
    for example in EXAMPLES.iter().flat_map(|list| list.iter()) {
        if let Some(code) = answers.code(example.kql)
            && !code.starts_with("KQL4")
        {
            let fault = answers.fault(example.kql);
            wrong.push(format!(
                "{}: {code} {fault}\n  {}",
                example.name, example.kql
            ));
        }
        if !example.kql.contains(example.name) {
            wrong.push(format!("{} is not in its example", example.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each name of Microsoft's that is no plain function has an example, so that the table can tell of it.
#[test]
fn every_operator_and_statement_has_an_example() {
    let wanted = ["statement", "operator", "join"];
    let missing: Vec<String> = super::names::all()
        .into_iter()
        .filter(|(kind, name)| wanted.contains(kind) && examples_of(kind, name).next().is_none())
        .map(|(kind, name)| format!("{kind} {name}"))
        .collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
}
