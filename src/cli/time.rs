//! Times and durations on the command line, in KQL's own forms.

use crate::syntax::{datetime, timespan};

pub use crate::syntax::ticks::now;

/// An instant in ticks: `2026-01-08`, `2026-01-08T00:00:00Z`, and what else `datetime(…)` takes.
pub fn instant(text: &str) -> Result<i64, String> {
    datetime::parse(text).ok_or_else(|| {
        format!("'{text}' is not a time; write it as 2026-01-08 or 2026-01-08T12:00:00Z")
    })
}

/// A length of time in ticks: `1d`, `12h`, `30m`.
pub fn duration(text: &str) -> Result<i64, String> {
    timespan::parse(text)
        .filter(|ticks| *ticks >= 0)
        .ok_or_else(|| format!("'{text}' is not a length of time; write it as 1d, 12h or 30m"))
}

/// A number of bytes: `500MB`, `1.5GB`, `2GiB`, `1000000`.
pub fn bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, f64); 9] = [
        ("kib", 1024.0),
        ("mib", 1_048_576.0),
        ("gib", 1_073_741_824.0),
        ("tib", 1_099_511_627_776.0),
        ("kb", 1e3),
        ("mb", 1e6),
        ("gb", 1e9),
        ("tb", 1e12),
        ("b", 1.0),
    ];
    let lower = text.trim().to_ascii_lowercase();
    let (digits, factor) = UNITS
        .iter()
        .find_map(|(unit, factor)| Some((lower.strip_suffix(unit)?, *factor)))
        .unwrap_or((lower.as_str(), 1.0));
    digits
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|n| n.is_finite() && *n >= 0.0)
        .map(|n| (n * factor) as u64)
        .ok_or_else(|| format!("'{text}' is not a number of bytes; write it as 500MB or 2GiB"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::UNIX_EPOCH_TICKS;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("500MB"), Ok(500_000_000));
        assert_eq!(bytes("1.5 KiB"), Ok(1536));
        assert_eq!(bytes("12"), Ok(12));
        assert!(bytes("much").is_err());
        assert!(bytes("-1").is_err());
    }

    #[test]
    fn times_are_kql_times() {
        assert_eq!(instant("1970-01-01"), Ok(UNIX_EPOCH_TICKS));
        assert!(instant("yesterday").is_err());
        assert_eq!(duration("1d"), Ok(864_000_000_000));
        assert!(duration("-1d").is_err());
    }
}
