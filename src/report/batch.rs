//! The lines of a batch: one JSON object an item.
//!
//! In: the item's id and its result or faults. Out: one line of JSON, without its line end. What
//! always holds: a line has either `error` or `columns`; lines and columns of faults count from 1,
//! columns in characters.

use serde_json::{Value, json};

use super::ReportError;
use super::cells::cells;
use super::json_text::push_string;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, Span};
use crate::plan::Column;
use crate::rule::FileText;
use arrow::array::RecordBatch;

/// `{id, columns: [{name, type}], rows: [[…]]}`.
///
/// # Errors
/// The batches are not ones of these columns.
pub fn batch_answer(
    id: &str,
    columns: &[Column],
    batches: &[RecordBatch],
) -> Result<String, ReportError> {
    let mut out = head(id, columns, &[]);
    out.extend_from_slice(b",\"rows\":[");
    let mut first = true;
    for batch in batches {
        let cells = cells(columns, batch)?;
        for row in 0..batch.num_rows() {
            out.extend_from_slice(if first { b"[" } else { b",[" });
            first = false;
            for (i, cell) in cells.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                cell.push_json(row, &mut out);
            }
            out.push(b']');
        }
    }
    out.extend_from_slice(b"]}");
    Ok(line(out))
}

/// `{id, columns: [{name, type}], warnings: […]}`: what a query that was only checked gives. The type of a
/// column that only the data tells is `unknown`.
pub fn batch_schema(
    id: &str,
    (columns, untyped): (&[Column], &[String]),
    diagnostics: &Diagnostics,
    text: &str,
) -> String {
    let text = FileText::new(text);
    let warnings: Vec<Value> = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Warning)
        .map(|d| {
            let (line, column) = text.position(d.span.start);
            json!({
                "code": d.code.as_str(),
                "message": d.message,
                "line": line,
                "column": column,
            })
        })
        .collect();
    let mut out = head(id, columns, untyped);
    out.extend_from_slice(format!(",\"warnings\":{}}}", Value::from(warnings)).as_bytes());
    line(out)
}

/// `{id, error, code, kind, line, column}` of the first error; of a warning where there is no error,
/// since then warnings count as errors.
pub fn batch_error(id: &str, diagnostics: &Diagnostics, text: &str) -> String {
    let fault = diagnostics
        .first_error()
        .or_else(|| diagnostics.iter().max_by_key(|d| d.severity));
    match fault {
        Some(fault) => fault_line(id, fault, &FileText::new(text)),
        None => batch_failure(id, Code::RunFailed, "the query failed without a reason"),
    }
}

/// The same for a fault that has no place in the text, such as one of the data.
pub fn batch_failure(id: &str, code: Code, message: &str) -> String {
    let fault = Diagnostic::error(code, Span::default(), message);
    let mut fault = error_object(id, &fault);
    fault["line"] = Value::Null;
    fault["column"] = Value::Null;
    fault.to_string()
}

fn fault_line(id: &str, fault: &Diagnostic, text: &FileText) -> String {
    let (line, column) = text.position(fault.span.start);
    let mut fault = error_object(id, fault);
    fault["line"] = Value::from(line);
    fault["column"] = Value::from(column);
    fault.to_string()
}

fn error_object(id: &str, fault: &Diagnostic) -> Value {
    json!({
        "id": id,
        "error": fault.message,
        "code": fault.code.as_str(),
        "kind": fault.code.kind().as_str(),
    })
}

/// `{"id":…,"columns":[…]`, left open.
fn head(id: &str, columns: &[Column], untyped: &[String]) -> Vec<u8> {
    let mut out = b"{\"id\":".to_vec();
    push_string(&mut out, id);
    out.extend_from_slice(b",\"columns\":[");
    for (i, column) in columns.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b",{\"name\":" } else { b"{\"name\":" });
        push_string(&mut out, &column.name);
        let ty = match untyped.contains(&column.name) {
            true => "unknown",
            false => column.ty.name(),
        };
        out.extend_from_slice(format!(",\"type\":\"{ty}\"}}").as_bytes());
    }
    out.push(b']');
    out
}

fn line(bytes: Vec<u8>) -> String {
    // Whole UTF-8 texts went in, cut at no place but at ASCII bytes.
    String::from_utf8_lossy(&bytes).into_owned()
}
