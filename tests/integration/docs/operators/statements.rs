//! An example of each statement.

use super::{Use, show};

pub const STATEMENTS: &[Use] = &[
    show(
        "statement",
        "let",
        "Names a value, a table or a function.",
        "let least = 2;\nlet twice = (x: long) { x * 2 };\ndatatable(a: long) [1, 2, 3] | where a >= least | extend b = twice(a)",
    ),
    show(
        "statement",
        "set",
        "Options of Kusto's service: taken, with a note that they have no effect.",
        "set notruncation;\nprint x = 1",
    ),
    show(
        "statement",
        "declare query_parameters",
        "Values that come from outside the query; the default holds where none comes.",
        "declare query_parameters(least: long = 2);\ndatatable(a: long) [1, 2, 3] | where a >= least",
    ),
    show(
        "statement",
        "declare pattern",
        "Maps texts to queries.",
        "declare pattern app = (name: string) { (\"a\") = { print x = 1 }; };\napp(\"a\")",
    ),
    show(
        "statement",
        "alias",
        "Gives another database a name.",
        "alias database other = cluster(\"c\").database(\"d\");\nprint x = 1",
    ),
    show(
        "statement",
        "restrict",
        "Limits what the rest of the query may read.",
        "restrict access to (Events);\nprint x = 1",
    ),
];
