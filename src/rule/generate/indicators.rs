//! Reads an indicator file.
//!
//! In: its CSV text. Out: one [`Indicator`] for each tool and kind, in the order of the file.
//! What always holds: every column of an [`Indicator`] is one that its table has; terms on a
//! column that the table lacks are kept apart in `left_out`.

use std::fmt;

/// What a rule looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Network,
    Process,
    Signature,
}

/// How a column is compared with its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Has,
    HasAny,
    Equals,
}

/// The terms of one column: one of them must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub operator: Operator,
    pub terms: Vec<String>,
}

/// What is known of one tool in one kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    pub tool: String,
    pub kind: Kind,
    pub columns: Vec<Column>,
    /// Columns that the kind's table does not have.
    pub left_out: Vec<Column>,
}

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("indicators, line {line}: {message}")]
pub struct IndicatorError {
    pub line: u64,
    pub message: String,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        match name {
            "netconn" => Some(Kind::Network),
            "createproc" => Some(Kind::Process),
            "filesig" => Some(Kind::Signature),
            _ => None,
        }
    }

    pub fn table(self) -> &'static str {
        match self {
            Kind::Network => "DeviceNetworkEvents",
            Kind::Process => "DeviceProcessEvents",
            Kind::Signature => "DeviceFileCertificateInfo",
        }
    }

    /// The columns of the table that indicators may name.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Kind::Network => &[
                "InitiatingProcessFileName",
                "InitiatingProcessVersionInfoCompanyName",
                "InitiatingProcessVersionInfoFileDescription",
                "InitiatingProcessVersionInfoOriginalFileName",
                "InitiatingProcessVersionInfoProductName",
                "RemoteUrl",
            ],
            Kind::Process => &[
                "FileName",
                "ProcessVersionInfoCompanyName",
                "ProcessVersionInfoFileDescription",
                "ProcessVersionInfoOriginalFileName",
                "ProcessVersionInfoProductName",
            ],
            Kind::Signature => &["Signer"],
        }
    }
}

impl fmt::Display for Kind {
    /// The word in file names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Network => "network",
            Kind::Process => "process",
            Kind::Signature => "signature",
        })
    }
}

impl Operator {
    fn named(name: &str) -> Option<Self> {
        match name {
            "has" => Some(Operator::Has),
            "has_any" => Some(Operator::HasAny),
            "=~" => Some(Operator::Equals),
            _ => None,
        }
    }
}

/// Reads the lines of an indicator file.
pub fn read(csv_text: &str) -> Result<Vec<Indicator>, IndicatorError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(csv_text.as_bytes());
    let broken = |fault: csv::Error| IndicatorError {
        line: fault.position().map_or(0, csv::Position::line),
        message: "not a CSV line of five columns".to_owned(),
    };
    let head = ["tool", "kind", "column", "operator", "term"];
    if reader.headers().map_err(broken)? != head[..] {
        return Err(IndicatorError {
            line: 1,
            message: format!("the columns must be {}", head.join(",")),
        });
    }
    let mut indicators: Vec<Indicator> = Vec::new();
    for record in reader.into_records() {
        let record = record.map_err(broken)?;
        let bad = |message: String| IndicatorError {
            line: record.position().map_or(0, csv::Position::line),
            message,
        };
        let field = |i: usize| record.get(i).unwrap_or_default().trim();
        let (tool, column, term) = (field(0), field(2), field(4));
        if tool.is_empty() || column.is_empty() || term.is_empty() {
            return Err(bad("a field is empty".to_owned()));
        }
        let kind = Kind::named(field(1));
        let kind = kind.ok_or_else(|| bad(format!("`{}` is no kind", field(1))))?;
        let operator = Operator::named(field(3));
        let operator = operator.ok_or_else(|| bad(format!("`{}` is no operator", field(3))))?;
        let same = |known: &Indicator| known.tool == tool && known.kind == kind;
        let at = indicators.iter().position(same).unwrap_or_else(|| {
            indicators.push(Indicator {
                tool: tool.to_owned(),
                kind,
                columns: Vec::new(),
                left_out: Vec::new(),
            });
            indicators.len() - 1
        });
        let columns = if kind.columns().contains(&column) {
            &mut indicators[at].columns
        } else {
            &mut indicators[at].left_out
        };
        match columns.iter_mut().find(|known| known.name == column) {
            Some(known) if known.operator != operator => {
                return Err(bad(format!("`{column}` of `{tool}` has two operators")));
            }
            Some(known) => known.terms.push(term.to_owned()),
            None => columns.push(Column {
                name: column.to_owned(),
                operator,
                terms: vec![term.to_owned()],
            }),
        }
    }
    Ok(indicators)
}
