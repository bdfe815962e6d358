//! What a query needs that no table of the lake tells: rows from elsewhere, and columns that depend on the
//! data. Data only.

use crate::symbols::ScalarType;

/// Where rows come from that no lake holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// `externaldata`: the files behind these URLs, one after the other.
    Files {
        urls: Vec<String>,
        format: FileFormat,
        ignore_first_record: bool,
        /// The column that holds a JSON object as a whole; the others go by name or place.
        whole: Option<String>,
    },
    /// `_GetWatchlist('name')`.
    Watchlist { name: String },
    /// What a service of Defender knows of a file or a device: `FileProfile`, `DeviceFromIP` and kin.
    Enrichment { function: String },
    /// What `geo_info_from_ip_address` asks; no table.
    Addresses,
    /// What `parse_user_agent` asks; no table.
    UserAgents,
}

impl Source {
    /// Whether it is rows, and not what a function asks.
    pub fn is_table(&self) -> bool {
        match self {
            Self::Files { .. } | Self::Watchlist { .. } | Self::Enrichment { .. } => true,
            Self::Addresses | Self::UserAgents => false,
        }
    }
}

/// How the records of a file are written. Source: "Data formats supported for ingestion" of Microsoft's
/// reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    Csv,
    Tsv,
    /// Separated by `|`.
    Psv,
    /// Separated by `;`.
    Scsv,
    /// A record a line; empty lines are none.
    Txt,
    /// The whole file is one record.
    Raw,
    /// JSON objects, one after the other or in arrays: `json` and `multijson`.
    Json,
}

impl FileFormat {
    /// The type of a field as the file gives it.
    pub fn raw(self) -> ScalarType {
        match self {
            Self::Json => ScalarType::Dynamic,
            Self::Csv | Self::Tsv | Self::Psv | Self::Scsv | Self::Txt | Self::Raw => {
                ScalarType::String
            }
        }
    }

    /// The format that a file's name tells, packed or not; None where it tells none.
    pub fn of_name(url: &str) -> Option<Self> {
        let path = url.split(['?', ';', '#']).next().unwrap_or_default();
        let path = path.to_ascii_lowercase();
        let packed = path.strip_suffix(".gz").or(path.strip_suffix(".zip"));
        match packed.unwrap_or(&path).rsplit_once('.').map(|(_, end)| end) {
            Some("csv") => Some(Self::Csv),
            Some("tsv") => Some(Self::Tsv),
            Some("psv") => Some(Self::Psv),
            Some("scsv") => Some(Self::Scsv),
            Some("txt") => Some(Self::Txt),
            Some("json" | "jsonl" | "ndjson") => Some(Self::Json),
            Some("raw") => Some(Self::Raw),
            Some(_) | None => None,
        }
    }
}

/// What the data told of the columns that a query cannot name by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Names with their types, in the order of the names.
    pub columns: Vec<(String, ScalarType)>,
    /// Names that the query takes and no row gives.
    pub wanted: Vec<String>,
}

impl Found {
    /// From names with the name of a type that one of their values has; a name may come several times. Its
    /// type is that of all its values, or dynamic where they differ; nulls have none.
    pub fn of_values(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut columns: std::collections::BTreeMap<String, Option<ScalarType>> =
            Default::default();
        for (name, of_value) in pairs {
            let ty = match of_value.as_str() {
                "null" => None,
                "array" | "dictionary" => Some(ScalarType::Dynamic),
                name => Some(ScalarType::from_name(name).unwrap_or(ScalarType::Dynamic)),
            };
            let known = columns.entry(name).or_insert(ty);
            *known = match (*known, ty) {
                (None, one) | (one, None) => one,
                (Some(one), Some(other)) if one == other => Some(one),
                (Some(_), Some(_)) => Some(ScalarType::Dynamic),
            };
        }
        Self {
            columns: columns
                .into_iter()
                .map(|(name, ty)| (name, ty.unwrap_or(ScalarType::Dynamic)))
                .collect(),
            wanted: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_tells_its_format() {
        for (url, format) in [
            ("https://a.b/c.txt", Some(FileFormat::Txt)),
            ("https://a.b/c.JSON.gz?token=x.csv", Some(FileFormat::Json)),
            ("https://a.b/c.tsv.zip", Some(FileFormat::Tsv)),
            ("https://a.b/c.zip", None),
            ("https://a.b/c", None),
            ("https://a.b/list?full.txt", None),
        ] {
            assert_eq!(FileFormat::of_name(url), format, "{url}");
        }
    }

    #[test]
    fn a_name_has_the_type_of_all_its_values() {
        let pairs = [
            ("b", "string"),
            ("a", "long"),
            ("a", "null"),
            ("b", "long"),
            ("c", "null"),
            ("d", "array"),
        ];
        let found = Found::of_values(pairs.map(|(n, t)| (n.to_owned(), t.to_owned())));
        let columns: Vec<(&str, ScalarType)> = found
            .columns
            .iter()
            .map(|(n, t)| (n.as_str(), *t))
            .collect();
        assert_eq!(
            columns,
            [
                ("a", ScalarType::Long),
                ("b", ScalarType::Dynamic),
                ("c", ScalarType::Dynamic),
                ("d", ScalarType::Dynamic),
            ]
        );
    }
}
