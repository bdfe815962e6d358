//! Queries whose names or types do not fit.

use super::{Fault, query};

pub const FAULTS: &[Fault] = &[
    query!(
        UnknownTable,
        "Neither Microsoft's catalogue nor the lake has a table of this name. Names of tables tell capitals from small letters.",
        "DeviceNetworkEvent\n| where RemoteUrl has \"kaseya\"\n",
        "Write the table's name. For a table of your own give the lake with `--lake`: its columns are then read from its files.",
        "DeviceNetworkEvents\n| where RemoteUrl has \"kaseya\"\n"
    ),
    query!(
        UnknownColumn,
        "The table has no such column at this point: a name is wrong, or `project` and `summarize` before it have left the column out.",
        "DeviceProcessEvents\n| project Timestamp, DeviceName\n| where FileName == \"psexec.exe\"\n",
        "Write the column's name, or keep the column until it is no longer needed.",
        "DeviceProcessEvents\n| where FileName == \"psexec.exe\"\n| project Timestamp, DeviceName\n"
    ),
    query!(
        UnknownFunction,
        "KQL has no function of this name, and the query defines none.",
        "DeviceProcessEvents\n| extend Program = lower(FileName)\n",
        "Write the name of KQL's function, or define one with `let`.",
        "DeviceProcessEvents\n| extend Program = tolower(FileName)\n"
    ),
    query!(
        UnknownName,
        "Nothing is named so: no `let`, no parameter, no type.",
        "print since = lookback\n",
        "Define the name before its use.",
        "let lookback = 7d;\nprint since = lookback\n"
    ),
    query!(
        DuplicateName,
        "Two definitions or columns have the same name, so that a use of it would mean either.",
        "let hours = 1;\nlet hours = 2;\nprint hours\n",
        "Give one of them another name.",
        "let hours = 1;\nlet more = 2;\nprint hours, more\n"
    ),
    query!(
        WrongArgumentCount,
        "A function is called with fewer or more arguments than it takes.",
        "DeviceProcessEvents\n| extend Length = strlen(FileName, 10)\n",
        "Give the arguments that the function takes; its section among the functions names them.",
        "DeviceProcessEvents\n| extend Length = strlen(FileName)\n"
    ),
    query!(
        WrongType,
        "A value has a type that cannot stand here, and KQL does not convert it by itself.",
        "DeviceNetworkEvents\n| where strlen(RemotePort) > 3\n",
        "Convert the value, or use another function.",
        "DeviceNetworkEvents\n| where strlen(tostring(RemotePort)) > 3\n"
    ),
    query!(
        NotAPredicate,
        "A condition must be true or false. A text or a number is neither.",
        "DeviceNetworkEvents\n| where RemoteUrl\n",
        "Compare the value with something.",
        "DeviceNetworkEvents\n| where isnotempty(RemoteUrl)\n"
    ),
    query!(
        NotConstant,
        "Here a value must be known before any row is read, and this one depends on a row.",
        "DeviceEvents\n| extend Age = datetime_diff(ActionType, now(), Timestamp)\n",
        "Write a constant, or a `let` that holds one.",
        "DeviceEvents\n| extend Age = datetime_diff(\"hour\", now(), Timestamp)\n"
    ),
    query!(
        MisplacedAggregate,
        "Aggregates make one value of many rows, and only `summarize` and its kin have many rows. The other way round, `summarize` needs an aggregate for what is no key.",
        "DeviceLogonEvents\n| where count() > 10\n",
        "Aggregate first, then filter.",
        "DeviceLogonEvents\n| summarize Logons = count() by DeviceName\n| where Logons > 10\n"
    ),
    query!(
        NotTabular,
        "Here a table must stand, and this is one value.",
        "let wanted = 7;\nwanted\n",
        "Begin with a table, or write `print` before the value.",
        "let wanted = 7;\nprint wanted\n"
    ),
    query!(
        NotScalar,
        "Here one value must stand, and this is a table.",
        "DeviceInfo\n| where DeviceName == (DeviceLogonEvents | project DeviceName)\n",
        "Take one value with `toscalar(…)`, or compare with the whole table by `in (…)`.",
        "DeviceInfo\n| where DeviceName in (DeviceLogonEvents | project DeviceName)\n"
    ),
    query!(
        BadArgument,
        "An argument is of the right sort, and what it holds cannot be used: a pattern that is no regular expression, a table without the columns that a function asks for, a function that calls itself.",
        "DeviceProcessEvents\n| parse kind=regex ProcessCommandLine with \"-enc(\" Encoded\n",
        "Mend what the message names.",
        "DeviceProcessEvents\n| parse kind=regex ProcessCommandLine with \"-enc\" Encoded\n"
    ),
    query!(
        BadParameter,
        "An operator has no parameter of this name, or the parameter no such value.",
        "DeviceLogonEvents\n| join kind=outer DeviceInfo on DeviceId\n",
        "Write one of those that the help names.",
        "DeviceLogonEvents\n| join kind=leftouter DeviceInfo on DeviceId\n"
    ),
    query!(
        MixedTypes,
        "Values of two types meet where both must have one.",
        "DeviceLogonEvents\n| join kind=inner (DeviceInfo | extend DeviceId = 1) on DeviceId\n",
        "Convert one of them first.",
        "DeviceLogonEvents\n| join kind=inner (DeviceInfo | extend DeviceId = tostring(1)) on DeviceId\n"
    ),
    query!(
        UnserializedRows,
        "`prev`, `next`, `row_number` and their kin look at neighbouring rows, and the rows of a table have no order.",
        "DeviceLogonEvents\n| extend Number = row_number()\n",
        "Order the rows with `sort by`, or say with `serialize` that any order will do.",
        "DeviceLogonEvents\n| sort by Timestamp asc\n| extend Number = row_number()\n"
    ),
];
