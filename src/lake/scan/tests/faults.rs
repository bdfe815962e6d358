//! Files that are cut short, not Parquet, or replaced while they are read.

use super::*;
use arrow::array::{Int64Array, StringArray};

fn schema() -> TableSchema {
    columns(&[
        ("Timestamp", ScalarType::Long),
        ("Name", ScalarType::String),
    ])
}

fn batch(from: i64) -> RecordBatch {
    let numbers: Vec<i64> = (from..from + 1000).collect();
    let names: Vec<String> = numbers.iter().map(|n| format!("name {n}")).collect();
    RecordBatch::try_from_iter([
        ("Timestamp", Arc::new(Int64Array::from(numbers)) as _),
        ("Name", Arc::new(StringArray::from(names)) as _),
    ])
    .unwrap()
}

fn lake() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (at, name) in ["a.parquet", "b.parquet"].into_iter().enumerate() {
        write(
            folder.path(),
            name,
            &batch(at as i64 * 1000),
            WriterProperties::default(),
        );
    }
    folder
}

async fn count(
    folder: &TempDir,
    in_place: bool,
    skip: bool,
) -> (datafusion::error::Result<Vec<RecordBatch>>, ScanSummary) {
    let options = ScanOptions {
        skip_bad_files: skip,
        ..ScanOptions::local()
    };
    let table = table(folder.path(), &schema(), in_place, options);
    let context = session();
    register(&context, "t", &table);
    let result = run(
        &context,
        "SELECT count(\"Name\"), max(\"Timestamp\") FROM t",
    )
    .await;
    (result, table.report().summary())
}

#[tokio::test]
async fn a_bad_file_stops_the_run_with_its_name_or_is_listed() {
    let whole = std::fs::read(lake().path().join("a.parquet")).unwrap();
    let mut holed = whole.clone();
    let middle = whole.len() / 2;
    holed[4..middle].fill(0xff);
    let broken: [(&str, Vec<u8>); 5] = [
        ("cut short", whole[..whole.len() / 2].to_vec()),
        ("without its last byte", whole[..whole.len() - 1].to_vec()),
        (
            "garbage",
            b"id,name\n1,this is not Parquet at all\n".to_vec(),
        ),
        ("empty", Vec::new()),
        ("overwritten data", holed),
    ];
    for (what, bytes) in broken {
        for in_place in [true, false] {
            let folder = lake();
            std::fs::write(folder.path().join("b.parquet"), &bytes).unwrap();
            let (result, _) = count(&folder, in_place, false).await;
            let message = result.expect_err(what).to_string();
            assert!(message.contains("b.parquet"), "{what}: {message}");
            let (result, summary) = count(&folder, in_place, true).await;
            assert_eq!(lines(&result.unwrap(), false), ["| 1000 | 999 |"], "{what}");
            assert_eq!(summary.skipped_files.len(), 1, "{what}");
            assert_eq!(summary.skipped_files[0].0, "b.parquet");
        }
    }
}

#[tokio::test]
async fn a_file_that_changed_since_the_listing_is_an_error() {
    for in_place in [true, false] {
        let folder = lake();
        let source = Folder::new(folder.path(), in_place);
        let mut files = source.list(TimeRange::default()).await.unwrap();
        files.sort_by(|a, b| a.location.cmp(&b.location));
        write(
            folder.path(),
            "b.parquet",
            &batch(5000),
            WriterProperties::default(),
        );
        let fixed = Arc::new(Fixed {
            files,
            folder: source,
        });
        let table = Arc::new(LakeTable::new(fixed, schema(), None, ScanOptions::local()));
        let context = session();
        register(&context, "t", &table);
        let message = run(&context, "SELECT count(\"Name\") FROM t")
            .await
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("b.parquet") && message.contains("changed"),
            "{message}"
        );
    }
}

/// A listing that was made before.
#[derive(Debug)]
struct Fixed {
    files: Vec<LakeFile>,
    folder: Arc<Folder>,
}

#[async_trait]
impl FileSource for Fixed {
    async fn list(&self, _: TimeRange) -> Result<Vec<LakeFile>, ScanError> {
        Ok(self.files.clone())
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        self.folder.store()
    }

    fn local_path(&self, location: &Path) -> Option<PathBuf> {
        self.folder.local_path(location)
    }
}

#[tokio::test]
async fn a_plan_gives_its_rows_to_each_execution() {
    let folder = lake();
    let context = session();
    register(
        &context,
        "t",
        &table(folder.path(), &schema(), true, ScanOptions::local()),
    );
    let plan = context
        .sql("SELECT \"Name\" FROM t")
        .await
        .unwrap()
        .create_physical_plan()
        .await
        .unwrap();
    let task = context.task_ctx();
    let partitions = plan.properties().output_partitioning().partition_count();
    assert_eq!(partitions, 3);
    // Two executions whose streams are opened in turn.
    let other = context.task_ctx();
    let mut totals = [0, 0];
    let mut streams = Vec::new();
    for partition in 0..partitions {
        streams.push((0, plan.execute(partition, Arc::clone(&task)).unwrap()));
        streams.push((1, plan.execute(partition, Arc::clone(&other)).unwrap()));
    }
    for (which, stream) in streams {
        let batches: Vec<RecordBatch> = stream.try_collect().await.unwrap();
        totals[which] += batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    }
    assert_eq!(totals, [2000, 2000]);
}

#[tokio::test]
async fn a_limit_stops_early() {
    let folder = lake();
    let context = session();
    let table = table(
        folder.path(),
        &schema(),
        true,
        ScanOptions {
            batch_rows: 100,
            ..ScanOptions::local()
        },
    );
    register(&context, "t", &table);
    let batches = run(&context, "SELECT \"Name\" FROM t LIMIT 7")
        .await
        .unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 7);
    assert_eq!(table.report().summary().rows_out, 7);
}

#[tokio::test]
async fn broken_bytes_anywhere_are_an_error_and_no_panic() {
    let whole = std::fs::read(lake().path().join("a.parquet")).unwrap();
    let step = whole.len() / 150;
    for at in (0..whole.len())
        .step_by(step.max(1))
        .chain(whole.len() - 60..whole.len())
    {
        let folder = lake();
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        std::fs::write(folder.path().join("b.parquet"), &bytes).unwrap();
        // A flipped byte of a value cannot be noticed; one that is must carry the name.
        if let (Err(error), _) = count(&folder, true, false).await {
            assert!(
                error.to_string().contains("b.parquet"),
                "byte {at}: {error}"
            );
        }
    }
}

/// Some rows of the file have been given out by then: passing over it would leave out the rest unseen.
#[tokio::test]
async fn a_file_that_is_cut_while_it_is_read_is_an_error_even_where_bad_files_are_skipped() {
    for skip in [false, true] {
        let folder = TempDir::new().unwrap();
        let numbers: Vec<i64> = (0..60_000).collect();
        let names: Vec<String> = numbers.iter().map(|n| format!("name {n}")).collect();
        let batch = RecordBatch::try_from_iter([
            ("Timestamp", Arc::new(Int64Array::from(numbers)) as _),
            ("Name", Arc::new(StringArray::from(names)) as _),
        ])
        .unwrap();
        let groups = WriterProperties::builder().set_max_row_group_row_count(Some(1000));
        write(folder.path(), "a.parquet", &batch, groups.build());
        let options = ScanOptions {
            skip_bad_files: skip,
            batch_rows: 100,
            ..ScanOptions::local()
        };
        let context = session_of(1);
        let table = table(folder.path(), &schema(), true, options);
        register(&context, "t", &table);
        let frame = context.sql("SELECT \"Name\" FROM t").await.unwrap();
        let mut stream = frame.execute_stream().await.unwrap();
        let mut rows = stream.try_next().await.unwrap().unwrap().num_rows();
        let file = std::fs::File::options()
            .write(true)
            .open(folder.path().join("a.parquet"))
            .unwrap();
        file.set_len(file.metadata().unwrap().len() / 2).unwrap();
        let fault = loop {
            match stream.try_next().await {
                Ok(Some(batch)) => rows += batch.num_rows(),
                Ok(None) => panic!("{rows} rows and no fault"),
                Err(fault) => break fault.to_string(),
            }
        };
        assert!(
            fault.contains("a.parquet changed while it was read"),
            "{fault}"
        );
        assert_eq!(table.report().summary().skipped_files, []);
    }
}
