//! `parse_version(version)`: a number that compares as the version does.
//!
//! What always holds: one to four parts of up to eight digits each, the missing ones 0; anything else is null.
//! The number has up to 32 digits, so it is a wide decimal. Source: "parse_version()".

use arrow::datatypes::i256;

use crate::functions::scalar::definition::{Definition, Form, Gives};
use crate::functions::scalar::rows::{Text, WideDecimal, map1};
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, Signature, SqlArgument, sql, udf,
};
use crate::symbols::ScalarType as Ty;
use crate::symbols::arrow::{DECIMAL_SCALE, WIDE_DECIMAL, data_type};

const UDF: &str = "kql_parse_version";

pub static PARSE_VERSION: Definition = Definition {
    name: "parse_version",
    aliases: &[],
    category: Category::String,
    summary: "A version as a number that compares as the version does; null where it is none.",
    examples: &[
        Example {
            kql: "print tostring(parse_version(\"1.2.3.4\")), tostring(parse_version(\"0.0.7\")), isnull(parse_version(\"1.x\"))",
            rows: "[[\"1000000020000000300000004\", \"700000000\", true]]",
        },
        Example {
            kql: "datatable(v: string)[\"10.0.1\", \"9.12\", \"10\"] | where parse_version(v) > parse_version(\"9.9.9\") | sort by parse_version(v) asc",
            rows: "[[\"9.12\"], [\"10\"], [\"10.0.1\"]]",
        },
    ],
    signature: Signature::new(&[Parameter::new("version", Accepts::Exactly(Ty::String))]),
    gives: Gives::Always(Ty::Decimal),
    form: Form::Sql {
        sql: |arguments: &[SqlArgument], _| match arguments {
            [version] => Ok(sql::call(UDF, vec![version.sql.clone()])),
            _ => Err(ArgumentFault::call("takes one argument")),
        },
        udfs: || {
            let inputs = vec![data_type(Ty::String)];
            vec![udf::over_types(UDF, inputs, false, WIDE_DECIMAL, |a, n| {
                map1::<Text, WideDecimal>(a, n, number)
            })]
        },
    },
};

/// The number without its point.
fn number(version: &str) -> Option<i256> {
    let mut parts = [0_i128; 4];
    for (place, part) in version.split('.').enumerate() {
        let is_number = (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        *parts.get_mut(place)? = part.parse().ok().filter(|_| is_number)?;
    }
    // At most 32 digits.
    let whole = parts
        .iter()
        .fold(0, |number, part| number * 10_i128.pow(8) + part);
    let scale = i256::from_i128(10_i128.pow(DECIMAL_SCALE.unsigned_abs().into()));
    i256::from_i128(whole).checked_mul(scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::scalar::conversion::print_wide_decimal;

    /// From the table of Microsoft's page, and its limits.
    #[test]
    fn versions_are_numbers() {
        let printed = |version: &str| number(version).map(print_wide_decimal);
        for (version, wanted) in [
            ("0.0.0.5", "5"),
            ("0.0.7.0", "700000000"),
            ("0.0.3", "300000000"),
            ("0.2", "20000000000000000"),
            ("0.1.2.0", "10000000200000000"),
            ("1.2.3.4", "1000000020000000300000004"),
            ("1", "1000000000000000000000000"),
            (
                "99999999.99999999.99999999.99999999",
                "99999999999999999999999999999999",
            ),
            ("00000001.0", "1000000000000000000000000"),
        ] {
            assert_eq!(printed(version).as_deref(), Some(wanted), "{version}");
        }
        for bad in [
            "",
            ".",
            "1.",
            "1..2",
            "1.2.3.4.5",
            "100000000",
            "1.x",
            "-1",
            "+1",
            " 1",
            "1.2-rc1",
        ] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn wide_decimals_are_printed() {
        let text = |digits: &str| print_wide_decimal(digits.parse().unwrap());
        assert_eq!(text("1500000000000000000"), "1.5");
        assert_eq!(text("-1500000000000000000"), "-1.5");
        assert_eq!(text("-500000000000000000"), "-0.5");
        assert_eq!(text("0"), "0");
        assert_eq!(
            text("10000000000000000000000000000000000000000000000001"),
            "10000000000000000000000000000000.000000000000000001"
        );
    }
}
