//! Comparisons: of numbers and times with each other, and of what is counted.
//!
//! In: two terms and a sign. Out: edges between cells, copies of a group's rows, or tests of a text. What
//! always holds: a comparison that is no difference of two cells at most is taken as met.

use std::rc::Rc;

use crate::functions::Value;
use crate::functions::matching::{Kind, Place};
use crate::symbols::{ScalarType, TICKS_PER_DAY, TICKS_PER_SECOND};

use super::cell::{Shape, State, Unit};
use super::goals::Step;
use super::number::{self, Edge};
use super::term::{Id, Term};
use super::test::{Test, TextTest};
use super::witness::Goal;

/// Rows of one group at most.
const MOST_COPIES: usize = 1_500;

/// `scale * (plus - minus) + constant`; times are counted from `now()`.
#[derive(Debug, Clone, Copy)]
struct Linear {
    plus: Option<Id>,
    minus: Option<Id>,
    scale: f64,
    constant: f64,
}

impl Linear {
    fn constant(constant: f64) -> Self {
        Linear {
            plus: None,
            minus: None,
            scale: 1.0,
            constant,
        }
    }

    fn is_constant(&self) -> bool {
        self.plus.is_none() && self.minus.is_none()
    }

    fn scaled(self, by: f64) -> Self {
        let (plus, minus) = match by < 0.0 {
            true => (self.minus, self.plus),
            false => (self.plus, self.minus),
        };
        Linear {
            plus,
            minus,
            scale: self.scale * by.abs(),
            constant: self.constant * by,
        }
    }

    fn plus(self, other: Linear) -> Option<Linear> {
        let constant = self.constant + other.constant;
        if other.is_constant() {
            return Some(Linear { constant, ..self });
        }
        if self.is_constant() {
            return Some(Linear { constant, ..other });
        }
        if self.scale != other.scale {
            return None;
        }
        let mut plus: Vec<Id> = self.plus.into_iter().chain(other.plus).collect();
        let mut minus: Vec<Id> = self.minus.into_iter().chain(other.minus).collect();
        plus.retain(|id| match minus.iter().position(|own| own == id) {
            Some(at) => {
                minus.remove(at);
                false
            }
            None => true,
        });
        if plus.len() > 1 || minus.len() > 1 {
            return None;
        }
        Some(Linear {
            plus: plus.pop(),
            minus: minus.pop(),
            constant,
            scale: self.scale,
        })
    }
}

impl State {
    /// A comparison by one of `<`, `<=`, `>`, `>=`, `==`, `!=`.
    pub(super) fn compare(&mut self, sign: &str, left: &Rc<Term>, right: &Rc<Term>) -> Step {
        if matches!(left.value(), Some(Value::Null(_)))
            || matches!(right.value(), Some(Value::Null(_)))
        {
            return Step::when(sign == "!=");
        }
        for (side, other, sign) in [(left, right, sign), (right, left, turned(sign))] {
            if let Term::Call {
                name: "iff" | "case",
                arguments,
            } = &**side
            {
                let holds = |value: &Rc<Term>| {
                    Goal::Holds(
                        Term::call(name_of(sign), vec![Rc::clone(value), Rc::clone(other)]),
                        true,
                    )
                };
                return Step::Any(super::goals::branches(arguments, holds));
            }
            if let Some(limit) = self.linear(other).filter(Linear::is_constant)
                && let Some(step) = self.counted_as(side, sign, limit.constant)
            {
                return step;
            }
        }
        let (Some(l), Some(r)) = (self.linear(left), self.linear(right)) else {
            return Step::Done;
        };
        let Some(difference) = l.plus(r.scaled(-1.0)) else {
            return Step::Done;
        };
        if difference.is_constant() {
            let d = difference.constant;
            return Step::when(match sign {
                "<" => d < 0.0,
                "<=" => d <= 0.0,
                ">" => d > 0.0,
                ">=" => d >= 0.0,
                "!=" => d != 0.0,
                _ => d == 0.0,
            });
        }
        self.edge(difference, sign)
    }

    /// `difference sign 0` as edges.
    fn edge(&mut self, difference: Linear, sign: &str) -> Step {
        let width = -difference.constant / difference.scale;
        let (plus, minus) = (difference.plus, difference.minus);
        let of = plus.or(minus).map(|id| self.cell(id).unit);
        let apart = number::step(of.flatten());
        let below = |width| Edge { plus, minus, width };
        let above = |width: f64| Edge {
            plus: minus,
            minus: plus,
            width: -width,
        };
        match sign {
            "<" => self.edges.push(below(width - apart)),
            "<=" => self.edges.push(below(width)),
            ">" => self.edges.push(above(width + apart)),
            ">=" => self.edges.push(above(width)),
            "==" => self.edges.extend([below(width), above(width)]),
            _ => match (plus, minus) {
                (Some(id), None) => self.cell_mut(id).other_than.push(width),
                (None, Some(id)) => self.cell_mut(id).other_than.push(-width),
                // Two cells differ by being of different rows or columns.
                (Some(_) | None, Some(_) | None) => {}
            },
        }
        Step::when(number::solve(self, &mut |_| 0.0).is_some())
    }

    /// What is a number of rows, of values or of characters.
    fn counted_as(&mut self, term: &Term, sign: &str, limit: f64) -> Option<Step> {
        let (least, most) = match sign {
            ">" => (limit.floor() + 1.0, f64::INFINITY),
            ">=" => (limit.ceil(), f64::INFINITY),
            "==" => (limit, limit),
            "<" => (f64::NEG_INFINITY, limit - 1.0),
            "<=" => (f64::NEG_INFINITY, limit),
            _ if limit <= 0.0 => (limit + 1.0, f64::INFINITY),
            _ => (f64::NEG_INFINITY, limit - 1.0),
        };
        let wanted = least.max(1.0);
        if wanted > MOST_COPIES as f64 {
            return None;
        }
        let number = wanted as usize;
        match term {
            Term::Group {
                name,
                arguments,
                group,
            } => {
                let first = arguments.first();
                let vary = first.map_or(Vec::new(), |term| self.varied(term));
                match (*name, first) {
                    ("count", _) => self.copies(*group, number, Vec::new()),
                    ("dcount" | "count_distinct", _) => self.copies(*group, number, vary),
                    ("countif", Some(condition)) => {
                        if most < 1.0 {
                            return Some(Step::All(vec![Goal::Holds(Rc::clone(condition), false)]));
                        }
                        self.copies(*group, number, Vec::new());
                        if least >= 1.0 {
                            return Some(Step::All(vec![Goal::Holds(Rc::clone(condition), true)]));
                        }
                    }
                    ("dcountif" | "count_distinctif", _) => {
                        self.copies(*group, number, vary);
                        if let (Some(condition), true) = (arguments.get(1), least >= 1.0) {
                            return Some(Step::All(vec![Goal::Holds(Rc::clone(condition), true)]));
                        }
                    }
                    _ => return None,
                }
                Some(Step::when(most >= 1.0))
            }
            Term::Call { name, arguments } => {
                let first = arguments.first()?;
                let second = arguments.get(1).and_then(|a| a.constant_text());
                let text = |test, wanted| {
                    Some(Step::All(vec![Goal::Text(
                        Rc::clone(first),
                        TextTest::new(test, wanted),
                    )]))
                };
                let contains =
                    |needle| Test::Match(Kind::any(Place::Anywhere).case_sensitive(), vec![needle]);
                match (*name, second) {
                    ("strlen" | "string_size", _) => match (least > 0.0, most.is_finite()) {
                        (true, _) => text(Test::AtLeast(least as usize), true),
                        (false, true) => text(Test::AtLeast(most.max(0.0) as usize + 1), false),
                        (false, false) => Some(Step::Done),
                    },
                    ("array_length" | "bag_keys", _) => Some(self.items(first, number, most)),
                    ("countof", Some(needle)) if least >= 1.0 => {
                        text(Test::Repeats(needle, number), true)
                    }
                    ("countof" | "indexof", Some(needle)) => text(contains(needle), least >= 0.0),
                    _ => None,
                }
            }
            Term::Cell(_) | Term::Value(_) | Term::AsOf | Term::InTable { .. } | Term::Unknown => {
                None
            }
        }
    }

    /// An array of so many items.
    fn items(&mut self, term: &Rc<Term>, number: usize, most: f64) -> Step {
        match &**term {
            Term::Group {
                arguments, group, ..
            } => {
                let vary = arguments
                    .first()
                    .map_or(Vec::new(), |term| self.varied(term));
                self.copies(*group, number, vary);
                Step::when(most >= 1.0)
            }
            _ => {
                let Some(id) = self.place(term) else {
                    return Step::Done;
                };
                if let Shape::Plain | Shape::List { .. } = self.cell(id).shape {
                    for place in 0..number {
                        self.part(id, place as i64);
                    }
                }
                Step::Done
            }
        }
    }

    /// The cells that make values of a term differ.
    fn varied(&mut self, term: &Rc<Term>) -> Vec<Id> {
        match self.place(term) {
            Some(id) => vec![id],
            None => term.cells(),
        }
    }

    fn linear(&mut self, term: &Term) -> Option<Linear> {
        match term {
            Term::AsOf => Some(Linear::constant(0.0)),
            Term::Value(value) => Some(Linear::constant(match value {
                Value::Int(number) => f64::from(*number),
                Value::Long(number) => *number as f64,
                Value::Real(number) => *number,
                Value::Decimal(digits) => digits.parse().ok()?,
                Value::DateTime(ticks) => (ticks - self.as_of) as f64,
                Value::TimeSpan(ticks) => *ticks as f64,
                Value::Null(_)
                | Value::Bool(_)
                | Value::String(_)
                | Value::Guid(_)
                | Value::Dynamic(_) => {
                    return None;
                }
            })),
            Term::Group {
                name:
                    "avg" | "sum" | "percentile" | "max" | "min" | "maxif" | "minif" | "take_any"
                    | "any",
                arguments,
                ..
            } => self.linear(arguments.first()?),
            Term::Cell(_) => self.cell_as_number(term),
            Term::Call { name, arguments } => self.linear_call(term, name, arguments),
            Term::Group { .. } | Term::InTable { .. } | Term::Unknown => None,
        }
    }

    fn linear_call(&mut self, term: &Term, name: &str, arguments: &[Rc<Term>]) -> Option<Linear> {
        match (name, arguments) {
            ("ago", [span]) => Some(self.linear(span)?.scaled(-1.0)),
            ("now", [span]) | ("abs" | "+x", [span]) => self.linear(span),
            ("-x", [operand]) => Some(self.linear(operand)?.scaled(-1.0)),
            ("+", [l, r]) => self.linear(l)?.plus(self.linear(r)?),
            ("-", [l, r]) => self.linear(l)?.plus(self.linear(r)?.scaled(-1.0)),
            ("*", [l, r]) => {
                let (l, r) = (self.linear(l)?, self.linear(r)?);
                match (l.is_constant(), r.is_constant()) {
                    (_, true) => Some(l.scaled(r.constant)),
                    (true, false) => Some(r.scaled(l.constant)),
                    (false, false) => None,
                }
            }
            ("/", [l, r]) => {
                let (l, r) = (self.linear(l)?, self.linear(r)?);
                (r.is_constant() && r.constant != 0.0).then(|| l.scaled(1.0 / r.constant))
            }
            ("startofday" | "startofmonth" | "startofweek" | "bin" | "endofday", [value, ..]) => {
                let linear = self.linear(value)?;
                if !linear.is_constant() {
                    return Some(linear);
                }
                let day = TICKS_PER_DAY as f64;
                let now = self.as_of as f64;
                let start = ((now + linear.constant) / day).floor() * day - now;
                Some(Linear::constant(match name {
                    "endofday" => start + day - 1.0,
                    _ => start,
                }))
            }
            ("datetime_diff", [unit, later, earlier]) => {
                let ticks = ticks_of(&unit.constant_text()?)?;
                let difference = self
                    .linear(later)?
                    .plus(self.linear(earlier)?.scaled(-1.0))?;
                Some(difference.scaled(1.0 / ticks))
            }
            ("datetime_add", [unit, number, time]) => {
                let ticks = ticks_of(&unit.constant_text()?)?;
                self.linear(time)?.plus(self.linear(number)?.scaled(ticks))
            }
            _ => self.cell_as_number(term),
        }
    }

    fn cell_as_number(&mut self, term: &Term) -> Option<Linear> {
        let id = self.place(term)?;
        let cell = self.cell_mut(id);
        let own = cell.own_unit();
        let readable = own.or(cell.unit).is_some() || cell.ty == ScalarType::Dynamic;
        if !readable || cell.shape != Shape::Plain {
            return None;
        }
        cell.unit = own.or(cell.unit).or(Some(Unit::Whole));
        Some(Linear {
            plus: Some(id),
            ..Linear::constant(0.0)
        })
    }
}

fn ticks_of(unit: &str) -> Option<f64> {
    let second = TICKS_PER_SECOND as f64;
    Some(match unit.to_ascii_lowercase().as_str() {
        "millisecond" => second / 1000.0,
        "second" => second,
        "minute" => 60.0 * second,
        "hour" => 3600.0 * second,
        "day" => 86_400.0 * second,
        "week" => 7.0 * 86_400.0 * second,
        _ => return None,
    })
}

/// The sign as it reads from the other side.
fn turned(sign: &str) -> &str {
    match sign {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}

/// The operator of this sign.
fn name_of(sign: &str) -> &'static str {
    match sign {
        "<" => "<",
        "<=" => "<=",
        ">" => ">",
        ">=" => ">=",
        "!=" => "!=",
        _ => "==",
    }
}
