//! `convert_angle`, `convert_energy`, `convert_force`, `convert_length`, `convert_mass`, `convert_speed`,
//! `convert_temperature`, `convert_volume`: a number of one unit in another.
//!
//! In: a number and two names of units. Out: the number. What always holds: the tables have every unit that
//! Microsoft's reference lists, by its definition in the SI; any other name gives null, as there.

mod table;

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;

use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::string::rows::Rows;
use crate::functions::{Accepts, Category, Example, Parameter, ScalarFunction, Signature};
use crate::symbols::ScalarType as Ty;
use arrow::array::{Array, AsArray, Float64Array};
use arrow::datatypes::Float64Type;
use datafusion::common::ScalarValue;
use std::sync::Arc;

/// The functions of this category.
pub fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &ANGLE,
        &ENERGY,
        &FORCE,
        &LENGTH,
        &MASS,
        &SPEED,
        &TEMPERATURE,
        &VOLUME,
    ]
}

/// A unit by the base unit of its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Unit {
    /// What one is, and where its zero lies.
    Linear { scale: f64, zero: f64 },
    /// The sine of an angle; the base unit is the degree.
    Sine,
}

impl Unit {
    fn to_base(self, x: f64) -> f64 {
        match self {
            Self::Linear { scale, zero } => x * scale + zero,
            Self::Sine => x.asin().to_degrees(),
        }
    }

    fn of_base(self, x: f64) -> f64 {
        match self {
            Self::Linear { scale, zero } => (x - zero) / scale,
            Self::Sine => x.to_radians().sin(),
        }
    }

    /// What one is; None where that depends on how many there are.
    fn scale(self) -> Option<f64> {
        match self {
            Self::Linear { scale, .. } => Some(scale),
            Self::Sine => None,
        }
    }
}

fn convert(
    arguments: &[ColumnarValue],
    count: usize,
    find: fn(&str) -> Option<Unit>,
) -> Result<ColumnarValue> {
    let rows = Rows::of(arguments, count);
    let values = arguments[0].to_array(rows.len)?;
    let values = values.as_primitive::<Float64Type>();
    let (from, to) = (rows.texts(&arguments[1])?, rows.texts(&arguments[2])?);
    let mut out = Vec::with_capacity(rows.len);
    for row in 0..rows.len {
        let units = find(from.get(row)).zip(find(to.get(row)));
        let value = values.is_valid(row).then(|| values.value(row));
        out.push(
            value
                .zip(units)
                .map(|(x, (from, to))| to.of_base(from.to_base(x))),
        );
    }
    let array = Float64Array::from(out);
    let constant = arguments
        .iter()
        .all(|a| matches!(a, ColumnarValue::Scalar(_)));
    Ok(match constant {
        true => ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?),
        false => ColumnarValue::Array(Arc::new(array)),
    })
}

macro_rules! conversion {
    ($static:ident, $name:literal, $find:path, $kql:literal, $rows:literal) => {
        static $static: Definition = Definition {
            name: $name,
            aliases: &[],
            category: Category::Other,
            summary: "A number of one unit as a number of another; null where a unit is not known.",
            examples: &[Example {
                kql: $kql,
                rows: $rows,
            }],
            signature: Signature::new(&[
                Parameter::new("value", Accepts::Number),
                Parameter::new("from", Accepts::Exactly(Ty::String)),
                Parameter::new("to", Accepts::Exactly(Ty::String)),
            ]),
            gives: Gives::Always(Ty::Real),
            form: Form::Udf(Udf::new(
                concat!("kql_", $name),
                &[Ty::Real, Ty::String, Ty::String],
                Ty::Real,
                |arguments, rows| convert(arguments, rows, $find),
            )),
        };
    };
}

conversion!(
    ANGLE,
    "convert_angle",
    table::angle,
    "print convert_angle(1.2, 'Degree', 'Arcminute'), round(convert_angle(30, 'Degree', 'Tilt'), 9)",
    "[[72.0, 0.5]]"
);
conversion!(
    ENERGY,
    "convert_energy",
    table::energy,
    "print round(convert_energy(1.2, 'Joule', 'BritishThermalUnit'), 12)",
    "[[0.001137380544]]"
);
conversion!(
    FORCE,
    "convert_force",
    table::force,
    "print round(convert_force(1.2, 'Newton', 'Decanewton'), 9)",
    "[[0.12]]"
);
conversion!(
    LENGTH,
    "convert_length",
    table::length,
    "print round(convert_length(1.2, 'Meter', 'Foot'), 9)",
    "[[3.937007874]]"
);
conversion!(
    MASS,
    "convert_mass",
    table::mass,
    "print round(convert_mass(1.2, 'Kilogram', 'Pound'), 9), convert_mass(1.2, 'kilogram', 'Pound')",
    "[[2.645547146, null]]"
);
conversion!(
    SPEED,
    "convert_speed",
    table::speed,
    "print round(convert_speed(1.2, 'MeterPerSecond', 'CentimeterPerHour'), 6)",
    "[[432000.0]]"
);
conversion!(
    TEMPERATURE,
    "convert_temperature",
    table::temperature,
    "print round(convert_temperature(1.2, 'Kelvin', 'DegreeCelsius'), 9), round(convert_temperature(100, 'DegreeCelsius', 'DegreeFahrenheit'), 9)",
    "[[-271.95, 212.0]]"
);
conversion!(
    VOLUME,
    "convert_volume",
    table::volume,
    "print round(convert_volume(1.2, 'CubicMeter', 'AcreFoot'), 12)",
    "[[0.0009728568]]"
);
