//! Rule files, exclusion files and hunt cards that are not as they should be.

use super::{Fault, Shows};
use retrohunt::diagnostics::Code;

/// A fault of a rule file.
macro_rules! rule {
    ($code:ident, $meaning:literal, $rule:literal, $mend:literal, $mended:literal) => {
        Fault {
            code: Code::$code,
            meaning: $meaning,
            mend: $mend,
            shows: Shows::Run {
                arguments: &["check", "rule.yaml"],
                written: &[("rule.yaml", $rule)],
                mended: &[("rule.yaml", $mended)],
                beside: &[],
            },
        }
    };
}

const RULE: (&str, &str) = (
    "rule.yaml",
    "id: 2f1c3c1e-6d56-4b7e-9b3a-5b7f0f2b9a01\nname: Logons to servers\nquery: |\n  DeviceLogonEvents\n  | where DeviceName startswith \"srv\"\n",
);

/// An exclusion file: what stands before the scenarios, one scenario with this date, rules and predicate,
/// and what stands after.
macro_rules! exclusion {
    ($before:literal, $rules:literal, $expires:literal, $keep:literal, $after:literal) => {
        (
            "exclusions.yaml",
            concat!(
                $before,
                "scenarios:\n  - name: Backups\n    rules: [\"",
                $rules,
                "\"]\n    owner: it-operations\n    reason: The backup agent logs on everywhere\n    expires: ",
                $expires,
                "\n    table: DeviceLogonEvents\n    on: events\n    keep_when: ",
                $keep,
                "\n",
                $after
            ),
        )
    };
}

const GOOD: (&str, &str) = exclusion!("", "*", "2099-12-31", "AccountName != \"backup\"", "");

/// A fault of an exclusion file.
macro_rules! scenario {
    ($code:ident, $meaning:literal, $file:expr, $beside:expr, $mend:literal) => {
        Fault {
            code: Code::$code,
            meaning: $meaning,
            mend: $mend,
            shows: Shows::Run {
                arguments: &["check", "rule.yaml", "--exclusions", "exclusions.yaml"],
                written: &[RULE, $file],
                mended: &[RULE, GOOD],
                beside: $beside,
            },
        }
    };
}

pub const FAULTS: &[Fault] = &[
    rule!(
        RuleFileRepaired,
        "The file is not quite YAML, in one of the ways in which public rules often are not. It was read as the message tells; the query's text is never altered.",
        "id: 2f1c3c1e-6d56-4b7e-9b3a-5b7f0f2b9a01\nname: Logons to servers\ntactics:\n\t- LateralMovement\nquery: DeviceLogonEvents | take 10\n",
        "Mend the file as the message says.",
        "id: 2f1c3c1e-6d56-4b7e-9b3a-5b7f0f2b9a01\nname: Logons to servers\ntactics:\n  - LateralMovement\nquery: DeviceLogonEvents | take 10\n"
    ),
    rule!(
        RuleFileInvalid,
        "The file is not YAML, and none of the known repairs makes YAML of it.",
        "id: [2f1c3c1e\nname: Logons to servers\nquery: DeviceLogonEvents | take 10\n",
        "Look at the brackets, quotes and indentation near the place.",
        "id: 2f1c3c1e\nname: Logons to servers\nquery: DeviceLogonEvents | take 10\n"
    ),
    rule!(
        RuleFieldMissing,
        "The file lacks a field without which it cannot be used.",
        "id: 2f1c3c1e-6d56-4b7e-9b3a-5b7f0f2b9a01\nname: Logons to servers\n",
        "Add the field.",
        "id: 2f1c3c1e-6d56-4b7e-9b3a-5b7f0f2b9a01\nname: Logons to servers\nquery: DeviceLogonEvents | take 10\n"
    ),
    rule!(
        RuleFieldInvalid,
        "A field has a value that means nothing there, or stands twice.",
        "id: 2f1c3c1e-6d56-4b7e-9b3a-5b7f0f2b9a01\nname: Logons to servers\nseverity: Grave\nquery: DeviceLogonEvents | take 10\n",
        "Write one of the values that the message names.",
        "id: 2f1c3c1e-6d56-4b7e-9b3a-5b7f0f2b9a01\nname: Logons to servers\nseverity: High\nquery: DeviceLogonEvents | take 10\n"
    ),
    scenario!(
        UnknownKey,
        "An exclusion file has a key that its format does not have. Such a key is an error, since a condition under a misspelt key would silently not apply.",
        exclusion!(
            "",
            "*",
            "2099-12-31",
            "AccountName != \"backup\"",
            "    colour: red\n"
        ),
        &[],
        "Write the key as the help names it, or take it out."
    ),
    scenario!(
        BadNetwork,
        "A text that begins like a network is none.",
        exclusion!(
            "parameters:\n  office: 10.0.0.0/40\n",
            "*",
            "2099-12-31",
            "AccountName != \"backup\"",
            ""
        ),
        &[],
        "Write an address, a slash and the length of its prefix: `10.0.0.0/8`."
    ),
    scenario!(
        BadDate,
        "A date is none, or not in the form of year, month and day.",
        exclusion!("", "*", "31.12.2099", "AccountName != \"backup\"", ""),
        &[],
        "Write it as `2099-12-31`."
    ),
    scenario!(
        ExclusionExpired,
        "The scenario's date has passed, or it is a draft: it sets nothing aside any more.",
        exclusion!("", "*", "2020-12-31", "AccountName != \"backup\"", ""),
        &[],
        "See whether its reason still holds; then give it a later date, or take it out."
    ),
    scenario!(
        ExclusionIdle,
        "The scenario is for none of the rules that were given, or set nothing aside.",
        exclusion!(
            "",
            "Another rule",
            "2099-12-31",
            "AccountName != \"backup\"",
            ""
        ),
        &[],
        "Look at the scenario's `rules`: identifiers, or names with `*`."
    ),
    scenario!(
        UnknownParameter,
        "A predicate names a parameter that its file does not define.",
        exclusion!("", "*", "2099-12-31", "RemoteIP != <office>", ""),
        &[Code::ExclusionIdle],
        "Define it under `parameters` at the top of the file."
    ),
    scenario!(
        UnmappedField,
        "A predicate names an ECS field, and the table has no column for it.",
        exclusion!("", "*", "2099-12-31", "account.name != \"backup\"", ""),
        &[Code::ExclusionIdle],
        "Write the table's own column, or name the field under `optional_fields`."
    ),
    Fault {
        code: Code::NotTranslated,
        meaning: "A part of a hunt card says something that the files made of it do not say.",
        mend: "Look at that part, and complete the files by hand.",
        shows: Shows::Run {
            arguments: &["import", "card.md", "--out", "made"],
            written: &[(
                "card.md",
                "# Logons to servers\n\n```kql\nDeviceLogonEvents | take 1\n```\n\nid: 7f6f0d2c-6f0d-4c2b-9f57-0b1f6c1d5a11\nname: Logons to servers\nquery: |\n  DeviceLogonEvents | take 2\n",
            )],
            mended: &[(
                "card.md",
                "# Logons to servers\n\n```kql\nDeviceLogonEvents | take 1\n```\n",
            )],
            beside: &[],
        },
    },
];
