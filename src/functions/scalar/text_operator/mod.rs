//! KQL's operators on strings: `has`, `contains`, `=~`, `matches regex`, `in` and their kin.
//!
//! In: strings (SQL NULL is `""`). Out: true or false, never NULL. Each is one UDF over the subject and
//! its needles; a negated operator is `NOT` of that call.

mod contains;
mod ends_with;
mod equals;
mod has;
mod has_list;
mod has_prefix;
mod has_suffix;
mod in_list;
mod list;
mod matches_regex;
mod predicate;
mod starts_with;
mod text;

#[cfg(test)]
mod tests;

pub use text::TextOperator;

use crate::functions::ScalarFunction;

/// Every operator on strings.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all: Vec<&'static dyn ScalarFunction> = Vec::new();
    for family in [
        &has::OPERATORS,
        &has_prefix::OPERATORS,
        &has_suffix::OPERATORS,
        &contains::OPERATORS,
        &starts_with::OPERATORS,
        &ends_with::OPERATORS,
    ] {
        all.extend(family.iter().map(|o| o as &dyn ScalarFunction));
    }
    all.extend(equals::OPERATORS.iter().map(|o| o as &dyn ScalarFunction));
    all.extend(has_list::OPERATORS.iter().map(|o| o as &dyn ScalarFunction));
    all.extend(in_list::OPERATORS.iter().map(|o| o as &dyn ScalarFunction));
    all.push(&matches_regex::MATCHES_REGEX);
    all
}
