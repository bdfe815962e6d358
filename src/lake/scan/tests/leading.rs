//! Where one row of each group is wanted, the scan gives every best row, and no row that no filter passes.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use datafusion::catalog::TableProvider;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::{ExecutionPlan, collect};
use proptest::prelude::*;

use super::property::{expected, filter, properties, rows, shape, stored, table_schema};
use super::*;

/// The group of a row by its texts, its time, and the whole row.
fn taken_apart(batches: &[RecordBatch], group: &[usize]) -> Vec<(String, Option<i64>, String)> {
    let rows = lines(batches, false);
    let mut rows = rows.into_iter();
    let mut all = Vec::new();
    for batch in batches {
        let times = batch.column(0).as_primitive::<Int64Type>();
        for at in 0..batch.num_rows() {
            let texts: Vec<Option<&str>> = group
                .iter()
                .map(|column| batch.column(*column).as_string_view())
                .map(|texts| texts.is_valid(at).then(|| texts.value(at)))
                .collect();
            let time = times.is_valid(at).then(|| times.value(at));
            all.push((format!("{texts:?}"), time, rows.next().unwrap()));
        }
    }
    all
}

/// The rows that have the best time of their group; where no row has a time, all of them.
fn best(rows: &[(String, Option<i64>, String)], greatest: bool) -> Vec<&str> {
    let mut best: BTreeMap<&str, Option<i64>> = BTreeMap::new();
    for (group, time, _) in rows {
        let known = best.entry(group).or_default();
        *known = match (*known, *time) {
            (Some(a), Some(b)) => Some(if greatest { a.max(b) } else { a.min(b) }),
            (a, b) => a.or(b),
        };
    }
    let mut wanted: Vec<&str> = rows
        .iter()
        .filter(|(group, time, _)| best[group.as_str()] == *time)
        .map(|(_, _, row)| row.as_str())
        .collect();
    wanted.sort_unstable();
    wanted
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_best_row_is_given(
        files in prop::collection::vec((rows(), shape()), 1..5),
        filter in prop::option::of(filter()),
        group in prop::sample::select(vec![vec![], vec![1], vec![2], vec![1, 2], vec![1, 2, 7]]),
        greatest: bool,
        batch_rows in prop::sample::select(vec![1_usize, 7, 8192]),
        in_place: bool,
    ) {
        let folder = TempDir::new().unwrap();
        for (at, (rows, shape)) in files.iter().enumerate() {
            write(folder.path(), &format!("{at}.parquet"), &stored(rows, shape), properties(shape));
        }
        let memory: Vec<RecordBatch> = files.iter().map(|(rows, shape)| expected(rows, shape.without_text)).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        runtime.block_on(async {
            let context = session();
            let options = ScanOptions { batch_rows, ..ScanOptions::local() };
            let table = table(folder.path(), &table_schema(), in_place, options);
            register_memory(&context, "memory", memory);
            let condition = filter.as_deref().unwrap_or("true");
            let all = run(&context, &format!("SELECT * FROM memory WHERE {condition}")).await.unwrap();
            let all = taken_apart(&all, &group);

            register(&context, "lake", &table);
            let plan = context.sql(&format!("SELECT * FROM lake WHERE {condition}")).await.unwrap();
            let plan = plan.create_physical_plan().await.unwrap();
            if plan.is::<EmptyExec>() {
                // Such a filter is decided without a row.
                return Ok(());
            }
            let top = plan.downcast_ref::<CooperativeExec>().map_or(&plan, |top| top.input());
            let scan = top.downcast_ref::<LakeScan>().unwrap();
            let leading: Arc<dyn ExecutionPlan> = Arc::new(scan.leading(&group, 0, greatest).unwrap());
            for _ in 0..2 {
                let given = collect(Arc::clone(&leading), context.task_ctx()).await.unwrap();
                let given = taken_apart(&given, &group);
                prop_assert_eq!(best(&given, greatest), best(&all, greatest));
                let rows: BTreeSet<_> = all.iter().collect();
                prop_assert!(given.iter().all(|row| rows.contains(row)));
            }
            Ok(())
        })?;
    }
}

/// A row that beats others may lie in a file that is passed over later on.
#[tokio::test]
async fn nothing_is_left_out_where_bad_files_are_passed_over() {
    let folder = TempDir::new().unwrap();
    let options = ScanOptions {
        skip_bad_files: true,
        ..ScanOptions::local()
    };
    let context = session_of(1);
    let table = table(folder.path(), &table_schema(), true, options);
    let plan = table.scan(&context.state(), None, &[], None).await.unwrap();
    let scan = plan.downcast_ref::<LakeScan>().unwrap();
    assert!(scan.leading(&[1], 0, true).is_none());
}

/// Ten files of one device each day: what is read of the older ones is their dictionary.
#[tokio::test]
async fn older_files_are_not_read() {
    let folder = TempDir::new().unwrap();
    let schema = columns(&[
        ("Timestamp", ScalarType::DateTime),
        ("Name", ScalarType::String),
    ]);
    for day in 0..10_i64 {
        let times: Vec<i64> = (0..100).map(|at| day * 86_400_000_000 + at).collect();
        let names = arrow::array::StringArray::from_iter_values(
            (0..100).map(|at| format!("host{}", at % 4)),
        );
        let batch = RecordBatch::try_from_iter([
            (
                "Timestamp",
                Arc::new(arrow::array::TimestampMicrosecondArray::from(times))
                    as arrow::array::ArrayRef,
            ),
            ("Name", Arc::new(names) as _),
        ]);
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(true)
            .build();
        write(
            folder.path(),
            &format!("date=2026-01-{:02}/part.parquet", day + 1),
            &batch.unwrap(),
            properties,
        );
    }
    let context = session_of(1);
    let table = table(folder.path(), &schema, true, ScanOptions::local());
    let plan = table.scan(&context.state(), None, &[], None).await.unwrap();
    let leading = plan
        .downcast_ref::<LakeScan>()
        .unwrap()
        .leading(&[1], 0, true)
        .unwrap();
    let given = collect(Arc::new(leading), context.task_ctx())
        .await
        .unwrap();
    assert_eq!(given.iter().map(RecordBatch::num_rows).sum::<usize>(), 4);
    assert_eq!(table.report().summary().row_groups_without_rows, 9);
}
