//! Times of the sample: microseconds since 1970, on the first days of January 2026.

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000_000;
/// Microseconds in a second.
pub(super) const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
pub(super) const DAY: i64 = 86_400 * SECOND;

/// Midnight at which the day of January begins.
pub(super) const fn day(day: i64) -> i64 {
    START + (day - 1) * DAY
}

/// An instant of a day of January.
pub(super) const fn at(on: i64, hour: i64, minute: i64, second: i64) -> i64 {
    day(on) + (hour * 3600 + minute * 60 + second) * SECOND
}
