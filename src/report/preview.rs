//! What a scan reads and what it leaves out, for people.
//!
//! In: the counts of a scan or of its preview. Out: lines of text. What always holds: names from the
//! lake are harmless for a terminal.

use indicatif::{HumanBytes, HumanCount};

use super::neutral::neutral;
use crate::lake::scan::ScanSummary;

/// The files, row groups, rows and bytes that remain after each kind of pruning.
pub fn preview_lines(summary: &ScanSummary) -> Vec<String> {
    let files = summary.files_listed + summary.files_pruned_by_path;
    let groups_left = summary.row_groups.saturating_sub(
        summary.row_groups_pruned_by_statistics + summary.row_groups_pruned_by_dictionary,
    );
    let mut lines = vec![
        format!(
            "files: {} found; ruled out: {} by path, {} by statistics, {} by dictionaries; {} to read",
            HumanCount(files),
            HumanCount(summary.files_pruned_by_path),
            HumanCount(summary.files_pruned_by_statistics),
            HumanCount(summary.files_pruned_by_dictionary),
            HumanCount(summary.files_to_read()),
        ),
        format!(
            "row groups: {} in the files that were opened; ruled out: {} by statistics, {} by dictionaries; {} to read",
            HumanCount(summary.row_groups),
            HumanCount(summary.row_groups_pruned_by_statistics),
            HumanCount(summary.row_groups_pruned_by_dictionary),
            HumanCount(groups_left),
        ),
        format!(
            "rows: {} to read of {}",
            HumanCount(summary.rows_read),
            HumanCount(summary.rows),
        ),
        format!(
            "bytes: {} to read of {} in the files listed; {} fetched so far in {} requests",
            HumanBytes(summary.bytes_to_read),
            HumanBytes(summary.bytes_listed),
            HumanBytes(summary.bytes()),
            HumanCount(summary.requests()),
        ),
    ];
    for (column, files) in &summary.missing_columns {
        let column = neutral(column);
        lines.push(format!("missing: {column} in {} files", HumanCount(*files)));
    }
    for column in &summary.null_columns {
        lines.push(format!("null throughout: {}", neutral(column)));
    }
    for (file, reason) in &summary.skipped_files {
        lines.push(format!("skipped: {}: {}", neutral(file), neutral(reason)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_pruning_is_counted() {
        let summary = ScanSummary {
            files_listed: 31,
            files_pruned_by_path: 1_969,
            files_pruned_by_statistics: 3,
            files_pruned_by_dictionary: 20,
            bytes_listed: 1 << 30,
            row_groups: 120,
            row_groups_pruned_by_statistics: 12,
            row_groups_pruned_by_dictionary: 100,
            rows: 30_000_000,
            rows_read: 2_000_000,
            bytes_to_read: 3 << 20,
            missing_columns: [("Col\u{1b}".to_owned(), 2)].into(),
            ..ScanSummary::default()
        };
        assert_eq!(
            preview_lines(&summary),
            [
                "files: 2,000 found; ruled out: 1,969 by path, 3 by statistics, 20 by dictionaries; 8 to read",
                "row groups: 120 in the files that were opened; ruled out: 12 by statistics, 100 by dictionaries; 8 to read",
                "rows: 2,000,000 to read of 30,000,000",
                "bytes: 3.00 MiB to read of 1.00 GiB in the files listed; 0 B fetched so far in 0 requests",
                "missing: Col\\u{1b} in 2 files",
            ]
        );
    }
}
