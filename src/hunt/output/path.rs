//! Where the result of a rule and a window stands.
//!
//! In: a folder, a rule's id, a window's end. Out: a path below the output's URL. What always holds:
//! whatever an id holds, the path stays inside the folder and no part of it is hidden; two ids give
//! two paths; the same id gives the same path, which is what a second run replaces.

use object_store::path::Path;

use crate::syntax::ticks::datetime_text;

/// Bytes of a name at most: file systems take 255, and the key and its `=` need some.
const LONGEST_NAME: usize = 180;
/// Bytes of a name that is cut, before its fingerprint.
const CUT_NAME: usize = 150;

/// `<folder>/rule_id=<id>/window_end=20260105T000000Z/<file>`.
///
/// `folder` is made of names between slashes; `window_end` is in ticks. Names are percent-encoded, as
/// the readers of Hive paths decode them. Colons, which many tools cannot have in a path, never occur.
pub fn result_path(folder: &str, rule_id: &str, window_end: i64, file: &str) -> Path {
    let folders = folder.split('/').filter(|part| !part.is_empty());
    join(folders.map(visible).collect(), rule_id, window_end, file)
}

/// The same below a folder of the tool's own, whose name begins with `_`: readers of results pass it over.
pub fn hidden_path(folder: &str, rule_id: &str, window_end: i64, file: &str) -> Path {
    join(vec![folder.to_owned()], rule_id, window_end, file)
}

fn join(mut parts: Vec<String>, rule_id: &str, window_end: i64, file: &str) -> Path {
    parts.push(rule_part(rule_id));
    parts.push(window_part(window_end));
    parts.push(visible(file));
    // Each part is encoded already; `Path::from` would encode the percent signs again.
    Path::parse(parts.join("/")).unwrap_or_else(|_| parts.into_iter().collect())
}

/// `rule_id=<id>`
pub fn rule_part(rule_id: &str) -> String {
    format!("rule_id={}", encode(rule_id))
}

/// `window_end=20260105T000000Z`
pub fn window_part(window_end: i64) -> String {
    format!("window_end={}", compact_time(window_end))
}

/// `20260105T000000Z`; the fraction only where there is one, so that two windows never share a path.
fn compact_time(ticks: i64) -> String {
    let text = datetime_text(ticks).replace(['-', ':'], "");
    match text.strip_suffix(".0000000Z") {
        Some(whole) => format!("{whole}Z"),
        None => text,
    }
}

/// A whole name: not `.` or `..`, and not one that readers pass over for its first character.
fn visible(name: &str) -> String {
    let encoded = encode(name);
    match encoded.as_bytes().first() {
        Some(first @ (b'.' | b'_')) => format!("%{first:02X}{}", &encoded[1..]),
        Some(_) | None => encoded,
    }
}

/// The name with everything percent-encoded but letters, digits, `-`, `_` and `.`.
fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    if encoded.is_empty() {
        // What Hive calls a value that is empty.
        return "__HIVE_DEFAULT_PARTITION__".to_owned();
    }
    if encoded.len() > LONGEST_NAME {
        encoded.truncate(CUT_NAME);
        // Not in the middle of an escape.
        if let Some(at) = encoded.rfind('%').filter(|at| at + 3 > CUT_NAME) {
            encoded.truncate(at);
        }
        encoded.push_str(&format!("-{:016x}", fingerprint(name.as_bytes())));
    }
    encoded
}

/// FNV-1a, 64 bits: the same on every machine and in every version, which std's hashes are not.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::datetime;
    use std::collections::HashSet;

    fn path(id: &str) -> String {
        let end = datetime::parse("2026-01-05").unwrap();
        result_path("kaseya", id, end, "hits.parquet").to_string()
    }

    #[test]
    fn a_plain_id_stays_readable() {
        assert_eq!(
            path("c75a64e3-0a0b-4c9e"),
            "kaseya/rule_id=c75a64e3-0a0b-4c9e/window_end=20260105T000000Z/hits.parquet"
        );
    }

    #[test]
    fn hostile_ids_stay_inside() {
        for (id, name) in [
            ("../../etc", "..%2F..%2Fetc"),
            ("..", ".."),
            ("C:\\x", "C%3A%5Cx"),
            ("a=b#1", "a%3Db%231"),
            ("a\n\u{1b}", "a%0A%1B"),
            ("ä", "%C3%A4"),
            ("50%", "50%25"),
            ("", "__HIVE_DEFAULT_PARTITION__"),
        ] {
            let expected =
                format!("kaseya/rule_id={name}/window_end=20260105T000000Z/hits.parquet");
            assert_eq!(path(id), expected);
        }
    }

    #[test]
    fn folders_and_files_are_neither_hidden_nor_outside() {
        let path = result_path("../_x//.git/a b", "id", 0, "../x");
        assert_eq!(
            path.as_ref(),
            "%2E./%5Fx/%2Egit/a%20b/rule_id=id/window_end=00010101T000000Z/%2E.%2Fx"
        );
    }

    #[test]
    fn long_ids_differ_and_fit() {
        let long = "ä".repeat(500);
        let longer = "ä".repeat(501);
        let names: HashSet<String> = [&long, &longer].map(|id| path(id)).into();
        assert_eq!(names.len(), 2);
        for name in names {
            assert!(name.split('/').all(|part| part.len() <= 200), "{name}");
        }
    }

    #[test]
    fn windows_that_differ_in_a_tick_have_two_paths() {
        assert_eq!(compact_time(0), "00010101T000000Z");
        assert_eq!(compact_time(1), "00010101T000000.0000001Z");
    }
}
