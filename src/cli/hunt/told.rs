//! What `retrohunt hunt` says on stderr while it runs and at its end.

use std::collections::BTreeMap;

use crate::cli::args::{self, Global};
use crate::cli::exit::{Exit, Failure};
use crate::hunt::pack::{Fate, Need, Observer, PackReport, PassReport, RuleReport, Share};
use crate::hunt::single;
use crate::report;
use crate::report::hunt::excluded;

/// Notes of one rule that are printed beside those of files that were passed over.
const NOTES: usize = 5;

/// Tells on stderr how far the hunt is.
pub struct Told<'a>(pub &'a Global);

impl Observer for Told<'_> {
    fn begins(&mut self, needs: &[Need]) {
        let windows: usize = needs.iter().map(|need| need.windows).sum();
        let text = format!("{windows} windows of {} rules to run", needs.len());
        let fields = serde_json::json!({"windows": windows, "rules": needs.len()});
        args::say(self.0, "begins", &text, fields);
    }

    fn passed(&mut self, report: &PassReport) {
        say_pass(self.0, report);
    }

    fn rule(&mut self, rule: &RuleReport) {
        say_rule(self.0, rule);
    }
}

/// A line for each table that was read for all rules.
fn say_pass(global: &Global, report: &PassReport) {
    for pass in &report.tables {
        let text = format!(
            "{}: one pass for {} queries: {} rows in {} files, read {}, {:.2} s",
            pass.table,
            pass.rules,
            pass.read.scan.rows,
            pass.read.scan.files_listed,
            report::human_bytes(pass.read.bytes_read),
            pass.took.as_secs_f64(),
        );
        let fields = serde_json::json!({
            "table": pass.table, "queries": pass.rules, "rows": pass.read.scan.rows,
            "bytes_read": pass.read.bytes_read, "seconds": pass.took.as_secs_f64(),
        });
        args::say(global, "pass", &text, fields);
    }
}

/// A line for each rule that is through, and what a reader of its results must know.
fn say_rule(global: &Global, rule: &RuleReport) {
    let counts = rule.counts();
    let from = match &rule.share {
        Share::Kept(tables) => {
            let rows: usize = tables.iter().map(|t| t.rows).sum();
            format!("{rows} rows kept by the pass")
        }
        Share::Alone(why) => format!(
            "alone ({why}), read {}",
            report::human_bytes(rule.bytes_read)
        ),
        Share::None => format!("read {}", report::human_bytes(rule.bytes_read)),
    };
    let text = format!(
        "{}: {} of {} windows run, {} hits in {}; {from}, {:.2} s",
        rule.name,
        counts.ran,
        rule.windows.len(),
        counts.rows,
        counts.with_rows,
        rule.took.as_secs_f64(),
    );
    let id = serde_json::json!({"rule_id": rule.id});
    args::say(global, "ran", &text, id.clone());
    let mut notes: BTreeMap<&str, u64> = BTreeMap::new();
    for note in rule.windows.iter().flat_map(|w| &w.notes) {
        *notes.entry(note).or_default() += 1;
    }
    let (skipped, others): (Vec<_>, Vec<_>) = notes
        .iter()
        .partition(|(note, _)| single::names_skipped_file(note));
    for (note, windows) in skipped.iter().chain(others.iter().take(NOTES)) {
        let text = format!("  note: {note} ({windows} windows)");
        args::say(global, "note", &text, id.clone());
    }
    if let Some(more) = others.len().checked_sub(NOTES).filter(|more| *more > 0) {
        let text = format!("  note: {more} more notes are in the ledger");
        args::say(global, "note", &text, id.clone());
    }
    for line in excluded(rule) {
        args::say(global, "excluded", &format!("  {line}"), id.clone());
    }
    if counts.truncated > 0 {
        let text = format!(
            "  note: {} windows have more rows than --max-rows",
            counts.truncated
        );
        args::say(global, "truncated", &text, id.clone());
    }
    for (url, why) in &rule.damaged {
        let text = format!("  note: {url} {why}; what it held is run again");
        args::say(global, "damaged", &text, id.clone());
    }
    let failed = rule.windows.iter().find_map(|w| match &w.fate {
        Fate::Failed(error) => Some((w, error)),
        Fate::Ran | Fate::ByOther | Fate::Current | Fate::Stale(_) | Fate::NotRun => None,
    });
    let end = |ticks| crate::syntax::ticks::datetime_text(ticks);
    let message = match (failed, &rule.error) {
        (Some((window, error)), _) => format!(
            "{}: {} windows failed, the first the one to {}: {error}",
            rule.name,
            counts.failed,
            end(window.window.end)
        ),
        (None, Some((error, _))) => format!("{}: {error}", rule.name),
        (None, None) => return,
    };
    args::say_error(global, &Failure::new(Exit::Partial, message));
}

/// What the whole hunt leaves to be said.
pub fn say_end(global: &Global, report: &PackReport, refresh: bool) {
    say_phases(global, report);
    let stale: u64 = report.rules.iter().map(|r| r.counts().stale).sum();
    if stale > 0 && !refresh {
        let text = format!(
            "{stale} windows are of another rule, other parameters or other files than now; --refresh runs them again"
        );
        args::say(
            global,
            "stale",
            &text,
            serde_json::json!({"windows": stale}),
        );
    }
    if report.retries > 0 {
        let text = format!(
            "{} requests to stores failed and were sent again",
            report.retries
        );
        args::say(
            global,
            "retries",
            &text,
            serde_json::json!({"requests": report.retries}),
        );
    }
    if report.interrupted {
        args::say(
            global,
            "interrupted",
            "ended by the user; the same command goes on from here",
            serde_json::json!({}),
        );
    }
}

/// How long each part took.
fn say_phases(global: &Global, report: &PackReport) {
    let windows: f64 = report.rules.iter().map(|r| r.took.as_secs_f64()).sum();
    let (listing, pass) = (report.listing.as_secs_f64(), report.pass.took.as_secs_f64());
    let text =
        format!("ledger and listing {listing:.2} s, pass {pass:.2} s, windows {windows:.2} s");
    let fields = serde_json::json!({"listing": listing, "pass": pass, "windows": windows});
    args::say(global, "phases", &text, fields);
}
