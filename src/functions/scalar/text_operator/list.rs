//! The list of a list operator: literal items, constant dynamic arrays, arrays that a row holds.
//!
//! In: the arguments after the subject. Out: constants as needles, and the arrays that only a row knows.
//! What always holds: an item is the text that `tostring` gives of it; JSON nulls are no items.

use serde_json::Value as Json;

use crate::functions::{Sql, SqlArgument, Value};
use crate::symbols::ScalarType;

/// A list operator's items, taken apart by how they are known.
pub struct Items {
    /// One string each: literals, columns, and the items of constant arrays.
    pub single: Vec<Sql>,
    /// Arrays as JSON text.
    pub arrays: Vec<Sql>,
}

/// Takes the list apart for an operator on strings.
pub fn take_apart(list: &[SqlArgument]) -> Items {
    let mut found = Items {
        single: Vec::new(),
        arrays: Vec::new(),
    };
    for item in list {
        match item.constant {
            Some(Value::Dynamic(json)) => found.single.extend(
                items(json)
                    .iter()
                    .map(|text| crate::functions::sql::text(text)),
            ),
            Some(Value::Null(ScalarType::Dynamic)) => {}
            Some(_) | None if item.ty == ScalarType::Dynamic => {
                found.arrays.push(item.sql.clone());
            }
            Some(_) | None => found.single.push(item.sql.clone()),
        }
    }
    found
}

/// The items of a JSON array as texts; of any other value, that value as the only item.
pub fn items(json: &str) -> Vec<String> {
    match serde_json::from_str(json) {
        Ok(Json::Array(items)) => items.iter().filter_map(item).collect(),
        Ok(single) => item(&single).into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

fn item(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            Some(value.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_texts() {
        assert_eq!(
            items(r#"["a", 1, 2.50, true, null, ["x"]]"#),
            ["a", "1", "2.50", "true", r#"["x"]"#]
        );
        assert_eq!(items(r#""one""#), ["one"]);
        assert!(items("null").is_empty() && items("").is_empty());
    }
}
