//! Ignoring case: one character for one, whatever the language.
//!
//! The rule is the ordinal one of Microsoft's platforms: a character stands for its single upper-case
//! counterpart. Where Unicode gives several (`ß`) it stands for itself, and so it does where the
//! counterpart of a non-ASCII character is ASCII (`ı`, `ſ`, the Kelvin sign).
//! What always holds: ASCII folds to ASCII and the rest to the rest, so an ASCII needle can be sought in
//! any text without folding that text.

use std::borrow::Cow;
use std::str::Chars;

/// The character that stands for all case variants of `c`; for ASCII the lower-case letter.
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    single(c.to_uppercase())
        .or_else(|| single(c.to_lowercase()))
        .filter(|folded| !folded.is_ascii())
        .unwrap_or(c)
}

/// `c` in upper case, where that is one character.
pub fn upper(c: char) -> char {
    keep_script(c, single(c.to_uppercase()))
}

/// `c` in lower case, where that is one character.
pub fn lower(c: char) -> char {
    keep_script(c, single(c.to_lowercase()))
}

/// The dotless and the dotted `i` and the long `s` keep their form: only a language gives them another.
fn keep_script(c: char, mapped: Option<char>) -> char {
    match c {
        'ı' | 'İ' | 'ſ' => c,
        _ => mapped.unwrap_or(c),
    }
}

fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next()?;
    mapped.next().is_none().then_some(first)
}

/// Writes the folded text into `out`, which is emptied first.
pub fn fold_into(text: &str, out: &mut String) {
    out.clear();
    out.reserve(text.len());
    out.extend(text.chars().map(fold));
}

/// The folded text; nothing is copied where it is folded already.
pub fn folded(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| fold(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(fold).collect())
}

/// Whether two texts differ in case only.
pub fn equal(left: &str, right: &str) -> bool {
    match left.is_ascii() && right.is_ascii() {
        true => left.eq_ignore_ascii_case(right),
        false => folded_chars(left).eq(folded_chars(right)),
    }
}

fn folded_chars(text: &str) -> std::iter::Map<Chars<'_>, fn(char) -> char> {
    text.chars().map(fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_and_the_rest_never_meet_and_terms_stay_terms() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let folded = fold(c);
            assert_eq!(c.is_ascii(), folded.is_ascii(), "{c:?} folds to {folded:?}");
            assert_eq!(
                c.is_alphanumeric(),
                folded.is_alphanumeric(),
                "{c:?} folds to {folded:?}"
            );
            assert_eq!(fold(folded), folded, "folding {c:?} twice");
        }
    }

    #[test]
    fn known_pairs() {
        for (left, right) in [
            ("Σ", "ς"),
            ("σ", "ς"),
            ("CAFÉ", "café"),
            ("ᾼ", "ᾳ"),
            ("Ж", "ж"),
        ] {
            assert!(equal(left, right), "{left} {right}");
        }
        for (left, right) in [
            ("ß", "ss"),
            ("İ", "i"),
            ("ı", "I"),
            ("\u{212a}", "k"),
            ("ſ", "s"),
        ] {
            assert!(!equal(left, right), "{left} {right}");
        }
    }
}
