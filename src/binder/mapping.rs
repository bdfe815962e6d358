//! `ingestionMapping` of `externaldata`: where in a record of a file the value of each column stands.
//!
//! Source: "externaldata operator", "Ingestion mappings", "JSON mapping", "CSV mapping" and "JSONPath syntax" of
//! Microsoft's reference. In: the mapping as written, the format of the file, the declared columns. Out: what
//! is read of a record, and each column's value over it. What always holds: what the mapping says and this does
//! not do is a fault; a column that it does not name has no value.

use serde_json::{Map, Value as Json};

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::json::{Step, Steps};
use crate::plan::{Column, FileFormat};
use crate::symbols::ScalarType;
use crate::syntax::ast::Expr;

use super::Binder;
use super::shape;
use super::tree::Tree;

/// The most fields of a record that go by their place.
const MOST_FIELDS: usize = 1_000;

/// What a mapping makes of the records of a file.
pub(super) struct Mapping {
    /// What is read: members of JSON objects by their names, other fields by their places.
    pub read: Vec<String>,
    /// Which of these is a JSON object as a whole.
    pub whole: Option<String>,
    /// The value of each declared column over what is read, as JSON or as a text.
    pub values: Vec<(Expr, ScalarType)>,
}

/// Where a column's value stands.
enum Place {
    Path(Vec<Step>),
    Ordinal(usize),
    Constant(String),
}

impl Binder<'_> {
    /// Reads a mapping; None where it is faulty.
    pub(super) fn ingestion_mapping(
        &mut self,
        value: &Expr,
        format: FileFormat,
        columns: &[Column],
    ) -> Option<Mapping> {
        let span = value.span;
        let Some(text) = shape::string(value) else {
            self.error(
                Code::NotConstant,
                span,
                "the mapping must be a text: `ingestionMapping='[…]'`",
            );
            return None;
        };
        match places(text, format, columns, span) {
            Ok(places) => Some(mapping(&places, format, Tree(span))),
            Err(fault) => {
                self.report(*fault);
                None
            }
        }
    }
}

type Faulty<T> = Result<T, Box<Diagnostic>>;

fn faulty<T>(code: Code, span: Span, message: impl Into<String>, help: &str) -> Faulty<T> {
    Err(Box::new(
        Diagnostic::error(code, span, message.into()).with_help(help.to_owned()),
    ))
}

/// The place of each declared column, None for those that the mapping does not name.
fn places(
    text: &str,
    format: FileFormat,
    columns: &[Column],
    span: Span,
) -> Faulty<Vec<Option<Place>>> {
    let elements: Vec<Map<String, Json>> = match serde_json::from_str(text) {
        Ok(elements) => elements,
        Err(error) => {
            let message = format!("the mapping is no JSON array of objects: {error}");
            return faulty(Code::BadArgument, span, message, example(format));
        }
    };
    let mut places: Vec<Option<Place>> = columns.iter().map(|_| None).collect();
    for element in &elements {
        let (name, place) = column_place(element, format, span)?;
        let Some(index) = columns.iter().position(|c| c.name == name) else {
            let message =
                format!("the mapping names `{name}`, which is no column of `externaldata`");
            let help = "names are those in the parentheses behind `externaldata`, in the same case";
            return faulty(Code::BadArgument, span, message, help);
        };
        if places[index].replace(place).is_some() {
            let message = format!("the mapping names `{name}` twice");
            return faulty(Code::BadArgument, span, message, example(format));
        }
    }
    Ok(places)
}

/// The column that an element of the mapping names, and its place.
fn column_place(
    element: &Map<String, Json>,
    format: FileFormat,
    span: Span,
) -> Faulty<(String, Place)> {
    let (mut column, mut place) = (None, None);
    // Older mappings have the properties beside the column's name.
    let inner = element.iter().flat_map(|(key, value)| match value {
        Json::Object(inner) if key.eq_ignore_ascii_case("properties") => {
            inner.iter().collect::<Vec<_>>()
        }
        _ => vec![(key, value)],
    });
    for (key, value) in inner {
        let one = match key.to_ascii_lowercase().as_str() {
            "column" => {
                column = value.as_str();
                continue;
            }
            // The columns are declared.
            "datatype" => continue,
            "path" if format == FileFormat::Json => path(value, span)?,
            "ordinal" if format != FileFormat::Json => ordinal(value, span)?,
            "constvalue" | "constantvalue" => Place::Constant(plain(value)),
            "transform" => {
                let message = format!("the transformation {value} is not supported");
                let help = "map the value as it is, and change it behind `externaldata`: \
                            `| extend Time = unixtime_seconds_todatetime(Seconds)`";
                return faulty(Code::UnsupportedExpression, span, message, help);
            }
            _ => {
                let message = format!("a mapping of such files has no `{key}`");
                return faulty(Code::BadArgument, span, message, example(format));
            }
        };
        if place.replace(one).is_some() {
            let message = "the mapping gives a column two places";
            return faulty(Code::BadArgument, span, message, example(format));
        }
    }
    match (column, place) {
        (Some(column), Some(place)) => Ok((column.to_owned(), place)),
        (Some(column), None) => {
            let message = format!("the mapping does not say where `{column}` stands");
            faulty(Code::BadArgument, span, message, example(format))
        }
        (None, _) => {
            let message = "an element of the mapping names no `Column`";
            faulty(Code::BadArgument, span, message, example(format))
        }
    }
}

/// A JSONPath; what does not begin with `$` is a constant.
fn path(value: &Json, span: Span) -> Faulty<Place> {
    let text = plain(value);
    if !text.starts_with('$') {
        return Ok(Place::Constant(text));
    }
    let known = |step: &Step| match step {
        Step::Member(name) => name != "*",
        Step::Element(index) => *index >= 0,
    };
    let steps = Steps::from_json_path(&text).filter(|steps| steps.0.iter().all(known));
    match steps.map(|steps| steps.0) {
        Some(steps) if !matches!(steps.first(), Some(Step::Element(_))) => Ok(Place::Path(steps)),
        Some(_) | None => {
            let message = format!("the path `{text}` is not supported");
            let help =
                "a path goes from the record `$` to members and places: `$.a.b[0]`, `$['a b']`";
            faulty(Code::UnsupportedExpression, span, message, help)
        }
    }
}

fn ordinal(value: &Json, span: Span) -> Faulty<Place> {
    match plain(value).parse() {
        Ok(ordinal) if ordinal < MOST_FIELDS => Ok(Place::Ordinal(ordinal)),
        Ok(_) | Err(_) => {
            let message = format!("`Ordinal` is a place from 0 to {}", MOST_FIELDS - 1);
            faulty(Code::BadArgument, span, message, example(FileFormat::Csv))
        }
    }
}

/// A text without its quotes, else JSON as written.
fn plain(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn example(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Json => r#"write it as `[{"Column": "a", "Properties": {"Path": "$.x.y"}}]`"#,
        FileFormat::Csv
        | FileFormat::Tsv
        | FileFormat::Psv
        | FileFormat::Scsv
        | FileFormat::Txt
        | FileFormat::Raw => r#"write it as `[{"Column": "a", "Properties": {"Ordinal": "0"}}]`"#,
    }
}

/// What is read for these places, and the columns' values over it.
fn mapping(places: &[Option<Place>], format: FileFormat, tree: Tree) -> Mapping {
    let mut read: Vec<String> = Vec::new();
    for place in places.iter().flatten() {
        match place {
            Place::Path(steps) => {
                if let Some(Step::Member(name)) = steps.first()
                    && !read.contains(name)
                {
                    read.push(name.clone());
                }
            }
            Place::Ordinal(ordinal) => {
                read.extend((read.len()..=*ordinal).map(|place| place.to_string()));
            }
            Place::Constant(_) => {}
        }
    }
    let is_whole = |place: &Place| matches!(place, Place::Path(steps) if steps.is_empty());
    // A record is read where nothing of it is, so that it counts.
    let whole = (places.iter().flatten().any(is_whole) || read.is_empty()).then(|| {
        let mut name = "$record".to_owned();
        while read.contains(&name) {
            name.push('$');
        }
        name
    });
    read.extend(whole.clone());
    let raw = format.raw();
    let value = |place: &Option<Place>| match place {
        Some(Place::Path(steps)) => {
            let (first, rest) = match steps.as_slice() {
                [Step::Member(name), rest @ ..] => (name.as_str(), rest),
                rest => (whole.as_deref().unwrap_or_default(), rest),
            };
            let step = |base, step: &Step| match step {
                Step::Member(name) => tree.element(base, tree.text(name)),
                Step::Element(index) => tree.element(base, tree.long(*index)),
            };
            (rest.iter().fold(tree.name(first), step), raw)
        }
        Some(Place::Ordinal(ordinal)) => (tree.name(&ordinal.to_string()), raw),
        Some(Place::Constant(text)) => (tree.text(text), ScalarType::String),
        None => (tree.null(), ScalarType::Dynamic),
    };
    Mapping {
        values: places.iter().map(value).collect(),
        read,
        whole,
    }
}
