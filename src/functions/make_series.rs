//! What `make-series` puts its groups together with: the axis of a series, and the values along it.
//!
//! In: the slots that have data, as JSON arrays of the slot and its values; the ends and the step of the
//! series as JSON numbers (times as ticks), null where an end is the data's own. Out: a JSON array with an
//! element for each slot. What always holds: axis and values of one series have the same length; a slot
//! without data has the default. No query can call these functions by name.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF};

use super::json::{self, Node, Number};
use super::signature::Accepts;
use super::udf::{self, row_wise};
use super::{
    Argument, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType as Ty;
use crate::syntax::ticks::{datetime_text, timespan_text};

const AXIS_UDF: &str = "kql_series_axis";
const VALUES_UDF: &str = "kql_series_values";

/// The most slots of one series, which is Kusto's limit too.
const MOST_SLOTS: i64 = 1 << 20;

/// `(slots, from, to, step, closed, type)`: the places along the axis.
pub static AXIS: MakeSeries = MakeSeries { values: false };

/// `(slots, from, to, step, closed, value, default)`: a value's elements along the axis.
pub static VALUES: MakeSeries = MakeSeries { values: true };

#[derive(Debug)]
pub struct MakeSeries {
    values: bool,
}

const fn dynamic(name: &'static str) -> Parameter {
    Parameter::new(name, Accepts::Exactly(Ty::Dynamic))
}

const AXIS_PARAMETERS: &[Parameter] = &[
    dynamic("slots"),
    dynamic("from"),
    dynamic("to"),
    dynamic("step"),
    dynamic("closed"),
    dynamic("type"),
];

const VALUES_PARAMETERS: &[Parameter] = &[
    dynamic("slots"),
    dynamic("from"),
    dynamic("to"),
    dynamic("step"),
    dynamic("closed"),
    dynamic("value"),
    dynamic("default"),
];

impl ScalarFunction for MakeSeries {
    fn name(&self) -> &'static str {
        "make-series"
    }

    fn category(&self) -> Category {
        Category::Operator
    }

    fn summary(&self) -> &'static str {
        match self.values {
            true => "The values of a series, one for each slot.",
            false => "The axis of a series.",
        }
    }

    fn examples(&self) -> &'static [Example] {
        &[]
    }

    fn signature(&self) -> Signature {
        Signature::new(match self.values {
            true => VALUES_PARAMETERS,
            false => AXIS_PARAMETERS,
        })
    }

    fn return_type(&self, _: &[Argument]) -> std::result::Result<Ty, ArgumentFault> {
        Ok(Ty::Dynamic)
    }

    fn sql(&self, arguments: &[SqlArgument], _: Ty) -> std::result::Result<Sql, ArgumentFault> {
        let name = match self.values {
            true => VALUES_UDF,
            false => AXIS_UDF,
        };
        Ok(sql::call(
            name,
            arguments.iter().map(|a| a.sql.clone()).collect(),
        ))
    }

    fn udfs(&self) -> Vec<ScalarUDF> {
        udfs()
    }
}

/// The UDFs.
pub fn udfs() -> Vec<ScalarUDF> {
    let text = |count| vec![DataType::Utf8View; count];
    vec![
        udf::over_types(
            AXIS_UDF,
            text(AXIS_PARAMETERS.len()),
            false,
            DataType::Utf8View,
            |arguments, rows| each_row(arguments, rows, axis),
        ),
        udf::over_types(
            VALUES_UDF,
            text(VALUES_PARAMETERS.len()),
            false,
            DataType::Utf8View,
            |arguments, rows| each_row(arguments, rows, values),
        ),
    ]
}

type Row<'a> = &'a [Option<&'a str>];

fn each_row(
    arguments: &[ColumnarValue],
    rows: usize,
    of: fn(Row) -> Result<String>,
) -> Result<ColumnarValue> {
    row_wise(arguments, rows, |arrays: &[ArrayRef]| {
        let columns: Vec<_> = arrays.iter().map(|a| a.as_string_view()).collect();
        let rows = columns.first().map_or(0, |c| c.len());
        let mut out = StringViewBuilder::with_capacity(rows);
        for row in 0..rows {
            let cells: Vec<_> = columns
                .iter()
                .map(|c| c.is_valid(row).then(|| c.value(row)))
                .collect();
            out.append_value(of(&cells)?);
        }
        Ok(Arc::new(out.finish()))
    })
}

/// The slots of one series.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Slots {
    Whole { start: i64, step: i64, count: i64 },
    Real { start: f64, step: f64, count: i64 },
}

fn number(cell: Option<&str>) -> Option<Number> {
    json::trusted(cell?).number()
}

fn real(number: Number) -> f64 {
    match number {
        Number::Long(n) => n as f64,
        Number::Real(x) => x,
    }
}

impl Slots {
    /// From the ends where they are given, else from the first and behind the last slot that has data.
    fn of(row: Row, data: &[Vec<Node>]) -> Result<Self> {
        let fault = |what: &str| DataFusionError::Execution(format!("make-series: {what}"));
        let [_, from, to, step, closed, ..] = row else {
            return Err(fault("too few arguments"));
        };
        let step = number(*step).ok_or_else(|| fault("the step is null"))?;
        if real(step) <= 0.0 {
            return Err(fault("the step must be greater than 0"));
        }
        let closed = *closed == Some("true");
        let places = || data.iter().filter_map(|slot| slot.first()?.number());
        let (from, to) = (number(*from), number(*to));
        let whole = |n: Option<Number>| match n {
            Some(Number::Long(n)) => Some(n),
            Some(Number::Real(_)) | None => None,
        };
        let all_whole = matches!(step, Number::Long(_))
            && places()
                .chain(from)
                .chain(to)
                .all(|n| matches!(n, Number::Long(_)));
        let (slots, count) = if let (true, Some(step)) = (all_whole, whole(Some(step))) {
            let longs = || places().filter_map(|n| whole(Some(n)));
            let first = whole(from).or_else(|| longs().min());
            let last = match whole(to) {
                Some(to) if closed => Some(to),
                Some(to) => Some(to.saturating_sub(1)),
                None => longs().max(),
            };
            let (Some(start), Some(last)) = (first, last) else {
                return Ok(Self::Whole {
                    start: 0,
                    step,
                    count: 0,
                });
            };
            let count = match last < start {
                true => 0,
                false => last.saturating_sub(start) / step + 1,
            };
            (Self::Whole { start, step, count }, count)
        } else {
            let step = real(step);
            let reals = || places().map(real);
            let first = from.map(real).or_else(|| reals().reduce(f64::min));
            let last = to.map(real).or_else(|| reals().reduce(f64::max));
            let (Some(start), Some(last)) = (first, last) else {
                return Ok(Self::Real {
                    start: 0.0,
                    step,
                    count: 0,
                });
            };
            let steps = (last - start) / step;
            let count = match to.is_some() && !closed {
                true => steps.ceil() as i64,
                false => steps.floor() as i64 + 1,
            };
            let count = count.max(0);
            (Self::Real { start, step, count }, count)
        };
        if count > MOST_SLOTS {
            return Err(fault(&format!(
                "a series of {count} slots; {MOST_SLOTS} is the most"
            )));
        }
        Ok(slots)
    }

    fn count(self) -> usize {
        let (Self::Whole { count, .. } | Self::Real { count, .. }) = self;
        usize::try_from(count).unwrap_or(0)
    }

    /// The place of a slot in the series.
    fn place(self, slot: Number) -> Option<usize> {
        let place = match self {
            Self::Whole { start, step, .. } => match slot {
                Number::Long(n) => n.checked_sub(start)?.div_euclid(step),
                Number::Real(_) => return None,
            },
            Self::Real { start, step, .. } => ((real(slot) - start) / step).round() as i64,
        };
        usize::try_from(place).ok().filter(|at| *at < self.count())
    }

    /// The slot at a place, as JSON of this type.
    fn json(self, place: usize, ty: &str) -> String {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        match self {
            Self::Whole { start, step, .. } => {
                let slot = start.saturating_add(step.saturating_mul(place));
                match ty {
                    "datetime" => json::string_text(&datetime_text(slot)),
                    "timespan" => json::string_text(&timespan_text(slot)),
                    _ => slot.to_string(),
                }
            }
            Self::Real { start, step, .. } => {
                let mut out = String::new();
                json::push_real(&mut out, start + step * place as f64);
                out
            }
        }
    }
}

/// The slots that have data, each with its values.
fn data<'a>(row: Row<'a>) -> Vec<Vec<Node<'a>>> {
    let slots = row.first().copied().flatten().map(json::trusted);
    let slots = slots.into_iter().flat_map(Node::elements);
    slots.map(|slot| slot.elements().collect()).collect()
}

fn axis(row: Row) -> Result<String> {
    let data = data(row);
    let slots = Slots::of(row, &data)?;
    let ty = row.get(5).copied().flatten().map(json::trusted);
    let ty = ty.and_then(Node::string).unwrap_or_default();
    Ok((0..slots.count())
        .map(|place| slots.json(place, &ty))
        .collect::<json::Array>()
        .finish())
}

fn values(row: Row) -> Result<String> {
    let data = data(row);
    let slots = Slots::of(row, &data)?;
    let value = match number(row.get(5).copied().flatten()) {
        Some(Number::Long(n)) => usize::try_from(n).unwrap_or(1),
        Some(Number::Real(_)) | None => 1,
    };
    let default = row.get(6).copied().flatten().unwrap_or("null");
    let mut out = vec![default; slots.count()];
    for slot in data {
        let place = slot.first().and_then(|n| n.number());
        if let Some(place) = place.and_then(|n| slots.place(n)) {
            out[place] = slot.get(value).map_or("null", |n| n.text());
        }
    }
    Ok(out.into_iter().collect::<json::Array>().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(of: fn(Row) -> Result<String>, cells: &[&str]) -> String {
        let cells: Vec<Option<&str>> = cells.iter().map(|c| (*c != "-").then_some(*c)).collect();
        of(&cells).unwrap()
    }

    #[test]
    fn slots_without_data_have_the_default() {
        let slots = "[[1,10],[5,50]]";
        assert_eq!(
            run(values, &[slots, "1", "9", "2", "false", "1", "0"]),
            "[10,0,50,0]"
        );
        assert_eq!(
            run(values, &[slots, "1", "9", "2", "true", "1", "null"]),
            "[10,null,50,null,null]"
        );
        assert_eq!(
            run(axis, &[slots, "1", "9", "2", "false", "\"long\""]),
            "[1,3,5,7]"
        );
    }

    #[test]
    fn without_ends_the_data_has_them() {
        let slots = "[[4,1],[10,2]]";
        assert_eq!(
            run(values, &[slots, "-", "-", "2", "false", "1", "0"]),
            "[1,0,0,2]"
        );
        assert_eq!(run(axis, &["[]", "-", "-", "2", "false", "\"long\""]), "[]");
    }

    #[test]
    fn real_axes_and_times() {
        assert_eq!(
            run(axis, &["[]", "0.5", "2.0", "0.5", "false", "\"real\""]),
            "[0.5,1.0,1.5]"
        );
        assert_eq!(
            run(
                values,
                &["[[1.5,7]]", "0.5", "2.0", "0.5", "false", "1", "0"]
            ),
            "[0,0,7]"
        );
        assert_eq!(
            run(
                axis,
                &[
                    "[]",
                    "0",
                    "864000000001",
                    "864000000000",
                    "false",
                    "\"datetime\""
                ]
            ),
            r#"["0001-01-01T00:00:00.0000000Z","0001-01-02T00:00:00.0000000Z"]"#
        );
    }

    #[test]
    fn a_step_of_nothing_and_a_series_without_end_are_faults() {
        let fails = |cells: &[&str]| {
            let cells: Vec<_> = cells.iter().copied().map(Some).collect();
            axis(&cells).is_err()
        };
        assert!(fails(&["[]", "0", "10", "0", "false", "\"long\""]));
        assert!(fails(&["[]", "0", "9000000000", "1", "false", "\"long\""]));
    }
}
