//! Good KQL that does not run here, and what is legal and odd.

use super::{Fault, Shows, query};
use retrohunt::diagnostics::Code;

pub const FAULTS: &[Fault] = &[
    query!(
        UnsupportedOperator,
        "The operator or plugin is KQL, and this tool does not run it. It is refused as a whole: a part left out would give wrong rows.",
        "DeviceLogonEvents\n| evaluate python(typeof(*), \"result = df\")\n",
        "Write it with operators that run; the table of support lists them.",
        "DeviceLogonEvents\n| take 10\n"
    ),
    query!(
        UnsupportedFunction,
        "The function is KQL, and this tool does not run it.",
        "print Degrees = geo_azimuth(8.5, 47.4, 7.6, 47.6)\n",
        "Write it with functions that run; the table of support lists them.",
        "print Degrees = 289\n"
    ),
    query!(
        UnsupportedStatement,
        "The statement is KQL, and this tool does not run it.",
        "restrict access to (DeviceInfo);\nDeviceInfo\n",
        "Leave the statement out, or write what it does with `let`.",
        "DeviceInfo\n"
    ),
    query!(
        UnsupportedExpression,
        "The expression is KQL, and this tool does not run it.",
        "DeviceInfo\n| where DeviceName like \"srv%\"\n",
        "Write it in another way.",
        "DeviceInfo\n| where DeviceName startswith \"srv\"\n"
    ),
    Fault {
        code: Code::UnsupportedJoin,
        meaning: "Every kind of join runs.",
        mend: "",
        shows: Shows::Nothing,
    },
    Fault {
        code: Code::UnrecognisedTimeBound,
        meaning: "`--from`, `--to` and the windows of a hunt take the place of a rule's own bounds of time. This condition depends on the time of running in a way that they cannot replace.",
        mend: "Compare the time column itself with an expression without columns.",
        shows: Shows::Run {
            arguments: &[
                "check",
                "rule.kql",
                "--from",
                "2024-01-01",
                "--to",
                "2024-02-01",
            ],
            written: &[(
                "rule.kql",
                "DeviceNetworkEvents\n| where now() - Timestamp < 7d\n",
            )],
            mended: &[(
                "rule.kql",
                "DeviceNetworkEvents\n| where Timestamp > ago(7d)\n",
            )],
            beside: &[],
        },
    },
    Fault {
        code: Code::SourceNotGiven,
        meaning: "The query reads what lies outside the lake: a file on the network, a watchlist, a table of enrichment. No local copy was named, nor the host from which it may be fetched: `--allow-fetch HOST` lets files of `externaldata` be fetched over https or http, within `--fetch-bytes` and `--fetch-timeout`; redirects go to named hosts alone, and an address that is not of the public network must be named itself.",
        mend: "Name a local copy, or the host, with an option that the help gives. Here the rows are written out instead.",
        shows: Shows::Run {
            arguments: &["query", "--batch", "cases.jsonl"],
            written: &[(
                "cases.jsonl",
                "{\"id\": \"servers\", \"query\": \"externaldata(Host: string)['https://lists.example/servers.csv'] | count\"}\n",
            )],
            mended: &[(
                "cases.jsonl",
                "{\"id\": \"servers\", \"query\": \"datatable(Host: string)['srv-1', 'srv-2'] | count\"}\n",
            )],
            beside: &[],
        },
    },
    query!(
        ColumnsOfData,
        "Which columns the plugin gives depends on the data. `run` and `query` find them first, which `check` tells in a note; the windows of a hunt must all have the same, and there it is an error.",
        "DeviceEvents\n| evaluate bag_unpack(AdditionalFields)\n",
        "Name the columns behind the call.",
        "DeviceEvents\n| project AdditionalFields\n| evaluate bag_unpack(AdditionalFields) : (Kind: string)\n"
    ),
    Fault {
        code: Code::Suspicious,
        meaning: "The query is legal and most likely not meant so: it takes a column that no row of the data gives.",
        mend: "Look whether the name is right, or whether the events of this time lack it.",
        shows: Shows::Run {
            arguments: &["query", "rule.kql", "--format", "json"],
            written: &[(
                "rule.kql",
                "print Fields = dynamic({\"Kind\": \"a\"})\n| evaluate bag_unpack(Fields)\n| project Knid\n",
            )],
            mended: &[(
                "rule.kql",
                "print Fields = dynamic({\"Kind\": \"a\"})\n| evaluate bag_unpack(Fields)\n| project Kind\n",
            )],
            beside: &[],
        },
    },
    query!(
        Ignored,
        "A part of the query changes nothing of the result here, such as an option of Microsoft's service. It is a note, no fault.",
        "set notruncation;\nDeviceInfo\n| take 10\n",
        "Nothing need be done.",
        "DeviceInfo\n| take 10\n"
    ),
    query!(
        Aliased,
        "The column is a known mistake of public rules: the table has the value under another name, which is taken for it. With `--strict` it is an error.",
        "DeviceNetworkEvents\n| summarize Hits = count() by AccountUpn\n",
        "Write the name that the help gives.",
        "DeviceNetworkEvents\n| summarize Hits = count() by InitiatingProcessAccountUpn\n"
    ),
    Fault {
        code: Code::RunFailed,
        meaning: "The query is good, and failed on this data: a limit was passed, or a value cannot be computed with.",
        mend: "The message tells what was too much or not possible.",
        shows: Shows::Run {
            arguments: &["query", "--batch", "cases.jsonl"],
            written: &[(
                "cases.jsonl",
                "{\"id\": \"steps\", \"query\": \"range n from 1 to 100000000000 step 1 | count\"}\n",
            )],
            mended: &[(
                "cases.jsonl",
                "{\"id\": \"steps\", \"query\": \"range n from 1 to 1000 step 1 | count\"}\n",
            )],
            beside: &[],
        },
    },
];
