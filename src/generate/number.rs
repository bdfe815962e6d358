//! Numbers and times that meet a set of differences.
//!
//! In: edges `a - b <= width`, where no cell stands for zero, and what each number would best be. Out: a
//! number for each cell, or that there are none. What always holds: zero is `now()` for times, so that
//! hundred-nanosecond ticks stay exact in 64-bit floats for the years that rules look at.

use super::cell::{State, Unit};
use super::term::Id;

/// `plus - minus <= width`; None is zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) plus: Option<Id>,
    pub(super) minus: Option<Id>,
    pub(super) width: f64,
}

/// A second in ticks.
pub(super) const SECOND: f64 = 1e7;

/// How far apart numbers are at least that must differ.
pub(super) fn step(unit: Option<Unit>) -> f64 {
    match unit {
        Some(Unit::Whole) | None => 1.0,
        Some(Unit::Real) => 0.001,
        // A millisecond.
        Some(Unit::Time | Unit::Span) => SECOND / 1000.0,
    }
}

/// The numbers of all cells that edges name, by what each would best be. None where they contradict.
pub(super) fn solve(state: &State, best: &mut dyn FnMut(Id) -> f64) -> Option<Vec<(Id, f64)>> {
    let mut nodes: Vec<Id> = Vec::new();
    let mut place = |id: Option<Id>| match id.map(|id| state.root(id)) {
        None => 0,
        Some(id) => match nodes.iter().position(|own| *own == id) {
            Some(at) => at + 1,
            None => {
                nodes.push(id);
                nodes.len()
            }
        },
    };
    let edges: Vec<(usize, usize, f64)> = state
        .edges
        .iter()
        .map(|edge| (place(edge.plus), place(edge.minus), edge.width))
        .collect();
    let size = nodes.len() + 1;
    // The tightest width between each two.
    let mut widths = vec![vec![f64::INFINITY; size]; size];
    for (at, row) in widths.iter_mut().enumerate() {
        row[at] = 0.0;
    }
    for (plus, minus, width) in edges {
        let known = &mut widths[plus][minus];
        *known = known.min(width);
    }
    for by in 0..size {
        for from in 0..size {
            for to in 0..size {
                let way = widths[from][by] + widths[by][to];
                if way < widths[from][to] {
                    widths[from][to] = way;
                }
            }
        }
    }
    if (0..size).any(|at| widths[at][at] < 0.0) {
        return None;
    }
    let mut values = vec![0.0; size];
    for at in 1..size {
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for before in 0..at {
            high = high.min(values[before] + widths[at][before]);
            low = low.max(values[before] - widths[before][at]);
        }
        let cell = state.cell(nodes[at - 1]);
        values[at] = choose(low, high, best(nodes[at - 1]), cell.unit, &cell.other_than)?;
    }
    Some(nodes.into_iter().zip(values.into_iter().skip(1)).collect())
}

/// The number nearest to the best one within bounds, not at their edge where there is room.
fn choose(low: f64, high: f64, best: f64, unit: Option<Unit>, other_than: &[f64]) -> Option<f64> {
    let whole = matches!(unit, Some(Unit::Whole) | None);
    let (low, high) = match whole {
        true => (low.ceil(), high.floor()),
        false => (low, high),
    };
    if low > high {
        return None;
    }
    let room = (high - low) / 2.0;
    let margin = room.min(match unit {
        Some(Unit::Time | Unit::Span) => 3600.0 * SECOND,
        Some(Unit::Whole | Unit::Real) | None => 1.0,
    });
    let mut value = match best {
        best if best < low => low + margin,
        best if best > high => high - margin,
        best => best,
    };
    if whole {
        value = value.round();
    }
    let step = step(unit);
    for _ in 0..=other_than.len() {
        if !other_than.contains(&value) {
            return Some(value);
        }
        value = match value + step <= high {
            true => value + step,
            false => low,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::witness::Declared;
    use crate::symbols::ScalarType;

    fn state(edges: &[(Option<Id>, Option<Id>, f64)]) -> State {
        let cell = Declared {
            column: "x".to_owned(),
            ty: ScalarType::Long,
        };
        let mut state = State::new(&[cell.clone(), cell], 0);
        let edge = |(plus, minus, width): &(Option<Id>, Option<Id>, f64)| Edge {
            plus: *plus,
            minus: *minus,
            width: *width,
        };
        state.edges = edges.iter().map(edge).collect();
        state
    }

    #[test]
    fn differences_are_kept() {
        // 5 <= x <= 10 and y - x >= 3.
        let state = state(&[
            (Some(0), None, 10.0),
            (None, Some(0), -5.0),
            (Some(0), Some(1), -3.0),
        ]);
        let values = solve(&state, &mut |_| 0.0).unwrap();
        let of = |id| values.iter().find(|(own, _)| *own == id).unwrap().1;
        assert!((5.0..=10.0).contains(&of(0)) && of(1) - of(0) >= 3.0);
    }

    #[test]
    fn a_circle_that_cannot_close_is_found() {
        let state = state(&[(Some(0), Some(1), -1.0), (Some(1), Some(0), -1.0)]);
        assert!(solve(&state, &mut |_| 0.0).is_none());
    }

    #[test]
    fn a_number_that_is_ruled_out_is_not_chosen() {
        assert_eq!(
            choose(1.0, 3.0, 1.0, Some(Unit::Whole), &[1.0, 2.0]),
            Some(3.0)
        );
        assert_eq!(choose(1.0, 1.0, 1.0, Some(Unit::Whole), &[1.0]), None);
    }
}
