//! `parse_url` and `parse_urlquery`: the parts of an absolute URL, and the parameters of a query.
//!
//! Parts stand as they are written: nothing is decoded. A text without a scheme has only what can be
//! told from it.

use super::parse_function;
use crate::functions::json::{self, Bag};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map1};
use crate::functions::{Accepts, Parameter};
use crate::symbols::ScalarType as Ty;

/// Name and value of each parameter; the first of a repeated name counts in JSON.
fn parameters(query: &str) -> String {
    let mut out = Bag::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        out.push(name, &json::string_text(value));
    }
    out.finish()
}

fn parse_url(text: &str) -> Option<String> {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (authority, path) = match (scheme.is_empty(), rest.find('/')) {
        (true, _) => ("", rest),
        (false, Some(at)) => rest.split_at(at),
        (false, None) => (rest, ""),
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    // The colons of an IPv6 address stand in brackets.
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
        Some(_) | None => (host, ""),
    };
    let mut out = Bag::default();
    for (key, part) in [
        ("Scheme", scheme),
        ("Host", host),
        ("Port", port),
        ("Path", path),
        ("Username", user),
        ("Password", password),
    ] {
        out.push(key, &json::string_text(part));
    }
    out.push("Query Parameters", &parameters(query));
    out.push("Fragment", &json::string_text(fragment));
    Some(out.finish())
}

parse_function!(
    PARSE_URL,
    "parse_url",
    &["parseurl"],
    [Parameter::new("url", Accepts::Exactly(Ty::String))],
    Udf::new("kql_parse_url", &[Ty::String], Ty::Dynamic, |a, n| {
        map1::<Text, Text>(a, n, parse_url)
    }),
    "The parts of an absolute URL.",
    "print parse_url(\"scheme://username:password@host:1234/this/is/a/path?k1=v1&k2=v2#fragment\")",
    r#"[[{"Scheme": "scheme", "Host": "host", "Port": "1234", "Path": "/this/is/a/path", "Username": "username", "Password": "password", "Query Parameters": {"k1": "v1", "k2": "v2"}, "Fragment": "fragment"}]]"#
);

parse_function!(
    PARSE_URLQUERY,
    "parse_urlquery",
    &["parseurlquery"],
    [Parameter::new("query", Accepts::Exactly(Ty::String))],
    Udf::new("kql_parse_urlquery", &[Ty::String], Ty::Dynamic, |a, n| {
        map1::<Text, Text>(a, n, |text| {
            let mut out = Bag::default();
            out.push(
                "Query Parameters",
                &parameters(text.strip_prefix('?').unwrap_or(text)),
            );
            Some(out.finish())
        })
    }),
    "The parameters of a URL's query.",
    "print parse_urlquery(\"k1=v1&k2=v2&k3\")",
    r#"[[{"Query Parameters": {"k1": "v1", "k2": "v2", "k3": ""}}]]"#
);
