//! Functions that give several columns where they stand in a list: `series_stats`, `array_sort_asc` of
//! several arrays.
//!
//! In: a call. Out: the columns, with Kusto's names where the query names none. What always holds: the
//! function's own value is an array of the columns' values, so that `f(x)[1]` is its second column.

use crate::functions::Value;
use crate::plan::Expr;
use crate::symbols::ScalarType;
use crate::syntax::ast;

use super::Binder;
use super::expressions::convert;
use super::naming;
use super::shape;
use super::table::Scope;

use ScalarType::{Dynamic, Long, Real};

type Columns = &'static [(&'static str, ScalarType)];

/// The columns of each function, in their order.
const FUNCTIONS: &[(&str, Columns)] = &[
    (
        "series_stats",
        &[
            ("min", Real),
            ("min_idx", Long),
            ("max", Real),
            ("max_idx", Long),
            ("avg", Real),
            ("stdev", Real),
            ("variance", Real),
        ],
    ),
    (
        "series_fit_line",
        &[
            ("rsquare", Real),
            ("slope", Real),
            ("variance", Real),
            ("rvariance", Real),
            ("interception", Real),
            ("line_fit", Dynamic),
        ],
    ),
    (
        "series_fit_2lines",
        &[
            ("rsquare", Real),
            ("split_idx", Long),
            ("variance", Real),
            ("rvariance", Real),
            ("line_fit", Dynamic),
            ("right_rsquare", Real),
            ("right_slope", Real),
            ("right_interception", Real),
            ("right_variance", Real),
            ("right_rvariance", Real),
            ("left_rsquare", Real),
            ("left_slope", Real),
            ("left_interception", Real),
            ("left_variance", Real),
            ("left_rvariance", Real),
        ],
    ),
    (
        "series_fit_poly",
        &[
            ("rsquare", Real),
            ("coefficients", Dynamic),
            ("variance", Real),
            ("rvariance", Real),
            ("poly_fit", Dynamic),
        ],
    ),
    ("series_fft", &[("real", Dynamic), ("imag", Dynamic)]),
    ("series_ifft", &[("real", Dynamic), ("imag", Dynamic)]),
    (
        "series_periods_validate",
        &[("periods", Dynamic), ("scores", Dynamic)],
    ),
    (
        "series_periods_detect",
        &[("periods", Dynamic), ("scores", Dynamic)],
    ),
    (
        "series_decompose",
        &[
            ("baseline", Dynamic),
            ("seasonal", Dynamic),
            ("trend", Dynamic),
            ("residual", Dynamic),
        ],
    ),
    (
        "series_decompose_anomalies",
        &[
            ("ad_flag", Dynamic),
            ("ad_score", Dynamic),
            ("baseline", Dynamic),
        ],
    ),
];

impl Binder<'_> {
    /// The columns of such a call, None where it is none. A column is None where it could not be bound.
    pub(super) fn tuple(
        &mut self,
        scope: &Scope,
        value: &ast::Expr,
    ) -> Option<Vec<(String, Option<Expr>)>> {
        let call = shape::call(shape::bare(value))?;
        let name = call.name.text.as_str();
        let columns: Vec<(String, ScalarType)> = match name {
            "array_sort_asc" | "array_sort_desc" => sorted_arrays(scope, call)?,
            _ => {
                let (_, columns) = FUNCTIONS.iter().find(|(function, _)| *function == name)?;
                let first = call.arguments.first();
                let of = first.and_then(|a| naming::result_name(scope, &a.value));
                let of = of.unwrap_or_default();
                columns
                    .iter()
                    .map(|(column, ty)| (format!("{name}_{of}_{column}"), *ty))
                    .collect()
            }
        };
        let whole = self.expr(scope, value);
        let element = |binder: &mut Self, place: i64, ty: ScalarType| {
            let whole = whole.clone()?;
            let function = binder.builtin("element", value.span)?;
            let place = Expr::literal(Value::Long(place), value.span);
            let arguments = vec![Some(whole), Some(place)];
            let element = binder.apply(function, arguments, value.span, value.span)?;
            Some(convert(element, ty))
        };
        Some(
            columns
                .into_iter()
                .zip(0_i64..)
                .map(|((name, ty), place)| (name, element(self, place, ty)))
                .collect(),
        )
    }
}

/// The arrays of a sort, where there are several: `a_sorted`, or `array0_sorted` of what has no name.
fn sorted_arrays(scope: &Scope, call: &ast::Call) -> Option<Vec<(String, ScalarType)>> {
    let mut arrays = call.arguments.as_slice();
    if let [rest @ .., last] = arrays
        && let ast::ExprKind::Literal(ast::Literal::Bool(_)) = shape::bare(&last.value).kind
    {
        arrays = rest;
    }
    (arrays.len() > 1).then(|| {
        arrays
            .iter()
            .enumerate()
            .map(|(place, array)| {
                let name = naming::result_name(scope, &array.value);
                let name = name.unwrap_or_else(|| format!("array{place}"));
                (format!("{name}_sorted"), Dynamic)
            })
            .collect()
    })
}
