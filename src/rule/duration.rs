//! Durations of rule files: ISO 8601 (`PT5H`, `P1D`) and KQL timespans (`5h`, `1d`, `1.02:00:00`).
//!
//! In: the text of a field such as `queryFrequency`. Out: ticks of 100 ns.
//! What always holds: months and years are refused, since they have no fixed length.

const SECOND: i128 = 10_000_000;
const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;

/// Reads a duration as ticks of 100 ns.
///
/// # Errors
/// Why the text is no duration, as a sentence without its subject.
pub fn ticks(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let ticks = if text.starts_with(['P', 'p']) {
        iso(&text[1..])?
    } else if text.contains(':') {
        clock(text)?
    } else {
        literal(text)?
    };
    i64::try_from(ticks).map_err(|_| "is longer than a timespan can be".to_owned())
}

/// `1DT2H3M4.5S`, without the `P`.
fn iso(text: &str) -> Result<i128, String> {
    let (days, time) = match text.split_once(['T', 't']) {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return Err("ends after its T".to_owned()),
        None => (text, ""),
    };
    if days.is_empty() && time.is_empty() {
        return Err("holds no amount".to_owned());
    }
    let date = parts(days, &[('W', 7 * DAY), ('D', DAY)])?;
    let clock = parts(time, &[('H', HOUR), ('M', MINUTE), ('S', SECOND)])?;
    date.checked_add(clock).ok_or_else(too_long)
}

/// Amounts with their designators, which must come in the order of `units`, each at most once.
fn parts(mut text: &str, units: &[(char, i128)]) -> Result<i128, String> {
    let mut total = 0_i128;
    let mut left = units;
    while !text.is_empty() {
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
            .ok_or_else(|| format!("lacks a unit after `{text}`"))?;
        let unit = text[end..].chars().next().unwrap_or_default();
        let at = left
            .iter()
            .position(|(name, _)| name.eq_ignore_ascii_case(&unit))
            .ok_or_else(|| format!("has the unit `{unit}` where none such can stand"))?;
        let amount = amount(&text[..end].replace(',', "."), left[at].1)?;
        total = total.checked_add(amount).ok_or_else(too_long)?;
        left = &left[at + 1..];
        text = &text[end + unit.len_utf8()..];
    }
    Ok(total)
}

/// `5h`, `1.5d`, `30min`.
fn literal(text: &str) -> Result<i128, String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .ok_or("lacks a unit")?;
    let unit = match text[end..].to_ascii_lowercase().as_str() {
        "d" | "day" | "days" => DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "m" | "min" | "minute" | "minutes" => MINUTE,
        "s" | "sec" | "second" | "seconds" => SECOND,
        "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => SECOND / 1000,
        "micro" | "micros" | "microsec" | "microsecond" | "microseconds" => SECOND / 1_000_000,
        "tick" | "ticks" => 1,
        other => {
            return Err(format!(
                "has the unit `{other}`, which is none of d, h, m, s"
            ));
        }
    };
    amount(&text[..end], unit)
}

/// `hh:mm`, `hh:mm:ss`, `d.hh:mm:ss.fffffff`.
fn clock(text: &str) -> Result<i128, String> {
    let (head, rest) = text.split_once(':').unwrap_or((text, ""));
    let (days, hours) = head.split_once('.').unwrap_or(("0", head));
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "0"));
    if seconds.contains(':') {
        return Err("has too many colons".to_owned());
    }
    let parts = [
        (days, DAY, i128::MAX),
        (hours, HOUR, 24 * HOUR),
        (minutes, MINUTE, HOUR),
        (seconds, SECOND, MINUTE),
    ];
    let mut total = 0_i128;
    for (part, unit, limit) in parts {
        let value = amount(part, unit)?;
        if value >= limit || (unit != SECOND && part.contains('.')) {
            return Err(format!("has `{part}` out of its range"));
        }
        total = total.checked_add(value).ok_or_else(too_long)?;
    }
    Ok(total)
}

/// A decimal amount of a unit, exact to the tick.
fn amount(digits: &str, unit: i128) -> Result<i128, String> {
    let bad = || format!("has `{digits}` where a number must stand");
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if whole.len() > 20 || fraction.len() > 12 {
        return Err(bad());
    }
    if ![whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(bad());
    }
    let scale = 10_i128.pow(u32::try_from(fraction.len()).map_err(|_| bad())?);
    let whole: i128 = whole.parse().map_err(|_| bad())?;
    let fraction: i128 = fraction.parse().map_err(|_| bad())?;
    let ticks = whole.checked_mul(unit).ok_or_else(too_long)?;
    Ok(ticks + fraction * unit / scale)
}

fn too_long() -> String {
    "is longer than a timespan can be".to_owned()
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn both_spellings_are_read() {
        let hour = 36_000_000_000;
        for (text, hours) in [
            ("PT5H", 5),
            ("P1D", 24),
            ("P1DT2H", 26),
            ("P2W", 14 * 24),
            ("5h", 5),
            ("1d", 24),
            ("60m", 1),
            ("1.5d", 36),
            ("01:00:00", 1),
            ("1.02:00:00", 26),
            ("pt1h", 1),
            (" 14d ", 14 * 24),
        ] {
            assert_eq!(ticks(text), Ok(hours * hour), "{text}");
        }
        assert_eq!(ticks("PT0.5S"), Ok(5_000_000));
        assert_eq!(ticks("1tick"), Ok(1));
        assert_eq!(ticks("10ms"), Ok(100_000));
    }

    #[test]
    fn malformed_ones_are_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "1",
            "5x",
            "P1M",
            "P1Y",
            "PT5",
            "PT1S2H",
            "h",
            "-1d",
            "1:2:3:4",
            "25:00:00",
            "00:61:00",
            "1..5d",
            "99999999999d",
            "PT1H1H",
            "five hours",
            "P1DT",
        ] {
            assert!(ticks(text).is_err(), "{text}");
        }
    }
}
