//! IP addresses: reading, comparing, finding them in text, ranges.
//!
//! In: addresses as text, alone or as a network (`10.0.0.0/8`). Out: bools, numbers, text. What always
//! holds: what is no address gives null (`""` where the result is a string, false in a search of text).

pub(crate) mod address;
mod cidr_list;
mod compare;
mod find;
mod format;
mod range;

use crate::functions::ScalarFunction;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = compare::all();
    all.extend(range::all());
    all.extend(format::all());
    all.extend(find::all());
    all.extend(cidr_list::all());
    all
}

/// A function on addresses that is one UDF: its table.
macro_rules! network_function {
    (
        $static:ident, $name:literal, [$($parameter:expr),*], $repeats:literal,
        $udf:expr, $summary:literal, $kql:literal, $rows:expr
    ) => {
        static $static: crate::functions::scalar::definition::Definition =
            crate::functions::scalar::definition::Definition {
                name: $name,
                aliases: &[],
                category: crate::functions::Category::Network,
                summary: $summary,
                examples: &[crate::functions::Example {
                    kql: $kql,
                    rows: $rows,
                }],
                signature: crate::functions::Signature::repeating(&[$($parameter),*], $repeats),
                gives: crate::functions::scalar::definition::Gives::Always($udf.output),
                form: crate::functions::scalar::definition::Form::Udf($udf),
            };
    };
}
use network_function;
