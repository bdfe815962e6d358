//! The `to…` functions, `parse_json` and `gettype`.

use super::{convert, converts, dynamic, udfs_into};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Text, map1, map1_nullable};
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &TOSTRING,
        &TOINT,
        &TOLONG,
        &TOREAL,
        &TODECIMAL,
        &TOBOOL,
        &TODATETIME,
        &TOTIMESPAN,
        &TOGUID,
        &PARSE_JSON,
        &GETTYPE,
    ]
}

macro_rules! conversion {
    ($static:ident, $name:literal, $aliases:expr, $to:expr, $summary:literal, $examples:expr) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: $aliases,
            category: Category::Conversion,
            summary: $summary,
            examples: $examples,
            signature: Signature::new(&[Parameter::new("value", Accepts::Any)]),
            gives: Gives::Of(|arguments| reachable(arguments, $to)),
            form: Form::Sql {
                sql: |arguments, _| converted(arguments, $to),
                udfs: || udfs_into($to),
            },
        };
    };
}

fn reachable(arguments: &[Argument], to: Ty) -> Result<Ty, ArgumentFault> {
    match arguments {
        [value] if !converts(value.ty, to) => Err(ArgumentFault::at(
            0,
            format!("a {} cannot become a {to}", value.ty),
        )),
        _ => Ok(to),
    }
}

fn converted(arguments: &[SqlArgument], to: Ty) -> Result<Sql, ArgumentFault> {
    let [value] = arguments else {
        return Err(ArgumentFault::call("takes one argument"));
    };
    convert(value.sql.clone(), value.ty, to)
}

conversion!(
    TOSTRING,
    "tostring",
    &[],
    Ty::String,
    "The value as text; `\"\"` for null.",
    &[
        Example {
            kql: "print a = tostring(true), b = tostring(1.0), c = tostring(1d + 2h), d = tostring(int(null))",
            rows: r#"[["True", "1.0", "1.02:00:00", ""]]"#,
        },
        Example {
            kql: "print a = tostring(datetime(2020-06-15 13:45:30.7654321)), b = tostring(dynamic([1, 2]))",
            rows: r#"[["2020-06-15T13:45:30.7654321Z", "[1,2]"]]"#,
        },
    ]
);
conversion!(
    TOINT,
    "toint",
    &[],
    Ty::Int,
    "The value as int; null where it is none.",
    &[Example {
        kql: "print a = toint(\" 0x1F \"), b = toint(-2.5), c = toint(\"12.5\"), d = toint(\"2147483648\")",
        rows: "[[31, -2, null, null]]",
    }]
);
conversion!(
    TOLONG,
    "tolong",
    &[],
    Ty::Long,
    "The value as long; a datetime and a timespan count ticks.",
    &[Example {
        kql: "print a = tolong(\"+7\"), b = tolong(9.99), c = tolong(datetime(1970-01-01)), d = tolong(\"abc\")",
        rows: "[[7, 9, 621355968000000000, null]]",
    }]
);
conversion!(
    TOREAL,
    "toreal",
    &["todouble"],
    Ty::Real,
    "The value as real; null where it is none.",
    &[Example {
        kql: "print a = todouble(\"1.5e3\"), b = todouble(\"nan\"), c = todouble(\"1,000\"), d = toreal(\"-inf\")",
        rows: r#"[[1500.0, "NaN", null, "-Infinity"]]"#,
    }]
);
conversion!(
    TODECIMAL,
    "todecimal",
    &[],
    Ty::Decimal,
    "The value as decimal, with 18 fraction digits.",
    &[Example {
        kql: "print a = tostring(todecimal(\"3.14159\")), b = isnull(todecimal(\"abc\"))",
        rows: r#"[["3.14159", true]]"#,
    }]
);
conversion!(
    TOBOOL,
    "tobool",
    &["toboolean"],
    Ty::Bool,
    "The value as bool: `true`, `false`, or a number that is or is not 0.",
    &[Example {
        kql: "print a = tobool(\"tRuE\"), b = tobool(\"-1\"), c = tobool(\"yes\"), d = tobool(0)",
        rows: "[[true, true, null, false]]",
    }]
);
conversion!(
    TODATETIME,
    "todatetime",
    &[],
    Ty::DateTime,
    "The value as datetime: ISO 8601, RFC 822, RFC 850 and other forms; a number counts ticks.",
    &[Example {
        kql: "print a = todatetime(\"2020-01-01T13:45:00+01:00\"), b = todatetime(\"not a date\"), c = todatetime(1)",
        rows: r#"[["2020-01-01T12:45:00.0000000Z", null, "0001-01-01T00:00:00.0000001Z"]]"#,
    }]
);
conversion!(
    TOTIMESPAN,
    "totimespan",
    &["totime"],
    Ty::TimeSpan,
    "The value as timespan: `1.02:03:04.5`, `90s`; a number counts ticks.",
    &[Example {
        kql: "print a = totimespan(\"90s\"), b = totimespan(\"1.02:00:00\"), c = totimespan(\"1.5\")",
        rows: r#"[["00:01:30", "1.02:00:00", null]]"#,
    }]
);
conversion!(
    TOGUID,
    "toguid",
    &[],
    Ty::Guid,
    "The text as guid; null where it is none.",
    &[Example {
        kql: "print a = toguid(\"74BE27DE-1E4E-49D9-B579-FE0B331D3642\"), b = toguid(\"xyz\")",
        rows: r#"[["74be27de-1e4e-49d9-b579-fe0b331d3642", null]]"#,
    }]
);

static PARSE_JSON: Definition = Definition {
    name: "parse_json",
    aliases: &["parsejson", "todynamic", "toobject"],
    category: Category::Dynamic,
    summary: "The value of a JSON text; text that is not JSON becomes a dynamic string.",
    examples: &[
        Example {
            kql: "print a = parse_json('{\"a\": [1, 2.0]}').a[-1], b = isnull(parse_json(\"null\"))",
            rows: "[[2.0, true]]",
        },
        Example {
            kql: "print gettype(parse_json(\"1.5\")), gettype(parse_json(\"{\"))",
            rows: r#"[["double", "string"]]"#,
        },
    ],
    signature: Signature::new(&[Parameter::new("json", Accepts::Any)]),
    gives: Gives::Always(Ty::Dynamic),
    form: Form::Sql {
        sql: |arguments, _| match arguments {
            [value] if value.ty == Ty::String => PARSE_UDF.call(arguments),
            _ => converted(arguments, Ty::Dynamic),
        },
        udfs: || {
            let mut udfs = udfs_into(Ty::Dynamic);
            udfs.push(PARSE_UDF.build());
            udfs
        },
    },
};

const PARSE_UDF: Udf = Udf::new("kql_parse_json", &[Ty::String], Ty::Dynamic, |a, n| {
    map1::<Text, Text>(a, n, dynamic::from_text)
});

static GETTYPE: Definition = Definition {
    name: "gettype",
    aliases: &[],
    category: Category::Conversion,
    summary: "The name of the value's type; for a dynamic that of what is inside.",
    examples: &[Example {
        kql: "print gettype(1s), gettype(dynamic({\"a\": 1})), gettype(dynamic(null)), gettype(1.0)",
        rows: r#"[["timespan", "dictionary", "null", "real"]]"#,
    }],
    signature: Signature::new(&[Parameter::new("value", Accepts::Any)]),
    gives: Gives::Always(Ty::String),
    form: Form::Sql {
        sql: |arguments, _| match arguments {
            [value] if value.ty != Ty::Dynamic => Ok(sql::text(value.ty.name())),
            _ => GETTYPE_UDF.call(arguments),
        },
        udfs: || vec![GETTYPE_UDF.build()],
    },
};

const GETTYPE_UDF: Udf = Udf::new("kql_gettype", &[Ty::Dynamic], Ty::String, |a, n| {
    map1_nullable::<Text, Text>(a, n, |t| {
        Some(t.map_or("null", dynamic::type_name).to_owned())
    })
});
