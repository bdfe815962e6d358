//! What the folders between a table and its files mean: the time that a path stands for, and partitions.
//!
//! In: the segments of a path below its table. Out: [`PathTime`], and for people [`LayoutChoice`] and a
//! pattern such as `y=/m=/d=/h=/m=`. What always holds: a path's range covers at least every event that a
//! writer of that layout puts there; a segment that is not understood, or that contradicts another,
//! narrows nothing. Times in paths are taken as UTC.
//!
//! Segments that mean time: `key=value` with known keys (`date`, `year`, `y`, …), folders `yyyy/MM/dd/HH/mm` as
//! `datetime_pattern` of Azure Data Explorer's exports writes them, and folders `yyyy-MM-dd` or `yyyyMMdd`.
//! A table may mix them; each path is read for itself.

mod path_time;
mod units;

use std::fmt;
use std::str::FromStr;

pub use path_time::PathTime;

/// Which segments are taken to mean time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LayoutChoice {
    /// All that is known.
    #[default]
    Auto,
    /// `key=value` folders only.
    Hive,
    /// The one `key=value` folder with this key, whose value is a date, a month or a date with an hour.
    HiveKey(String),
    /// `y=/m=/d=/h=/m=`, as Azure Monitor and Defender export: month, then minute.
    Export,
    /// `yyyy/MM/dd/HH/mm` folders only, as Azure Data Explorer exports.
    Adx,
    /// None: every file is read whatever its path is.
    Flat,
}

impl LayoutChoice {
    /// The names that `--layout` takes.
    pub const NAMES: &'static str = "auto, hive, hive:KEY, export, adx, flat";
}

impl FromStr for LayoutChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(("hive", key)) = text.split_once(':')
            && !key.is_empty()
        {
            return Ok(LayoutChoice::HiveKey(key.to_owned()));
        }
        Ok(match text.to_ascii_lowercase().as_str() {
            "auto" => LayoutChoice::Auto,
            "hive" => LayoutChoice::Hive,
            "export" => LayoutChoice::Export,
            "adx" => LayoutChoice::Adx,
            "flat" => LayoutChoice::Flat,
            _ => {
                return Err(format!(
                    "'{text}' is not a layout; the layouts are {}",
                    Self::NAMES
                ));
            }
        })
    }
}

impl fmt::Display for LayoutChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayoutChoice::Auto => f.write_str("auto"),
            LayoutChoice::Hive => f.write_str("hive"),
            LayoutChoice::HiveKey(key) => write!(f, "hive:{key}"),
            LayoutChoice::Export => f.write_str("export"),
            LayoutChoice::Adx => f.write_str("adx"),
            LayoutChoice::Flat => f.write_str("flat"),
        }
    }
}
