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
        "Brackets, operators, or functions and names of `let` stand within each other so often that the query cannot be read or run in bounded time and memory. Here each function calls the one before it twice, which makes thousands of calls.",
        "let f0 = (x: long) { x + 1 };\nlet f1 = (x: long) { f0(f0(x)) };\nlet f2 = (x: long) { f1(f1(x)) };\nlet f3 = (x: long) { f2(f2(x)) };\nlet f4 = (x: long) { f3(f3(x)) };\nlet f5 = (x: long) { f4(f4(x)) };\nlet f6 = (x: long) { f5(f5(x)) };\nlet f7 = (x: long) { f6(f6(x)) };\nlet f8 = (x: long) { f7(f7(x)) };\nlet f9 = (x: long) { f8(f8(x)) };\nlet f10 = (x: long) { f9(f9(x)) };\nlet f11 = (x: long) { f10(f10(x)) };\nprint y = f11(0)\n",
        "Write a list instead of a chain (`in`, `has_any`), or split the query.",
        "let f0 = (x: long) { x + 1 };\nlet f1 = (x: long) { f0(f0(x)) };\nprint y = f1(0)\n"
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
