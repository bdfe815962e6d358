//! Rules made from indicators: one rule for each tool and kind of event.
//!
//! In: CSV with the columns `tool,kind,column,operator,term`. Out: file names with rules as YAML.
//! What always holds: the terms of one column are alternatives, the columns of one kind must all
//! hold. The same CSV gives the same bytes, and a rule keeps its id while its tool and kind keep
//! their names.

mod indicators;
mod render;

pub use indicators::IndicatorError;

/// Makes the rules of an indicator file: file names and YAML texts, in the order of the names.
///
/// A kind of a tool of which no column is left (see the module `indicators`) gives no rule.
///
/// # Errors
/// A line that is not as the columns want it, with its number.
pub fn generate(csv_text: &str) -> Result<Vec<(String, String)>, IndicatorError> {
    let indicators = indicators::read(csv_text)?;
    let mut files: Vec<_> = indicators.iter().filter_map(render::rule).collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
