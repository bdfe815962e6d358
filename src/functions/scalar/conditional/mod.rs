//! Choosing between values, and asking whether there is one.

mod assertion;

use super::conversion::convert;
use super::definition::{Definition, Form, Gives, Udf, none};
use super::operator::wider;
use super::rows::{Bool, Real, Text, map1_nullable};
use crate::functions::json;
use crate::functions::{
    Accepts, Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType as Ty;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &IFF,
        &CASE,
        &COALESCE,
        &ISNULL,
        &ISNOTNULL,
        &ISNAN,
        &ISINF,
        &ISFINITE,
        &MAX_OF,
        &MIN_OF,
        &assertion::ASSERT,
    ]
}

/// The one type of several values: equal types, the wider of numbers, anything beside dynamic.
pub fn common(types: &[Ty]) -> Result<Ty, ArgumentFault> {
    let mut types = types.iter().copied();
    let first = types
        .next()
        .ok_or_else(|| ArgumentFault::call("takes more arguments"))?;
    types.try_fold(first, |common, ty| {
        if common == ty {
            return Ok(common);
        }
        if let Some(wider) = wider(common, ty) {
            return Ok(wider);
        }
        // Microsoft's binder gives the type beside dynamic.
        if common == Ty::Dynamic {
            return Ok(ty);
        }
        if ty == Ty::Dynamic {
            return Ok(common);
        }
        Err(ArgumentFault::call(format!(
            "the values must be of one type, not {common} and {ty}"
        )))
    })
}

fn types_of(arguments: &[Argument]) -> Vec<Ty> {
    arguments.iter().map(|a| a.ty).collect()
}

fn converted(argument: &SqlArgument, ty: Ty) -> Result<Sql, ArgumentFault> {
    convert(argument.sql.clone(), argument.ty, ty)
}

static IFF: Definition = Definition {
    name: "iff",
    aliases: &["iif"],
    category: Category::Conditional,
    summary: "The second argument where the first is true, else the third.",
    examples: &[Example {
        kql: "print a = iff(1 > 0, \"yes\", \"no\"), b = iff(bool(null), 1, 2.5)",
        rows: r#"[["yes", 2.5]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("if", Accepts::Exactly(Ty::Bool)),
        Parameter::new("then", Accepts::Any),
        Parameter::new("else", Accepts::Any),
    ]),
    gives: Gives::Of(|arguments| common(&types_of(arguments.get(1..).unwrap_or_default()))),
    form: Form::Sql {
        sql: |arguments, ty| {
            let [condition, then, otherwise] = arguments else {
                return Err(ArgumentFault::call("iff takes three arguments"));
            };
            let branch = (condition.sql.clone(), converted(then, ty)?);
            Ok(sql::case(vec![branch], converted(otherwise, ty)?))
        },
        udfs: || super::conversion::udfs_into(Ty::Dynamic),
    },
};

static CASE: Definition = Definition {
    name: "case",
    aliases: &[],
    category: Category::Conditional,
    summary: "The value behind the first condition that is true, else the last value.",
    examples: &[Example {
        kql: "range x from 1 to 3 step 1 | project case(x == 1, \"a\", x == 2, \"b\", \"c\")",
        rows: r#"[["a"], ["b"], ["c"]]"#,
    }],
    // The last argument is no condition and may be of any type, so none can be asked to be a bool here.
    signature: Signature::repeating(
        &[
            Parameter::new("condition", Accepts::Any),
            Parameter::new("then", Accepts::Any),
            Parameter::new("else", Accepts::Any),
        ],
        2,
    ),
    gives: Gives::Of(|arguments| {
        if arguments.len() % 2 == 0 {
            return Err(ArgumentFault::call(
                "case takes pairs of a condition and a value, then one more value",
            ));
        }
        let last = arguments.len() - 1;
        let mut values = Vec::new();
        for (i, argument) in arguments.iter().enumerate() {
            if i == last || i % 2 == 1 {
                values.push(argument.ty);
            } else if !matches!(argument.ty, Ty::Bool | Ty::Dynamic) {
                return Err(ArgumentFault::at(
                    i,
                    format!("a condition must be a bool, not a {}", argument.ty),
                ));
            }
        }
        common(&values)
    }),
    form: Form::Sql {
        sql: |arguments, ty| {
            let Some((otherwise, pairs)) = arguments.split_last() else {
                return Err(ArgumentFault::call("case takes arguments"));
            };
            let branches = pairs
                .chunks_exact(2)
                .map(|pair| Ok((converted(&pair[0], Ty::Bool)?, converted(&pair[1], ty)?)))
                .collect::<Result<_, ArgumentFault>>()?;
            Ok(sql::case(branches, converted(otherwise, ty)?))
        },
        udfs: || {
            let mut udfs = super::conversion::udfs_into(Ty::Dynamic);
            udfs.extend(super::conversion::udfs_into(Ty::Bool));
            udfs
        },
    },
};

static COALESCE: Definition = Definition {
    name: "coalesce",
    aliases: &[],
    category: Category::Conditional,
    summary: "The first argument that is not null; of strings the first that is not empty.",
    examples: &[Example {
        kql: "print a = coalesce(tolong(\"not a number\"), tolong(\"42\"), 33), b = coalesce(\"\", \"fb\")",
        rows: r#"[[42, "fb"]]"#,
    }],
    signature: Signature::repeating(
        &[
            Parameter::new("first", Accepts::Any),
            Parameter::new("next", Accepts::Any),
        ],
        1,
    ),
    gives: Gives::Of(|arguments| common(&types_of(arguments))),
    form: Form::Sql {
        sql: |arguments, ty| {
            let values = arguments
                .iter()
                .map(|argument| {
                    let value = converted(argument, ty)?;
                    Ok(match ty {
                        Ty::String => sql::call("nullif", vec![value, sql::text("")]),
                        Ty::Dynamic => sql::call("nullif", vec![value, sql::text("null")]),
                        Ty::Bool
                        | Ty::Int
                        | Ty::Long
                        | Ty::Real
                        | Ty::Decimal
                        | Ty::DateTime
                        | Ty::TimeSpan
                        | Ty::Guid => value,
                    })
                })
                .chain((ty == Ty::String).then(|| Ok(sql::text(""))))
                .collect::<Result<_, ArgumentFault>>()?;
            Ok(sql::coalesce(values))
        },
        udfs: || super::conversion::udfs_into(Ty::Dynamic),
    },
};

/// Whether a value is null. A string never is; a dynamic is where its JSON is null.
fn null_test(arguments: &[SqlArgument], negated: bool) -> Result<Sql, ArgumentFault> {
    let [value] = arguments else {
        return Err(ArgumentFault::call("takes one argument"));
    };
    Ok(match value.ty {
        Ty::String => sql::boolean(negated),
        Ty::Dynamic => {
            let null = IS_JSON_NULL.call(arguments)?;
            if negated { sql::not(null) } else { null }
        }
        Ty::Bool
        | Ty::Int
        | Ty::Long
        | Ty::Real
        | Ty::Decimal
        | Ty::DateTime
        | Ty::TimeSpan
        | Ty::Guid => {
            if negated {
                sql::is_not_null(value.sql.clone())
            } else {
                sql::is_null(value.sql.clone())
            }
        }
    })
}

const IS_JSON_NULL: Udf = Udf::new("kql_is_json_null", &[Ty::Dynamic], Ty::Bool, |a, n| {
    map1_nullable::<Text, Bool>(a, n, |t| {
        Some(t.is_none_or(|t| json::trusted(t).text() == "null"))
    })
});

static ISNULL: Definition = Definition {
    name: "isnull",
    aliases: &[],
    category: Category::Conditional,
    summary: "Whether the value is null; a string never is.",
    examples: &[Example {
        kql: "print a = isnull(int(null)), b = isnull(\"\"), c = isnull(parse_json(\"null\")), d = isnull(1)",
        rows: "[[true, false, true, false]]",
    }],
    signature: Signature::new(&[Parameter::new("value", Accepts::Any)]),
    gives: Gives::Always(Ty::Bool),
    form: Form::Sql {
        sql: |arguments, _| null_test(arguments, false),
        udfs: || vec![IS_JSON_NULL.build()],
    },
};

static ISNOTNULL: Definition = Definition {
    name: "isnotnull",
    aliases: &["notnull"],
    category: Category::Conditional,
    summary: "Whether the value is not null; a string always is.",
    examples: &[Example {
        kql: "print a = isnotnull(int(null)), b = isnotnull(\"\")",
        rows: "[[false, true]]",
    }],
    signature: Signature::new(&[Parameter::new("value", Accepts::Any)]),
    gives: Gives::Always(Ty::Bool),
    form: Form::Sql {
        sql: |arguments, _| null_test(arguments, true),
        udfs: || vec![IS_JSON_NULL.build()],
    },
};

macro_rules! real_test {
    ($static:ident, $name:literal, $summary:literal, $test:expr, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::Conditional,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[Parameter::new("x", Accepts::Number)]),
            gives: Gives::Always(Ty::Bool),
            form: Form::Udf(Udf::new(
                concat!("kql_", $name),
                &[Ty::Real],
                Ty::Bool,
                |a, n| {
                    map1_nullable::<Real, Bool>(a, n, |x| {
                        let test: fn(f64) -> bool = $test;
                        Some(x.is_some_and(test))
                    })
                },
            )),
        };
    };
}

real_test!(
    ISNAN,
    "isnan",
    "Whether the value is NaN; false for null.",
    f64::is_nan,
    "print isnan(real(nan)), isnan(1), isnan(real(null))",
    "[[true, false, false]]"
);
real_test!(
    ISINF,
    "isinf",
    "Whether the value is infinite; false for null.",
    f64::is_infinite,
    "print isinf(-1.0 / 0.0), isinf(0.0 / 0.0)",
    "[[true, false]]"
);
real_test!(
    ISFINITE,
    "isfinite",
    "Whether the value is neither infinite nor NaN; false for null.",
    f64::is_finite,
    "print isfinite(1.0), isfinite(1.0 / 0.0)",
    "[[true, false]]"
);

/// `greatest` and `least` leave nulls out, as Kusto does.
fn extreme(name: &str, arguments: &[SqlArgument], ty: Ty) -> Result<Sql, ArgumentFault> {
    let values: Vec<Sql> = arguments
        .iter()
        .map(|argument| converted(argument, ty))
        .collect::<Result<_, _>>()?;
    if ty != Ty::Dynamic {
        return Ok(sql::call(name, values));
    }
    Err(
        ArgumentFault::unsupported("dynamic values have no order yet")
            .with_help("convert them first, for example with tolong()"),
    )
}

static MAX_OF: Definition = Definition {
    name: "max_of",
    aliases: &[],
    category: Category::Conditional,
    summary: "The largest argument; nulls are left out.",
    examples: &[Example {
        kql: "print a = max_of(1, 2.5), b = max_of(int(null), int(3))",
        rows: "[[2.5, 3]]",
    }],
    signature: Signature::repeating(
        &[
            Parameter::new("first", Accepts::Any),
            Parameter::new("next", Accepts::Any),
        ],
        1,
    ),
    gives: Gives::Of(|arguments| common(&types_of(arguments))),
    form: Form::Sql {
        sql: |arguments, ty| extreme("greatest", arguments, ty),
        udfs: none,
    },
};

static MIN_OF: Definition = Definition {
    name: "min_of",
    aliases: &[],
    category: Category::Conditional,
    summary: "The smallest argument; nulls are left out.",
    examples: &[Example {
        kql: "print a = min_of(3, 2), b = min_of(long(null), 1)",
        rows: "[[2, 1]]",
    }],
    signature: Signature::repeating(
        &[
            Parameter::new("first", Accepts::Any),
            Parameter::new("next", Accepts::Any),
        ],
        1,
    ),
    gives: Gives::Of(|arguments| common(&types_of(arguments))),
    form: Form::Sql {
        sql: |arguments, ty| extreme("least", arguments, ty),
        udfs: none,
    },
};
