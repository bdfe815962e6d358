//! What is known of the cells of planted rows while goals are met.
//!
//! In: declared cells, then what goals demand of them. Out: [`State`]. What always holds: cells that must
//! be the same are one cell, whose root holds all that is known of them.

use std::collections::BTreeMap;

use crate::functions::matching::{Kind, Place};
use crate::symbols::ScalarType;

use super::number::Edge;
use super::term::Id;
use super::test::{Test, TextTest};
use super::witness::{Declared, Row};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Whole,
    Real,
    /// Ticks, from the time that `now()` means.
    Time,
    /// Ticks.
    Span,
}

/// What a cell's text is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Plain,
    /// A JSON object.
    Object(BTreeMap<String, Id>),
    /// Parts by place, places from the end being negative; joined by a separator, or a JSON array.
    List {
        separator: Option<String>,
        parts: BTreeMap<i64, Id>,
    },
    /// What `parse_url` and `parse_path` tell of it.
    Url(BTreeMap<String, Id>),
    Base64(Id),
    /// The part that a group of the pattern finds.
    Found {
        pattern: String,
        group: u32,
        part: Id,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Cell {
    root: Option<Id>,
    /// The column for which it was declared; that of a part is the part's name.
    pub(super) column: String,
    pub(super) ty: ScalarType,
    pub(super) tests: Vec<TextTest>,
    pub(super) unit: Option<Unit>,
    /// Numbers that it must not be.
    pub(super) other_than: Vec<f64>,
    pub(super) flag: Option<bool>,
    pub(super) null: Option<bool>,
    pub(super) shape: Shape,
}

/// Rows of a group that must be there more than once, some cells differing.
#[derive(Debug, Clone, Default)]
pub(super) struct Copies {
    pub(super) number: usize,
    pub(super) vary: Vec<Id>,
}

#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) cells: Vec<Cell>,
    pub(super) edges: Vec<Edge>,
    pub(super) rows: Vec<Row>,
    pub(super) groups: Vec<(usize, Vec<usize>)>,
    pub(super) copies: BTreeMap<usize, Copies>,
    /// What `now()` means, in ticks.
    pub(super) as_of: i64,
}

impl State {
    pub(super) fn new(declared: &[Declared], as_of: i64) -> Self {
        let cells = declared
            .iter()
            .map(|d| Cell::new(&d.column, d.ty))
            .collect();
        State {
            cells,
            edges: Vec::new(),
            rows: Vec::new(),
            groups: Vec::new(),
            copies: BTreeMap::new(),
            as_of,
        }
    }

    pub(super) fn root(&self, mut id: Id) -> Id {
        while let Some(next) = self.cells[id].root {
            id = next;
        }
        id
    }

    pub(super) fn cell(&self, id: Id) -> &Cell {
        &self.cells[self.root(id)]
    }

    pub(super) fn cell_mut(&mut self, id: Id) -> &mut Cell {
        let root = self.root(id);
        &mut self.cells[root]
    }

    pub(super) fn add(&mut self, column: &str, ty: ScalarType) -> Id {
        self.cells.push(Cell::new(column, ty));
        self.cells.len() - 1
    }

    /// The member of an object, of what `parse_url` gives, and so on; None where the cell has another shape.
    pub(super) fn member(&mut self, of: Id, name: &str) -> Option<Id> {
        let root = self.root(of);
        let known = match &self.cells[root].shape {
            Shape::Plain => {
                self.cells[root].shape = Shape::Object(BTreeMap::new());
                None
            }
            Shape::Object(members) | Shape::Url(members) => members.get(name).copied(),
            Shape::List { .. } | Shape::Base64(_) | Shape::Found { .. } => return None,
        };
        if known.is_some() {
            return known;
        }
        let made = self.add(name, ScalarType::Dynamic);
        if let Shape::Object(members) | Shape::Url(members) = &mut self.cells[root].shape {
            members.insert(name.to_owned(), made);
        }
        Some(made)
    }

    /// The part of a list; a cell without a shape becomes a JSON array.
    pub(super) fn part(&mut self, of: Id, place: i64) -> Option<Id> {
        let root = self.root(of);
        let (column, ty) = (self.cells[root].column.clone(), self.cells[root].ty);
        if self.cells[root].shape == Shape::Plain {
            self.cells[root].shape = Shape::List {
                separator: None,
                parts: BTreeMap::new(),
            };
        }
        let Shape::List { parts, separator } = &self.cells[root].shape else {
            return None;
        };
        if let Some(known) = parts.get(&place) {
            return Some(*known);
        }
        let ty = match separator {
            Some(_) => ScalarType::String,
            None if ty == ScalarType::Dynamic => ty,
            None => ScalarType::Dynamic,
        };
        let separator = separator.clone();
        let made = self.add(&column, ty);
        if let Some(separator) = separator {
            let kind = Kind::any(Place::Anywhere);
            let within = TextTest::new(Test::Match(kind, vec![separator]), false);
            self.cells[made].tests.push(within);
        }
        if let Shape::List { parts, .. } = &mut self.cells[root].shape {
            parts.insert(place, made);
        }
        Some(made)
    }

    /// Gives the cell a shape; None where it has another one.
    pub(super) fn shaped(&mut self, of: Id, shape: Shape) -> Option<()> {
        let root = self.root(of);
        let own = &mut self.cells[root].shape;
        match (&*own, &shape) {
            (Shape::Plain, _) => *own = shape,
            (Shape::Url(_), Shape::Url(_)) | (Shape::Base64(_), Shape::Base64(_)) => {}
            (Shape::List { separator: a, .. }, Shape::List { separator: b, .. }) if a == b => {}
            _ => return None,
        }
        Some(())
    }

    /// Makes two cells one. None where they cannot be.
    pub(super) fn unify(&mut self, a: Id, b: Id) -> Option<()> {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return Some(());
        }
        let other = self.cells[b].clone();
        self.cells[b].root = Some(a);
        let own = &mut self.cells[a];
        own.tests.extend(other.tests);
        own.other_than.extend(other.other_than);
        own.unit = own.unit.or(other.unit);
        for (own, other) in [(&mut own.flag, other.flag), (&mut own.null, other.null)] {
            match (*own, other) {
                (Some(one), Some(two)) if one != two => return None,
                (None, other) => *own = other,
                (Some(_), _) => {}
            }
        }
        // A part of a dynamic takes the plain type of what it equals.
        if own.ty == ScalarType::Dynamic && own.shape == Shape::Plain {
            own.ty = other.ty;
            own.column = other.column;
        }
        let mut pairs = Vec::new();
        match (&mut own.shape, other.shape) {
            (_, Shape::Plain) => {}
            (own @ Shape::Plain, other) => *own = other,
            (Shape::Object(own), Shape::Object(other)) | (Shape::Url(own), Shape::Url(other)) => {
                for (name, id) in other {
                    match own.get(&name) {
                        Some(known) => pairs.push((*known, id)),
                        None => {
                            own.insert(name, id);
                        }
                    }
                }
            }
            (Shape::List { parts: own, .. }, Shape::List { parts: other, .. }) => {
                for (place, id) in other {
                    match own.get(&place) {
                        Some(known) => pairs.push((*known, id)),
                        None => {
                            own.insert(place, id);
                        }
                    }
                }
            }
            (Shape::Base64(own), Shape::Base64(other))
            | (Shape::Found { part: own, .. }, Shape::Found { part: other, .. }) => {
                pairs.push((*own, other));
            }
            // Two ways to read one text: the first one stays.
            (
                Shape::Object(_)
                | Shape::List { .. }
                | Shape::Url(_)
                | Shape::Base64(_)
                | Shape::Found { .. },
                _,
            ) => {}
        }
        for (one, other) in pairs {
            self.unify(one, other)?;
        }
        Some(())
    }

    /// That a group's rows are there this many times, these cells differing.
    pub(super) fn copies(&mut self, group: usize, number: usize, vary: Vec<Id>) {
        let copies = self.copies.entry(group).or_default();
        copies.number = copies.number.max(number);
        copies.vary.extend(vary);
    }
}

impl Cell {
    fn new(column: &str, ty: ScalarType) -> Self {
        Cell {
            root: None,
            column: column.to_owned(),
            ty,
            tests: Vec::new(),
            unit: None,
            other_than: Vec::new(),
            flag: None,
            null: None,
            shape: Shape::Plain,
        }
    }

    /// Whether it is a number or a time wherever it stands.
    pub(super) fn own_unit(&self) -> Option<Unit> {
        match self.ty {
            ScalarType::Int | ScalarType::Long => Some(Unit::Whole),
            ScalarType::Real | ScalarType::Decimal => Some(Unit::Real),
            ScalarType::DateTime => Some(Unit::Time),
            ScalarType::TimeSpan => Some(Unit::Span),
            ScalarType::Bool | ScalarType::String | ScalarType::Guid | ScalarType::Dynamic => None,
        }
    }
}
