//! `row_window_session(time, longest, gap [, restart])`: where the row's session began.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Int64Array};
use arrow::datatypes::Int64Type;

use super::function::{Gives, Input, WindowFunction};
use super::restarts;
use crate::functions::signature::{Accepts, Parameter};
use crate::functions::{Example, Signature};
use crate::symbols::ScalarType;

pub static ROW_WINDOW_SESSION: WindowFunction = WindowFunction {
    name: "row_window_session",
    summary: "The time at which the row's session began: rows belong to one as long as they are near \
              the one before and not too far from its first.",
    examples: &[Example {
        kql: "range m from 0 to 40 step 10 | serialize s = row_window_session(datetime(2024-01-01) + m * 1m, 25m, 15m, m == 40) | project m, s = datetime_diff('minute', s, datetime(2024-01-01))",
        rows: "[[0, 0], [10, 0], [20, 0], [30, 30], [40, 40]]",
    }],
    signature: Signature::new(&[
        Parameter::new("time", Accepts::Exactly(ScalarType::DateTime)),
        Parameter::new("longest", Accepts::Exactly(ScalarType::TimeSpan)),
        Parameter::new("gap", Accepts::Exactly(ScalarType::TimeSpan)),
        Parameter::new("restart", Accepts::Exactly(ScalarType::Bool)).optional(),
    ]),
    inputs: &[
        Input::DateTime,
        Input::TimeSpan,
        Input::TimeSpan,
        Input::Bool(false),
    ],
    gives: Gives::Always(ScalarType::DateTime),
    udwf: "kql_row_window_session",
    body: |arguments, rows| {
        let whole = |index: usize| arguments[index].as_primitive::<Int64Type>();
        let (times, longest, gaps) = (whole(0), whole(1), whole(2));
        let restart = restarts(&arguments[3]);
        // The session's first time, and the time before.
        let mut session: Option<(i64, i64)> = None;
        let starts = (0..rows).map(|row| {
            if times.is_null(row) {
                session = None;
                return None;
            }
            let time = times.value(row);
            let first = match session {
                Some((first, before))
                    if !restart(row)
                        && time.saturating_sub(first) <= longest.value(row)
                        && time.saturating_sub(before) <= gaps.value(row) =>
                {
                    first
                }
                Some(_) | None => time,
            };
            session = Some((first, time));
            Some(first)
        });
        Ok(Arc::new(starts.collect::<Int64Array>()))
    },
};
