//! Whole queries: their schemas as text, and their faults by code.

use super::bind;
use crate::diagnostics::{Code, Diagnostics, Severity};
use crate::plan::{JoinKind, Query, RelationKind};
use crate::symbols::{BuiltinCatalogue, Catalogue, Column, ScalarType, TableSchema};

fn bound(query: &str) -> (Option<Query>, Diagnostics) {
    let parsed = crate::parser::parse(query);
    assert!(!parsed.diagnostics.has_errors(), "{:?}", parsed.diagnostics);
    let bound = bind(&parsed.query.unwrap(), &BuiltinCatalogue);
    (bound.query, bound.diagnostics)
}

fn plan(query: &str) -> Query {
    let (plan, diagnostics) = bound(query);
    plan.unwrap_or_else(|| panic!("{query}: {diagnostics:#?}"))
}

fn schema(query: &str) -> String {
    let columns = plan(query).root.columns;
    let columns: Vec<String> = columns
        .iter()
        .map(|c| format!("{}:{}", c.name, c.ty))
        .collect();
    columns.join(", ")
}

/// The errors, each with the text that it points at.
fn faults(query: &str) -> Vec<(Code, String)> {
    let (plan, diagnostics) = bound(query);
    assert!(plan.is_none() || !diagnostics.has_errors());
    diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| (d.code, query[d.span.start..d.span.end].to_owned()))
        .collect()
}

fn help(query: &str) -> String {
    let (_, diagnostics) = bound(query);
    let first = diagnostics.iter().find(|d| d.help.is_some());
    first.and_then(|d| d.help.clone()).unwrap_or_default()
}

const XY: &str = "datatable(x: long, y: string, d: dynamic, t: datetime) [1, 'a', dynamic({}), datetime(2020-01-01)]";

#[track_caller]
fn has_schema(operators: &str, expected: &str) {
    assert_eq!(schema(&format!("{XY} | {operators}")), expected);
}

#[test]
fn unnamed_columns_get_kustos_names() {
    has_schema(
        "project tostring(x), d.a.b, d['k'], d.a[0], bin(t, 1d), strcat(y, 'b'), x + 1, y",
        "x:string, d_a_b:dynamic, d_k:dynamic, d_a_0:dynamic, t:datetime, Column1:string, Column2:long, y:string",
    );
    has_schema("project tostring(y), y1 = y", "y:string, y1:string");
    has_schema("project tostring(x), x", "x:string, x1:long");
    has_schema(
        "extend tostring(x)",
        "x:string, y:string, d:dynamic, t:datetime",
    );
    has_schema(
        "extend strcat(y, 'b'), z = 1",
        "x:long, y:string, d:dynamic, t:datetime, Column1:string, z:long",
    );
    assert_eq!(
        schema("print 1, b = 'x', now()"),
        "print_0:long, b:string, print_2:datetime"
    );
}

#[test]
fn summarize_puts_keys_first() {
    has_schema(
        "summarize count(), sum(x) by y, bin(t, 1h)",
        "y:string, t:datetime, count_:long, sum_x:long",
    );
    has_schema(
        "summarize n = count() + 1, tostring(max(x)) by y",
        "y:string, n:long, max_x:string",
    );
    has_schema(
        "summarize arg_max(t, *) by y",
        "y:string, t:datetime, x:long, d:dynamic",
    );
    has_schema(
        "summarize arg_max(t, y) by y",
        "y:string, t:datetime, y1:string",
    );
    has_schema(
        "summarize (earliest, what) = arg_min(t, x) by y",
        "y:string, earliest:datetime, what:long",
    );
    has_schema("summarize by y", "y:string");
    has_schema("count", "Count:long");
    has_schema("distinct y, x", "y:string, x:long");
    has_schema(
        "summarize countif(x > 1), countif(x > 2)",
        "countif_:long, countif_1:long",
    );
}

#[test]
fn plain_aggregates_need_no_projection() {
    let plain = plan(&format!("{XY} | summarize count(), max(x) by y"));
    assert!(matches!(plain.root.kind, RelationKind::Summarize { .. }));
    let over = plan(&format!("{XY} | summarize m = max(x) * 2 by y"));
    assert!(matches!(over.root.kind, RelationKind::Project { .. }));
}

#[test]
fn columns_can_be_dropped_renamed_reordered() {
    has_schema("project-away d*, t", "x:long, y:string");
    has_schema("project-keep t, x", "x:long, t:datetime");
    has_schema(
        "project-rename z = x",
        "z:long, y:string, d:dynamic, t:datetime",
    );
    has_schema(
        "project-reorder t, y",
        "t:datetime, y:string, x:long, d:dynamic",
    );
    assert_eq!(
        schema("print a10 = 1, a2 = 1, b = 1 | project-reorder a* granny-desc"),
        "a10:long, a2:long, b:long"
    );
    assert_eq!(
        schema("print a10 = 1, a2 = 1, b = 1 | project-reorder b, a* granny-asc"),
        "b:long, a2:long, a10:long"
    );
}

#[test]
fn joins_number_the_names_of_the_right() {
    let a = "datatable(k: long, v: string) []";
    let b = "datatable(k: long, w: string, v: string) []";
    let join = |kind: &str| schema(&format!("{a} | join kind={kind} ({b}) on k"));
    let all = "k:long, v:string, k1:long, w:string, v1:string";
    for kind in [
        "innerunique",
        "inner",
        "leftouter",
        "rightouter",
        "fullouter",
    ] {
        assert_eq!(join(kind), all);
    }
    for kind in ["leftsemi", "leftanti", "anti", "leftantisemi"] {
        assert_eq!(join(kind), "k:long, v:string");
    }
    for kind in ["rightsemi", "rightanti", "rightantisemi"] {
        assert_eq!(join(kind), "k:long, w:string, v:string");
    }
    let lookup = format!("{a} | lookup ({b}) on $left.k == $right.k");
    assert_eq!(schema(&lookup), "k:long, v:string, w:string, v1:string");
    let plan = plan(&format!("{a} | join ({b}) on k, $left.v == $right.w"));
    let RelationKind::Join(join) = plan.root.kind else {
        panic!("no join");
    };
    assert_eq!(join.kind, JoinKind::InnerUnique);
    assert_eq!(join.on.len(), 2);
}

#[test]
fn join_faults() {
    let a = "datatable(k: long, d: dynamic) []";
    let on = |on: &str| {
        faults(&format!(
            "{a} | join (print k = 'x', d = dynamic(1), z = 1) on {on}"
        ))
    };
    assert_eq!(on("k"), [(Code::MixedTypes, "k".to_owned())]);
    assert_eq!(on("d"), [(Code::WrongType, "d".to_owned())]);
    assert_eq!(on("z"), [(Code::UnknownColumn, "z".to_owned())]);
    assert_eq!(on("k > 1"), [(Code::BadArgument, "k > 1".to_owned())]);
    assert_eq!(
        faults(&format!("{a} | join kind=outer ({a}) on k")),
        [(Code::BadParameter, "outer".to_owned())]
    );
}

#[test]
fn unions_match_columns_by_name_and_type() {
    let query = "union (print a = 1, b = 'x'), (print a = 'y', c = 2.0)";
    assert_eq!(
        schema(query),
        "a_long:long, a_string:string, b:string, c:real"
    );
    let inner = "union kind=inner (print a = 1, b = 'x'), (print a = 3, c = 2.0)";
    assert_eq!(schema(inner), "a:long");
    let source = "union withsource=Table DeviceInfo, (print a = 1) | project Table, a";
    assert_eq!(schema(source), "Table:string, a:long");
    assert_eq!(
        schema("union isfuzzy=true NoSuchTable, (print a = 1)"),
        "a:long"
    );
    assert_eq!(
        faults("union NoSuchTable, (print a = 1)"),
        [(Code::UnknownTable, "NoSuchTable".to_owned())]
    );
    assert!(schema("union DeviceFileE* | project FileName, SHA256").starts_with("FileName:string"));
}

#[test]
fn lets_are_scalars_tables_and_functions() {
    assert_eq!(
        schema("let n = 5; let T = print x = n; T | where x == n"),
        "x:long"
    );
    assert_eq!(
        schema("let f = (a: long, b: long = 2) { a + b }; print f(1), f(1, 5)"),
        "print_0:long, print_1:long"
    );
    assert_eq!(
        schema("let f = (T: (v: long), c: long) { T | project w = v + c }; f((print v = 1), 2)"),
        "w:long"
    );
    assert_eq!(
        schema("let f = (T: (*)) { T | distinct * }; print x = 1 | invoke f()"),
        "x:long"
    );
    assert_eq!(
        schema("declare query_parameters(n: long = 3); print n"),
        "print_0:long"
    );
    assert_eq!(schema("print x = 1 | as A | union A"), "x:long");
    assert_eq!(schema("let v = view () { print x = 1 }; v"), "x:long");
    assert_eq!(
        schema("print a = toscalar(print b = 'x' | take 1)"),
        "a:string"
    );
    has_schema(
        "where x in ((print z = 1))",
        "x:long, y:string, d:dynamic, t:datetime",
    );
}

#[test]
fn a_let_table_is_bound_once_and_kept_only_where_it_is_used() {
    let plan = plan("let A = print x = 1; let B = A; let C = materialize(A | take 1); C | union C");
    let names: Vec<&str> = plan.lets.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["A", "C"]);
    assert!(plan.lets[1].materialized && !plan.lets[0].materialized);
}

#[test]
fn what_an_unused_let_cannot_do_does_not_matter() {
    let (plan, diagnostics) = bound("let U = DeviceInfo | reduce by DeviceName; print a = 1");
    assert!(plan.is_some());
    assert!(
        diagnostics
            .iter()
            .any(|d| d.code == Code::UnsupportedOperator)
    );
    assert_eq!(
        faults("let U = DeviceInfo | facet by DeviceId; U | take 1"),
        [(Code::UnsupportedOperator, "facet".to_owned())]
    );
}

#[test]
fn functions_do_not_recurse_or_explode() {
    assert_eq!(
        faults("let f = (x: long) { f(x) }; print f(1)")[0].0,
        Code::BadArgument
    );
    let mut query = "let f0 = (x: long) { x };".to_owned();
    for i in 1..30 {
        query += &format!("let f{i} = (x: long) {{ f{0}(x) + f{0}(x) }};", i - 1);
    }
    query += "print f29(1)";
    assert!(
        faults(&query)
            .iter()
            .any(|(code, _)| *code == Code::TooDeep)
    );
}

#[test]
fn a_row_does_not_leak_into_another_table() {
    let query = "let f = (v: long) { toscalar(print z = v) }; print x = 1 | extend y = f(x)";
    assert_eq!(faults(query)[0].0, Code::NotConstant);
}

#[test]
fn every_fault_is_found() {
    assert_eq!(
        faults(
            "DeviceInfo | where DevicName == 'x' | facet by x | where Unknown > 1 | reduce by x"
        ),
        [
            (Code::UnknownColumn, "DevicName".to_owned()),
            (Code::UnsupportedOperator, "facet".to_owned()),
            (Code::UnsupportedOperator, "reduce".to_owned()),
        ]
    );
    assert_eq!(
        help("DeviceInfo | where DevicName == 'x'"),
        "did you mean `DeviceName`?"
    );
    assert_eq!(help("DeviceInf | take 1"), "did you mean `DeviceInfo`?");
    assert_eq!(help("print stracat('a', 'b')"), "did you mean `strcat`?");
}

#[test]
fn fault_codes() {
    let over = |operators: &str| faults(&format!("{XY} | {operators}"))[0].clone();
    let fault = |code, text: &str| (code, text.to_owned());
    assert_eq!(over("where x"), fault(Code::NotAPredicate, "x"));
    assert_eq!(over("where y.a == 1"), fault(Code::WrongType, "y.a"));
    assert_eq!(
        over("extend z = count()"),
        fault(Code::MisplacedAggregate, "count()")
    );
    assert_eq!(over("summarize x"), fault(Code::MisplacedAggregate, "x"));
    assert_eq!(over("summarize count() by d"), fault(Code::WrongType, "d"));
    assert_eq!(over("project x, x"), fault(Code::DuplicateName, "x"));
    assert_eq!(
        over("project-rename y = x"),
        fault(Code::DuplicateName, "y")
    );
    assert_eq!(
        over("extend z = nosuch(x)"),
        fault(Code::UnknownFunction, "nosuch")
    );
    assert_eq!(
        over("extend z = geo_azimuth(1, 2, 3, 4)"),
        fault(Code::UnsupportedFunction, "geo_azimuth")
    );
    assert_eq!(
        over("extend z = strlen()"),
        fault(Code::WrongArgumentCount, "strlen")
    );
    assert_eq!(over("take x"), fault(Code::UnknownName, "x"));
    assert_eq!(
        over("top 1 by nosuch"),
        fault(Code::UnknownColumn, "nosuch")
    );
    assert_eq!(faults("let a = 1;"), [fault(Code::EmptyQuery, "")]);
    assert_eq!(
        faults("let a = 1; let a = 2; print a"),
        [fault(Code::DuplicateName, "a")]
    );
    assert_eq!(
        faults("datatable(a: long, b: long) [1, 2, 3]")[0].0,
        Code::BadArgument
    );
    assert_eq!(
        faults("print a = NoName"),
        [fault(Code::UnknownName, "NoName")]
    );
}

#[test]
fn a_known_mistake_binds_under_its_own_name() {
    let query =
        "DeviceNetworkEvents | project Timestamp, AccountUpn | summarize count() by AccountUpn";
    let (plan, diagnostics) = bound(query);
    assert_eq!(plan.unwrap().root.columns[0].name, "AccountUpn");
    let codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::Aliased]);
}

#[test]
fn strings_of_the_lake_may_be_null_until_they_are_grouped() {
    let nullable = |query: &str| plan(query).root.columns[0].nullable_string;
    assert!(nullable("DeviceInfo | project Renamed = DeviceName"));
    assert!(!nullable("DeviceInfo | summarize count() by DeviceName"));
    assert!(!nullable("DeviceInfo | distinct DeviceName"));
    assert!(!nullable("print a = 'x'"));
    assert!(nullable(
        "union (print a = 'x'), (DeviceInfo | project a = DeviceName)"
    ));
}

#[test]
fn order_counts_where_rows_were_given_in_one() {
    let ordered = |query: &str| plan(query).root.ordered;
    assert!(ordered("datatable(x: long) [2, 1] | where x > 0 | take 1"));
    assert!(!ordered("DeviceInfo | extend a = 1"));
    assert!(ordered(
        "DeviceInfo | top 3 by Timestamp | project DeviceName"
    ));
    assert!(!ordered("datatable(x: long) [2, 1] | distinct x"));
    assert!(ordered("union (print x = 1), (range x from 1 to 2 step 1)"));
    assert!(!ordered(
        "union (print x = 1), (DeviceInfo | project x = 1)"
    ));
}

#[test]
fn numbers_are_compared_with_texts() {
    let sentinel = "SigninLogs | where ResultType == 0 and ResultType in (0, 50074)";
    assert!(faults(sentinel).is_empty());
    assert!(faults("SecurityEvent | where EventID == '4624' or EventID in ('1', 'x')").is_empty());
    assert_eq!(
        faults("SecurityEvent | where EventID > 'a'")[0].0,
        Code::WrongType
    );
}

#[test]
fn binding_is_fast() {
    let query = "let low = 10; DeviceNetworkEvents | where Timestamp > ago(7d) | extend a = tolower(RemoteUrl) \
        | summarize n = count() by a, DeviceId | join kind=inner (DeviceInfo | project DeviceId, DeviceName) on DeviceId \
        | where n < low | project DeviceName, a, n | top 100 by n asc";
    let parsed = crate::parser::parse(query).query.unwrap();
    bind(&parsed, &BuiltinCatalogue);
    let start = std::time::Instant::now();
    for _ in 0..20 {
        assert!(bind(&parsed, &BuiltinCatalogue).query.is_some());
    }
    eprintln!("binding takes {:?}", start.elapsed() / 20);
}

/// All tables of the catalogue in one union: the columns are known, but no plan holds it.
#[test]
fn a_union_of_everything_is_bound_and_not_run() {
    for (query, columns) in [
        (
            "union withsource = T * | where TimeGenerated > ago(1d) | summarize count() by T, Type",
            "T:string, Type:string, count_:long",
        ),
        (
            "search 'a.example' | summarize make_set($table)",
            "set_$table:dynamic",
        ),
    ] {
        assert_eq!(schema(query), columns);
        let fault = super::wide_union(&plan(query)).unwrap();
        assert_eq!(fault.code, Code::TooDeep);
    }
    assert!(super::wide_union(&plan("union DeviceE*, DeviceF* | take 1")).is_none());
    let all = plan("union * | take 1").root.columns;
    assert!(all.len() > 7_000);
    let with_types: Vec<_> = all
        .iter()
        .filter(|c| c.name.starts_with("CallerIdentity_"))
        .collect();
    assert_eq!(with_types.len(), 2, "{with_types:?}");
}

/// The built-in catalogue with tables that are there, and with a column more in `DeviceEvents`.
struct Own(Vec<String>);

impl Catalogue for Own {
    fn table(&self, name: &str) -> Option<TableSchema> {
        let mut table = BuiltinCatalogue.table(name)?;
        if name == "DeviceEvents" {
            let column = Column::new("IngestionTime", ScalarType::DateTime);
            table.columns.push(column);
        }
        Some(table)
    }

    fn table_names(&self) -> Vec<String> {
        BuiltinCatalogue.table_names()
    }

    fn present(&self) -> Vec<String> {
        self.0.clone()
    }
}

#[test]
fn a_pattern_means_the_tables_that_are_there() {
    let catalogue = Own(vec!["DeviceEvents".to_owned(), "SigninLogs".to_owned()]);
    let bind = |query: &str| {
        let parsed = crate::parser::parse(query);
        bind(&parsed.query.unwrap(), &catalogue)
    };
    let whole = bind("union * | take 1");
    assert!(whole.patterns && super::wide_union(&whole.query.unwrap()).is_none());
    let none = bind("union Office* | take 1");
    let fault = none.diagnostics.iter().next().unwrap();
    assert_eq!(fault.code, Code::UnknownTable);
    // A table that is named outright is no pattern.
    assert!(!bind("OfficeActivity | take 1").patterns);
}

#[test]
fn ingestion_time_is_the_tables_own_column() {
    let query = "DeviceEvents | where ingestion_time() > ago(1d) | project ingestion_time()";
    let parsed = crate::parser::parse(query);
    let plan = bind(&parsed.query.unwrap(), &Own(Vec::new()))
        .query
        .unwrap();
    assert_eq!(plan.root.columns[0].name, "$IngestionTime");
    let RelationKind::Project { expressions, .. } = &plan.root.kind else {
        panic!("{:?}", plan.root.kind);
    };
    let read: Vec<&str> = expressions[0].columns().collect();
    assert_eq!(read, ["IngestionTime"]);
}

#[test]
fn ingestion_time_is_else_that_of_the_file() {
    let parsed = crate::parser::parse(
        "DeviceNetworkEvents | where ingestion_time() > ago(1d) | project RemoteUrl, At = ingestion_time()",
    );
    let bound = bind(&parsed.query.unwrap(), &Own(Vec::new()));
    let note = bound.diagnostics.iter().next().unwrap();
    assert_eq!((note.code, note.severity), (Code::InLake, Severity::Note));
    let plan = bound.query.unwrap();
    let names: Vec<&str> = plan.root.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["RemoteUrl", "At"]);
    has_schema(
        "extend r = rand(), g = new_guid()",
        "x:long, y:string, d:dynamic, t:datetime, r:real, g:guid",
    );
    assert_eq!(
        faults("datatable(a: long) [1] | summarize sum(rand())"),
        [(Code::UnsupportedExpression, "rand()".to_owned())]
    );
}

#[test]
fn what_is_asserted_does_not_depend_on_the_row() {
    assert_eq!(
        faults("datatable(a: long) [1] | where assert(a > 0, 'm')"),
        [(Code::NotConstant, "a > 0".to_owned())]
    );
    has_schema("where assert(1 > 0, 'm') | project y", "y:string");
}

#[test]
fn plugins_over_ordered_rows_and_windows_check_their_arguments() {
    assert_eq!(
        faults("datatable(a: long) [1] | serialize | evaluate rows_near(a > 0, -1)"),
        [(Code::BadArgument, "-1".to_owned())]
    );
    let window = |window: &str| {
        format!(
            "{XY} | evaluate sliding_window_counts(y, t, datetime(2024-01-01), datetime(2024-01-02), {window}, x)"
        )
    };
    has_schema(
        "evaluate sliding_window_counts(y, t, datetime(2024-01-01), datetime(2024-01-02), 2d, 1d, x)",
        "t:datetime, x:long, Count:long, Dcount:long",
    );
    for (bad, code) in [
        ("1d, 'week'", Code::UnsupportedExpression),
        ("12h, 1d", Code::BadArgument),
        ("1d, 0d", Code::BadArgument),
    ] {
        let found = faults(&window(bad));
        assert_eq!(found[0].0, code, "{bad}: {found:?}");
    }
    has_schema(
        "evaluate rolling_percentile(x, 50, t, 1d, 3, y)",
        "t:datetime, y:string, rolling_3_percentile_x_50:long",
    );
    has_schema(
        "evaluate activity_counts_metrics(x, t, datetime(2024-01-01), datetime(2024-01-02), 1d, y)",
        "t:datetime, y:string, count:long, dcount:long, new_dcount:long, aggregated_dcount:long",
    );
    assert_eq!(
        faults(&format!(
            "{XY} | evaluate rolling_percentile(x, 50, t, 1d, 1)"
        )),
        [(Code::BadArgument, "1".to_owned())]
    );
}

#[test]
fn texts_of_defender_are_keys() {
    let networks = "DeviceNetworkInfo | distinct DeviceId, IPAddresses";
    assert_eq!(schema(networks), "DeviceId:string, IPAddresses:string");
    let counted = "DeviceEvents | summarize count() by AdditionalFields";
    assert_eq!(schema(counted), "AdditionalFields:string, count_:long");
    let latest = "DeviceInfo | summarize arg_max(Timestamp, *) by LoggedOnUsers | project-keep L*";
    assert_eq!(schema(latest), "LoggedOnUsers:string");
    let warnings = bound(networks).1.iter().count();
    assert_eq!(warnings, 1);
    let key = |query: &str| faults(&format!("{query} | summarize count() by d"));
    let dynamic = [(Code::WrongType, "d".to_owned())];
    assert_eq!(key("DeviceEvents | extend d = AdditionalFields"), dynamic);
    assert_eq!(key("SigninLogs | extend d = LocationDetails"), dynamic);
    assert_eq!(
        faults("SigninLogs | distinct LocationDetails"),
        [(Code::WrongType, "LocationDetails".to_owned())]
    );
}
