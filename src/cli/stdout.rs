//! Where results go.

use std::io::{BufWriter, Stdout, Write};

use super::exit::{Exit, Failure};
use crate::report::ReportError;

/// A buffered writer of results.
pub fn writer() -> BufWriter<Stdout> {
    BufWriter::with_capacity(1 << 16, std::io::stdout())
}

/// A closed pipe ends the command without a word, as `| head` expects.
pub fn failure(error: ReportError) -> Failure {
    match error.is_broken_pipe() {
        true => Failure::new(Exit::Done, ""),
        false => Failure::new(Exit::World, error.to_string()),
    }
}

/// Prints text and a newline.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = writer();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
