//! The pages of scalar functions, scalar operators and aggregates, from what the registry knows of each.

use std::collections::BTreeMap;
use std::fmt::Write;

use retrohunt::functions::{Accepts, Category, Example, Signature, aggregate, scalar};
use serde_json::Value;

use super::answers::Answers;
use super::{NOTE, Pages};

/// The page of a category and its title.
fn page_of(category: Category) -> (&'static str, &'static str) {
    match category {
        Category::Operator => ("functions/operators.md", "Scalar operators"),
        Category::String => ("functions/string.md", "String functions"),
        Category::Conversion => ("functions/conversion.md", "Conversions"),
        Category::Conditional => ("functions/conditional.md", "Conditional functions"),
        Category::DateTime => ("functions/datetime.md", "Functions of time"),
        Category::Math => ("functions/math.md", "Mathematical functions"),
        Category::Dynamic => ("functions/dynamic.md", "Functions of dynamic values"),
        Category::Network => ("functions/network.md", "Functions of addresses"),
        Category::Hash => ("functions/hash.md", "Hashes"),
        Category::Series => ("functions/series.md", "Functions of series"),
        Category::Window => ("functions/window.md", "Functions of ordered rows"),
        Category::Other => ("functions/other.md", "Other functions"),
        Category::Aggregate => ("functions/aggregates.md", "Aggregates"),
    }
}

/// What a page says of one function.
struct Entry<'f> {
    name: &'f str,
    aliases: &'f [&'f str],
    summary: &'f str,
    signature: Signature,
    examples: &'f [Example],
    /// What holds of it beside its signature.
    facts: Vec<&'static str>,
}

pub fn pages(answers: &Answers) -> Pages {
    let mut categories: BTreeMap<Category, Vec<Entry>> = BTreeMap::new();
    // What begins with `$` is for plugins alone.
    let written = scalar::all()
        .into_iter()
        .filter(|f| !f.name().starts_with('$'));
    for function in written {
        categories
            .entry(function.category())
            .or_default()
            .push(Entry {
                name: function.name(),
                aliases: function.aliases(),
                summary: function.summary(),
                signature: function.signature(),
                examples: function.examples(),
                facts: Vec::new(),
            });
    }
    for function in aggregate::all() {
        let ordered =
            "Depends on the order of the rows; over a lake, where there is none, it goes by value.";
        categories
            .entry(Category::Aggregate)
            .or_default()
            .push(Entry {
                name: function.name(),
                aliases: function.aliases(),
                summary: function.summary(),
                signature: function.signature(),
                examples: function.examples(),
                facts: function
                    .depends_on_order()
                    .then_some(ordered)
                    .into_iter()
                    .collect(),
            });
    }
    let mut pages = Pages::new();
    for (category, mut entries) in categories {
        entries.sort_by_key(|entry| entry.name);
        let (path, title) = page_of(category);
        let mut text = format!("# {title}\n\n{NOTE}\n");
        for entry in &entries {
            section(&mut text, entry, category, answers);
        }
        pages.insert(path.to_owned(), text);
    }
    pages
}

fn section(text: &mut String, entry: &Entry, category: Category, answers: &Answers) {
    let name = entry.name;
    let heading = name.replace('*', "\\*").replace('<', "&lt;");
    let form = match category {
        Category::Operator => operands(&entry.signature),
        Category::String
        | Category::Conversion
        | Category::Conditional
        | Category::DateTime
        | Category::Math
        | Category::Dynamic
        | Category::Network
        | Category::Hash
        | Category::Series
        | Category::Window
        | Category::Other
        | Category::Aggregate => format!("{name}({})", parameters(&entry.signature)),
    };
    write!(text, "\n## {heading}\n\n{}\n\n`{form}`\n", entry.summary).unwrap();
    if !entry.aliases.is_empty() {
        let names: Vec<String> = entry.aliases.iter().map(|a| format!("`{a}`")).collect();
        write!(text, "\nAlso called {}.\n", names.join(", ")).unwrap();
    }
    for fact in &entry.facts {
        write!(text, "\n{fact}\n").unwrap();
    }
    for example in entry.examples {
        write!(text, "\n{}", answers.show(example.kql)).unwrap();
    }
    if entry.examples.is_empty() {
        text.push_str("\nIt is known by name and types only: no example of it has been run.\n");
    }
}

/// `a: string, [b: long], …`
fn parameters(signature: &Signature) -> String {
    let mut parts: Vec<String> = signature
        .parameters
        .iter()
        .map(|parameter| {
            let constant = if parameter.constant { "constant " } else { "" };
            let text = format!(
                "{}: {constant}{}",
                parameter.name,
                accepted(parameter.accepts)
            );
            match parameter.optional {
                true => format!("[{text}]"),
                false => text,
            }
        })
        .collect();
    if signature.repeats > 0 {
        parts.push("…".to_owned());
    }
    parts.join(", ")
}

fn operands(signature: &Signature) -> String {
    format!("({})", parameters(signature))
}

fn accepted(accepts: Accepts) -> String {
    match accepts {
        Accepts::Any => "any".to_owned(),
        Accepts::Exactly(ty) => ty.name().to_owned(),
        Accepts::Number => "number".to_owned(),
        Accepts::Integer => "int or long".to_owned(),
        Accepts::OneOf(types) => {
            let names: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
            names.join(" or ")
        }
    }
}

/// Numbers by their value: 1 and 1.0 are one.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// What a page shows of a function is what its file says that it means.
#[test]
fn examples_give_the_rows_that_they_say() {
    let answers = Answers::of_all();
    let scalars = scalar::all().into_iter().map(|f| (f.name(), f.examples()));
    let aggregates = aggregate::all()
        .into_iter()
        .map(|f| (f.name(), f.examples()));
    let mut wrong = Vec::new();
    for (name, example) in scalars
        .chain(aggregates)
        .flat_map(|(name, examples)| examples.iter().map(move |e| (name, e)))
    {
        let wanted: Value = serde_json::from_str(example.rows).unwrap();
        match answers.rows(example.kql) {
            Some(rows) if same(rows, &wanted) => {}
            Some(rows) => wrong.push(format!("{name}: {}\n  {rows} not {wanted}", example.kql)),
            None => wrong.push(format!(
                "{name}: {}: {}",
                example.kql,
                answers.fault(example.kql)
            )),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
