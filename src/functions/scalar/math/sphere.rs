//! Distances on the Earth: `geo_distance_2points`, `geo_point_in_circle`.
//!
//! What always holds: the Earth is the sphere that Kusto takes it for; a longitude beyond 180 degrees, a latitude
//! beyond 90, or a radius that is not positive gives null.

use crate::functions::scalar::definition::{Definition, Form, Gives, Udf};
use crate::functions::scalar::rows::{Bool, Real, map_all};
use crate::functions::{Accepts, Category, Example, Parameter, ScalarFunction, Signature};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&DISTANCE, &IN_CIRCLE]
}

/// Metres. The distance in Microsoft's example of `geo_distance_2points` is that of this radius, to the last digit.
const RADIUS: f64 = 6_371_010.0;

/// Metres along the surface between two points, each a longitude and a latitude in degrees.
fn distance(from: (f64, f64), to: (f64, f64)) -> Option<f64> {
    let valid = |(longitude, latitude): (f64, f64)| {
        (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude)
    };
    if !valid(from) || !valid(to) {
        return None;
    }
    let (latitude, other) = (from.1.to_radians(), to.1.to_radians());
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let chord = half(from.1, to.1) + latitude.cos() * other.cos() * half(from.0, to.0);
    Some(2.0 * RADIUS * chord.sqrt().min(1.0).asin())
}

static DISTANCE: Definition = Definition {
    name: "geo_distance_2points",
    aliases: &[],
    category: Category::Math,
    summary: "Metres along the Earth's surface between two points, each a longitude and a latitude.",
    examples: &[Example {
        kql: "print tolong(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056)), \
              geo_distance_2points(300, 1, 1, 1)",
        rows: "[[1546754, null]]",
    }],
    signature: Signature::new(&[
        Parameter::new("longitude", Accepts::Number),
        Parameter::new("latitude", Accepts::Number),
        Parameter::new("other_longitude", Accepts::Number),
        Parameter::new("other_latitude", Accepts::Number),
    ]),
    gives: Gives::Always(Ty::Real),
    form: Form::Udf(Udf::new(
        "kql_geo_distance_2points",
        &[Ty::Real; 4],
        Ty::Real,
        |a, n| {
            map_all::<Real, Real>(a, n, |values| match *values {
                [
                    Some(longitude),
                    Some(latitude),
                    Some(other),
                    Some(other_latitude),
                ] => distance((longitude, latitude), (other, other_latitude)),
                _ => None,
            })
        },
    )),
};

static IN_CIRCLE: Definition = Definition {
    name: "geo_point_in_circle",
    aliases: &[],
    category: Category::Math,
    summary: "Whether a point lies within a circle on the Earth: the points' longitudes and latitudes, and the radius in metres.",
    examples: &[Example {
        kql: "print geo_point_in_circle(-122.143564, 47.535677, -122.100896, 47.527351, 3500), \
              geo_point_in_circle(-122.137575, 47.630683, -122.100896, 47.527351, 3500), \
              geo_point_in_circle(1, 1, 1, 1, -1)",
        rows: "[[true, false, null]]",
    }],
    signature: Signature::new(&[
        Parameter::new("longitude", Accepts::Number),
        Parameter::new("latitude", Accepts::Number),
        Parameter::new("center_longitude", Accepts::Number),
        Parameter::new("center_latitude", Accepts::Number),
        Parameter::new("radius", Accepts::Number),
    ]),
    gives: Gives::Always(Ty::Bool),
    form: Form::Udf(Udf::new(
        "kql_geo_point_in_circle",
        &[Ty::Real; 5],
        Ty::Bool,
        |a, n| {
            map_all::<Real, Bool>(a, n, |values| match *values {
                [
                    Some(longitude),
                    Some(latitude),
                    Some(center),
                    Some(center_latitude),
                    Some(radius),
                ] if radius > 0.0 => {
                    let away = distance((longitude, latitude), (center, center_latitude))?;
                    Some(away <= radius)
                }
                _ => None,
            })
        },
    )),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_sphere() {
        let seattle = (-122.407628, 47.578557);
        let los_angeles = (-118.275287, 34.019056);
        let metres = distance(seattle, los_angeles).unwrap();
        assert!((metres - 1_546_754.351_973_81).abs() < 1e-5, "{metres}");
        assert_eq!(distance(seattle, seattle), Some(0.0));
        let half_around = distance((0.0, 0.0), (180.0, 0.0)).unwrap();
        assert!((half_around - std::f64::consts::PI * RADIUS).abs() < 1e-6);
        assert_eq!(distance((0.0, f64::NAN), seattle), None);
    }
}
