//! Texts that are not KQL.

use super::{Fault, Shows, query};
use retrohunt::diagnostics::Code;

pub const FAULTS: &[Fault] = &[
    query!(
        UnexpectedCharacter,
        "No word, number, text or sign of KQL begins with this character. It often comes from a web page or a word processor.",
        "DeviceEvents\n| where ActionType == \"AntivirusScanCompleted\" § DeviceName has \"srv\"\n",
        "Take the character out, or write what it stands for.",
        "DeviceEvents\n| where ActionType == \"AntivirusScanCompleted\" and DeviceName has \"srv\"\n"
    ),
    query!(
        UnterminatedString,
        "A text begins with a quote and its line ends before the second quote. Behind it nothing can be read rightly, so it is told first.",
        "DeviceProcessEvents\n| where FileName == \"psexec.exe\n",
        "Close the text. One over several lines stands between ``` and ```; a backslash before the quote takes the quote into the text, unless the text begins with @.",
        "DeviceProcessEvents\n| where FileName == \"psexec.exe\"\n"
    ),
    query!(
        BadLiteral,
        "A literal names a type, and its text is no value of that type.",
        "DeviceEvents\n| where Timestamp > datetime(2024-02-31)\n",
        "Write a value of the type. An expression is converted by a function: `todatetime(…)`.",
        "DeviceEvents\n| where Timestamp > datetime(2024-02-28)\n"
    ),
    query!(
        UnexpectedToken,
        "The words are KQL's, but not in this order. The message names what was expected here.",
        "DeviceEvents\n| where ActionType == \n| take 10\n",
        "Finish what stands before, or take it out.",
        "DeviceEvents\n| where ActionType == \"UsbDriveMounted\"\n| take 10\n"
    ),
    query!(
        UnknownOperator,
        "The word behind a pipe is no tabular operator.",
        "DeviceEvents\n| wheree ActionType == \"UsbDriveMounted\"\n",
        "Write the operator that was meant; the help names the nearest one. All of them are on the page of tabular operators.",
        "DeviceEvents\n| where ActionType == \"UsbDriveMounted\"\n"
    ),
    query!(
        TooDeep,
        "Brackets, operators, tables, or names of `let` stand within each other so often that the query cannot be read or planned in bounded time and memory. Here each value names the one before it eight times, which makes a quarter of a million numbers of one.",
        "let a0 = 1;\nlet a1 = a0 + a0 + a0 + a0 + a0 + a0 + a0 + a0;\nlet a2 = a1 + a1 + a1 + a1 + a1 + a1 + a1 + a1;\nlet a3 = a2 + a2 + a2 + a2 + a2 + a2 + a2 + a2;\nlet a4 = a3 + a3 + a3 + a3 + a3 + a3 + a3 + a3;\nlet a5 = a4 + a4 + a4 + a4 + a4 + a4 + a4 + a4;\nlet a6 = a5 + a5 + a5 + a5 + a5 + a5 + a5 + a5;\nprint x = a6\n",
        "Write a list instead of a chain (`in`, `has_any`), or split the query.",
        "let a0 = 1;\nlet a1 = a0 * 8;\nprint x = a1\n"
    ),
    Fault {
        code: Code::EmptyQuery,
        meaning: "The text holds comments or definitions, and nothing that gives a table.",
        mend: "End the text with a table: the name of the last `let`, or a query.",
        shows: Shows::Run {
            arguments: &["query", "rule.kql"],
            written: &[(
                "rule.kql",
                "let Mounted = print ActionType = \"UsbDriveMounted\";\n",
            )],
            mended: &[(
                "rule.kql",
                "let Mounted = print ActionType = \"UsbDriveMounted\";\nMounted\n",
            )],
            beside: &[],
        },
    },
];
