//! A rule file's text: its bytes decoded, and the way from byte offsets to lines and columns.
//!
//! In: the bytes of a file. Out: [`FileText`].
//! What always holds: the text is what the bytes say in UTF-8 or UTF-16, without the byte order
//! mark. An encoding is never guessed: a wrong guess would change the terms that a rule hunts for.

use std::sync::Arc;

/// The whole text of a rule file. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    text: Arc<str>,
    /// The byte at which each line begins.
    lines: Arc<[usize]>,
}

/// Bytes that are no text in a known encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable {
    /// What came before the first bad byte.
    pub before: String,
    pub message: String,
}

impl FileText {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        for (i, byte) in bytes.iter().enumerate() {
            let lone_return = *byte == b'\r' && bytes.get(i + 1) != Some(&b'\n');
            if *byte == b'\n' || lone_return {
                lines.push(i + 1);
            }
        }
        Self {
            text,
            lines: lines.into(),
        }
    }

    /// Reads UTF-8 (with or without a byte order mark) or UTF-16 (with one).
    ///
    /// # Errors
    /// Any other encoding, with the text up to the first byte that does not fit.
    pub fn decode(bytes: &[u8]) -> Result<Self, Undecodable> {
        match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => decode_utf8(rest),
            [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
            _ => decode_utf8(bytes),
        }
        .map(Self::new)
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The line and the column (in characters) of a byte, both from 1. An offset past the end is
    /// taken as the end, one inside a character as that character.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        (line, self.text[start..offset].chars().count() + 1)
    }
}

fn decode_utf8(bytes: &[u8]) -> Result<String, Undecodable> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => {
            let at = text.find('\0').unwrap_or_default();
            Err(Undecodable {
                before: text[..at].to_owned(),
                message: "the file holds NUL bytes: it is binary, or UTF-16 without a byte order \
                          mark"
                    .to_owned(),
            })
        }
        Ok(text) => Ok(text.to_owned()),
        Err(fault) => {
            let (good, bad) = bytes.split_at(fault.valid_up_to());
            let byte = bad.first().copied().unwrap_or_default();
            Err(Undecodable {
                before: String::from_utf8_lossy(good).into_owned(),
                message: format!(
                    "the file is not UTF-8: byte 0x{byte:02X} here (an older encoding such as \
                     Windows-1252 or Latin-1)"
                ),
            })
        }
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Undecodable> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    for unit in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match unit {
            Ok(character) => text.push(character),
            Err(fault) => {
                return Err(Undecodable {
                    before: text,
                    message: format!("the file is not UTF-16: {fault} here"),
                });
            }
        }
    }
    if rest.is_empty() {
        Ok(text)
    } else {
        Err(Undecodable {
            before: text,
            message: "the file is UTF-16 and ends in half a character".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_know_every_line_end() {
        let text = FileText::new("aä\r\nb\nc\rd");
        assert_eq!(text.position(0), (1, 1));
        assert_eq!(text.position(3), (1, 3));
        assert_eq!(text.position(2), (1, 2), "inside a character");
        assert_eq!(text.position(5), (2, 1));
        assert_eq!(text.position(7), (3, 1));
        assert_eq!(text.position(9), (4, 1));
        assert_eq!(text.position(99), (4, 2));
    }

    #[test]
    fn encodings_are_read_or_refused() {
        let plain = FileText::decode("name: ö".as_bytes()).unwrap();
        assert_eq!(plain.as_str(), "name: ö");
        let marked = FileText::decode(b"\xEF\xBB\xBFid: 1").unwrap();
        assert_eq!(marked.as_str(), "id: 1");
        let wide: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain("ö𝄞".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(FileText::decode(&wide).unwrap().as_str(), "ö𝄞");
        let wide: Vec<u8> = [0xFE, 0xFF]
            .into_iter()
            .chain("ö".encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        assert_eq!(FileText::decode(&wide).unwrap().as_str(), "ö");

        let latin = FileText::decode(b"name: Kr\xE4mer").unwrap_err();
        assert_eq!(latin.before, "name: Kr");
        assert!(latin.message.contains("0xE4"));
        assert!(FileText::decode(b"i\0d\0").is_err());
        assert!(FileText::decode(b"\xFF\xFE\x00\xD8").is_err());
        assert!(FileText::decode(b"\xFF\xFEa\0b").is_err());
    }
}
