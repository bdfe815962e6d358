//! What names in a lake tell: which are data, which belong to another format, which table a name means.
//!
//! In: file, folder and container names. Out: [`Entry`], table names. What always holds: a name that may be
//! data of a format that is not read here is never passed over in silence.

use crate::symbols::{BuiltinCatalogue, Catalogue};

/// Prefixes of the containers that exports write to, one container a table: Defender's streaming API,
/// Azure Monitor's diagnostic settings, Log Analytics data export.
const CONTAINER_PREFIXES: [&str; 3] = ["insights-logs-advancedhunting-", "insights-logs-", "am-"];

/// Keys of the folders that exports put above the time levels or above tables.
const RESOURCE_KEYS: [&str; 3] = ["workspaceresourceid", "resourceid", "tenantid"];

/// A format that must not be read as a folder of Parquet files. Ordered: the first explains most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Foreign {
    Delta,
    Iceberg,
    Hudi,
    Json,
    Csv,
    Avro,
    Orc,
}

impl Foreign {
    pub(crate) fn format(self) -> &'static str {
        match self {
            Foreign::Delta => "it is a Delta table (_delta_log)",
            Foreign::Iceberg => "it is an Iceberg table (metadata/*.metadata.json)",
            Foreign::Hudi => "it is a Hudi table (.hoodie)",
            Foreign::Json => "it holds JSON or NDJSON files",
            Foreign::Csv => "it holds CSV files",
            Foreign::Avro => "it holds Avro files",
            Foreign::Orc => "it holds ORC files",
        }
    }

    pub(crate) fn help(self) -> &'static str {
        match self {
            Foreign::Delta | Foreign::Iceberg | Foreign::Hudi => {
                "its files hold removed and rewritten rows, and reading them all would count those; write the table's current rows to a plain Parquet folder with the engine that owns it"
            }
            Foreign::Json | Foreign::Csv | Foreign::Avro | Foreign::Orc => {
                "only Parquet is read, and leaving these files out would lose their events; convert them to Parquet, or move them away (a name that begins with '_' is passed over)"
            }
        }
    }
}

/// What a file below a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Data,
    Foreign(Foreign),
    /// A name that begins with `_` or `.`, a folder's marker, or a note beside the data.
    Other,
}

pub(crate) fn is_hidden(segment: &str) -> bool {
    segment.starts_with(['_', '.'])
}

/// The table format that a folder of this name is the mark of.
pub(crate) fn foreign_folder(segment: &str) -> Option<Foreign> {
    match segment {
        "_delta_log" => Some(Foreign::Delta),
        ".hoodie" => Some(Foreign::Hudi),
        _ => None,
    }
}

/// Whether a path is that of an Iceberg table's metadata.
pub(crate) fn is_iceberg(path: &str) -> bool {
    let mut segments = path.rsplit('/');
    segments
        .next()
        .is_some_and(|name| name.ends_with(".metadata.json"))
        && segments.next() == Some("metadata")
}

/// What the file at these segments below its table is; `size` in bytes.
///
/// A file without an extension is data (Hive and Impala write such), unless it is empty: then it marks a
/// folder. An empty `.parquet` file is data too, so that reading it fails by its name.
pub(crate) fn classify(segments: &[&str], size: u64) -> Entry {
    if let Some(foreign) = segments.iter().find_map(|s| foreign_folder(s)) {
        return Entry::Foreign(foreign);
    }
    let Some(name) = segments.last() else {
        return Entry::Other;
    };
    if segments.iter().any(|s| is_hidden(s)) {
        return Entry::Other;
    }
    let lower = name.to_ascii_lowercase();
    let is = |endings: &[&str]| {
        let bare = [".gz", ".gzip", ".zst", ".zstd", ".bz2", ".snappy", ".lz4"]
            .iter()
            .find_map(|packed| lower.strip_suffix(packed))
            .unwrap_or(&lower);
        endings.iter().any(|ending| bare.ends_with(ending))
    };
    if is(&[".parquet", ".parq", ".pq"]) {
        Entry::Data
    } else if size == 0 {
        Entry::Other
    } else if is(&[".json", ".ndjson", ".jsonl"]) {
        Entry::Foreign(Foreign::Json)
    } else if is(&[".csv", ".tsv"]) {
        Entry::Foreign(Foreign::Csv)
    } else if is(&[".avro"]) {
        Entry::Foreign(Foreign::Avro)
    } else if is(&[".orc"]) {
        Entry::Foreign(Foreign::Orc)
    } else if name.contains('.') {
        Entry::Other
    } else {
        Entry::Data
    }
}

/// Whether a folder is one that exports put above the tables or the time levels.
pub(crate) fn is_resource_folder(segment: &str) -> bool {
    segment
        .split_once('=')
        .is_some_and(|(key, _)| RESOURCE_KEYS.contains(&key.to_ascii_lowercase().as_str()))
}

/// The folder's table name: `table=X` means X.
pub(crate) fn folder_table(segment: &str) -> &str {
    match segment.split_once('=') {
        Some((key, name)) if key.eq_ignore_ascii_case("table") => name,
        _ => segment,
    }
}

/// The part of a container's name that names its table.
pub(crate) fn container_table(name: &str) -> &str {
    CONTAINER_PREFIXES
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(name)
}

/// Whether a container's or a last folder's name means this table: without regard to case, and with the
/// `-` that a container has in place of `_`.
pub(crate) fn container_means(name: &str, table: &str) -> bool {
    let plain = |text: &str| text.to_ascii_lowercase().replace('_', "-");
    plain(container_table(name)) == plain(table) || plain(name) == plain(table)
}

/// Whether a flat file is one of a table's: `T.parquet`, `T_2026-01-05.parquet`, `T-0001.parquet`.
pub(crate) fn flat_file_means(file: &str, table: &str, exact: bool) -> bool {
    let Some(start) = file.get(..table.len()) else {
        return false;
    };
    let same = if exact {
        start == table
    } else {
        start.eq_ignore_ascii_case(table)
    };
    // `DeviceEventsX.parquet` and `Custom_CL_x` are not of DeviceEvents and Custom.
    let rest = &file[table.len()..];
    let mut after = rest.chars();
    let ends = match after.next() {
        None | Some('.' | '-' | ' ' | '(' | '0'..='9') => true,
        Some('_') => after.next().is_none_or(|c| !c.is_alphabetic()),
        Some(_) => false,
    };
    same && ends
}

/// The table that a flat file's name tells: a table of the catalogue where one fits (the longest), else
/// the name up to its date, number or extension; None for `part-0001.parquet` and its like.
pub(crate) fn flat_table(file: &str, known: &[String]) -> Option<String> {
    let fits = |table: &&String| flat_file_means(file, table, false);
    if let Some(table) = known.iter().filter(fits).max_by_key(|table| table.len()) {
        return Some(table.clone());
    }
    let bytes = file.as_bytes();
    let ends = |at: &usize| match bytes[*at] {
        b'.' | b'-' | b' ' | b'(' => true,
        b'_' => !bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic),
        _ => false,
    };
    let end = (0..bytes.len()).find(ends).unwrap_or(bytes.len());
    let stem = &file[..end];
    let generic = ["part", "data", "file", "export", "chunk", "output", "block"];
    let is_name = stem.starts_with(|c: char| c.is_ascii_alphabetic())
        && !generic.contains(&stem.to_ascii_lowercase().as_str())
        && !(stem.len() >= 8 && stem.bytes().all(|b| b.is_ascii_hexdigit()));
    is_name.then(|| stem.to_owned())
}

/// The name of a table as the catalogue spells it, where it has it in another case.
pub(crate) fn canonical(name: &str, known: &[String]) -> String {
    known
        .iter()
        .find(|table| *table == name)
        .or_else(|| known.iter().find(|table| container_means(name, table)))
        .cloned()
        .unwrap_or_else(|| name.to_owned())
}

/// The names of the built-in catalogue.
pub(crate) fn known_tables() -> Vec<String> {
    BuiltinCatalogue.table_names()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_data() {
        let of = |path: &str, size| classify(&path.split('/').collect::<Vec<_>>(), size);
        for path in [
            "a.parquet",
            "x/a.PARQUET",
            "a.parquet.gz",
            "a.snappy.parquet",
            "000000_0",
            "part-1.pq",
        ] {
            assert_eq!(of(path, 9), Entry::Data, "{path}");
        }
        for path in [
            "_SUCCESS",
            ".a.parquet.crc",
            "_temporary/0/a.parquet",
            "README.md",
            "x/.part/a.parquet",
        ] {
            assert_eq!(of(path, 9), Entry::Other, "{path}");
        }
        assert_eq!(of("date=2026-01-05", 0), Entry::Other);
        assert_eq!(of("a.parquet", 0), Entry::Data);
        assert!(is_iceberg("x/metadata/v1.metadata.json") && !is_iceberg("x/v1.metadata.json"));
        for (path, foreign) in [
            ("y=2026/PT1H.json", Foreign::Json),
            ("a.ndjson.gz", Foreign::Json),
            ("a.csv", Foreign::Csv),
            ("_delta_log/0000.json", Foreign::Delta),
            (".hoodie/a", Foreign::Hudi),
        ] {
            assert_eq!(of(path, 9), Entry::Foreign(foreign), "{path}");
        }
    }

    #[test]
    fn containers_and_flat_files_name_tables() {
        let known = known_tables();
        let container = "insights-logs-advancedhunting-devicenetworkevents";
        assert_eq!(
            canonical(container_table(container), &known),
            "DeviceNetworkEvents"
        );
        assert_eq!(canonical("am-securityevent", &known), "SecurityEvent");
        assert!(container_means("am-my-table-cl", "My_Table_CL"));
        assert!(!container_means(
            "am-devicenetworkevents2",
            "DeviceNetworkEvents"
        ));
        for (file, table) in [
            ("DeviceNetworkEvents.parquet", Some("DeviceNetworkEvents")),
            (
                "devicenetworkevents_2026-01-05.parquet",
                Some("DeviceNetworkEvents"),
            ),
            ("DeviceEvents-0001.parquet", Some("DeviceEvents")),
            ("My_Table_CL_20260105.parquet", Some("My_Table_CL")),
            ("part-0000.parquet", None),
            ("20260105.parquet", None),
            ("0a1b2c3d-1111.parquet", None),
        ] {
            assert_eq!(flat_table(file, &known).as_deref(), table, "{file}");
        }
        assert!(!flat_file_means(
            "DeviceEventsX.parquet",
            "DeviceEvents",
            true
        ));
        assert!(!flat_file_means("Custom_CL.parquet", "Custom", true));
    }
}
