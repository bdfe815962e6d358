//! `rand` and `new_guid`: what is drawn for each row.
//!
//! In: a row's number, the time that `now()` means, the call's place in the query; these the binder adds. Out:
//! a number or a GUID. What always holds: the same query over the same rows at the same time draws the same,
//! so that a hunt that is run again ends in the same bytes; other rows, times and places draw other ones.

use super::conversion::{convert, udfs_into};
use super::definition::{Definition, Form, Gives, Udf};
use super::rows::{Long, Real, Text, map2, map3};
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&RAND, &NEW_GUID]
}

const FRACTION: Udf = Udf::new(
    "kql_rand",
    &[Ty::Long, Ty::Long, Ty::Long],
    Ty::Real,
    |a, n| {
        map3::<Long, Long, Long, Real>(a, n, |row, time, place| Some(fraction(row, time, place)))
    },
);

/// A number from 0 to below 1 as a whole one from 0 to below n; null where there is none.
const BELOW: Udf = Udf::new("kql_rand_below", &[Ty::Real, Ty::Real], Ty::Real, |a, n| {
    map2::<Real, Real, Real>(a, n, |drawn, most| {
        (most >= 1.0).then(|| (drawn * most).floor())
    })
});

const GUID: Udf = Udf::new(
    "kql_new_guid",
    &[Ty::Long, Ty::Long, Ty::Long],
    Ty::Guid,
    |a, n| map3::<Long, Long, Long, Text>(a, n, |row, time, place| Some(guid(row, time, place))),
);

static RAND: Definition = Definition {
    name: "rand",
    aliases: &[],
    category: Category::Math,
    summary: "A random number from 0 to below 1, or a whole one from 0 to below n; the same where the query runs again at the same time.",
    examples: &[
        Example {
            kql: "range x from 1 to 1000 step 1 | extend r = rand() | summarize min(r) >= 0, max(r) < 1, dcount(r) > 900",
            rows: "[[true, true, true]]",
        },
        Example {
            kql: "range x from 1 to 1000 step 1 | extend r = rand(3) | summarize make_set(r) | project array_sort_asc(set_r)",
            rows: "[[[0.0, 1.0, 2.0]]]",
        },
    ],
    signature: Signature::new(&[Parameter::new("n", Accepts::Number).optional()]),
    gives: Gives::Always(Ty::Real),
    form: Form::Sql {
        sql: |arguments, _| {
            let (drawn, most) = of_row(arguments, &FRACTION)?;
            let Some(most) = most else {
                return Ok(drawn);
            };
            let most = convert(most.sql.clone(), most.ty, Ty::Real)?;
            Ok(sql::call(BELOW.name, vec![drawn, most]))
        },
        udfs: || {
            let mut udfs = udfs_into(Ty::Real);
            udfs.extend([FRACTION.build(), BELOW.build()]);
            udfs
        },
    },
};

static NEW_GUID: Definition = Definition {
    name: "new_guid",
    aliases: &[],
    category: Category::Other,
    summary: "A random GUID; the same where the query runs again at the same time.",
    examples: &[Example {
        kql: "range x from 1 to 100 step 1 | extend g = new_guid() | summarize count_distinct(g), countif(tostring(g) matches regex '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]')",
        rows: "[[100, 100]]",
    }],
    signature: Signature::new(&[]),
    gives: Gives::Always(Ty::Guid),
    form: Form::Sql {
        sql: |arguments, _| of_row(arguments, &GUID).map(|(drawn, _)| drawn),
        udfs: || vec![GUID.build()],
    },
};

/// What is drawn for the row, and the call's own argument.
fn of_row<'a, 's>(
    arguments: &'a [SqlArgument<'s>],
    udf: &Udf,
) -> Result<(Sql, Option<&'a SqlArgument<'s>>), ArgumentFault> {
    let [row, time, place, own @ ..] = arguments else {
        return Err(ArgumentFault::call("there is no row to draw for"));
    };
    let given = [row, time, place].map(|argument| argument.sql.clone());
    Ok((sql::call(udf.name, given.to_vec()), own.first()))
}

/// 64 bits of a row's. Source: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators"), whose output mixes its input.
fn bits(row: i64, time: i64, place: i64, which: u64) -> u64 {
    [row as u64, time as u64, place as u64, which]
        .into_iter()
        .fold(0, |state, part| mixed(state ^ mixed(part)))
}

fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// From 0 to below 1, in steps of 2⁻⁵³.
fn fraction(row: i64, time: i64, place: i64) -> f64 {
    (bits(row, time, place, 0) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A GUID of version 4 (RFC 9562).
fn guid(row: i64, time: i64, place: i64) -> String {
    let high = bits(row, time, place, 1) & !0xf000 | 0x4000;
    let low = bits(row, time, place, 2) & !(0b11 << 62) | 0b10 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the generator's reference program for the seed 1234567.
    #[test]
    fn numbers_are_those_of_the_reference() {
        let step = 0x9e37_79b9_7f4a_7c15_u64;
        let outputs = (0..3).map(|n| mixed(1_234_567_u64.wrapping_add(step.wrapping_mul(n))));
        assert_eq!(
            outputs.collect::<Vec<_>>(),
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn what_is_drawn_is_spread_evenly() {
        let drawn: Vec<f64> = (0..10_000).map(|row| fraction(row, 7, 3)).collect();
        assert!(drawn.iter().all(|x| (0.0..1.0).contains(x)));
        for tenth in 0..10 {
            let from = f64::from(tenth) / 10.0;
            let inside = drawn
                .iter()
                .filter(|x| (from..from + 0.1).contains(x))
                .count();
            assert!((850..1150).contains(&inside), "{tenth}: {inside}");
        }
        // A neighbour tells nothing.
        let pairs = drawn.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((4800..5200).contains(&pairs), "{pairs}");
        assert_ne!(fraction(1, 7, 3), fraction(1, 8, 3));
        assert_ne!(fraction(1, 7, 3), fraction(1, 7, 4));
        assert_ne!(guid(1, 7, 3), guid(2, 7, 3));
    }
}
