//! The columns of a union, and which column of each input gives which of them.
//!
//! In: the columns of the inputs. Out: a [`Unified`]. What always holds: each column of an input has a place in the
//! result, or none where an inner union, or one too wide to run, leaves it out; a name and a type have one place.

use std::collections::{HashMap, HashSet};

use crate::binder::naming::UniqueNames;
use crate::binder::table::Table;
use crate::plan::Column;
use crate::symbols::ScalarType;

/// Tables by columns of one union: each table gives an expression for each column of the result. A union beyond
/// this is bound for its columns alone, and refused where it would run (`size::wide_union`).
pub(in crate::binder) const UNION_LIMIT: usize = 2_000_000;

/// A column of the result.
pub(super) struct UnifiedColumn {
    pub name: String,
    pub ty: ScalarType,
}

/// The columns of the result.
pub(super) struct Unified {
    pub columns: Vec<UnifiedColumn>,
    /// For each input, for each of its columns, the place in the result.
    pub places: Vec<Vec<Option<usize>>>,
    /// Too wide to run.
    pub wide: bool,
}

/// Whether a union of all columns of these inputs is too wide to run.
pub(super) fn too_wide(inputs: &[Table]) -> bool {
    let beyond = |columns: usize| inputs.len().saturating_mul(columns) > UNION_LIMIT;
    let all = || inputs.iter().flat_map(Table::columns);
    // Most are far from it, and need no set.
    beyond(all().count()) && {
        let told_apart: HashSet<(&str, ScalarType)> =
            all().map(|c| (c.name.as_str(), c.ty)).collect();
        beyond(told_apart.len())
    }
}

/// A name that inputs have.
#[derive(Default)]
struct Name<'a> {
    name: &'a str,
    /// Its types where they are first met, and how many inputs have each.
    types: Vec<(ScalarType, usize)>,
    /// The type in the second input that has the name.
    second: Option<ScalarType>,
}

impl Name<'_> {
    fn meet(&mut self, ty: ScalarType) {
        if !self.types.is_empty() {
            self.second.get_or_insert(ty);
        }
        match self.types.iter_mut().find(|(known, _)| *known == ty) {
            Some((_, count)) => *count += 1,
            None => self.types.push((ty, 1)),
        }
    }

    /// Its first type alone where the second input that has the name agrees with the first.
    fn settle(&mut self) {
        if self.second == self.types.first().map(|(ty, _)| *ty) {
            self.types.truncate(1);
        }
    }
}

/// The columns of the result, each name where it is first met. A name with several types gives one column a
/// type, and these stand together; of an inner union, only what all inputs have stays. Where that is too wide
/// to run, a name keeps its first type alone where the second table that has it agrees with the first, as
/// Microsoft's binder has it.
pub(super) fn unify(inputs: &[Table], inner: bool, taken: &mut UniqueNames) -> Unified {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut names: Vec<Name> = Vec::new();
    let mut met: Vec<Vec<usize>> = Vec::with_capacity(inputs.len());
    for input in inputs {
        let columns = input.columns().iter().map(|column| {
            let at = *known.entry(&column.name).or_insert_with(|| {
                names.push(Name {
                    name: &column.name,
                    ..Name::default()
                });
                names.len() - 1
            });
            names[at].meet(column.ty);
            at
        });
        met.push(columns.collect());
    }
    if inner {
        for name in &mut names {
            name.types.retain(|(_, count)| *count == inputs.len());
        }
    }
    let count: usize = names.iter().map(|name| name.types.len()).sum();
    let wide = inputs.len().saturating_mul(count) > UNION_LIMIT;
    if wide {
        names.iter_mut().for_each(Name::settle);
    }
    // A column that keeps its name has it before one that a type is added to.
    let own: Vec<Option<String>> = names
        .iter()
        .map(|name| (name.types.len() == 1).then(|| taken.take(name.name)))
        .collect();
    let mut columns = Vec::with_capacity(count);
    let mut first = Vec::with_capacity(names.len());
    for (name, own) in names.iter().zip(own) {
        first.push(columns.len());
        columns.extend(name.types.iter().map(|(ty, _)| UnifiedColumn {
            name: match &own {
                Some(own) => own.clone(),
                None => taken.take(&format!("{}_{ty}", name.name)),
            },
            ty: *ty,
        }));
    }
    let place = |column: &Column, at: usize| {
        let types = &names[at].types;
        let type_at = types.iter().position(|(ty, _)| *ty == column.ty);
        type_at.map(|type_at| first[at] + type_at)
    };
    let places = inputs
        .iter()
        .zip(met)
        .map(|(input, met)| {
            let columns = input.columns().iter().zip(met);
            columns.map(|(column, at)| place(column, at)).collect()
        })
        .collect();
    Unified {
        columns,
        places,
        wide,
    }
}
