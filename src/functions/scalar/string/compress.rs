//! `zlib_compress_to_base64_string`, `gzip_compress_to_base64_string` and what undoes them; Base64 of GUIDs
//! and arrays of bytes.
//!
//! What always holds: a text that cannot be read gives `""` (or null where no text is given).

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use super::base64;
use crate::functions::json::{self, Kind, Number};
use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Text, map1};
use crate::functions::{Accepts, Category, Example, Parameter, ScalarFunction, Signature};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&ZLIB, &UNZLIB, &GZIP, &GUNZIP, &FROM_GUID, &FROM_ARRAY]
}

/// Texts of up to so many bytes stand in the result as they are: what Kusto compresses with begins every
/// compressed block with a table longer than this, and it takes whichever is shorter.
const STORED: usize = 100;

fn level(text: &str) -> Compression {
    match text.len() <= STORED {
        true => Compression::none(),
        false => Compression::default(),
    }
}

/// The most bytes that a compressed text may become: a small text can hold a very large one.
const MOST: u64 = 64 << 20;

fn encoded(bytes: &[u8]) -> String {
    let mut out = String::new();
    base64::encode(bytes, &mut out);
    out
}

fn inflated(
    text: &str,
    read: impl FnOnce(&[u8], &mut Vec<u8>) -> std::io::Result<usize>,
) -> String {
    let mut bytes = Vec::new();
    let plain = base64::decode(text)
        .and_then(|packed| read(&packed, &mut bytes).ok())
        .and_then(|_| String::from_utf8(bytes).ok());
    plain.unwrap_or_default()
}

/// The bytes of a GUID as Windows lays them out: the first three groups from the least digits.
fn guid_bytes(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let mut bytes = [0; 16];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    Some(bytes)
}

/// Bytes that are no UTF-8 give null, as the reference says; that is an empty text.
fn from_array(text: &str) -> Option<String> {
    let node = json::trusted(text);
    if node.kind() != Kind::Array {
        return None;
    }
    let bytes: Option<Vec<u8>> = node
        .elements()
        .map(|element| match element.number()? {
            Number::Long(n) => u8::try_from(n).ok(),
            Number::Real(_) => None,
        })
        .collect();
    let bytes = bytes?;
    std::str::from_utf8(&bytes).ok()?;
    Some(encoded(&bytes))
}

macro_rules! text_function {
    ($static:ident, $name:literal, $from:expr, $to:expr, $body:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::String,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[Parameter::new("value", Accepts::Exactly($from))]),
            gives: Gives::Always($to),
            form: Form::Udf(Udf::new(concat!("kql_", $name), &[$from], $to, |a, n| {
                map1::<Text, Text>(a, n, $body)
            })),
        };
    };
}

text_function!(
    ZLIB,
    "zlib_compress_to_base64_string",
    Ty::String,
    Ty::String,
    |text| {
        let mut encoder = ZlibEncoder::new(Vec::new(), level(text));
        encoder.write_all(text.as_bytes()).ok()?;
        Some(encoded(&encoder.finish().ok()?))
    },
    "The text compressed with zlib, in Base64.",
    "print zlib_compress_to_base64_string(\"1234567890qwertyuiop\"), zlib_decompress_from_base64_string(zlib_compress_to_base64_string(strrep(\"ab\", 60))) == strrep(\"ab\", 60)",
    "[[\"eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw==\", true]]"
);
text_function!(
    UNZLIB,
    "zlib_decompress_from_base64_string",
    Ty::String,
    Ty::String,
    |text| Some(inflated(text, |packed, out| {
        ZlibDecoder::new(packed).take(MOST).read_to_end(out)
    })),
    "The text that was compressed with zlib; empty where there is none.",
    "print zlib_decompress_from_base64_string(\"eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4=\"), zlib_decompress_from_base64_string(\"x0x0x0\")",
    "[[\"Test string 123\", \"\"]]"
);
text_function!(
    GZIP,
    "gzip_compress_to_base64_string",
    Ty::String,
    Ty::String,
    |text| {
        let mut encoder = GzEncoder::new(Vec::new(), level(text));
        encoder.write_all(text.as_bytes()).ok()?;
        let mut packed = encoder.finish().ok()?;
        // Kusto's header does not say how hard the compressor tried.
        *packed.get_mut(8)? = 0;
        Some(encoded(&packed))
    },
    "The text compressed with gzip, in Base64.",
    "print gzip_compress_to_base64_string(\"1234567890qwertyuiop\"), gzip_decompress_from_base64_string(gzip_compress_to_base64_string(strrep(\"ab\", 60))) == strrep(\"ab\", 60)",
    "[[\"H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==\", true]]"
);
text_function!(
    GUNZIP,
    "gzip_decompress_from_base64_string",
    Ty::String,
    Ty::String,
    |text| Some(inflated(text, |packed, out| {
        GzDecoder::new(packed).take(MOST).read_to_end(out)
    })),
    "The text that was compressed with gzip; empty where there is none.",
    "print gzip_decompress_from_base64_string(\"x0x0x0\")",
    "[[\"\"]]"
);
text_function!(
    FROM_GUID,
    "base64_encode_fromguid",
    Ty::Guid,
    Ty::String,
    |text| Some(encoded(&guid_bytes(text)?)),
    "A GUID in Base64.",
    "print base64_encode_fromguid(guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb))",
    "[[\"8jMxriJurkmwahbmqbIS6w==\"]]"
);
text_function!(
    FROM_ARRAY,
    "base64_encode_fromarray",
    Ty::Dynamic,
    Ty::String,
    from_array,
    "An array of bytes in Base64.",
    "print base64_encode_fromarray(dynamic([75, 117])), base64_encode_fromarray(dynamic([300])), base64_encode_fromarray(dynamic([208, 161, 209]))",
    "[[\"S3U=\", \"\", \"\"]]"
);
