//! SQL as text for reading.
//!
//! What always holds: parsing the text again gives the same statement, in the generic dialect, or in DuckDB's
//! where there are lambdas, which the generic one does not have; what a formatter would break is printed as
//! sqlparser prints it.

use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::{Dialect, DuckDbDialect, GenericDialect};
use datafusion::sql::sqlparser::parser::Parser;
use sqlformat::{FormatOptions, Indent, QueryParams};

/// The statement over several lines, a clause each.
pub fn format(statement: &Statement) -> String {
    let plain = statement.to_string();
    let options = FormatOptions {
        indent: Indent::Spaces(2),
        max_inline_block: 80,
        max_inline_arguments: Some(100),
        joins_as_top_level: true,
        ..FormatOptions::default()
    };
    let pretty = sqlformat::format(&plain, &QueryParams::None, &options);
    match reads_as(&pretty, &plain) {
        true => pretty,
        false => format!("{statement:#}"),
    }
}

fn reads_as(text: &str, plain: &str) -> bool {
    let dialects: [&dyn Dialect; 2] = [&GenericDialect {}, &DuckDbDialect {}];
    dialects.into_iter().any(|dialect| {
        let read = Parser::parse_sql(dialect, text);
        read.is_ok_and(|statements| matches!(&statements[..], [one] if one.to_string() == plain))
    })
}
