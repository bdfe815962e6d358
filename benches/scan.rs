//! Times the scan alone over a lake of `DeviceNetworkEvents`, as a whole process.
//!
//! In: a folder with `DeviceNetworkEvents/date=…/*.parquet`, and a query by name. Out: rows, wall times
//! and the scan's report on stdout. `has` and `has_any` are stand-ins: term match on ASCII.

use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::datatypes::DataType;
use async_trait::async_trait;
use datafusion::common::{Result, ScalarValue};
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::prelude::SessionConfig;
use object_store::{ObjectStore, local::LocalFileSystem, path::Path};
use retrohunt::lake::file::{LakeFile, TimeRange};
use retrohunt::lake::scan::{FileSource, LakeTable, ScanError, ScanOptions};
use retrohunt::symbols::{BuiltinCatalogue, Catalogue};

#[path = "pack/mod.rs"]
mod pack;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Debug)]
struct Folder {
    root: PathBuf,
    store: Arc<LocalFileSystem>,
}

#[async_trait]
impl FileSource for Folder {
    async fn list(&self, _: TimeRange) -> Result<Vec<LakeFile>, ScanError> {
        let mut files = Vec::new();
        collect(&self.root, &mut files).map_err(|e| ScanError::List(e.to_string()))?;
        Ok(files)
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store) as Arc<dyn ObjectStore>
    }

    fn local_path(&self, location: &Path) -> Option<PathBuf> {
        let remote = std::env::var_os("SCAN_BENCH_STORE").is_some();
        (!remote).then(|| PathBuf::from(format!("/{location}")))
    }
}

fn collect(folder: &FsPath, files: &mut Vec<LakeFile>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else if entry.path().extension().is_some_and(|e| e == "parquet") {
            files.push(LakeFile {
                location: Path::from(entry.path().to_string_lossy().trim_start_matches('/')),
                size: entry.metadata()?.len(),
                e_tag: None,
                last_modified_ticks: 0,
                partitions: Arc::new([]),
                path_time: None,
            });
        }
    }
    Ok(())
}

/// Whether any of the terms, all of them literals, stands in the text.
#[derive(Debug, PartialEq, Eq, Hash)]
struct HasAny {
    signature: Signature,
}

impl ScalarUDFImpl for HasAny {
    fn name(&self) -> &str {
        "has_any"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let terms: Vec<String> = args.args[1..]
            .iter()
            .filter_map(|arg| match arg {
                ColumnarValue::Scalar(
                    ScalarValue::Utf8(Some(t)) | ScalarValue::Utf8View(Some(t)),
                ) => Some(t.to_ascii_lowercase()),
                _ => None,
            })
            .collect();
        let ColumnarValue::Array(texts) = &args.args[0] else {
            return datafusion::common::exec_err!("has_any wants a column");
        };
        let texts = texts.as_string_view();
        let matched: BooleanArray = (0..texts.len())
            .map(|row| Some(!texts.is_null(row) && terms.iter().any(|t| has(texts.value(row), t))))
            .collect();
        Ok(ColumnarValue::Array(Arc::new(matched) as ArrayRef))
    }
}

fn has(text: &str, term: &str) -> bool {
    let (text, term) = (text.as_bytes(), term.as_bytes());
    let Some((first, _)) = term.split_first() else {
        return true;
    };
    let mut at = 0;
    while let Some(found) = memchr::memchr2(*first, first.to_ascii_uppercase(), &text[at..]) {
        let start = at + found;
        let end = start + term.len();
        if end > text.len() {
            return false;
        }
        if text[start..end].eq_ignore_ascii_case(term)
            && (start == 0 || !text[start - 1].is_ascii_alphanumeric())
            && (end == text.len() || !text[end].is_ascii_alphanumeric())
        {
            return true;
        }
        at = start + 1;
    }
    false
}

const TICKS: &str = "639028224000000000"; // 2026-01-01
const END: &str = "639054144000000000"; // 2026-01-31

fn query(name: &str) -> String {
    let time = format!("\"Timestamp\" >= {TICKS} AND \"Timestamp\" <= {END}");
    let urls = "has_any(\"RemoteUrl\", 'kaseya.com', 'managedsupport.kaseya.net', 'stun.kaseya.com', 'kaseya.net')";
    let company = "has_any(\"InitiatingProcessVersionInfoCompanyName\", 'Kaseya')";
    let product = "has_any(\"InitiatingProcessVersionInfoProductName\", 'Kaseya')";
    let table = "\"DeviceNetworkEvents\"";
    match name {
        "seed" => format!(
            "SELECT \"DeviceId\", \"DeviceName\", \"RemoteUrl\", min(\"Timestamp\"), max(\"Timestamp\"), \
             array_agg(DISTINCT \"ReportId\"), count(*) FROM {table} WHERE {time} AND {urls} AND {company} AND {product} \
             GROUP BY \"DeviceId\", \"DeviceName\", \"RemoteUrl\""
        ),
        "events" => format!(
            "SELECT count(*) FROM {table} WHERE {time} AND {urls} AND {company} AND {product}"
        ),
        "count" => format!("SELECT count(*) FROM {table} WHERE {time}"),
        "urls" => format!("SELECT count(*) FROM {table} WHERE {urls}"),
        "commands" => format!(
            "SELECT count(*) FROM {table} WHERE has_any(\"InitiatingProcessCommandLine\", 'kaseya')"
        ),
        "notequal" => format!(
            "SELECT count(*) FROM {table} WHERE \"InitiatingProcessVersionInfoCompanyName\" != 'Microsoft Corporation'"
        ),
        "dense" => format!(
            "SELECT \"DeviceName\", count(*) FROM {table} WHERE \"RemotePort\" <> 80 GROUP BY 1 ORDER BY 2 DESC LIMIT 3"
        ),
        "port" => {
            format!("SELECT count(*), max(\"LocalPort\") FROM {table} WHERE \"RemotePort\" = 5938")
        }
        sql => sql.to_owned(),
    }
}

/// One pass for a pack of rules; nothing of the stand-ins here is used.
fn pack_of_rules(lake: &str, rest: &[String]) -> Result<()> {
    let [rules, rest @ ..] = rest else {
        eprintln!("a pack needs the rules' files: a folder or a glob");
        return Ok(());
    };
    let number = |at: usize| rest.get(at).and_then(|n| n.parse::<usize>().ok());
    let threads = number(1).unwrap_or(2);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()?;
    let windows = number(0).unwrap_or(0) as i64;
    let run = pack::run(lake, rules, windows, threads, rest.len() > 2);
    if let Err(fault) = runtime.block_on(run) {
        eprintln!("{fault}");
        std::process::exit(1);
    }
    Ok(())
}

fn main() -> Result<()> {
    let started = Instant::now();
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let [lake, name, rest @ ..] = args.as_slice() else {
        eprintln!("usage: scan LAKE seed|events|count|…|SQL [RUNS [PARTITIONS]]");
        eprintln!("       scan LAKE pack RULES [WINDOWS [THREADS [verbose]]]");
        return Ok(());
    };
    if name == "pack" {
        return pack_of_rules(lake, rest);
    }
    let number =
        |at: usize, default: usize| rest.get(at).and_then(|n| n.parse().ok()).unwrap_or(default);
    let (runs, partitions) = (number(0, 1), number(1, 2));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(partitions)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        for run in 0..runs {
            let begun = Instant::now();
            let state = SessionStateBuilder::new()
                .with_config(SessionConfig::new().with_target_partitions(partitions))
                .with_default_features()
                .build();
            let context = SessionContext::new_with_state(state);
            context.register_udf(ScalarUDF::new_from_impl(HasAny {
                signature: Signature::variadic_any(Volatility::Immutable),
            }));
            let table = BuiltinCatalogue.table("DeviceNetworkEvents").unwrap_or_else(|| unreachable!());
            let source = Folder { root: PathBuf::from(lake).join("DeviceNetworkEvents"), store: Arc::new(LocalFileSystem::new()) };
            let options = if std::env::var_os("SCAN_BENCH_STORE").is_some() { ScanOptions::remote() } else { ScanOptions::local() };
            let table = Arc::new(LakeTable::new(Arc::new(source), table, Some("Timestamp".to_owned()), options));
            context.register_table("\"DeviceNetworkEvents\"", Arc::clone(&table) as _)?;
            let ready = Instant::now();
            let frame = context.sql(&query(name)).await?;
            let plan = frame.create_physical_plan().await?;
            let planned = Instant::now();
            let batches = datafusion::physical_plan::collect(Arc::clone(&plan), context.task_ctx()).await?;
            let rows: usize = batches.iter().map(|b| b.num_rows()).sum();
            println!(
                "run {run}: {rows} rows, session {:.1} ms, plan {:.1} ms, scan {:.1} ms, process so far {:.1} ms",
                (ready - begun).as_secs_f64() * 1e3, (planned - ready).as_secs_f64() * 1e3, planned.elapsed().as_secs_f64() * 1e3,
                started.elapsed().as_secs_f64() * 1e3,
            );
            if run + 1 == runs {
                println!("{}", datafusion::physical_plan::displayable(plan.as_ref()).indent(false));
                if rows <= 12 {
                    println!("{}", arrow::util::pretty::pretty_format_batches(&batches)?);
                } else if let Some(count) = batches.first().map(|b| b.num_columns() - 1) {
                    let events: i64 = batches.iter().filter_map(|b| b.column(count).as_primitive_opt::<arrow::datatypes::Int64Type>().map(|c| c.iter().flatten().sum::<i64>())).sum();
                    println!("sum of the last column: {events}");
                }
                let mut summary = table.report().summary();
                println!("{} bytes in {} requests", summary.bytes(), summary.requests());
                for (name, phase) in summary.phases() {
                    println!("  {name:<13} {:>12} bytes {:>6} requests {:>9.2} ms", phase.bytes, phase.requests, phase.nanos as f64 / 1e6);
                }
                summary.inputs.clear();
                println!("{summary:?}");
            }
        }
        Ok(())
    })
}
