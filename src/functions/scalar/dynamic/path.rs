//! What stands inside a dynamic: `d.a.b`, `d["a"][0]`, `extract_json`.

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use crate::functions::json::{self, Steps};
use crate::functions::scalar::conversion::dynamic::to_string;
use crate::functions::scalar::conversion::{convert, udfs_into};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Long, Text, map2, map2_nullable};
use crate::functions::udf::row_wise;
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Value, sql,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&PATH, &ELEMENT, &EXTRACT_JSON]
}

/// The value of a node, None for JSON's null.
fn owned(node: json::Node) -> Option<String> {
    (!node.is_null()).then(|| json::compact(node.text()).into_owned())
}

/// Reads the steps once where they are the same for all rows, which they are in every plan.
fn path(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    row_wise(arguments, rows, |arrays| {
        use crate::functions::scalar::rows::Kind;
        let texts = Text::cast(&arrays[0]);
        let paths = Text::cast(&arrays[1]);
        let mut known: Option<(&str, Option<Steps>)> = None;
        Text::collect((0..arrays[0].len()).map(|row| {
            let text = Text::get(texts, row)?;
            let steps = Text::get(paths, row)?;
            if known.as_ref().is_none_or(|(given, _)| *given != steps) {
                known = Some((steps, Steps::from_json(steps)));
            }
            let (_, steps) = known.as_ref()?;
            owned(steps.as_ref()?.walk(json::trusted(text))?)
        }))
    })
}

static PATH: Definition = Definition {
    name: "path",
    aliases: &[],
    category: Category::Dynamic,
    summary: "The value at a path of member names and places, as `d.a[0]` is written.",
    examples: &[Example {
        kql: "print d = dynamic({\"a\": {\"b\": [1, 2, 3]}}) | project x = d.a.b[-1], y = d[\"a\"][\"z\"]",
        rows: "[[3, null]]",
    }],
    signature: Signature::new(&[
        Parameter::new("base", Accepts::Exactly(Ty::Dynamic)),
        Parameter::new("steps", Accepts::Exactly(Ty::String)).constant(),
    ]),
    gives: Gives::Always(Ty::Dynamic),
    form: Form::Udf(Udf::new(
        "kql_path",
        &[Ty::Dynamic, Ty::String],
        Ty::Dynamic,
        path,
    )),
};

const MEMBER: Udf = Udf::new(
    "kql_member",
    &[Ty::Dynamic, Ty::String],
    Ty::Dynamic,
    |a, n| map2::<Text, Text, Text>(a, n, |t, name| owned(json::trusted(t).member(name)?)),
);

const ELEMENT_AT: Udf = Udf::new(
    "kql_element",
    &[Ty::Dynamic, Ty::Long],
    Ty::Dynamic,
    |a, n| map2::<Text, Long, Text>(a, n, |t, index| owned(json::trusted(t).element(index)?)),
);

const BY_DYNAMIC: Udf = Udf::new(
    "kql_element_by_dynamic",
    &[Ty::Dynamic, Ty::Dynamic],
    Ty::Dynamic,
    |a, n| {
        map2::<Text, Text, Text>(a, n, |t, key| {
            let (base, key) = (json::trusted(t), json::trusted(key));
            owned(match key.string() {
                Some(name) => base.member(&name)?,
                None => base.element(key.text().parse().ok()?)?,
            })
        })
    },
);

static ELEMENT: Definition = Definition {
    name: "element",
    aliases: &[],
    category: Category::Dynamic,
    summary: "The member or the element that a reckoned key names, as `d[k]` is written.",
    examples: &[Example {
        kql: "print d = dynamic({\"a\": 1}), i = 1 | project x = d[strcat(\"\", \"a\")], y = dynamic([10, 20])[i]",
        rows: "[[1, 20]]",
    }],
    signature: Signature::new(&[
        Parameter::new("base", Accepts::Exactly(Ty::Dynamic)),
        Parameter::new(
            "key",
            Accepts::OneOf(&[Ty::String, Ty::Int, Ty::Long, Ty::Dynamic]),
        ),
    ]),
    gives: Gives::Always(Ty::Dynamic),
    form: Form::Sql {
        sql: |arguments, _| match arguments.get(1).map(|key| key.ty) {
            Some(Ty::String) => MEMBER.call(arguments),
            Some(Ty::Dynamic) => BY_DYNAMIC.call(arguments),
            _ => ELEMENT_AT.call(arguments),
        },
        udfs: || vec![MEMBER.build(), ELEMENT_AT.build(), BY_DYNAMIC.build()],
    },
};

const EXTRACT: Udf = Udf::new(
    "kql_extract_json",
    &[Ty::String, Ty::String],
    Ty::String,
    |a, n| {
        map2_nullable::<Text, Text, Text>(a, n, |path, text| {
            Some(extract(path.unwrap_or_default(), text.unwrap_or_default()).unwrap_or_default())
        })
    },
);

fn extract(path: &str, text: &str) -> Option<String> {
    let found = Steps::from_json_path(path)?.walk(json::parse(text)?)?;
    Some(to_string(found.text()).into_owned())
}

static EXTRACT_JSON: Definition = Definition {
    name: "extract_json",
    aliases: &["extractjson"],
    category: Category::Dynamic,
    summary: "The value at a JSONPath in a JSON text, as text or as the type given last.",
    examples: &[Example {
        kql: "print extract_json(\"$.a[1].b\", '{\"a\": [0, {\"b\": \"x\"}]}'), extract_json(\"$.z\", \"{}\")",
        rows: r#"[["x", ""]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("path", Accepts::Exactly(Ty::String)).constant(),
        Parameter::new("json", Accepts::Exactly(Ty::String)),
        Parameter::new("type", Accepts::Any).optional().constant(),
    ]),
    gives: Gives::Of(|arguments| {
        if let Some(Value::String(path)) = arguments.first().and_then(|a| a.constant)
            && Steps::from_json_path(path).is_none()
        {
            return Err(ArgumentFault::unsupported(format!(
                "the JSONPath {path:?} has more than members and places"
            )));
        }
        let named = arguments.get(2).and_then(|a| a.constant);
        match named {
            None => Ok(Ty::String),
            Some(Value::String(name)) => Ty::from_name(name)
                .ok_or_else(|| ArgumentFault::at(2, format!("there is no type {name:?}"))),
            Some(value) => Ok(value.ty()),
        }
    }),
    form: Form::Sql {
        sql: |arguments, ty| {
            let [path, text, ..] = arguments else {
                return Err(ArgumentFault::call("takes a path and a text"));
            };
            let found = sql::call(EXTRACT.name, vec![path.sql.clone(), text.sql.clone()]);
            convert(found, Ty::String, ty)
        },
        udfs: || {
            let mut udfs = vec![EXTRACT.build()];
            for ty in [
                Ty::Bool,
                Ty::Int,
                Ty::Decimal,
                Ty::DateTime,
                Ty::TimeSpan,
                Ty::Guid,
                Ty::Dynamic,
            ] {
                udfs.extend(udfs_into(ty));
            }
            udfs
        },
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extracts_by_json_path() {
        assert_eq!(
            extract("$.a.b", r#"{"a": {"b": 1.50}}"#).as_deref(),
            Some("1.50")
        );
        assert_eq!(
            extract("$.a", r#"{"a": {"b": 1}}"#).as_deref(),
            Some(r#"{"b":1}"#)
        );
        assert_eq!(extract("$.a", "not json"), None);
    }
}
