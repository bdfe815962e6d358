//! Goals taken apart until each says something of one cell, or of the difference of two.
//!
//! In: a [`State`] and goals. Out: a state in which all of them are met, as far as they are understood.
//! What always holds: alternatives are tried in their order, those without a choice first, and no more
//! steps are taken than the budget allows; a goal that is not understood is taken as met, so that it is
//! the query's run that tells.

use std::rc::Rc;

use crate::functions::Value;
use crate::functions::matching::{Kind, Place};
use crate::symbols::ScalarType;
use crate::syntax::ast::ListOp;

use super::cell::{Shape, State};
use super::term::{Id, Term, items, of_json, text_of};
use super::test::{self, Test, TextTest};
use super::witness::Goal;

/// What becomes of a goal.
#[derive(Debug)]
pub(super) enum Step {
    Done,
    Fails,
    All(Vec<Goal>),
    Any(Vec<Vec<Goal>>),
}

impl Step {
    pub(super) fn when(holds: bool) -> Step {
        match holds {
            true => Step::Done,
            false => Step::Fails,
        }
    }
}

/// The state in which the goals are met; None where they cannot be, or the budget ends.
pub(super) fn solve(mut state: State, mut goals: Vec<Goal>, budget: &mut usize) -> Option<State> {
    let mut choices: Vec<Vec<Vec<Goal>>> = Vec::new();
    loop {
        while let Some(goal) = goals.pop() {
            *budget = budget.checked_sub(1)?;
            match state.step(&goal) {
                Step::Done => {}
                Step::Fails => return None,
                Step::All(more) => goals.extend(more),
                Step::Any(ways) => choices.push(ways),
            }
        }
        let Some(ways) = choices.pop() else {
            return Some(state);
        };
        if let [_] = ways.as_slice() {
            goals.extend(ways.into_iter().flatten());
            continue;
        }
        // The other choices are goals again, each of them one with several ways.
        for way in ways {
            let rest = choices.iter().cloned().map(Goal::Choice);
            let next = way.into_iter().chain(rest).collect();
            if let Some(found) = solve(state.clone(), next, budget) {
                return Some(found);
            }
        }
        return None;
    }
}

impl State {
    fn step(&mut self, goal: &Goal) -> Step {
        match goal {
            Goal::Holds(term, wanted) => self.holds(term, *wanted),
            Goal::Same(one, other) => self.same(one, other),
            Goal::Text(term, test) => self.text(term, test),
            Goal::Choice(ways) => Step::Any(ways.clone()),
            Goal::Plant(witness) => {
                let first = self.rows.len();
                self.rows.extend(witness.rows.iter().cloned());
                let groups = witness.groups.iter();
                self.groups.extend(
                    groups.map(|(group, rows)| {
                        (*group, rows.iter().map(|row| row + first).collect())
                    }),
                );
                Step::All(witness.goals.clone())
            }
        }
    }

    fn holds(&mut self, term: &Rc<Term>, wanted: bool) -> Step {
        match &**term {
            Term::Value(Value::Bool(flag)) => Step::when(*flag == wanted),
            Term::Value(_) => Step::when(!wanted),
            Term::Cell(_) | Term::Group { .. } => self.flag(term, wanted),
            Term::AsOf | Term::Unknown => Step::Done,
            Term::InTable {
                operator,
                subject,
                witnesses,
            } => match operator {
                ListOp::In | ListOp::InIgnoreCase | ListOp::HasAny | ListOp::HasAll if wanted => {
                    let ways = witnesses.iter().filter_map(|witness| {
                        let first = witness.columns.first()?;
                        Some(vec![
                            Goal::Same(Rc::clone(subject), Rc::clone(first)),
                            Goal::Plant(witness.clone()),
                        ])
                    });
                    Step::Any(ways.collect())
                }
                ListOp::In
                | ListOp::InIgnoreCase
                | ListOp::HasAny
                | ListOp::HasAll
                | ListOp::NotIn
                | ListOp::NotInIgnoreCase => Step::Done,
            },
            Term::Call { name, arguments } => self.call_holds(term, name, arguments, wanted),
        }
    }

    fn flag(&mut self, term: &Rc<Term>, wanted: bool) -> Step {
        let Some(id) = self.place(term) else {
            return Step::Done;
        };
        let flag = &mut self.cell_mut(id).flag;
        match *flag {
            Some(known) => Step::when(known == wanted),
            None => {
                *flag = Some(wanted);
                Step::Done
            }
        }
    }

    fn call_holds(
        &mut self,
        term: &Rc<Term>,
        name: &str,
        arguments: &[Rc<Term>],
        wanted: bool,
    ) -> Step {
        let goal = |term: &Rc<Term>, wanted| Goal::Holds(Rc::clone(term), wanted);
        let (positive, negated) = match name.strip_prefix('!') {
            Some(rest) => (rest, true),
            None => (name, false),
        };
        let holds = wanted != negated;
        match (positive, arguments) {
            ("and", parts) if wanted => Step::All(parts.iter().map(|p| goal(p, true)).collect()),
            ("or", parts) if !wanted => Step::All(parts.iter().map(|p| goal(p, false)).collect()),
            ("and" | "or", parts) => {
                Step::Any(parts.iter().map(|p| vec![goal(p, wanted)]).collect())
            }
            ("not", [operand]) => Step::All(vec![goal(operand, !wanted)]),
            ("tobool", [operand, ..]) => self.flag(operand, wanted),
            ("iff" | "case", parts) => Step::Any(branches(parts, |value| {
                Goal::Holds(Rc::clone(value), wanted)
            })),
            ("isempty" | "isnull", [operand]) => self.empty(operand, wanted),
            ("isnotempty" | "isnotnull", [operand]) => self.empty(operand, !wanted),
            ("between", [value, low, high]) => {
                let within = Step::All(vec![
                    Goal::Holds(
                        Term::call(">=", vec![Rc::clone(value), Rc::clone(low)]),
                        true,
                    ),
                    Goal::Holds(
                        Term::call("<=", vec![Rc::clone(value), Rc::clone(high)]),
                        true,
                    ),
                ]);
                let beside = Step::Any(vec![
                    vec![Goal::Holds(
                        Term::call("<", vec![Rc::clone(value), Rc::clone(low)]),
                        true,
                    )],
                    vec![Goal::Holds(
                        Term::call(">", vec![Rc::clone(value), Rc::clone(high)]),
                        true,
                    )],
                ]);
                if holds { within } else { beside }
            }
            ("=" | "==", [left, right]) => self.equal(left, right, holds),
            ("<", [l, r]) => self.compare(if wanted { "<" } else { ">=" }, l, r),
            ("<=", [l, r]) => self.compare(if wanted { "<=" } else { ">" }, l, r),
            (">", [l, r]) => self.compare(if wanted { ">" } else { "<=" }, l, r),
            (">=", [l, r]) => self.compare(if wanted { ">=" } else { "<" }, l, r),
            ("in" | "in~" | "has_any" | "has_all", [subject, list @ ..]) => {
                self.in_list(positive, subject, list, holds)
            }
            ("matches regex", [subject, pattern]) => match pattern.constant_text() {
                Some(pattern) => self.text(subject, &TextTest::new(Test::Regex(pattern), holds)),
                None => Step::Done,
            },
            ("ipv4_is_private", [ip]) => self.text(ip, &TextTest::new(Test::Private, wanted)),
            (
                "ipv4_is_in_range" | "ipv4_is_match" | "ipv4_is_in_any_range",
                [ip, networks @ ..],
            ) => {
                let networks = networks.iter().filter_map(|n| items(n)).flatten();
                let networks = networks.filter_map(|n| text_of(&n)).collect();
                self.text(ip, &TextTest::new(Test::InRange(networks), wanted))
            }
            ("set_has_element", [set, value]) if wanted => {
                let element = Term::call(super::place::ELEMENT_OF, vec![Rc::clone(set)]);
                self.same(&element, value)
            }
            (positive, [subject, needle]) if text_kind(positive).is_some() => {
                let kind = text_kind(positive).unwrap_or(Kind::any(Place::Anywhere));
                match (subject.value(), needle.constant_text()) {
                    (_, Some(needle)) => self.text(
                        subject,
                        &TextTest::new(Test::Match(kind, vec![needle]), holds),
                    ),
                    // A text that is that of another column meets each of these.
                    (None, None) if holds => self.same(subject, needle),
                    (Some(_) | None, None) => Step::Done,
                }
            }
            _ => match self.place(term) {
                Some(_) => self.flag(term, wanted),
                None => Step::Done,
            },
        }
    }

    fn in_list(&mut self, name: &str, subject: &Rc<Term>, list: &[Rc<Term>], holds: bool) -> Step {
        let constant: Option<Vec<Vec<Value>>> = list.iter().map(|item| items(item)).collect();
        let Some(values) = constant.map(|all| all.concat()) else {
            // Other columns are in the list: the first item may be any of them.
            return match (holds, list.first()) {
                (true, Some(first)) => {
                    let element = Term::call(super::place::ELEMENT_OF, vec![Rc::clone(first)]);
                    Step::Any(vec![
                        vec![Goal::Same(Rc::clone(subject), element)],
                        vec![Goal::Same(Rc::clone(subject), Rc::clone(first))],
                    ])
                }
                (true | false, Some(_) | None) => Step::Done,
            };
        };
        let is_text =
            |value: &Value| matches!(value, Value::String(_) | Value::Guid(_) | Value::Dynamic(_));
        if values.iter().any(is_text) || matches!(name, "has_any" | "has_all" | "in~") {
            let kind = match name {
                "has_any" => Kind::any(Place::Term),
                "has_all" => Kind::all(Place::Term),
                "in~" => Kind::any(Place::Whole),
                _ => Kind::any(Place::Whole).case_sensitive(),
            };
            let needles = values.iter().filter_map(text_of).collect();
            return self.text(subject, &TextTest::new(Test::Match(kind, needles), holds));
        }
        let each = values.into_iter().map(|value| {
            let item = Rc::new(Term::Value(value));
            Goal::Holds(Term::call("==", vec![Rc::clone(subject), item]), holds)
        });
        match holds {
            true => Step::Any(each.map(|goal| vec![goal]).collect()),
            false => Step::All(each.collect()),
        }
    }

    fn empty(&mut self, term: &Rc<Term>, wanted: bool) -> Step {
        match &**term {
            Term::Value(Value::Null(_)) => return Step::when(wanted),
            Term::Value(value) => {
                return Step::when(text_of(value).is_some_and(|t| t.is_empty()) == wanted);
            }
            Term::AsOf => return Step::when(!wanted),
            Term::InTable { .. } | Term::Unknown => return Step::Done,
            Term::Call {
                name: "iff" | "case",
                arguments,
            } => {
                let empty = |value: &Rc<Term>| {
                    Goal::Holds(Term::call("isempty", vec![Rc::clone(value)]), wanted)
                };
                return Step::Any(branches(arguments, empty));
            }
            Term::Cell(_) | Term::Call { .. } | Term::Group { .. } => {}
        }
        let Some(id) = self.place(term) else {
            return Step::Done;
        };
        let cell = self.cell(id);
        if cell.ty == ScalarType::String && cell.shape == Shape::Plain && cell.unit.is_none() {
            return self.text(term, &TextTest::new(Test::Empty, wanted));
        }
        let null = &mut self.cell_mut(id).null;
        match *null {
            Some(known) => Step::when(known == wanted),
            None => {
                *null = Some(wanted);
                Step::Done
            }
        }
    }

    fn equal(&mut self, left: &Rc<Term>, right: &Rc<Term>, wanted: bool) -> Step {
        let (value, other) = match (left.value(), right.value()) {
            (_, Some(value)) => (value, left),
            (Some(value), None) => (value, right),
            (None, None) => {
                // Sums, times and counts are compared as numbers, whatever else as the same thing.
                let number = |state: &mut Self, term: &Rc<Term>| match state.place(term) {
                    Some(id) => state.cell(id).own_unit().or(state.cell(id).unit).is_some(),
                    None => true,
                };
                let numbers = number(self, left) || number(self, right);
                let compared = match numbers {
                    true => self.compare(if wanted { "==" } else { "!=" }, left, right),
                    false => Step::Done,
                };
                return match compared {
                    Step::Done if wanted => self.same(left, right),
                    other => other,
                };
            }
        };
        if let (Value::Int(_) | Value::Long(_), true) = (value, self.is_flag(other)) {
            let one = matches!(value, Value::Int(1) | Value::Long(1));
            return Step::All(vec![Goal::Holds(Rc::clone(other), one == wanted)]);
        }
        match value {
            Value::String(_) | Value::Guid(_) => {
                let kind = Kind::any(Place::Whole).case_sensitive();
                let needles = text_of(value).into_iter().collect();
                self.text(other, &TextTest::new(Test::Match(kind, needles), wanted))
            }
            Value::Bool(flag) => Step::All(vec![Goal::Holds(Rc::clone(other), *flag == wanted)]),
            Value::Null(_) => self.empty(other, wanted),
            Value::Dynamic(json) => match serde_json::from_str(json) {
                Ok(json) if !matches!(of_json(&json), Value::Dynamic(_) | Value::Null(_)) => {
                    let plain = Rc::new(Term::Value(of_json(&json)));
                    self.equal(other, &plain, wanted)
                }
                Ok(_) | Err(_) => Step::Done,
            },
            Value::Int(_)
            | Value::Long(_)
            | Value::Real(_)
            | Value::Decimal(_)
            | Value::DateTime(_)
            | Value::TimeSpan(_) => self.compare(if wanted { "==" } else { "!=" }, left, right),
        }
    }

    /// Whether a term is true or false, which KQL compares with 1 and 0.
    fn is_flag(&mut self, term: &Term) -> bool {
        match term {
            Term::Call { name, .. } if name.starts_with("ipv4_is_") || name.starts_with("is") => {
                true
            }
            Term::Cell(_) | Term::Call { .. } | Term::Group { .. } => self
                .place(term)
                .is_some_and(|id| self.cell(id).ty == ScalarType::Bool),
            Term::Value(_) | Term::AsOf | Term::InTable { .. } | Term::Unknown => false,
        }
    }

    fn same(&mut self, one: &Rc<Term>, other: &Rc<Term>) -> Step {
        if let (Some(a), Some(b)) = (one.value(), other.value()) {
            return Step::when(text_of(a) == text_of(b));
        }
        if one.value().is_some() || other.value().is_some() {
            return self.equal(one, other, true);
        }
        if let (Some(a), Some(b)) = (self.place(one), self.place(other)) {
            return match self.unify(a, b) {
                Some(()) => self.possible(a),
                None => Step::Fails,
            };
        }
        match (&**one, &**other) {
            (
                Term::Call {
                    name: "iff" | "case",
                    arguments,
                },
                _,
            ) => Step::Any(branches(arguments, |v| {
                Goal::Same(Rc::clone(v), Rc::clone(other))
            })),
            (
                _,
                Term::Call {
                    name: "iff" | "case",
                    arguments,
                },
            ) => Step::Any(branches(arguments, |v| {
                Goal::Same(Rc::clone(one), Rc::clone(v))
            })),
            (
                Term::Call {
                    name: a,
                    arguments: left,
                },
                Term::Call {
                    name: b,
                    arguments: right,
                },
            ) if a == b && left.len() == right.len() => Step::All(
                left.iter()
                    .zip(right)
                    .map(|(l, r)| Goal::Same(Rc::clone(l), Rc::clone(r)))
                    .collect(),
            ),
            _ => Step::Done,
        }
    }

    fn text(&mut self, term: &Rc<Term>, test: &TextTest) -> Step {
        match &**term {
            Term::Value(value) => match (value, text_of(value)) {
                (Value::Null(_), _) => return Step::when(test.passes("")),
                (_, Some(text)) => return Step::when(test.passes(&text)),
                (_, None) => return Step::Done,
            },
            Term::Call {
                name: "iff" | "case",
                arguments,
            } => {
                return Step::Any(branches(arguments, |value| {
                    Goal::Text(Rc::clone(value), test.clone())
                }));
            }
            Term::Call {
                name: "strcat" | "strcat_delim" | "pack_array" | "pack" | "bag_pack",
                arguments,
            } => {
                return text_of_parts(arguments, test);
            }
            Term::Cell(_)
            | Term::Call { .. }
            | Term::Group { .. }
            | Term::AsOf
            | Term::InTable { .. }
            | Term::Unknown => {}
        }
        let Some(id) = self.place(term) else {
            return Step::Done;
        };
        let cell = self.cell_mut(id);
        if cell.own_unit().is_some() || cell.ty == ScalarType::Bool {
            return self.number_as_text(term, test);
        }
        if !cell.tests.contains(test) {
            cell.tests.push(test.clone());
        }
        self.possible(id)
    }

    /// A test of a number's text: only that it is a certain one says something.
    fn number_as_text(&mut self, term: &Rc<Term>, test: &TextTest) -> Step {
        let TextTest {
            test:
                Test::Match(
                    Kind {
                        place: Place::Whole,
                        ..
                    },
                    needles,
                ),
            wanted: true,
        } = test
        else {
            return Step::Done;
        };
        let ways = needles.iter().filter_map(|needle| {
            let value = match needle.parse::<i64>() {
                Ok(number) => Value::Long(number),
                Err(_) => Value::Bool(needle.parse().ok()?),
            };
            let value = Rc::new(Term::Value(value));
            Some(vec![Goal::Holds(
                Term::call("==", vec![Rc::clone(term), value]),
                true,
            )])
        });
        Step::Any(ways.collect())
    }

    /// Whether there is a text for a cell of plain form.
    fn possible(&self, id: Id) -> Step {
        let cell = self.cell(id);
        let told = cell.unit.is_some() || cell.shape != Shape::Plain;
        Step::when(told || cell.tests.is_empty() || !test::texts(&cell.tests, "word", 1).is_empty())
    }
}

/// The ways through `iff` and `case`: a condition, those before it not, and its value.
pub(super) fn branches(arguments: &[Rc<Term>], goal: impl Fn(&Rc<Term>) -> Goal) -> Vec<Vec<Goal>> {
    let mut ways = Vec::new();
    let mut before: Vec<Goal> = Vec::new();
    for pair in arguments.chunks(2) {
        match pair {
            [condition, value] => {
                let mut way = before.clone();
                way.push(Goal::Holds(Rc::clone(condition), true));
                way.push(goal(value));
                ways.push(way);
                before.push(Goal::Holds(Rc::clone(condition), false));
            }
            [value] => {
                let mut way = before.clone();
                way.push(goal(value));
                ways.push(way);
            }
            _ => {}
        }
    }
    ways
}

/// A test of a text that is put together: met by one of its parts.
fn text_of_parts(parts: &[Rc<Term>], test: &TextTest) -> Step {
    if !test.wanted {
        return Step::All(
            parts
                .iter()
                .map(|part| Goal::Text(Rc::clone(part), test.clone()))
                .collect(),
        );
    }
    let given = parts.iter().filter_map(|part| part.constant_text());
    if given.into_iter().any(|text| test.passes(&text)) {
        return Step::Done;
    }
    let open = parts.iter().filter(|part| part.value().is_none());
    let mut ways: Vec<Vec<Goal>> = open
        .map(|part| vec![Goal::Text(Rc::clone(part), test.clone())])
        .collect();
    // It may also be met across parts.
    ways.push(Vec::new());
    Step::Any(ways)
}

fn text_kind(name: &str) -> Option<Kind> {
    let (base, with_case) = match name.strip_suffix("_cs") {
        Some(base) => (base, true),
        None => (name, false),
    };
    let kind = Kind::any(match base {
        "has" => Place::Term,
        "hasprefix" => Place::TermStart,
        "hassuffix" => Place::TermEnd,
        "contains" => Place::Anywhere,
        "startswith" => Place::Start,
        "endswith" => Place::End,
        // `!~` without its sign.
        "=~" | "~" => Place::Whole,
        _ => return None,
    });
    Some(if with_case {
        kind.case_sensitive()
    } else {
        kind
    })
}
