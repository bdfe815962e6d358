//! Points at which a test can end the process as a crash would.
//!
//! In: `RETROHUNT_FAULT_POINT=name` or `name:n` (the n-th time that the point is passed, from 1). Out: the
//! process is gone, without unwinding and without a word. What always holds: a release build has no such
//! points.

/// The points, in the order in which a commit passes them.
pub const POINTS: [&str; 6] = [
    "before-object",
    "object-staged",
    "after-object",
    "marker-staged",
    "after-marker",
    "before-removal",
];

/// Ends the process where the environment asks for it.
#[cfg(debug_assertions)]
pub fn point(name: &'static str) {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    static PASSED: AtomicU64 = AtomicU64::new(0);
    debug_assert!(POINTS.contains(&name), "{name} is no fault point");
    let Ok(asked) = std::env::var("RETROHUNT_FAULT_POINT") else {
        return;
    };
    let (asked, count) = match asked.split_once(':') {
        Some((asked, count)) => (asked.to_owned(), count.parse().unwrap_or(1)),
        None => (asked, 1),
    };
    if asked == name && PASSED.fetch_add(1, Relaxed) + 1 == count {
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
pub fn point(_: &'static str) {}
