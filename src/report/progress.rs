//! The progress of a run on stderr.
//!
//! In: a closure that tells the counts at any moment. Out: one line that is drawn over, on a
//! terminal only. What always holds: in a pipe nothing is written and no thread runs; the line is
//! gone when the run ends.

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

/// How often the line is drawn.
const PERIOD: Duration = Duration::from_millis(100);
/// Before this the time left is a guess.
const FIRST_ESTIMATE: Duration = Duration::from_secs(1);

/// What a run has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub rows_read: u64,
    /// Bytes fetched from the store.
    pub bytes_read: u64,
    pub files_done: u64,
    /// 0 as long as it is not known.
    pub files_total: u64,
    pub hits: u64,
}

/// The line of a run; it is removed when this is finished or dropped.
#[derive(Debug)]
pub struct Progress(Option<Running>);

#[derive(Debug)]
struct Running {
    bar: ProgressBar,
    stop: Sender<()>,
    drawer: JoinHandle<()>,
}

impl Progress {
    /// Draws on stderr if it is a terminal, and does nothing if not.
    pub fn start(snapshot: impl Fn() -> Snapshot + Send + 'static) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        let (stop, stopped) = channel();
        let started = Instant::now();
        let drawn = bar.clone();
        let drawer = std::thread::spawn(move || {
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                drawn.set_message(line(&snapshot(), started.elapsed()));
                drawn.tick();
            }
        });
        Self(Some(Running { bar, stop, drawer }))
    }

    /// Runs `f`, which writes to stderr, with the line out of its way.
    pub fn suspend<T>(&self, f: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(running) => running.bar.suspend(f),
            None => f(),
        }
    }

    /// Removes the line.
    pub fn finish(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        if let Some(running) = self.0.take() {
            // The drawer ends when the channel closes; that it panicked is no fault of the run.
            drop(running.stop);
            let _ = running.drawer.join();
            running.bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.stop();
    }
}

/// `12 of 90 files · 3,000,000 rows · 41.20 MiB · 7 hits · 1m 12s left`
fn line(snapshot: &Snapshot, elapsed: Duration) -> String {
    let mut parts = Vec::new();
    if snapshot.files_total > 0 {
        let (done, total) = (snapshot.files_done, snapshot.files_total);
        parts.push(format!(
            "{} of {} files",
            HumanCount(done),
            HumanCount(total)
        ));
    }
    parts.push(format!("{} rows", HumanCount(snapshot.rows_read)));
    parts.push(HumanBytes(snapshot.bytes_read).to_string());
    parts.push(format!("{} hits", HumanCount(snapshot.hits)));
    match left(snapshot, elapsed) {
        Some(left) => parts.push(format!("{} left", clock(left))),
        None => parts.push(clock(elapsed)),
    }
    parts.join(" · ")
}

/// The time left if the remaining files take as long as those done.
fn left(snapshot: &Snapshot, elapsed: Duration) -> Option<Duration> {
    let (done, total) = (snapshot.files_done, snapshot.files_total);
    if done == 0 || done > total || elapsed < FIRST_ESTIMATE {
        return None;
    }
    let rest = elapsed.as_secs_f64() / done as f64 * (total - done) as f64;
    Duration::try_from_secs_f64(rest).ok()
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_counts_and_estimates() {
        let snapshot = Snapshot {
            rows_read: 3_000_000,
            bytes_read: 43_201_331,
            files_done: 12,
            files_total: 90,
            hits: 7,
        };
        assert_eq!(
            line(&snapshot, Duration::from_secs(12)),
            "12 of 90 files · 3,000,000 rows · 41.20 MiB · 7 hits · 1m 18s left"
        );
        assert_eq!(
            line(&Snapshot::default(), Duration::from_secs(3700)),
            "0 rows · 0 B · 0 hits · 1h 01m"
        );
        let first = Snapshot {
            files_done: 0,
            ..snapshot
        };
        assert_eq!(left(&first, Duration::from_secs(9)), None);
        assert_eq!(left(&snapshot, Duration::from_millis(10)), None);
        assert_eq!(
            left(
                &Snapshot {
                    files_done: 90,
                    ..snapshot
                },
                Duration::from_secs(9)
            ),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn in_a_pipe_nothing_runs() {
        // Tests run with stderr captured or piped; on a terminal there is a line to remove.
        let progress = Progress::start(Snapshot::default);
        assert_eq!(progress.0.is_some(), std::io::stderr().is_terminal());
        assert_eq!(progress.suspend(|| 7), 7);
        progress.finish();
    }
}
