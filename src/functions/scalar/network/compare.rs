//! Two addresses under the shorter of their prefixes and of the one that the call names.

use std::cmp::Ordering;

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use super::address::{Family, V4, V6};
use super::network_function;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Bool, Kind, Long, Text, map1, map3};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &IPV4_COMPARE,
        &IPV4_IS_MATCH,
        &IPV6_COMPARE,
        &IPV6_IS_MATCH,
        &IPV4_IS_PRIVATE,
        &IPV4_NETMASK_SUFFIX,
    ]
}

const TEXT: Accepts = Accepts::Exactly(Ty::String);

fn compare<F: Family>(a: &str, b: &str, prefix: i64) -> Option<Ordering> {
    let (a, b) = (F::read(a)?, F::read(b)?);
    Some(F::compare(F::under(a, prefix)?, F::under(b, prefix)?))
}

/// -1, 0 or 1.
fn sign(order: Ordering) -> i64 {
    match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

fn each<F: Family, R: Kind>(
    arguments: &[ColumnarValue],
    rows: usize,
    result: fn(Ordering) -> R::Owned,
) -> Result<ColumnarValue> {
    map3::<Text, Text, Long, R>(arguments, rows, |a, b, prefix| {
        compare::<F>(a, b, prefix).map(result)
    })
}

macro_rules! comparison {
    ($static:ident, $name:literal, $family:ident, $kind:ident, $result:expr,
     $summary:literal, $kql:literal, $rows:literal) => {
        network_function!(
            $static,
            $name,
            [
                Parameter::new("first", TEXT),
                Parameter::new("second", TEXT),
                Parameter::new("prefix", Accepts::Integer).optional()
            ],
            0,
            Udf::new(
                concat!("kql_", $name),
                &[Ty::String, Ty::String, Ty::Long],
                Ty::$kind,
                |a, n| each::<$family, $kind>(a, n, $result)
            )
            .defaults(&[$family::LENGTH]),
            $summary,
            $kql,
            $rows
        );
    };
}

comparison!(
    IPV4_COMPARE,
    "ipv4_compare",
    V4,
    Long,
    sign,
    "The order of two IPv4 addresses: -1, 0 or 1; null for what is none.",
    "print ipv4_compare(\"10.0.0.1\", \"10.0.0.2\"), ipv4_compare(\"10.0.0.1/24\", \"10.0.0.9\"), ipv4_compare(\"10.0.0.9\", \"10.0.0.1\", 31), ipv4_compare(\"x\", \"10.0.0.1\")",
    "[[-1, 0, 1, null]]"
);
comparison!(
    IPV4_IS_MATCH,
    "ipv4_is_match",
    V4,
    Bool,
    Ordering::is_eq,
    "Whether two IPv4 addresses are the same under their prefixes.",
    "print ipv4_is_match(\"10.0.0.1/24\", \"10.0.0.255\"), ipv4_is_match(\"10.0.0.1\", \"10.0.0.2\"), ipv4_is_match(\"10.0.0.1\", \"10.0.0.200\", 24)",
    "[[true, false, true]]"
);
comparison!(
    IPV6_COMPARE,
    "ipv6_compare",
    V6,
    Long,
    sign,
    "The order of two IPv6 or IPv4 addresses: -1, 0 or 1; null for what is none.",
    "print ipv6_compare(\"fe80::1\", \"fe80::2\"), ipv6_compare(\"10.0.0.1/24\", \"::ffff:10.0.0.7\"), ipv6_compare(\"fe80::9\", \"fe80::1\", 127)",
    "[[-1, 0, 1]]"
);
comparison!(
    IPV6_IS_MATCH,
    "ipv6_is_match",
    V6,
    Bool,
    Ordering::is_eq,
    "Whether two IPv6 or IPv4 addresses are the same under their prefixes.",
    "print ipv6_is_match(\"fe80::1/112\", \"fe80::2\"), ipv6_is_match(\"fe80::1\", \"fe80::2\")",
    "[[true, false]]"
);

/// RFC 1918's networks.
const PRIVATE: [(u32, i64); 3] = [(0x0a00_0000, 8), (0xac10_0000, 12), (0xc0a8_0000, 16)];

fn is_private(text: &str) -> Option<bool> {
    let address = V4::read(text)?;
    Some(
        PRIVATE
            .iter()
            .any(|(first, prefix)| V4::mask(address.first, *prefix) == *first),
    )
}

network_function!(
    IPV4_IS_PRIVATE,
    "ipv4_is_private",
    [Parameter::new("address", TEXT)],
    0,
    Udf::new("kql_ipv4_is_private", &[Ty::String], Ty::Bool, |a, n| {
        map1::<Text, Bool>(a, n, is_private)
    }),
    "Whether an IPv4 address belongs to a private network (RFC 1918); null for what is none.",
    "print ipv4_is_private(\"10.1.2.3\"), ipv4_is_private(\"172.32.0.1\"), ipv4_is_private(\"192.168.1.1/24\"), ipv4_is_private(\"fe80::1\")",
    "[[true, false, true, null]]"
);

network_function!(
    IPV4_NETMASK_SUFFIX,
    "ipv4_netmask_suffix",
    [Parameter::new("address", TEXT)],
    0,
    Udf::new(
        "kql_ipv4_netmask_suffix",
        &[Ty::String],
        Ty::Long,
        |a, n| { map1::<Text, Long>(a, n, |text| Some(V4::read(text)?.prefix)) }
    ),
    "The length of the prefix of an IPv4 network, 32 for an address.",
    "print ipv4_netmask_suffix(\"10.1.2.3/24\"), ipv4_netmask_suffix(\"10.1.2.3\"), ipv4_netmask_suffix(\"x\")",
    "[[24, 32, null]]"
);
