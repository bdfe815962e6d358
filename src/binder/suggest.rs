//! "Did you mean": the name that is nearest to one that nothing defines.
//!
//! In: a name and those that could stand there. Out: the nearest one, if it is near enough to be a slip.

/// The nearest of these names, where it differs by little: in case only, or by at most a third of its letters.
pub(super) fn nearest<'n>(
    name: &str,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let limit = (wanted.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.len().abs_diff(name.len()) > 2 * limit {
            continue;
        }
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        let bound = best.map_or(limit, |(d, _)| d.saturating_sub(1).min(limit));
        if let Some(distance) = distance(&wanted, &other, bound)
            && best.is_none_or(|(d, _)| distance < d)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// The edits (a letter put in, left out, changed, or two swapped) between two words, if at most `limit`.
fn distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before_last[j - 2] + 1);
            }
            row.push(least);
        }
        if row.iter().all(|d| *d > limit) {
            return None;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    let distance = last[b.len()];
    (distance <= limit).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_nothing_else() {
        let names = ["DeviceName", "DeviceId", "RemoteUrl", "Timestamp"];
        assert_eq!(nearest("DevicName", names), Some("DeviceName"));
        assert_eq!(nearest("timestamp", names), Some("Timestamp"));
        assert_eq!(nearest("RemoteURL", names), Some("RemoteUrl"));
        assert_eq!(nearest("Tiemstamp", names), Some("Timestamp"));
        assert_eq!(nearest("AccountUpn", names), None);
    }
}
