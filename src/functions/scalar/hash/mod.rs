//! Hashes: `hash`, `hash_xxhash64`, `hash_md5`, `hash_sha1`, `hash_sha256`.
//!
//! In: a value. Out: a number, or hexadecimal digits. What always holds: a value is hashed as the bytes
//! that Kusto hashes where that is known (texts; times as their 8 bytes); what is not known is refused. The
//! digests in hexadecimal digits are those of what `tostring` gives, as Microsoft's of a datetime are.

use md5::Digest;

use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Kind, Long, Text, map1_nullable, map2};
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType as Ty;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&HASH, &MD5, &SHA1, &SHA256]
}

const OF_TEXT: Udf = Udf::new("kql_hash_text", &[Ty::String], Ty::Long, |a, n| {
    map1_nullable::<Text, Long>(a, n, |text| {
        Some(xxh64(text.unwrap_or_default().as_bytes()))
    })
});

const OF_TICKS: Udf = Udf::new("kql_hash_ticks", &[Ty::Long], Ty::Long, |a, n| {
    map1_nullable::<Long, Long>(a, n, |ticks| ticks.map(|t| xxh64(&t.to_le_bytes())))
});

const MODULO: Udf = Udf::new(
    "kql_hash_modulo",
    &[Ty::Long, Ty::Long],
    Ty::Long,
    |a, n| {
        // The hash is a number without a sign.
        map2::<Long, Long, Long>(a, n, |hash, modulo| {
            let modulo = u64::try_from(modulo).ok().filter(|m| *m > 0)?;
            i64::try_from(hash.cast_unsigned() % modulo).ok()
        })
    },
);

fn xxh64(bytes: &[u8]) -> i64 {
    twox_hash::XxHash64::oneshot(0, bytes).cast_signed()
}

fn hash_of(argument: &SqlArgument, index: usize) -> Result<Sql, ArgumentFault> {
    match argument.ty {
        Ty::String => OF_TEXT.call(std::slice::from_ref(argument)),
        Ty::DateTime => Ok(sql::call(OF_TICKS.name, vec![argument.sql.clone()])),
        ty @ (Ty::Bool
        | Ty::Int
        | Ty::Long
        | Ty::Real
        | Ty::Decimal
        | Ty::TimeSpan
        | Ty::Guid
        | Ty::Dynamic) => Err(ArgumentFault {
            index: Some(index),
            ..ArgumentFault::unsupported(format!("the hash of a {ty} is not supported yet"))
                .with_help("hash its text: `hash(tostring(…))`")
        }),
    }
}

static HASH: Definition = Definition {
    name: "hash",
    aliases: &["hash_xxhash64"],
    category: Category::Hash,
    summary: "The value's hash by xxHash64, or what that leaves when divided by a number.",
    examples: &[Example {
        kql: "print hash(\"World\"), hash(\"World\", 100), hash(datetime(2015-01-01))",
        rows: "[[1846988464401551951, 51, 1380966698541616202]]",
    }],
    signature: Signature::new(&[
        Parameter::new("value", Accepts::Any),
        Parameter::new("modulo", Accepts::Exactly(Ty::Long)).optional(),
    ]),
    gives: Gives::Always(Ty::Long),
    form: Form::Sql {
        sql: |arguments, _| {
            let [value, rest @ ..] = arguments else {
                return Err(ArgumentFault::call("an argument is missing"));
            };
            let hash = hash_of(value, 0)?;
            Ok(match rest {
                [modulo, ..] => sql::call(MODULO.name, vec![hash, modulo.sql.clone()]),
                [] => hash,
            })
        },
        udfs: || vec![OF_TEXT.build(), OF_TICKS.build(), MODULO.build()],
    },
};

/// Bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String never fails.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

macro_rules! digest {
    ($static:ident, $name:literal, $of:expr, $summary:literal, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::Hash,
            summary: $summary,
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[Parameter::new("value", Accepts::Any)]),
            gives: Gives::Always(Ty::String),
            form: Form::Udf(Udf::new(
                concat!("kql_", $name),
                &[Ty::String],
                Ty::String,
                |a, n| {
                    let of: fn(&[u8]) -> String = $of;
                    map1_nullable::<Text, Text>(a, n, |text: Option<<Text as Kind>::Item<'_>>| {
                        // Kusto gives the empty text for the empty text, not the hash of no bytes.
                        Some(match text.unwrap_or_default() {
                            "" => String::new(),
                            text => of(text.as_bytes()),
                        })
                    })
                },
            )),
        };
    };
}

digest!(
    MD5,
    "hash_md5",
    |bytes| hexadecimal(&md5::Md5::digest(bytes)),
    "The MD5 hash of the value's text in hexadecimal digits.",
    "print hash_md5(\"World\"), hash_md5(\"\"), hash_md5(datetime(2020-01-01))",
    "[[\"f5a7924e621e84c9280a9a27e1bcb7f6\", \"\", \"786c530672d1f8db31fee25ea8a9390b\"]]"
);
digest!(
    SHA1,
    "hash_sha1",
    |bytes| {
        let algorithm = &ring::digest::SHA1_FOR_LEGACY_USE_ONLY;
        hexadecimal(ring::digest::digest(algorithm, bytes).as_ref())
    },
    "The SHA-1 hash of the value's text in hexadecimal digits.",
    "print hash_sha1(\"World\"), hash_sha1(datetime(2020-01-01))",
    "[[\"70c07ec18ef89c5309bbb0937f3a6342411e1fdd\", \"e903e533f4d636b4fc0dcf3cf81e7b7f330de776\"]]"
);
digest!(
    SHA256,
    "hash_sha256",
    |bytes| hexadecimal(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref()),
    "The SHA-256 hash of the value's text in hexadecimal digits.",
    "print hash_sha256(\"World\")",
    "[[\"78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524\"]]"
);
