//! Lists that rules write in several ways.
//!
//! In: a field's value. Out: its words.
//! What always holds: order is kept, empty words are left out.

use serde_yaml::Value;

/// The words of a list, of a scalar, or of a scalar with commas. `None` where the value is of
/// another shape.
pub fn words(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(
            scalar(value)?
                .split([',', ';'])
                .map(|word| word.trim().to_owned())
                .filter(|word| !word.is_empty())
                .collect(),
        ),
        Value::Sequence(items) => items
            .iter()
            .filter(|item| !item.is_null())
            .map(|item| scalar(item).map(|word| word.trim().to_owned()))
            .filter(|word| word.as_deref() != Some(""))
            .collect(),
        Value::Mapping(_) | Value::Tagged(_) => None,
    }
}

/// A scalar's text.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_spellings_give_the_same_words() {
        for text in ["[A, B]", "A, B", "'A,B,'", "- A\n- B\n- \n", "A; B"] {
            let value: Value = serde_yaml::from_str(text).unwrap();
            assert_eq!(words(&value).unwrap(), ["A", "B"], "{text}");
        }
        assert_eq!(words(&Value::Null).unwrap(), Vec::<String>::new());
        assert!(words(&serde_yaml::from_str("{a: 1}").unwrap()).is_none());
        assert!(words(&serde_yaml::from_str("[[a]]").unwrap()).is_none());
    }
}
