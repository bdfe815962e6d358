//! KQL's functions on strings, one file each.
//!
//! In: strings (SQL NULL is `""`) and numbers. Out: what Microsoft's function of that name gives; a string
//! is never NULL. Positions count Unicode characters from 0.

pub(crate) mod base64;
mod base64_decode_toarray;
mod base64_decode_tostring;
mod base64_encode_tostring;
mod compress;
mod countof;
mod extract;
mod extract_all;
mod format_bytes;
mod function;
mod has_any_index;
mod indexof;
mod indexof_regex;
mod is_empty;
mod isascii;
mod isutf8;
mod json;
mod pattern;
mod percent;
mod punycode;
mod regex_quote;
mod replace;
mod replace_regex;
mod replace_string;
mod replace_strings;
mod reverse;
pub(super) mod rows;
mod split;
mod strcat;
mod strcat_array;
mod strcat_delim;
mod strcmp;
pub(super) mod string_size;
mod strlen;
mod strrep;
mod substring;
mod tolower;
mod toupper;
mod translate;
mod trim;
mod trim_end;
mod trim_start;
mod unicode_codepoints_from_string;
mod unicode_codepoints_to_string;
mod url_decode;
mod url_encode;
mod url_encode_component;
mod window;

#[cfg(test)]
mod tests;

use crate::functions::ScalarFunction;

/// Every function on strings.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    let mut all = compress::all();
    let own: Vec<&'static dyn ScalarFunction> = vec![
        &is_empty::ISEMPTY,
        &is_empty::ISNOTEMPTY,
        &base64_decode_toarray::BASE64_DECODE_TOARRAY,
        &base64_decode_tostring::BASE64_DECODE_TOSTRING,
        &base64_encode_tostring::BASE64_ENCODE_TOSTRING,
        &countof::COUNTOF,
        &extract::EXTRACT,
        &extract_all::EXTRACT_ALL,
        &has_any_index::HAS_ANY_INDEX,
        &indexof::INDEXOF,
        &indexof_regex::INDEXOF_REGEX,
        &isascii::ISASCII,
        &isutf8::ISUTF8,
        &regex_quote::REGEX_QUOTE,
        &replace::REPLACE,
        &replace_regex::REPLACE_REGEX,
        &replace_string::REPLACE_STRING,
        &replace_strings::REPLACE_STRINGS,
        &reverse::REVERSE,
        &split::SPLIT,
        &strcat::STRCAT,
        &strcat_array::STRCAT_ARRAY,
        &strcat_delim::STRCAT_DELIM,
        &strcmp::STRCMP,
        &string_size::STRING_SIZE,
        &strlen::STRLEN,
        &strrep::STRREP,
        &substring::SUBSTRING,
        &tolower::TOLOWER,
        &toupper::TOUPPER,
        &translate::TRANSLATE,
        &trim::TRIM,
        &trim_end::TRIM_END,
        &trim_start::TRIM_START,
        &unicode_codepoints_from_string::UNICODE_CODEPOINTS_FROM_STRING,
        &unicode_codepoints_to_string::UNICODE_CODEPOINTS_TO_STRING,
        &url_decode::URL_DECODE,
        &url_encode::URL_ENCODE,
        &url_encode_component::URL_ENCODE_COMPONENT,
        &format_bytes::FORMAT_BYTES,
    ];
    all.extend(own);
    all.extend(punycode::all());
    all
}
