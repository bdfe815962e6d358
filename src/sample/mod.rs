//! The sample lake: twelve days of made-up events in which a few intruders hide.
//!
//! In: a folder. Out: five tables of Parquet files in it, under 2 MB in all. What always holds: the
//! same files with the same bytes on every machine and every day; nothing in them is anyone's data.
//! `data/lake` holds the result, and its README what a hunt over it must find.
//!
//! The tables differ in layout, and the files of DeviceNetworkEvents in form (see `drift`), since the
//! lakes of this world do.

mod cast;
pub(crate) mod columns;
pub(crate) mod drift;
pub(crate) mod file;
mod network;
mod planted;
mod random;
mod siblings;
mod time;

use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use columns::Columns;
use drift::Form;
pub(crate) use random::Random;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleReport {
    /// In the order of their names.
    pub tables: Vec<SampleTable>,
}

/// One table of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleTable {
    pub name: &'static str,
    pub files: usize,
    pub rows: usize,
    pub bytes: u64,
}

/// Why the sample could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    #[error("cannot write {}: {source}; choose a folder that you may write to", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot encode {}: {source}", path.display())]
    Encode { path: PathBuf, source: ParquetError },
}

/// Writes the sample lake into `dir`, which is made where absent. Files of an earlier sample are replaced.
///
/// # Errors
/// A file that cannot be written, with its path.
pub fn write(dir: &Path) -> Result<SampleReport, SampleError> {
    let mut tables = vec![
        table(
            dir,
            "DeviceFileCertificateInfo",
            [("part-0.parquet".to_owned(), siblings::certificates())],
        )?,
        table(
            dir,
            "DeviceFileEvents",
            [3, 4, 5, 7].map(|day| {
                (
                    format!("y=2026/m=01/d={day:02}/part-0.parquet"),
                    siblings::files(day),
                )
            }),
        )?,
        table(
            dir,
            "DeviceLogonEvents",
            [3, 4, 5, 6, 7].map(|day| {
                (
                    format!("2026/01/{day:02}/part-0.parquet"),
                    siblings::logons(day),
                )
            }),
        )?,
        network(dir)?,
    ];
    tables.push(table(
        dir,
        "DeviceProcessEvents",
        (1..=12).map(|day| (path_of_day(day, 0), siblings::processes(day))),
    )?);
    Ok(SampleReport { tables })
}

fn path_of_day(day: i64, part: usize) -> String {
    format!("date=2026-01-{day:02}/part-{part}.parquet")
}

/// A table whose files all have the plain form.
fn table(
    dir: &Path,
    name: &'static str,
    files: impl IntoIterator<Item = (String, Columns)>,
) -> Result<SampleTable, SampleError> {
    let mut table = SampleTable::new(name);
    for (path, columns) in files {
        table.add(dir, &path, columns, &Form::PLAIN)?;
    }
    Ok(table)
}

fn network(dir: &Path) -> Result<SampleTable, SampleError> {
    let mut table = SampleTable::new("DeviceNetworkEvents");
    for day in 1..=12 {
        let Some(form) = Form::of_day(day) else {
            continue;
        };
        for (part, columns) in network::columns(day)
            .split(form.parts)
            .into_iter()
            .enumerate()
        {
            table.add(dir, &path_of_day(day, part), columns, &form)?;
        }
    }
    Ok(table)
}

impl SampleTable {
    fn new(name: &'static str) -> Self {
        SampleTable {
            name,
            files: 0,
            rows: 0,
            bytes: 0,
        }
    }

    fn add(
        &mut self,
        dir: &Path,
        path: &str,
        columns: Columns,
        form: &Form,
    ) -> Result<(), SampleError> {
        self.files += 1;
        self.rows += columns.rows();
        self.bytes += file::write(&dir.join(self.name).join(path), columns, form)?;
        Ok(())
    }
}
