//! `ipv4_range_to_cidr_list(start, end)`: the networks that cover a range of addresses and nothing else.

use super::address::{Family, V4, print_v4};
use super::network_function;
use crate::functions::json;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map2};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&LIST]
}

/// Each network is the largest that begins where the one before ends. None where an end is no address,
/// or the range is turned round.
fn networks(start: &str, end: &str) -> Option<String> {
    let (start, end) = (V4::read(start)?.first, V4::read(end)?.first);
    if start > end {
        return None;
    }
    let (mut next, end) = (u64::from(start), u64::from(end));
    let mut list = json::Array::default();
    while next <= end {
        let fits = |bits: &u32| next.is_multiple_of(1 << bits) && next + (1 << bits) - 1 <= end;
        let bits = (0..=32_u32).rev().find(fits)?;
        let first = print_v4(u32::try_from(next).ok()?);
        list.push_text(&format!("{first}/{}", 32 - bits));
        next += 1 << bits;
    }
    Some(list.finish())
}

network_function!(
    LIST,
    "ipv4_range_to_cidr_list",
    [
        Parameter::new("start", Accepts::Exactly(Ty::String)),
        Parameter::new("end", Accepts::Exactly(Ty::String))
    ],
    0,
    Udf::new(
        "kql_ipv4_range_to_cidr_list",
        &[Ty::String, Ty::String],
        Ty::Dynamic,
        |a, n| { map2::<Text, Text, Text>(a, n, networks) }
    ),
    "The networks that cover a range of IPv4 addresses and nothing else.",
    "print a = ipv4_range_to_cidr_list(\"1.1.128.0\", \"1.1.140.255\"), b = ipv4_range_to_cidr_list(\"0.0.0.0\", \"255.255.255.255\"), c = ipv4_range_to_cidr_list(\"10.0.0.3\", \"10.0.0.2\")",
    r#"[[["1.1.128.0/21", "1.1.136.0/22", "1.1.140.0/24"], ["0.0.0.0/0"], null]]"#
);
