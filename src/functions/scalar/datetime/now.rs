//! `now` and `ago`: both count from the hunt's one as-of time.

use crate::functions::scalar::definition::{Definition, Form, Gives};
use crate::functions::scalar::operator::{arithmetic_udfs, datetime_minus, datetime_plus};
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, sql,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&NOW, &AGO]
}

static NOW: Definition = Definition {
    name: "now",
    aliases: &[],
    category: Category::DateTime,
    summary: "The as-of time, moved by an offset.",
    examples: &[Example {
        kql: "print now(1h) - now(), now() == now()",
        rows: r#"[["01:00:00", true]]"#,
    }],
    signature: Signature::new(&[
        Parameter::new("offset", Accepts::Exactly(Ty::TimeSpan)).optional()
    ]),
    gives: Gives::Always(Ty::DateTime),
    form: Form::Sql {
        sql: |arguments, _| {
            Ok(match arguments {
                [offset, ..] => datetime_plus(sql::as_of(), offset.sql.clone(), offset.constant),
                [] => sql::as_of(),
            })
        },
        udfs: arithmetic_udfs,
    },
};

static AGO: Definition = Definition {
    name: "ago",
    aliases: &[],
    category: Category::DateTime,
    summary: "A time before the as-of time.",
    examples: &[Example {
        kql: "print now() - ago(5d)",
        rows: r#"[["5.00:00:00"]]"#,
    }],
    signature: Signature::new(&[Parameter::new("span", Accepts::Exactly(Ty::TimeSpan))]),
    gives: Gives::Always(Ty::DateTime),
    form: Form::Sql {
        sql: |arguments, _| match arguments {
            [span] => Ok(datetime_minus(
                sql::as_of(),
                span.sql.clone(),
                span.constant,
            )),
            _ => Err(ArgumentFault::call("ago takes one argument")),
        },
        udfs: arithmetic_udfs,
    },
};
