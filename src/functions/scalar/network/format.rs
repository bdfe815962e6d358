//! Addresses as numbers and as text of one spelling.

use super::address::{Family, Network, V4, V6, print_v4, print_v6};
use super::network_function;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Long, Text, map1, map2};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &PARSE_IPV4,
        &PARSE_IPV4_MASK,
        &FORMAT_IPV4,
        &FORMAT_IPV4_MASK,
        &PARSE_IPV6,
        &PARSE_IPV6_MASK,
    ]
}

const TEXT: Accepts = Accepts::Exactly(Ty::String);

network_function!(
    PARSE_IPV4,
    "parse_ipv4",
    [Parameter::new("address", TEXT)],
    0,
    Udf::new("kql_parse_ipv4", &[Ty::String], Ty::Long, |a, n| {
        map1::<Text, Long>(a, n, |text| Some(i64::from(V4::read(text)?.first)))
    }),
    "An IPv4 address as a number; of a network its first address.",
    "print parse_ipv4(\"127.0.0.1\"), parse_ipv4(\"192.1.168.1/24\"), parse_ipv4(\"1.2.3\")",
    "[[2130706433, 3221334016, null]]"
);

/// An address under the shorter of two prefixes.
fn masked<F: Family>(text: &str, prefix: i64) -> Option<Network<F::Bits>> {
    F::under(F::read(text)?, prefix)
}

network_function!(
    PARSE_IPV4_MASK,
    "parse_ipv4_mask",
    [
        Parameter::new("address", TEXT),
        Parameter::new("prefix", Accepts::Integer)
    ],
    0,
    Udf::new(
        "kql_parse_ipv4_mask",
        &[Ty::String, Ty::Long],
        Ty::Long,
        |a, n| {
            map2::<Text, Long, Long>(a, n, |text, prefix| {
                Some(i64::from(masked::<V4>(text, prefix)?.first))
            })
        }
    ),
    "An IPv4 address under a prefix, as a number.",
    "print parse_ipv4_mask(\"127.0.0.1\", 24) == parse_ipv4(\"127.0.0.0\"), parse_ipv4_mask(\"1.2.3.4\", 33)",
    "[[true, null]]"
);

/// What a call of `format_ipv4` gives: an address in text, or as a number's digits.
fn format_v4(text: &str, prefix: i64) -> Option<Network<u32>> {
    match text.parse::<u32>() {
        Ok(number) => masked::<V4>(&print_v4(number), prefix),
        Err(_) => masked::<V4>(text, prefix),
    }
}

network_function!(
    FORMAT_IPV4,
    "format_ipv4",
    [
        Parameter::new("address", Accepts::OneOf(&[Ty::String, Ty::Int, Ty::Long])),
        Parameter::new("prefix", Accepts::Integer).optional()
    ],
    0,
    Udf::new(
        "kql_format_ipv4",
        &[Ty::String, Ty::Long],
        Ty::String,
        |a, n| {
            map2::<Text, Long, Text>(a, n, |text, prefix| {
                Some(
                    format_v4(text, prefix)
                        .map_or_else(String::new, |network| print_v4(network.first)),
                )
            })
        }
    )
    .defaults(&[V4::LENGTH]),
    "An IPv4 address, given as text or number, under a prefix.",
    "print format_ipv4(\"192.168.1.255\", 24), format_ipv4(3232236031, 24), format_ipv4(\"192.168.1.255/24\"), format_ipv4(\"1.2.3.4\", -1)",
    r#"[["192.168.1.0", "192.168.1.0", "192.168.1.0", ""]]"#
);

network_function!(
    FORMAT_IPV4_MASK,
    "format_ipv4_mask",
    [
        Parameter::new("address", Accepts::OneOf(&[Ty::String, Ty::Int, Ty::Long])),
        Parameter::new("prefix", Accepts::Integer).optional()
    ],
    0,
    Udf::new(
        "kql_format_ipv4_mask",
        &[Ty::String, Ty::Long],
        Ty::String,
        |a, n| {
            map2::<Text, Long, Text>(a, n, |text, prefix| {
                Some(format_v4(text, prefix).map_or_else(String::new, |network| {
                    format!("{}/{}", print_v4(network.first), network.prefix)
                }))
            })
        }
    )
    .defaults(&[V4::LENGTH]),
    "An IPv4 network with its prefix.",
    "print format_ipv4_mask(\"192.168.1.255\", 24), format_ipv4_mask(3232236031), format_ipv4_mask(\"x\")",
    r#"[["192.168.1.0/24", "192.168.1.255/32", ""]]"#
);

network_function!(
    PARSE_IPV6,
    "parse_ipv6",
    [Parameter::new("address", TEXT)],
    0,
    Udf::new("kql_parse_ipv6", &[Ty::String], Ty::String, |a, n| {
        map1::<Text, Text>(a, n, |text| {
            Some(V6::read(text).map_or_else(String::new, |network| print_v6(network.first)))
        })
    }),
    "An IPv6 or IPv4 address as IPv6 with all its digits.",
    "print parse_ipv6(\"fe80::85d:e82c:9446:7994\"), parse_ipv6(\"127.0.0.1\"), parse_ipv6(\"x\")",
    r#"[["fe80:0000:0000:0000:085d:e82c:9446:7994", "0000:0000:0000:0000:0000:ffff:7f00:0001", ""]]"#
);

network_function!(
    PARSE_IPV6_MASK,
    "parse_ipv6_mask",
    [
        Parameter::new("address", TEXT),
        Parameter::new("prefix", Accepts::Integer)
    ],
    0,
    Udf::new(
        "kql_parse_ipv6_mask",
        &[Ty::String, Ty::Long],
        Ty::String,
        |a, n| {
            map2::<Text, Long, Text>(a, n, |text, prefix| {
                Some(masked::<V6>(text, prefix).map_or_else(String::new, |n| print_v6(n.first)))
            })
        }
    ),
    "An IPv6 or IPv4 address under a prefix, as IPv6 with all its digits.",
    "print parse_ipv6_mask(\"192.168.255.255\", 120), parse_ipv6_mask(\"fe80::1\", 129)",
    r#"[["0000:0000:0000:0000:0000:ffff:c0a8:ff00", ""]]"#
);
