//! Which cell a term reads, where it reads one.
//!
//! In: a term. Out: the cell behind it, parts of JSON and of texts being cells of their own. What always
//! holds: to put a value there is to make the term that value, or a text that differs from it in case and
//! white space only.

use crate::functions::Value;
use crate::functions::json::{Step, Steps};
use crate::symbols::ScalarType;

use super::cell::{Shape, State, Unit};
use super::term::{Id, Term};

/// An element of an array: what `mv-expand` gives. No function of KQL has this name.
pub(super) const ELEMENT_OF: &str = "$element";

impl State {
    /// The cell that a term reads.
    pub(super) fn place(&mut self, term: &Term) -> Option<Id> {
        match term {
            Term::Cell(id) => Some(self.root(*id)),
            Term::Call { name, arguments } => {
                let first = arguments.first()?;
                let second = arguments.get(1).and_then(|a| a.value());
                match (*name, second) {
                    (
                        "tostring" | "tolower" | "toupper" | "parse_json" | "toguid"
                        | "replace_string" | "replace_regex" | "coalesce" | "bin" | "strcat_array",
                        _,
                    ) => self.place(first),
                    ("trim" | "trim_start" | "trim_end", _) => self.place(arguments.get(1)?),
                    ("substring", Some(Value::Long(0) | Value::Int(0))) => self.place(first),
                    ("tolong" | "toint", _) => self.counted(first, Unit::Whole),
                    ("toreal" | "todouble" | "todecimal", _) => self.counted(first, Unit::Real),
                    ("todatetime", _) => self.counted(first, Unit::Time),
                    ("totimespan", _) => self.counted(first, Unit::Span),
                    ("path", Some(Value::String(steps))) => {
                        let base = self.place(first)?;
                        self.walk(base, &Steps::from_json(steps)?)
                    }
                    ("element", Some(Value::String(name))) => {
                        let base = self.place(first)?;
                        self.member(base, name)
                    }
                    ("element", Some(Value::Long(place))) => {
                        let base = self.place(first)?;
                        self.part(base, *place)
                    }
                    ("extract_json", _) => {
                        let steps = Steps::from_json_path(&first.constant_text()?)?;
                        let base = self.place(arguments.get(1)?)?;
                        self.walk(base, &steps)
                    }
                    (ELEMENT_OF, _) => match &**first {
                        Term::Group { arguments, .. } => self.place(arguments.first()?),
                        _ => {
                            let base = self.place(first)?;
                            self.part(base, 0)
                        }
                    },
                    ("split", Some(Value::String(separator))) => {
                        let base = self.place(first)?;
                        self.list(base, separator)
                    }
                    ("parse_command_line", _) => {
                        let base = self.place(first)?;
                        self.list(base, " ")
                    }
                    ("parse_csv", _) => {
                        let base = self.place(first)?;
                        self.list(base, ",")
                    }
                    ("parse_url" | "parse_path", _) => {
                        let base = self.place(first)?;
                        self.shaped(base, Shape::Url(Default::default()))?;
                        Some(base)
                    }
                    ("base64_decode_tostring", _) => {
                        let base = self.place(first)?;
                        if let Shape::Base64(part) = self.cell(base).shape {
                            return Some(part);
                        }
                        let part = self.add("Base64", ScalarType::String);
                        self.shaped(base, Shape::Base64(part))?;
                        Some(part)
                    }
                    ("extract", _) => {
                        let [pattern, group, text, ..] = arguments.as_slice() else {
                            return None;
                        };
                        let group = match group.value()? {
                            Value::Long(group) => u32::try_from(*group).ok()?,
                            _ => return None,
                        };
                        let pattern = pattern.constant_text()?;
                        let base = self.place(text)?;
                        if let Shape::Found {
                            pattern: own,
                            group: of,
                            part,
                        } = &self.cell(base).shape
                        {
                            return (*own == pattern && *of == group).then_some(*part);
                        }
                        let part = self.add("Found", ScalarType::String);
                        self.shaped(
                            base,
                            Shape::Found {
                                pattern,
                                group,
                                part,
                            },
                        )?;
                        Some(part)
                    }
                    _ => None,
                }
            }
            Term::Group {
                name, arguments, ..
            } => match *name {
                "max" | "min" | "take_any" | "any" | "make_set" | "make_list" | "make_bag"
                | "make_set_if" | "make_list_if" | "avg" | "sum" | "maxif" | "minif"
                | "take_anyif" | "percentile" => self.place(arguments.first()?),
                _ => None,
            },
            Term::Value(_) | Term::AsOf | Term::InTable { .. } | Term::Unknown => None,
        }
    }

    fn list(&mut self, base: Id, separator: &str) -> Option<Id> {
        let shape = Shape::List {
            separator: Some(separator.to_owned()),
            parts: Default::default(),
        };
        self.shaped(base, shape)?;
        Some(base)
    }

    /// A text or a member of JSON that is read as a number.
    fn counted(&mut self, term: &Term, unit: Unit) -> Option<Id> {
        let id = self.place(term)?;
        let cell = self.cell_mut(id);
        cell.unit = cell.own_unit().or(cell.unit).or(Some(unit));
        Some(id)
    }

    fn walk(&mut self, base: Id, steps: &Steps) -> Option<Id> {
        steps.0.iter().try_fold(base, |at, step| match step {
            Step::Member(name) => self.member(at, name),
            Step::Element(place) => self.part(at, *place),
        })
    }
}
