//! `tohex(number [, length])`: hexadecimal digits; a negative int has 8 of them, a negative long 16.

use crate::functions::scalar::conversion::{convert, udfs_into};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Long, Text, map3};
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&TOHEX]
}

static TOHEX: Definition = Definition {
    name: "tohex",
    aliases: &[],
    category: Category::Conversion,
    summary: "A whole number in hexadecimal digits, filled up with zeros to a length.",
    examples: &[Example {
        kql: "print tohex(256), tohex(-256), tohex(256, 8), tohex(toint(-1), 2), tohex(1, 20)",
        rows: "[[\"100\", \"ffffffffffffff00\", \"00000100\", \"ffffffff\", \"0000000000000001\"]]",
    }],
    signature: Signature::new(&[
        Parameter::new("number", Accepts::Integer),
        Parameter::new("length", Accepts::Exactly(Ty::Long)).optional(),
    ]),
    gives: Gives::Always(Ty::String),
    form: Form::Sql {
        sql: |arguments: &[SqlArgument], _: Ty| -> Result<Sql, ArgumentFault> {
            let [number, rest @ ..] = arguments else {
                return Err(ArgumentFault::call("`tohex` takes a number"));
            };
            let length = match rest {
                [length, ..] => convert(length.sql.clone(), length.ty, Ty::Long)?,
                [] => sql::long(0),
            };
            let bits = if number.ty == Ty::Int { 32 } else { 64 };
            let number = convert(number.sql.clone(), number.ty, Ty::Long)?;
            Ok(sql::call(UDF.name, vec![number, length, sql::long(bits)]))
        },
        udfs: || {
            let mut udfs = vec![UDF.build()];
            udfs.extend(udfs_into(Ty::Long));
            udfs
        },
    },
};

/// The most digits that a length asks for.
const MAX_LENGTH: i64 = 16;

/// A number, a length, and the bits that a negative number has.
static UDF: Udf = Udf::new(
    "kql_tohex",
    &[Ty::Long, Ty::Long, Ty::Long],
    Ty::String,
    |a, n| {
        map3::<Long, Long, Long, Text>(a, n, |number, length, bits| {
            let width = usize::try_from(length.clamp(0, MAX_LENGTH)).ok()?;
            Some(match bits {
                32 => format!("{:0width$x}", number as i32),
                _ => format!("{number:0width$x}"),
            })
        })
    },
);
