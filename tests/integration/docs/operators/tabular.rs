//! An example of each tabular operator and of each kind of join.

use super::{Use, show};

pub const OPERATORS: &[Use] = &[
    show(
        "operator",
        "as",
        "Names the table so far, so that the rest of the query can use it.",
        "datatable(a: long) [1, 2] | as T | where a == toscalar(T | summarize max(a))",
    ),
    show(
        "operator",
        "consume",
        "Takes all rows and gives none.",
        "datatable(a: long) [1, 2] | consume",
    ),
    show(
        "operator",
        "count",
        "The number of rows.",
        "datatable(a: long) [1, 2, 3] | count",
    ),
    show(
        "operator",
        "datatable",
        "Rows that stand in the query.",
        "datatable(a: long, b: string) [1, \"x\", 2, \"y\"]",
    ),
    show(
        "operator",
        "distinct",
        "Each combination of values once.",
        "datatable(a: long, b: string) [1, \"x\", 1, \"x\", 2, \"y\"] | distinct a, b",
    ),
    show(
        "operator",
        "evaluate",
        "Runs a plugin; the page of plugins has each of them.",
        "datatable(a: long, b: dynamic) [1, dynamic({\"x\": 2})] | evaluate bag_unpack(b)",
    ),
    show(
        "operator",
        "extend",
        "Adds columns, or replaces them.",
        "datatable(a: long) [1, 2] | extend b = a * 10",
    ),
    show(
        "operator",
        "externaldata",
        "Rows of a file outside the lake.",
        "externaldata(a: string) [\"https://lists.example/names.csv\"]",
    ),
    show(
        "operator",
        "facet",
        "A table for each of several columns.",
        "datatable(a: long, b: long) [1, 2] | facet by a, b",
    ),
    show(
        "operator",
        "find",
        "Rows that fit a condition, of several tables.",
        "let T = datatable(a: long, b: string) [1, \"x\", 2, \"y\"];\nfind in (T) where b == \"y\" project a, b",
    ),
    show(
        "operator",
        "fork",
        "Several queries over one table.",
        "datatable(a: long) [1, 2] | fork (count) (take 1)",
    ),
    show(
        "operator",
        "getschema",
        "The names and types of the columns.",
        "datatable(a: long, b: string) [] | getschema",
    ),
    show(
        "operator",
        "graph-mark-components",
        "Numbers the parts of a graph that hang together.",
        "let E = datatable(s: string, t: string) [\"a\", \"b\"];\nE | make-graph s --> t | graph-mark-components | graph-to-table nodes",
    ),
    show(
        "operator",
        "graph-match",
        "Rows for each place of a graph that fits a pattern.",
        "let E = datatable(s: string, t: string) [\"a\", \"b\"];\nE | make-graph s --> t | graph-match (x)-[e]->(y) project e.s",
    ),
    show(
        "operator",
        "graph-shortest-paths",
        "The shortest ways through a graph.",
        "let E = datatable(s: string, t: string) [\"a\", \"b\"];\nE | make-graph s --> t | graph-shortest-paths (x)-[e*1..3]->(y) project x = 1",
    ),
    show(
        "operator",
        "graph-to-table",
        "A graph's nodes or edges as rows.",
        "let E = datatable(s: string, t: string) [\"a\", \"b\"];\nE | make-graph s --> t | graph-to-table edges",
    ),
    show(
        "operator",
        "invoke",
        "Calls a function of `let` with the table so far.",
        "let add = (T: (a: long), more: long) { T | extend b = a + more };\ndatatable(a: long) [1, 2] | invoke add(10)",
    ),
    show(
        "operator",
        "join",
        "Pairs of rows with equal keys; each kind stands below.",
        "datatable(k: long, a: string) [1, \"x\", 2, \"y\"]\n| join (datatable(k: long, b: string) [2, \"z\"]) on k",
    ),
    show(
        "operator",
        "limit",
        "Another name of `take`.",
        "datatable(a: long) [1, 2, 3] | limit 2",
    ),
    show(
        "operator",
        "lookup",
        "Adds the columns of a table of facts.",
        "datatable(k: long, a: string) [1, \"x\", 2, \"y\"]\n| lookup (datatable(k: long, b: string) [2, \"z\"]) on k",
    ),
    show(
        "operator",
        "macro-expand",
        "Runs a query over each entity of a group.",
        "macro-expand entity_group [database(\"d\")] as X (X.T | count)",
    ),
    show(
        "operator",
        "make-graph",
        "A graph of rows as its edges.",
        "let E = datatable(s: string, t: string) [\"a\", \"b\"];\nE | make-graph s --> t | graph-to-table nodes",
    ),
    show(
        "operator",
        "make-series",
        "Arrays of aggregates over equal steps.",
        "datatable(t: datetime, v: long) [datetime(2024-01-01), 1, datetime(2024-01-03), 3]\n| make-series total = sum(v) on t from datetime(2024-01-01) to datetime(2024-01-04) step 1d",
    ),
    show(
        "operator",
        "mv-apply",
        "Runs a query over the elements of each row's array.",
        "datatable(a: dynamic) [dynamic([1, 5, 3])] | mv-apply v = a to typeof(long) on (top 1 by v)",
    ),
    show(
        "operator",
        "mv-expand",
        "A row for each element of an array.",
        "datatable(a: dynamic) [dynamic([1, 2])] | mv-expand b = a to typeof(long)",
    ),
    show(
        "operator",
        "order",
        "Another name of `sort`.",
        "datatable(a: long) [1, 3, 2] | order by a asc",
    ),
    show(
        "operator",
        "parse",
        "Takes columns out of a text; null or empty where it does not fit.",
        "print s = \"user=ann pid=42\" | parse s with \"user=\" user \" pid=\" pid: long",
    ),
    show(
        "operator",
        "parse-kv",
        "Takes columns out of a text of keys and values.",
        "print s = \"user=ann pid=42\"\n| parse-kv s as (user: string, pid: long) with (pair_delimiter=\" \", kv_delimiter=\"=\")",
    ),
    show(
        "operator",
        "parse-where",
        "The same as `parse`, without the rows that do not fit.",
        "datatable(s: string) [\"pid=42\", \"none\"] | parse-where s with \"pid=\" pid: long",
    ),
    show(
        "operator",
        "partition",
        "Runs a query for each value of a column.",
        "datatable(k: string, v: long) [\"a\", 1, \"a\", 2, \"b\", 3] | partition by k (top 1 by v)",
    ),
    show(
        "operator",
        "print",
        "One row of values.",
        "print a = 1, b = \"x\"",
    ),
    show(
        "operator",
        "project",
        "The columns that are named, in that order.",
        "datatable(a: long, b: string) [1, \"x\"] | project b, c = a + 1",
    ),
    show(
        "operator",
        "project-away",
        "All columns but those that are named.",
        "datatable(a: long, b: string, c: long) [1, \"x\", 2] | project-away b",
    ),
    show(
        "operator",
        "project-by-names",
        "Columns by names that are values.",
        "datatable(a: long, b: string) [1, \"x\"] | project-by-names \"b\"",
    ),
    show(
        "operator",
        "project-keep",
        "The columns that are named, in the table's order.",
        "datatable(a: long, b: string, c: long) [1, \"x\", 2] | project-keep c, a",
    ),
    show(
        "operator",
        "project-rename",
        "The same columns, some under another name.",
        "datatable(a: long, b: string) [1, \"x\"] | project-rename c = a",
    ),
    show(
        "operator",
        "project-reorder",
        "The same columns, those that are named first.",
        "datatable(a: long, b: string) [1, \"x\"] | project-reorder b",
    ),
    show(
        "operator",
        "range",
        "Equal steps from one value to another.",
        "range a from 1 to 7 step 3",
    ),
    show(
        "operator",
        "reduce",
        "Groups of texts that look alike.",
        "datatable(s: string) [\"a 1\", \"a 2\"] | reduce by s",
    ),
    show(
        "operator",
        "render",
        "How to draw the result: taken, with a note that it has no effect.",
        "datatable(a: string, b: long) [\"x\", 1] | render piechart",
    ),
    show(
        "operator",
        "sample",
        "Some rows.",
        "datatable(a: long) [1, 1] | sample 1",
    ),
    show(
        "operator",
        "sample-distinct",
        "Some values of a column, each once.",
        "datatable(a: long) [1, 1] | sample-distinct 3 of a",
    ),
    show(
        "operator",
        "scan",
        "Matches a sequence of steps over ordered rows.",
        "datatable(a: long) [1, 2, 3]\n| serialize | scan declare (total: long = 0) with (step s: true => total = s.total + a;)",
    ),
    show(
        "operator",
        "search",
        "Rows with a term in any of their columns.",
        "let T = datatable(a: long, b: string) [1, \"one two\", 2, \"three\"];\nsearch in (T) \"two\" | project a, b",
    ),
    show(
        "operator",
        "serialize",
        "Makes the order of the rows count.",
        "datatable(a: long) [3, 1] | serialize n = row_number()",
    ),
    show(
        "operator",
        "sort",
        "Orders the rows, descending unless told otherwise.",
        "datatable(a: long) [1, 3, 2] | sort by a",
    ),
    show(
        "operator",
        "summarize",
        "A row for each group, with its aggregates.",
        "datatable(k: string, v: long) [\"a\", 1, \"a\", 2, \"b\", 3] | summarize n = count(), sum(v) by k | sort by k asc",
    ),
    show(
        "operator",
        "take",
        "Some rows; the first ones where they have an order.",
        "datatable(a: long) [1, 2, 3] | take 2",
    ),
    show(
        "operator",
        "top",
        "The first rows of an order.",
        "datatable(a: long) [1, 3, 2] | top 2 by a",
    ),
    show(
        "operator",
        "top-hitters",
        "The values that come most often.",
        "datatable(a: string) [\"x\", \"y\", \"x\"] | top-hitters 1 of a",
    ),
    show(
        "operator",
        "top-nested",
        "The first groups of each level.",
        "datatable(k: string, v: long) [\"a\", 1, \"b\", 3] | top-nested 1 of k by total = sum(v)",
    ),
    show(
        "operator",
        "union",
        "The rows of all tables.",
        "union (print a = 1), (print a = 2, b = \"x\") | sort by a asc",
    ),
    show(
        "operator",
        "where",
        "The rows that fit a condition.",
        "datatable(a: long) [1, 2, 3] | where a > 1",
    ),
];

/// One row on the left is twice on the right, one is not there, and one on the right is not on the left.
macro_rules! join {
    ($kind:literal, $summary:literal) => {
        show(
            "join",
            $kind,
            $summary,
            concat!(
                "let L = datatable(k: long, a: string) [1, \"l1\", 1, \"l2\", 2, \"l3\"];\n",
                "let R = datatable(k: long, b: string) [1, \"r1\", 1, \"r2\", 3, \"r3\"];\n",
                "L | join kind=",
                $kind,
                " R on k"
            ),
        )
    };
}

pub const JOINS: &[Use] = &[
    join!(
        "innerunique",
        "One row of the left for each key, with each match; what `join` does without a kind."
    ),
    join!("inner", "Every pair."),
    join!(
        "leftouter",
        "Every pair, and the rows of the left without a match."
    ),
    join!(
        "rightouter",
        "Every pair, and the rows of the right without a match."
    ),
    join!(
        "fullouter",
        "Every pair, and the rows of both sides without a match."
    ),
    join!("leftsemi", "The rows of the left with a match."),
    join!("leftanti", "The rows of the left without a match."),
    join!("rightsemi", "The rows of the right with a match."),
    join!("rightanti", "The rows of the right without a match."),
];
