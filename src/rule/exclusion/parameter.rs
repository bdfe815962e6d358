//! The values that a file's predicates name as `<name>`.
//!
//! In: a YAML value. Out: [`ParameterValue`], or what is wrong with which element.
//! What always holds: where one element is a network (`10.0.0.0/8`), all are networks or addresses;
//! a network's prefix fits its address.

use std::net::IpAddr;

use serde_yaml::Value;

use super::super::FileSpan;

/// A named value.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub value: ParameterValue,
    /// Where its name stands in the file.
    pub place: FileSpan,
}

/// What a parameter stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    Text(String),
    Whole(i64),
    Real(f64),
    Flag(bool),
    /// Scalars.
    List(Vec<ParameterValue>),
    /// Networks and addresses, of IPv4 and IPv6: compared with, they mean "lies in one of them".
    Networks(Vec<String>),
}

/// Why a value cannot be a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadValue {
    /// The element of the list that is at fault; None for the whole.
    pub element: Option<usize>,
    pub message: String,
    /// Whether it was meant for a network.
    pub network: bool,
}

/// Reads a parameter's value.
///
/// # Errors
/// Null, mappings and nested lists; what is meant for a network and is none.
pub fn value(value: &Value) -> Result<ParameterValue, BadValue> {
    let whole = |message: &str| BadValue {
        element: None,
        message: message.to_owned(),
        network: false,
    };
    let items = match value {
        Value::Sequence(items) => items.as_slice(),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => std::slice::from_ref(value),
        Value::Null => return Err(whole("has no value")),
        Value::Mapping(_) | Value::Tagged(_) => {
            return Err(whole(
                "must be a text, a number, true or false, or a list of these",
            ));
        }
    };
    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        values.push(scalar(item).ok_or_else(|| BadValue {
            element: Some(index),
            message: "a list holds texts, numbers, true and false".to_owned(),
            network: false,
        })?);
    }
    let is_network = |value: &ParameterValue| match value {
        ParameterValue::Text(text) => looks_like_network(text),
        ParameterValue::Whole(_)
        | ParameterValue::Real(_)
        | ParameterValue::Flag(_)
        | ParameterValue::List(_)
        | ParameterValue::Networks(_) => false,
    };
    if values.iter().any(is_network) {
        return networks(&values);
    }
    Ok(match (value, values.pop()) {
        (Value::Sequence(_), last) => {
            values.extend(last);
            ParameterValue::List(values)
        }
        (_, Some(only)) => only,
        (_, None) => ParameterValue::List(Vec::new()),
    })
}

fn scalar(value: &Value) -> Option<ParameterValue> {
    Some(match value {
        Value::String(text) => ParameterValue::Text(text.clone()),
        Value::Bool(flag) => ParameterValue::Flag(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => ParameterValue::Whole(whole),
            None => ParameterValue::Real(number.as_f64()?),
        },
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => return None,
    })
}

/// What is written like a network, right or wrong: `10.0.0.0/8`, `fd00::/8`, `10.0.0.0/33`.
pub fn looks_like_network(text: &str) -> bool {
    text.trim()
        .split_once('/')
        .is_some_and(|(address, prefix)| {
            let addressy = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
            !address.is_empty()
                && address.chars().all(addressy)
                && address.contains(['.', ':'])
                && !prefix.contains('/')
        })
}

fn networks(values: &[ParameterValue]) -> Result<ParameterValue, BadValue> {
    let mut read = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let fault = |message: String| BadValue {
            element: (values.len() > 1).then_some(index),
            message,
            network: true,
        };
        let ParameterValue::Text(text) = value else {
            return Err(fault("a number or a flag stands among networks".to_owned()));
        };
        network(text).map_err(fault)?;
        read.push(text.trim().to_owned());
    }
    Ok(ParameterValue::Networks(read))
}

fn network(text: &str) -> Result<(), String> {
    let text = text.trim();
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address
        .parse()
        .map_err(|_| format!("`{text}` is no address and no network"))?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    match prefix.map(str::parse::<u8>) {
        None => Ok(()),
        Some(Ok(prefix)) if prefix <= longest => Ok(()),
        Some(_) => Err(format!(
            "`{text}` is no network: the prefix of this kind of address is 0 to {longest} bits"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(yaml: &str) -> Result<ParameterValue, BadValue> {
        value(&serde_yaml::from_str(yaml).unwrap())
    }

    #[test]
    fn values_keep_their_type() {
        let text = |text: &str| ParameterValue::Text(text.to_owned());
        assert_eq!(of("x/y"), Ok(text("x/y")));
        assert_eq!(of("12"), Ok(ParameterValue::Whole(12)));
        assert_eq!(of("1.5"), Ok(ParameterValue::Real(1.5)));
        assert_eq!(of("true"), Ok(ParameterValue::Flag(true)));
        assert_eq!(of("[]"), Ok(ParameterValue::List(vec![])));
        assert_eq!(of("[a]"), Ok(ParameterValue::List(vec![text("a")])));
        let nets = |nets: &[&str]| {
            Ok(ParameterValue::Networks(
                nets.iter().map(ToString::to_string).collect(),
            ))
        };
        assert_eq!(of("10.0.0.0/8"), nets(&["10.0.0.0/8"]));
        assert_eq!(
            of("[10.0.0.0/8, 'fd00::/8', 192.0.2.1]"),
            nets(&["10.0.0.0/8", "fd00::/8", "192.0.2.1"])
        );
    }

    #[test]
    fn faults_name_their_element() {
        for (yaml, element) in [
            ("[10.0.0.0/8, 10.0.0.0/33]", Some(1)),
            ("['fd00::/129']", None),
            ("[10.0.0.0/8, intranet]", Some(1)),
            ("[300.0.0.0/8, 10.0.0.0/8]", Some(0)),
            ("10.0.0.0/x", None),
            ("[10.0.0.0/8, 7]", Some(1)),
        ] {
            let fault = of(yaml).unwrap_err();
            assert_eq!((fault.element, fault.network), (element, true), "{yaml}");
        }
        for yaml in ["~", "{a: 1}", "[[a]]", "[~]"] {
            assert!(!of(yaml).unwrap_err().network, "{yaml}");
        }
    }
}
