//! Addresses in networks.
//!
//! In: an address and networks, each a text or an array of texts. Out: whether one network holds the
//! address; null where the address is none, or where no network can be read. What always holds:
//! constant networks are read once a batch, not once a row.

use arrow::array::{Array, AsArray, BooleanArray, StringViewArray};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::ColumnarValue;

use super::address::{Family, Network, V4, V6};
use super::network_function;
use crate::functions::json::{self, Kind};
use crate::functions::scalar::definition::Udf;
use crate::functions::{Accepts, Parameter, ScalarFunction, matching};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &IPV4_IS_IN_RANGE,
        &IPV4_IS_IN_ANY_RANGE,
        &IPV6_IS_IN_RANGE,
        &IPV6_IS_IN_ANY_RANGE,
    ]
}

/// The networks in a JSON text: a string or an array of strings.
fn networks<F: Family>(text: &str) -> Vec<Network<F::Bits>> {
    let node = json::trusted(text);
    let one = |node: json::Node| F::read(&node.string()?);
    match node.kind() {
        Kind::Array => node.elements().filter_map(one).collect(),
        Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Object => {
            one(node).into_iter().collect()
        }
    }
}

enum Ranges<F: Family> {
    Constant(Vec<Network<F::Bits>>),
    Column(StringViewArray),
}

impl<F: Family> Ranges<F> {
    fn of(argument: &ColumnarValue) -> Self {
        match argument {
            ColumnarValue::Scalar(value) => Self::Constant(
                value
                    .try_as_str()
                    .flatten()
                    .map(networks::<F>)
                    .unwrap_or_default(),
            ),
            ColumnarValue::Array(array) => Self::Column(array.as_string_view().clone()),
        }
    }

    /// Whether one holds the address; None where there is none to ask.
    fn hold(&self, row: usize, address: Network<F::Bits>) -> Option<bool> {
        let ask = |networks: &[Network<F::Bits>]| {
            (!networks.is_empty()).then(|| networks.iter().any(|n| F::compare(*n, address).is_eq()))
        };
        match self {
            Self::Constant(networks) => ask(networks),
            Self::Column(array) if array.is_null(row) => None,
            Self::Column(array) => ask(&networks::<F>(array.value(row))),
        }
    }
}

fn in_ranges<F: Family>(arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    let [address, ranges @ ..] = arguments else {
        return Ok(ColumnarValue::Scalar(ScalarValue::Boolean(None)));
    };
    let constant = arguments
        .iter()
        .all(|a| matches!(a, ColumnarValue::Scalar(_)));
    let rows = if constant { 1 } else { rows };
    let addresses = matching::strings(&address.to_array(rows)?)?;
    let ranges: Vec<_> = ranges.iter().map(Ranges::<F>::of).collect();
    let held: BooleanArray = (0..rows)
        .map(|row| {
            let address = addresses.is_valid(row).then(|| addresses.value(row))?;
            let address = F::read(address)?;
            ranges
                .iter()
                .filter_map(|ranges| ranges.hold(row, address))
                .reduce(|a, b| a || b)
        })
        .collect();
    match constant {
        true => Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
            &held, 0,
        )?)),
        false => Ok(ColumnarValue::Array(std::sync::Arc::new(held))),
    }
}

macro_rules! in_range {
    ($static:ident, $name:literal, $family:ident, $accepts:expr, $repeats:literal,
     $summary:literal, $kql:literal, $rows:literal) => {
        network_function!(
            $static,
            $name,
            [
                Parameter::new("address", Accepts::Exactly(Ty::String)),
                Parameter::new("range", $accepts)
            ],
            $repeats,
            Udf::new(
                concat!("kql_", $name),
                &[Ty::String, Ty::Dynamic],
                Ty::Bool,
                in_ranges::<$family>
            )
            .variadic(),
            $summary,
            $kql,
            $rows
        );
    };
}

in_range!(
    IPV4_IS_IN_RANGE,
    "ipv4_is_in_range",
    V4,
    Accepts::Exactly(Ty::String),
    0,
    "Whether an IPv4 address lies in a network.",
    "print ipv4_is_in_range(\"192.168.1.6\", \"192.168.1.1/24\"), ipv4_is_in_range(\"10.0.0.1\", \"10.0.0.2\"), ipv4_is_in_range(\"x\", \"10.0.0.0/8\"), ipv4_is_in_range(\"10.0.0.1\", \"10.0.0.0/33\")",
    "[[true, false, null, null]]"
);
in_range!(
    IPV4_IS_IN_ANY_RANGE,
    "ipv4_is_in_any_range",
    V4,
    Accepts::OneOf(&[Ty::String, Ty::Dynamic]),
    1,
    "Whether an IPv4 address lies in one of several networks.",
    "datatable(ip: string) [\"10.1.2.3\", \"1.1.1.1\", \"x\"] | project a = ipv4_is_in_any_range(ip, \"127.0.0.0/8\", \"10.0.0.0/8\"), b = ipv4_is_in_any_range(ip, dynamic([\"1.1.1.0/24\", \"no network\"]))",
    "[[true, false], [false, true], [null, null]]"
);
in_range!(
    IPV6_IS_IN_RANGE,
    "ipv6_is_in_range",
    V6,
    Accepts::Exactly(Ty::String),
    0,
    "Whether an IPv6 or IPv4 address lies in a network.",
    "print ipv6_is_in_range(\"fe80::1\", \"fe80::/10\"), ipv6_is_in_range(\"10.0.0.1\", \"10.0.0.0/8\"), ipv6_is_in_range(\"2001:db8::1\", \"fe80::/10\")",
    "[[true, true, false]]"
);
in_range!(
    IPV6_IS_IN_ANY_RANGE,
    "ipv6_is_in_any_range",
    V6,
    Accepts::OneOf(&[Ty::String, Ty::Dynamic]),
    1,
    "Whether an IPv6 or IPv4 address lies in one of several networks.",
    "print ipv6_is_in_any_range(\"fe80::1\", dynamic([\"2001:db8::/32\", \"fe80::/10\"])), ipv6_is_in_any_range(\"::1\", \"fe80::/10\")",
    "[[true, false]]"
);
