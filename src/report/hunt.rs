//! What a hunt did, and how its output stands, for people and programs.
//!
//! In: a [`PackReport`], the standings of a ledger. Out: text in columns, JSON. What always holds: names
//! from rules are harmless for a terminal.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::neutral::neutral;
use super::preview_lines;
use crate::engine::sieve::Explained;
use crate::hunt::alert::Trigger;
use crate::hunt::pack::{Fate, PackReport, RuleReport, Share};
use crate::rule::TriggerOperator;
use crate::symbols::TICKS_PER_DAY;
use crate::syntax::ticks::{datetime_text, timespan_text};

/// Text in columns: the first ones to the left, the rest, which are numbers, to the right.
pub fn columns(head: &[&str], left: usize, rows: &[Vec<String>]) -> String {
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let longest = cells.map(|cell| cell.chars().count()).max();
        longest.unwrap_or(0).max(head[at].len())
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for (at, cell) in cells.enumerate() {
            let width = widths[at];
            match at < left {
                true => text.push_str(&format!("{cell:<width$}  ")),
                false => text.push_str(&format!("{cell:>width$}  ")),
            }
        }
        format!("{}\n", text.trim_end())
    };
    let mut text = line(&mut head.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

/// A line a rule.
pub fn hunt_text(report: &PackReport, thresholds: &[i64]) -> String {
    let alerts = thresholds.is_empty() && report.rules.iter().any(|r| r.trigger.is_some());
    let under: Vec<String> = thresholds.iter().map(|t| format!(">{t}/day")).collect();
    let mut head = vec![
        "rule",
        "windows",
        "run",
        "current",
        "stale",
        "failed",
        "with hits",
        "hits",
    ];
    if alerts {
        head.push("alerts");
    }
    head.extend(under.iter().map(String::as_str));
    let rows: Vec<Vec<String>> = report
        .rules
        .iter()
        .map(|rule| {
            let counts = rule.counts();
            let mut row = vec![neutral(&rule.name).into_owned()];
            row.extend(
                [
                    rule.windows.len() as u64,
                    counts.ran + counts.by_other,
                    counts.current,
                    counts.stale,
                    counts.failed + counts.not_run,
                    counts.with_rows,
                    counts.rows,
                ]
                .map(|n| n.to_string()),
            );
            if alerts {
                row.push(
                    rule.trigger
                        .map_or(String::new(), |t| alerts_of(rule, t).to_string()),
                );
            }
            for threshold in thresholds {
                row.push(format!("{:.2}", alerts_a_day(rule, *threshold)));
            }
            row
        })
        .collect();
    columns(&head, 1, &rows)
}

fn alerts_of(rule: &RuleReport, trigger: Trigger) -> u64 {
    trigger
        .back_test(&rule.runs())
        .iter()
        .map(|v| v.alerts)
        .sum()
}

/// Alerts a day under a threshold: with the rule's own operator, or "more than" for a hunting rule.
pub fn alerts_a_day(rule: &RuleReport, threshold: i64) -> f64 {
    let trigger = rule.trigger.unwrap_or(Trigger {
        operator: TriggerOperator::GreaterThan,
        threshold,
        each_result: false,
        suppression: None,
    });
    let days = (rule.schedule.to - rule.schedule.from) as f64 / TICKS_PER_DAY as f64;
    alerts_of(rule, trigger.with_threshold(threshold)) as f64 / days
}

/// What each exclusion set aside of a rule, a line each. Windows overlap, so their events are not summed up.
pub fn excluded(rule: &RuleReport) -> Vec<String> {
    let mut found: BTreeMap<&str, (u64, i64)> = BTreeMap::new();
    let set_aside = rule.windows.iter().flat_map(|w| &w.suppressed);
    for one in set_aside.filter(|s| s.events > 0 || s.rows != 0) {
        let (windows, rows) = found.entry(&one.scenario).or_default();
        *windows += 1;
        *rows += one.rows;
    }
    found
        .into_iter()
        .map(|(scenario, (windows, rows))| {
            let scenario = neutral(scenario);
            format!("the exclusion `{scenario}` set something aside in {windows} windows; {rows} hits fewer")
        })
        .collect()
}

/// Each rule's gate, why it has none, and what the pass would read.
pub fn explain_text(names: &[&str], explained: &Explained) -> String {
    let mut text = String::new();
    for (name, rule) in names.iter().zip(&explained.rules) {
        text.push_str(&format!("{}\n", neutral(name)));
        for gate in &rule.gates {
            let of = match (&gate.gate, &gate.why_none) {
                (_, Some(why)) => format!("no gate: {}", neutral(why)),
                (Some(gate), None) => neutral(gate).into_owned(),
                (None, None) => "no gate".to_owned(),
            };
            text.push_str(&format!("  {}: {of}\n", neutral(&gate.table)));
        }
        if let Some(why) = &rule.alone {
            text.push_str(&format!(
                "  runs alone, each window over the lake: {}\n",
                neutral(why)
            ));
        }
    }
    for table in &explained.tables {
        text.push_str(&format!("\none pass over {}\n", neutral(&table.table)));
        text.push_str(&format!(
            "  columns: {}\n",
            neutral(&table.columns.join(", "))
        ));
        for line in preview_lines(&table.summary) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// The same for programs.
pub fn explain_json(names: &[&str], explained: &Explained) -> Value {
    let rules = names.iter().zip(&explained.rules);
    let rules =
        rules.map(|(name, rule)| json!({"rule": name, "gates": rule.gates, "alone": rule.alone}));
    json!({"rules": rules.collect::<Vec<_>>(), "passes": explained.tables})
}

/// All of it, an object a rule with its windows.
pub fn hunt_json(report: &PackReport, thresholds: &[i64]) -> Value {
    json!({
        "rules": report.rules.iter().map(|rule| rule_json(rule, thresholds)).collect::<Vec<_>>(),
        "passes": report.pass.tables,
        "seconds": {
            "listing": report.listing.as_secs_f64(),
            "pass": report.pass.took.as_secs_f64(),
            "windows": report.rules.iter().map(|r| r.took.as_secs_f64()).sum::<f64>(),
        },
        "interrupted": report.interrupted,
        "retries": report.retries,
    })
}

fn rule_json(rule: &RuleReport, thresholds: &[i64]) -> Value {
    let counts = rule.counts();
    let verdicts: BTreeMap<i64, _> = rule
        .trigger
        .map(|trigger| {
            let runs = rule.runs();
            let verdicts = trigger.back_test(&runs);
            runs.iter().map(|(at, _)| *at).zip(verdicts).collect()
        })
        .unwrap_or_default();
    let windows: Vec<Value> = rule
        .windows
        .iter()
        .map(|window| {
            let mut line = json!({
                "window_start": datetime_text(window.window.start),
                "window_end": datetime_text(window.window.end),
                "state": fate(&window.fate),
                "rows": window.rows,
                "object": window.path,
            });
            if let Some(verdict) = verdicts.get(&window.window.end) {
                line["would_alert"] = json!(verdict.alerts > 0);
                line["triggered"] = json!(verdict.triggered);
                line["suppressed"] = json!(verdict.suppressed);
                line["alerts"] = json!(verdict.alerts);
            }
            match &window.fate {
                Fate::Failed(error) => line["error"] = json!(error),
                Fate::Stale(changed) => line["changed"] = json!(changed),
                Fate::Ran | Fate::ByOther | Fate::Current | Fate::NotRun => {}
            }
            if !window.suppressed.is_empty() {
                line["excluded"] = json!(window.suppressed);
            }
            if window.truncated {
                line["truncated"] = json!(true);
            }
            line
        })
        .collect();
    let mut line = json!({
        "rule_id": rule.id,
        "rule_name": rule.name,
        "every": timespan_text(rule.schedule.every),
        "lookback": timespan_text(rule.schedule.lookback),
        "rows": counts.rows,
        "error": rule.error.as_ref().map(|(text, _)| text),
        "bytes_read": rule.bytes_read,
        "kept": match &rule.share {
            Share::Kept(tables) => json!(tables),
            Share::Alone(_) | Share::None => Value::Null,
        },
        "alone": match &rule.share {
            Share::Alone(why) => json!(why),
            Share::Kept(_) | Share::None => Value::Null,
        },
        "seconds": rule.took.as_secs_f64(),
        "windows": windows,
    });
    if !thresholds.is_empty() {
        let days = thresholds
            .iter()
            .map(|t| (t.to_string(), json!(alerts_a_day(rule, *t))));
        line["alerts_a_day"] = Value::Object(days.collect());
    }
    line
}

fn fate(fate: &Fate) -> &'static str {
    match fate {
        Fate::Ran => "run",
        Fate::ByOther => "run by another",
        Fate::Current => "current",
        Fate::Stale(_) => "stale",
        Fate::Failed(_) => "failed",
        Fate::NotRun => "not run",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = vec![
            vec!["a".to_owned(), "1".to_owned()],
            vec!["long".to_owned(), "22".to_owned()],
        ];
        assert_eq!(
            columns(&["rule", "n"], 1, &rows),
            "rule   n\na      1\nlong  22\n"
        );
    }
}
