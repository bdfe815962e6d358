//! Percent-encoding of URLs.
//!
//! In: text. Out: text. Letters, digits and `-_.!*()` stay as they are; hexadecimal digits are in lower
//! case, as in Microsoft's examples of `url_encode` and of `url_encode_component`; an imitation of Kusto
//! that writes upper case for the latter is no authority. What decodes to no UTF-8 is marked with U+FFFD.

use std::fmt::Write;

/// Writes the encoded text, with `space` for a space.
pub fn encode(text: &str, space: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push_str(space),
            b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                // Writing into a string cannot fail.
                let _ = write!(out, "%{byte:02x}");
            }
        }
    }
}

/// Writes the decoded text; what is no encoding stays as it is.
pub fn decode(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match pair.and_then(hexadecimal) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(if *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    out.push_str(&String::from_utf8_lossy(&decoded));
}

fn hexadecimal(pair: &[u8]) -> Option<u8> {
    pair.iter().try_fold(0u8, |value, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(value << 4 | u8::try_from(digit).ok()?)
    })
}
