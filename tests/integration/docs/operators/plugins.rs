//! An example of each plugin that hunters use, and of the functions that take tables or columns.

use super::{Use, show};

pub const PLUGINS: &[Use] = &[
    show(
        "plugin",
        "bag_unpack",
        "A column for each key of a bag.",
        "datatable(a: long, b: dynamic) [1, dynamic({\"x\": 2, \"y\": \"z\"})] | evaluate bag_unpack(b)",
    ),
    show(
        "plugin",
        "pivot",
        "A column for each value of a column.",
        "datatable(k: string, c: string) [\"a\", \"x\", \"a\", \"y\", \"a\", \"x\"] | evaluate pivot(c, count(), k)",
    ),
    show(
        "plugin",
        "narrow",
        "A row for each cell.",
        "datatable(a: long, b: string) [1, \"x\"] | evaluate narrow()",
    ),
    show(
        "plugin",
        "ipv4_lookup",
        "Adds the row of the network that an address lies in.",
        "let N = datatable(network: string, place: string) [\"10.0.0.0/8\", \"inside\"];\ndatatable(ip: string) [\"10.1.2.3\"] | evaluate ipv4_lookup(N, ip, network)",
    ),
    show(
        "plugin",
        "ipv6_lookup",
        "Adds the row of the network that an address lies in.",
        "let N = datatable(network: string, place: string) [\"fe80::/10\", \"link\"];\ndatatable(ip: string) [\"fe80::1\"] | evaluate ipv6_lookup(N, ip, network)",
    ),
    show(
        "plugin",
        "autocluster",
        "Groups of rows that share many values.",
        "datatable(a: string, b: string) [\"x\", \"y\", \"x\", \"y\"] | evaluate autocluster()",
    ),
    show(
        "plugin",
        "basket",
        "Combinations of values that come often.",
        "datatable(a: string, b: string) [\"x\", \"y\", \"x\", \"y\"] | evaluate basket()",
    ),
    show(
        "plugin",
        "diffpatterns",
        "Values that tell two sets of rows apart.",
        "datatable(a: string, b: string) [\"x\", \"p\", \"y\", \"q\"] | evaluate diffpatterns(b, \"p\", \"q\")",
    ),
    show(
        "plugin",
        "rows_near",
        "Rows near those that fit a condition.",
        "datatable(a: long) [1, 2, 3, 4, 5] | serialize | evaluate rows_near(a == 2, 1, 2)",
    ),
    show(
        "plugin",
        "sequence_detect",
        "Sequences of events.",
        "datatable(t: datetime, k: string, e: string) [datetime(2024-01-01), \"a\", \"x\", datetime(2024-01-02), \"a\", \"y\"]\n| evaluate sequence_detect(t, 5d, 5d, one = (e == \"x\"), two = (e == \"y\"), k)",
    ),
    show(
        "plugin",
        "dcount_intersect",
        "How many values sketches share.",
        "datatable(a: long) [1, 2, 3, 4] | summarize all = hll(a), even = hll(iff(a % 2 == 0, a, 2)) | evaluate dcount_intersect(all, even) | project s0, s1",
    ),
    show(
        "plugin",
        "sliding_window_counts",
        "Rows and different values in the windows that end with each bin.",
        "datatable(id: string, t: datetime) [\"a\", datetime(2024-01-01), \"b\", datetime(2024-01-02), \"a\", datetime(2024-01-02)]\n| evaluate sliding_window_counts(id, t, datetime(2024-01-01), datetime(2024-01-03), 2d, 1d)\n| sort by t asc",
    ),
    show(
        "plugin",
        "rolling_percentile",
        "Percentiles over windows of bins.",
        "datatable(t: long, v: long) [1, 5, 2, 7] | evaluate rolling_percentile(v, 50, t, 1, 2)",
    ),
    show(
        "plugin",
        "active_users_count",
        "Values that are seen on enough days.",
        "datatable(id: string, t: datetime) [\"a\", datetime(2024-01-01)]\n| evaluate active_users_count(id, t, datetime(2024-01-01), datetime(2024-01-02), 1d, 1d, 1d, 1)",
    ),
    show(
        "plugin",
        "python",
        "A program in Python.",
        "print x = 1 | evaluate python(typeof(*), \"result = df\")",
    ),
    show(
        "plugin",
        "FileProfile",
        "What Microsoft knows of a file by its hash.",
        "datatable(SHA1: string) [\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"] | invoke FileProfile(SHA1, 100)",
    ),
];

pub const SPECIAL: &[Use] = &[
    show(
        "table",
        "materialize",
        "A table that is used more than once.",
        "let T = materialize(datatable(a: long) [1, 2]);\nT | where a == toscalar(T | summarize max(a))",
    ),
    show(
        "scalar",
        "toscalar",
        "The first value of a table.",
        "print x = toscalar(datatable(a: long) [7, 8] | summarize max(a))",
    ),
    show(
        "scalar",
        "column_ifexists",
        "A column, or a value where the table has no such column.",
        "datatable(a: long) [1] | extend b = column_ifexists(\"missing\", \"none\")",
    ),
    show(
        "scalar",
        "pack_all",
        "A bag of the whole row.",
        "datatable(a: long, b: string) [1, \"x\"] | extend all = pack_all()",
    ),
    show(
        "scalar",
        "bag_pack_columns",
        "A bag of some columns.",
        "datatable(a: long, b: string) [1, \"x\"] | extend p = bag_pack_columns(a, b)",
    ),
    show(
        "scalar",
        "iscolumnexists",
        "Whether the table has a column of this name.",
        "datatable(a: long) [7] | extend there = iscolumnexists(\"a\"), gone = iscolumnexists(\"b\")",
    ),
    show(
        "scalar",
        "column_names_of",
        "The names of a table's columns.",
        "let T = datatable(a: long, b: string) [7, \"x\"];\nprint names = column_names_of(T)",
    ),
    show(
        "scalar",
        "around",
        "Whether a value lies within a distance of another.",
        "datatable(a: long) [1, 5, 9] | where around(a, 6, 2)",
    ),
    show(
        "scalar",
        "bin_auto",
        "The beginning of a value's bin; the query says how wide bins are.",
        "set query_bin_auto_size = 10;\ndatatable(a: long) [7, 12, 18] | summarize count() by bin_auto(a)",
    ),
    show(
        "scalar",
        "columnifexists",
        "The older name of `column_ifexists`.",
        "datatable(a: long) [1] | extend b = columnifexists(\"a\", 0)",
    ),
    show(
        "table",
        "table",
        "A table by its name.",
        "let T = datatable(a: long) [1];\ntable(\"T\")",
    ),
];
