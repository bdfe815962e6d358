//! The keys of a result file's metadata.
//!
//! In: nothing. Out: the names. What always holds: every key begins with `retrohunt.`; values are
//! text, lists and tables are JSON.

pub const RULE_ID: &str = "retrohunt.rule_id";
pub const RULE_NAME: &str = "retrohunt.rule_name";
/// JSON list of strings.
pub const TACTICS: &str = "retrohunt.tactics";
/// JSON list of strings.
pub const TECHNIQUES: &str = "retrohunt.techniques";
/// A datetime as Kusto prints it, included.
pub const WINDOW_START: &str = "retrohunt.window_start";
/// A datetime as Kusto prints it, excluded.
pub const WINDOW_END: &str = "retrohunt.window_end";
pub const SQL: &str = "retrohunt.sql";
/// JSON list of the files that were read.
pub const INPUT_FILES: &str = "retrohunt.input_files";
/// Their size in bytes, all together.
pub const INPUT_BYTES: &str = "retrohunt.input_bytes";
pub const TOOL_VERSION: &str = "retrohunt.tool_version";
/// JSON list of files that were passed over, with the reason.
pub const SKIPPED_FILES: &str = "retrohunt.skipped_files";
/// JSON list of what else a reader should know: days without files, columns that are all null.
pub const NOTES: &str = "retrohunt.notes";
/// `true` where rows beyond a limit were left out.
pub const TRUNCATED: &str = "retrohunt.truncated";
/// JSON list of `{name, type, stored_as}`, a column each; written by the encoder.
pub const COLUMNS: &str = "retrohunt.columns";
/// JSON list of `{scenario, on, events, devices, rows}`: what each exclusion set aside.
pub const EXCLUDED: &str = "retrohunt.excluded";
