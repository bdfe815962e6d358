//! The rows of a state in which the goals are met.
//!
//! In: a [`State`]. Out: [`Planted`] rows with a value for each of their columns. What always holds: a cell
//! has one value wherever it stands, but for the cells in which a group's rows must differ; of two times
//! of one row that nothing is said of, both are the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::functions::scalar::string::base64;
use crate::sample::Random;
use crate::symbols::{ScalarType, UNIX_EPOCH_TICKS};

use super::cell::{Shape, State, Unit};
use super::number::{self, SECOND};
use super::term::Id;
use super::test::texts;
use super::witness::{Place, Row};
use super::{noise, pattern};

/// Rows of one witness at most.
const MOST_ROWS: usize = 3_000;

/// The value of one cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Datum {
    Null,
    Text(String),
    Whole(i64),
    Real(f64),
    Flag(bool),
    /// Ticks since 0001-01-01.
    Time(i64),
}

/// A row of a table, or of a file from outside.
#[derive(Debug, Clone)]
pub(super) struct Planted {
    pub(super) place: Place,
    pub(super) values: BTreeMap<String, Datum>,
}

/// Writes the values of one state.
struct Render<'a> {
    state: &'a State,
    numbers: BTreeMap<Id, f64>,
    /// Where the noise of this witness begins.
    seed: &'a str,
    /// Which copy each varied cell is of.
    copy: BTreeMap<Id, usize>,
    /// The texts of each cell that were found so far, as many as the copies need.
    known: BTreeMap<Id, Vec<String>>,
    most: usize,
}

/// The rows; none where the numbers contradict each other. `number` tells witnesses apart.
pub(super) fn rows(state: &State, seed: &str, number: usize) -> Vec<Planted> {
    let moment = -(5400.0 + (number % 1800) as f64) * SECOND;
    let best = |id: Id| {
        let cell = state.cell(id);
        match cell.unit {
            Some(Unit::Time) => moment,
            Some(Unit::Span) => SECOND,
            Some(Unit::Whole | Unit::Real) | None => {
                noise::number(&cell.column, cell.ty, &mut Random::new(seed, id as u64))
            }
        }
    };
    let Some(numbers) = number::solve(state, &mut { best }) else {
        return Vec::new();
    };
    let mut numbers: BTreeMap<Id, f64> = numbers.into_iter().collect();
    times(state, moment, &mut numbers);
    let most = state
        .copies
        .values()
        .map(|c| c.number)
        .max()
        .unwrap_or(1)
        .max(1);
    let mut render = Render {
        state,
        numbers,
        seed,
        copy: BTreeMap::new(),
        known: BTreeMap::new(),
        most,
    };
    let mut planted = Vec::new();
    for (at, row) in state.rows.iter().enumerate() {
        for copy in combinations(state, at) {
            if planted.len() >= MOST_ROWS {
                return planted;
            }
            render.copy = copy;
            planted.push(render.row(row));
        }
    }
    planted
}

/// Times that nothing is said of follow the row's first time.
fn times(state: &State, moment: f64, numbers: &mut BTreeMap<Id, f64>) {
    for row in &state.rows {
        let of = |name: &str| {
            let cell = row.cells.iter().find(|(own, _)| own == name)?;
            Some(state.root(cell.1))
        };
        let known = [of("Timestamp"), of("TimeGenerated")];
        let time = known
            .iter()
            .flatten()
            .find_map(|id| numbers.get(id))
            .copied()
            .unwrap_or(moment);
        for (_, id) in &row.cells {
            let root = state.root(*id);
            if state.cell(root).ty == ScalarType::DateTime {
                numbers.entry(root).or_insert(time);
            }
        }
    }
}

/// Which copy each varied cell is of, for each copy of the row.
fn combinations(state: &State, row: usize) -> Vec<BTreeMap<Id, usize>> {
    let mut all = vec![BTreeMap::new()];
    for (group, rows) in &state.groups {
        let Some(copies) = state.copies.get(group).filter(|_| rows.contains(&row)) else {
            continue;
        };
        let varied: BTreeSet<Id> = copies.vary.iter().map(|id| state.root(*id)).collect();
        all = all
            .iter()
            .flat_map(|before| {
                let varied = &varied;
                (0..copies.number.max(1)).map(move |number| {
                    let mut next = before.clone();
                    next.extend(varied.iter().map(|id| (*id, number)));
                    next
                })
            })
            .take(MOST_ROWS)
            .collect();
    }
    all
}

impl Render<'_> {
    fn row(&mut self, row: &Row) -> Planted {
        let cells = row.cells.iter();
        let values = cells
            .map(|(name, id)| (name.clone(), self.datum(*id)))
            .collect();
        Planted {
            place: row.place.clone(),
            values,
        }
    }

    fn datum(&mut self, id: Id) -> Datum {
        let root = self.state.root(id);
        let cell = self.state.cell(root);
        if cell.null == Some(true) {
            return Datum::Null;
        }
        let number = |render: &Self| {
            let known = render.numbers.get(&root).copied();
            let own = known.unwrap_or_else(|| {
                noise::number(
                    &cell.column,
                    cell.ty,
                    &mut Random::new(render.seed, root as u64),
                )
            });
            own + render.copy.get(&root).copied().unwrap_or(0) as f64
                * number::step(cell.own_unit())
        };
        match cell.ty {
            ScalarType::Bool => Datum::Flag(cell.flag.unwrap_or(false)),
            ScalarType::Int | ScalarType::Long | ScalarType::TimeSpan => {
                Datum::Whole(number(self) as i64)
            }
            ScalarType::Real | ScalarType::Decimal => Datum::Real(number(self)),
            ScalarType::DateTime => Datum::Time(self.state.as_of + number(self) as i64),
            ScalarType::Dynamic => match self.json(root) {
                Json::Null => Datum::Null,
                json => Datum::Text(json.to_string()),
            },
            ScalarType::String | ScalarType::Guid => Datum::Text(self.text(root, 0)),
        }
    }

    /// The value as JSON.
    fn json(&mut self, id: Id) -> Json {
        let root = self.state.root(id);
        let cell = self.state.cell(root);
        if cell.null == Some(true) {
            return Json::Null;
        }
        if let Some(flag) = cell.flag {
            return flag.into();
        }
        match &cell.shape {
            Shape::Object(members) => {
                let members = members.iter();
                let mut object: serde_json::Map<String, Json> = members
                    .map(|(name, id)| (name.clone(), self.json(*id)))
                    .collect();
                object.retain(|_, value| !value.is_null());
                let plain = Json::Object(object.clone());
                if cell
                    .tests
                    .iter()
                    .all(|test| test.passes(&plain.to_string()))
                {
                    return plain;
                }
                for text in texts(&cell.tests, "word", 3) {
                    object.insert("Note".to_owned(), text.into());
                    let noted = Json::Object(object.clone());
                    if cell
                        .tests
                        .iter()
                        .all(|test| test.passes(&noted.to_string()))
                    {
                        return noted;
                    }
                }
                plain
            }
            Shape::List {
                separator: None,
                parts,
            } => {
                let filled = filled(parts);
                Json::Array(
                    filled
                        .into_iter()
                        .map(|part| part.map_or("x".into(), |id| self.json(id)))
                        .collect(),
                )
            }
            Shape::Plain
            | Shape::List {
                separator: Some(_), ..
            }
            | Shape::Url(_)
            | Shape::Base64(_)
            | Shape::Found { .. } => match (cell.unit, self.numbers.get(&root)) {
                (Some(Unit::Whole), Some(number)) => (*number as i64).into(),
                (Some(Unit::Real), Some(number)) => (*number).into(),
                _ => self.text(root, 0).into(),
            },
        }
    }

    /// The value as text.
    fn text(&mut self, id: Id, depth: usize) -> String {
        let root = self.state.root(id);
        let cell = self.state.cell(root);
        if cell.null == Some(true) || depth > 20 {
            return String::new();
        }
        if let Some(flag) = cell.flag {
            return flag.to_string();
        }
        if let (Some(unit), Some(number)) = (cell.unit.or(cell.own_unit()), self.numbers.get(&root))
        {
            return match unit {
                Unit::Whole | Unit::Span => (*number as i64).to_string(),
                Unit::Real => number.to_string(),
                Unit::Time => iso(self.state.as_of + *number as i64),
            };
        }
        let made = match &cell.shape {
            Shape::Plain => return self.plain(root),
            Shape::Object(_)
            | Shape::List {
                separator: None, ..
            } => self.json(root).to_string(),
            Shape::List {
                separator: Some(separator),
                parts,
            } => {
                let parts = filled(parts).into_iter();
                let parts: Vec<String> = parts
                    .map(|part| part.map_or("x".to_owned(), |id| self.text(id, depth + 1)))
                    .collect();
                parts.join(separator)
            }
            Shape::Url(parts) => self.url(parts, depth),
            Shape::Base64(part) => {
                let mut encoded = String::new();
                base64::encode(self.text(*part, depth + 1).as_bytes(), &mut encoded);
                encoded
            }
            Shape::Found {
                pattern,
                group,
                part,
            } => {
                let part = self.text(*part, depth + 1);
                let samples = pattern::samples(pattern, Some((*group, &part)));
                let plain = self.plain(root);
                let all = samples.iter().flat_map(|sample| {
                    [
                        sample.clone(),
                        format!("{plain} {sample}"),
                        format!("{sample} {plain}"),
                    ]
                });
                let good = |text: &String| cell.tests.iter().all(|test| test.passes(text));
                return all
                    .into_iter()
                    .find(good)
                    .or(samples.first().cloned())
                    .unwrap_or(plain);
            }
        };
        match cell.tests.iter().all(|test| test.passes(&made)) {
            true => made,
            false => self.plain(root),
        }
    }

    /// A text by the cell's tests alone.
    fn plain(&mut self, root: Id) -> String {
        let cell = self.state.cell(root);
        let copy = self.copy.get(&root).copied().unwrap_or(0);
        let seed = self.seed;
        let most = if self.copy.contains_key(&root) {
            self.most
        } else {
            1
        };
        let found = self.known.entry(root).or_default();
        // Copies may need more texts than the rows before them; what cannot be found is not sought again.
        if found.is_empty() || (found.len() == 1 && most > 1) {
            let best = noise::text(&cell.column, &mut Random::new(seed, root as u64));
            *found = texts(&cell.tests, &best, most);
        }
        found
            .get(copy)
            .or(found.last())
            .cloned()
            .unwrap_or_default()
    }

    fn url(&mut self, parts: &BTreeMap<String, Id>, depth: usize) -> String {
        let mut part = |names: &[&str]| {
            let id = names.iter().find_map(|name| parts.get(*name))?;
            Some(self.text(*id, depth + 1))
        };
        let file =
            part(&["Filename"]).or_else(|| part(&["Extension"]).map(|end| format!("file.{end}")));
        let folder = part(&["DirectoryPath"]);
        if file.is_some() || folder.is_some() {
            let folder = folder.unwrap_or("C:\\Tools".to_owned());
            return format!("{folder}\\{}", file.unwrap_or("file.exe".to_owned()));
        }
        let scheme = part(&["Scheme"]).unwrap_or("https".to_owned());
        let host = part(&["Host"]).unwrap_or("host.example".to_owned());
        let path = part(&["Path"]).unwrap_or("/index".to_owned());
        format!("{scheme}://{host}{path}")
    }
}

/// The parts in their order; a gap is None.
fn filled(parts: &BTreeMap<i64, Id>) -> Vec<Option<Id>> {
    let front = parts
        .keys()
        .filter(|place| **place >= 0)
        .max()
        .map_or(0, |place| place + 1);
    let back = parts.keys().min().map_or(0, |place| (-place).max(0));
    (0..front.min(100))
        .chain((1..=back.min(100)).rev().map(|place| -place))
        .map(|place| parts.get(&place).copied())
        .collect()
}

fn iso(ticks: i64) -> String {
    let micros = (ticks - UNIX_EPOCH_TICKS) / 10;
    chrono::DateTime::from_timestamp_micros(micros)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
        .unwrap_or_default()
}
