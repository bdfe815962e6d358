//! What the lake says of a rule.

use super::{Fault, Shows};
use retrohunt::diagnostics::Code;

const ARGUMENTS: &[&str] = &[
    "check",
    "rule.kql",
    "--lake",
    "lake",
    "--as-of",
    "2026-01-13",
];

pub const FAULTS: &[Fault] = &[
    Fault {
        code: Code::MissingInLake,
        meaning: "Microsoft's table has the column, and the files of the lake lack it, or hold no value in it. The rule runs and finds null there, so it may find less than it should.",
        mend: "Ensure that the data connector exports the column, or leave it out.",
        shows: Shows::Run {
            arguments: ARGUMENTS,
            written: &[(
                "rule.kql",
                "DeviceNetworkEvents\n| where Timestamp > ago(1d)\n| project Timestamp, RemoteUrl, InitiatingProcessMD5\n",
            )],
            mended: &[(
                "rule.kql",
                "DeviceNetworkEvents\n| where Timestamp > ago(1d)\n| project Timestamp, RemoteUrl\n",
            )],
            beside: &[Code::InLake],
        },
    },
    Fault {
        code: Code::InLake,
        meaning: "What the lake has of a table that the rule reads, which is not told without `--lake`; and what `ingestion_time()` means where the table has no column of it. It is a note, no fault.",
        mend: "Nothing need be done.",
        shows: Shows::Run {
            arguments: ARGUMENTS,
            written: &[(
                "rule.kql",
                "DeviceNetworkEvents\n| where Timestamp > ago(1d)\n| project Timestamp, RemoteUrl\n",
            )],
            mended: &[("rule.kql", "print Timestamp = now()\n")],
            beside: &[],
        },
    },
];
