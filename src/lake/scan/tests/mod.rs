//! The scan against a plain reference: the same rows in memory, filtered by DataFusion's own operators.

mod faults;
mod leading;
mod property;
mod pruning;
mod types;

use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::pretty::pretty_format_batches;
use async_trait::async_trait;
use datafusion::datasource::MemTable;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;

use super::*;
use crate::lake::file::{LakeFile, TimeRange};
use crate::symbols::{Column, ScalarType, TableSchema};

/// A folder of Parquet files. `in_place` reads them as local files, otherwise through the store.
#[derive(Debug)]
struct Folder {
    root: PathBuf,
    store: Arc<LocalFileSystem>,
    in_place: bool,
}

impl Folder {
    fn new(root: &FsPath, in_place: bool) -> Arc<Self> {
        let store = Arc::new(LocalFileSystem::new_with_prefix(root).unwrap());
        Arc::new(Self {
            root: root.to_owned(),
            store,
            in_place,
        })
    }
}

#[async_trait]
impl FileSource for Folder {
    async fn list(&self, _: TimeRange) -> Result<Vec<LakeFile>, ScanError> {
        let metas: Vec<_> = self.store.list(None).try_collect().await.unwrap();
        let file = |meta: object_store::ObjectMeta| LakeFile {
            partitions: meta
                .location
                .parts()
                .filter_map(|p| {
                    p.as_ref()
                        .split_once('=')
                        .map(|(n, v)| (n.to_owned(), v.to_owned()))
                })
                .collect(),
            location: meta.location,
            size: meta.size,
            e_tag: meta.e_tag,
            last_modified_ticks: 0,
            path_time: None,
        };
        Ok(metas.into_iter().map(file).collect())
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store) as _
    }

    fn local_path(&self, location: &Path) -> Option<PathBuf> {
        self.in_place.then(|| self.root.join(location.as_ref()))
    }
}

fn columns(columns: &[(&str, ScalarType)]) -> TableSchema {
    TableSchema {
        name: "t".to_owned(),
        columns: columns
            .iter()
            .map(|(name, ty)| Column::new(*name, *ty))
            .collect(),
    }
}

fn write(root: &FsPath, name: &str, batch: &RecordBatch, properties: WriterProperties) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn session() -> SessionContext {
    session_of(3)
}

fn session_of(partitions: usize) -> SessionContext {
    SessionContext::new_with_config(SessionConfig::new().with_target_partitions(partitions))
}

async fn run(context: &SessionContext, sql: &str) -> datafusion::error::Result<Vec<RecordBatch>> {
    context.sql(sql).await?.collect().await
}

/// The table's lines in their order, or sorted where the order is free.
fn lines(batches: &[RecordBatch], sorted: bool) -> Vec<String> {
    let text = pretty_format_batches(batches).unwrap().to_string();
    let mut lines: Vec<String> = text
        .lines()
        .skip(3)
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    lines.pop();
    if sorted {
        lines.sort();
    }
    lines
}

fn table(
    root: &FsPath,
    schema: &TableSchema,
    in_place: bool,
    options: ScanOptions,
) -> Arc<LakeTable> {
    Arc::new(LakeTable::new(
        Folder::new(root, in_place),
        schema.clone(),
        Some("Timestamp".to_owned()),
        options,
    ))
}

fn register(context: &SessionContext, name: &str, table: &Arc<LakeTable>) {
    context
        .register_table(name, Arc::clone(table) as _)
        .unwrap();
}

fn register_memory(context: &SessionContext, name: &str, batches: Vec<RecordBatch>) {
    let schema = batches[0].schema();
    let memory = MemTable::try_new(schema, vec![batches]).unwrap();
    context.register_table(name, Arc::new(memory)).unwrap();
}

/// What a local file is told apart by is what the store says of it.
#[tokio::test]
async fn local_marks_are_the_stores() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("f"), "some bytes").unwrap();
    let source = Folder::new(folder.path(), true);
    let meta = source.store.head(&Path::from("f")).await.unwrap();
    let metadata = std::fs::metadata(folder.path().join("f")).unwrap();
    assert_eq!(meta.e_tag, Some(chunk::local_mark(&metadata)));
}
