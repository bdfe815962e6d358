//! Finding where a JSON value ends.
//!
//! In: bytes and a place. Out: the place behind the value. What always holds: no recursion, so a text
//! of any depth is answered; what is accepted is RFC 8259's grammar.

/// The place behind the white space at `at`.
pub(super) fn blank(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Whether the whole text is one value.
pub(super) fn is_value(text: &str) -> bool {
    value(text.as_bytes(), 0) == Some(text.len())
}

/// The place behind the string that opens at `at`.
pub(super) fn string(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match bytes.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' => {
                    let digits = bytes.get(at + 2..at + 6)?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    at += 6;
                }
                _ => return None,
            },
            0..=0x1f => return None,
            _ => at += 1,
        }
    }
}

fn digits(bytes: &[u8], mut at: usize) -> Option<usize> {
    let start = at;
    while matches!(bytes.get(at), Some(b'0'..=b'9')) {
        at += 1;
    }
    (at > start).then_some(at)
}

fn number(bytes: &[u8], mut at: usize) -> Option<usize> {
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match bytes.get(at)? {
        b'0' => at + 1,
        _ => digits(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        at = digits(bytes, at)?;
    }
    Some(at)
}

fn word(bytes: &[u8], at: usize, word: &str) -> Option<usize> {
    bytes[at..]
        .starts_with(word.as_bytes())
        .then_some(at + word.len())
}

/// `"key":` from `at` to the place where the value stands.
pub(super) fn key(bytes: &[u8], at: usize) -> Option<usize> {
    let colon = blank(bytes, string(bytes, at)?);
    (bytes.get(colon) == Some(&b':')).then(|| blank(bytes, colon + 1))
}

/// The place behind the value at `at`.
pub(super) fn value(bytes: &[u8], at: usize) -> Option<usize> {
    let mut open: Vec<u8> = Vec::new();
    let mut at = at;
    loop {
        // A value starts here.
        at = match bytes.get(at)? {
            b'"' => string(bytes, at)?,
            b't' => word(bytes, at, "true")?,
            b'f' => word(bytes, at, "false")?,
            b'n' => word(bytes, at, "null")?,
            b'[' => {
                let next = blank(bytes, at + 1);
                if bytes.get(next) != Some(&b']') {
                    open.push(b']');
                    at = next;
                    continue;
                }
                next + 1
            }
            b'{' => {
                let next = blank(bytes, at + 1);
                if bytes.get(next) != Some(&b'}') {
                    open.push(b'}');
                    at = key(bytes, next)?;
                    continue;
                }
                next + 1
            }
            _ => number(bytes, at)?,
        };
        // It has ended: close what closes, or go on to the next one.
        loop {
            let Some(&close) = open.last() else {
                return Some(at);
            };
            at = blank(bytes, at);
            match bytes.get(at)? {
                b',' => {
                    at = blank(bytes, at + 1);
                    if close == b'}' {
                        at = key(bytes, at)?;
                    }
                    break;
                }
                byte if *byte == close => {
                    open.pop();
                    at += 1;
                }
                _ => return None,
            }
        }
    }
}
