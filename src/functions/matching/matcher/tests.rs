//! Every kind of matcher against the plain reference, on random text of many scripts.

use proptest::prelude::*;

use super::super::{evaluate, reference};
use super::*;
use arrow::array::{Array, StringViewArray};

const PLACES: [Place; 7] = [
    Place::Anywhere,
    Place::Term,
    Place::TermStart,
    Place::TermEnd,
    Place::Start,
    Place::End,
    Place::Whole,
];

fn kinds() -> impl Iterator<Item = Kind> {
    PLACES.into_iter().flat_map(|place| {
        [Kind::any(place), Kind::all(place)]
            .into_iter()
            .flat_map(|kind| [kind, kind.case_sensitive()])
    })
}

/// Few characters, so that needles are found and boundaries met: cases, scripts, marks, separators.
fn text(max: usize) -> impl Strategy<Value = String> {
    let character = prop::sample::select(
        "aaaAAbBkKsSiI019._- /ßẞİıΣσςéÉ\u{301}\u{345}ſ\u{212a}ǅǆᾳᾼ٣９²ⅷ😀中ɐⱯ"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop_oneof![
        3 => prop::collection::vec(prop::sample::select(b"aAbB0._".map(char::from).to_vec()), 0..=max),
        3 => prop::collection::vec(character, 0..=max),
        1 => prop::collection::vec(any::<char>(), 0..=max),
    ]
    .prop_map(|chars| chars.into_iter().collect())
}

fn check(kind: Kind, texts: &[Option<String>], needles: &[&str]) -> Result<(), TestCaseError> {
    let array = StringViewArray::from_iter(texts.iter().map(Option::as_deref));
    let got = evaluate(&Matcher::new(kind, needles), &array);
    prop_assert_eq!(got.null_count(), 0);
    for (row, text) in texts.iter().enumerate() {
        let text = text.as_deref().unwrap_or_default();
        prop_assert_eq!(
            got.value(row),
            reference::matches(kind, text, needles),
            "{:?} of {:?} in {:?}",
            kind,
            needles,
            text
        );
    }
    Ok(())
}

fn rows() -> impl Strategy<Value = Vec<Option<String>>> {
    let text = prop_oneof![5 => text(24), 1 => text(200)];
    prop::collection::vec(prop::option::weighted(0.95, text), 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn few_needles(texts in rows(), needles in prop::collection::vec(text(3), 0..5)) {
        let needles: Vec<&str> = needles.iter().map(String::as_str).collect();
        for kind in kinds() {
            check(kind, &texts, &needles)?;
        }
    }

    /// Needles cut out of the texts themselves, in another case.
    #[test]
    fn needles_that_occur(texts in rows(), cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..20, 1usize..6), 1..4)) {
        let needles: Vec<String> = cuts
            .iter()
            .map(|(row, from, length)| {
                let text = row.get(&texts).as_deref().unwrap_or_default();
                text.chars().skip(*from).take(*length).map(fold::upper).collect()
            })
            .collect();
        let needles: Vec<&str> = needles.iter().map(String::as_str).collect();
        for kind in kinds() {
            check(kind, &texts, &needles)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn many_needles(texts in rows(), needles in prop::collection::vec(text(6), 400)) {
        let needles: Vec<&str> = needles.iter().map(String::as_str).filter(|n| !n.is_empty()).collect();
        for count in [40, needles.len()] {
            for kind in kinds() {
                check(kind, &texts, &needles[..count.min(needles.len())])?;
            }
        }
    }
}

/// Columns as Parquet dictionaries give them: few texts, many rows, shared bytes.
#[test]
fn rows_that_repeat() {
    let texts = [
        "kaseya",
        "a.kaseya.com, longer than a view",
        "notkaseya.com and more text",
        "",
    ];
    let dictionary = StringViewArray::from_iter_values(texts);
    let keys: arrow::array::UInt32Array = (0..5000u32).map(|row| row * row % 4).collect();
    let taken = arrow::compute::take(&dictionary, &keys, None).expect("take");
    let taken = super::super::strings(&taken).expect("views");
    for kind in kinds() {
        let got = evaluate(&Matcher::new(kind, &["KASEYA"]), &taken);
        for row in 0..taken.len() {
            let expected = reference::matches(kind, taken.value(row), &["KASEYA"]);
            assert_eq!(got.value(row), expected, "{kind:?} row {row}");
        }
    }
}

#[test]
fn terms() {
    let has = |text: &str, needle: &str| {
        Matcher::new(Kind::any(Place::Term), &[needle]).is_match(text, &mut String::new())
    };
    for (text, needle, expected) in [
        ("alpha", "a", false),
        ("alpha_beta", "alpha", true),
        ("https://vsa.kaseya.com/x", "kaseya.com", true),
        ("notkaseya.com", "kaseya.com", false),
        ("kaseya.community", "kaseya.com", false),
        ("kaseya.community kaseya.com", "KASEYA.com", true),
        ("anything", "", true),
        ("NAÏVE", "naïve", true),
        ("x.exe", ".exe", true),
        ("aaa aa", "aa", true),
    ] {
        assert_eq!(has(text, needle), expected, "{text:?} has {needle:?}");
    }
}
