//! Values gathered into a JSON array: `make_set`, `make_list`, `make_list_with_nulls`.
//!
//! In: values, and each row's number where order counts. Out: a JSON array text. What always holds: the
//! elements stand by row number where rows have one, else by value, whatever the batches and partitions
//! were; the array has at most `limit` elements, and they are the first in that order.

use std::cmp::Ordering;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use arrow::array::{Array, ArrayRef, StringViewBuilder};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::AggregateUDF;
use datafusion::logical_expr::function::AccumulatorArgs;

use super::cell::{Cell, Column, primitive};
use super::distinct::Keys;
use super::groups::{Groups, Kernel, Reader, Rows};
use super::json_value::{self, Kind};
use super::udaf::{Grouped, Shape, binary_state, literal_long, literal_type, udaf};
use crate::symbols::ScalarType;

/// The most elements that Kusto puts into a set or a list.
pub const MOST: i64 = 1_048_576;

/// Sets and lists that were cut at [`MOST`] since the process began.
static BOUNDED: AtomicU64 = AtomicU64::new(0);

/// How many sets and lists have been cut at Kusto's bound so far, for a caller that looks before and after.
pub fn bounded() -> u64 {
    BOUNDED.load(Relaxed)
}

/// `kql_make_set(type, value, limit, ordinal)`
pub fn make_set() -> AggregateUDF {
    collection("kql_make_set", |args| create(args, true, false))
}

/// `kql_make_list(type, value, limit, ordinal)`
pub fn make_list() -> AggregateUDF {
    collection("kql_make_list", |args| create(args, false, false))
}

/// `kql_make_list_with_nulls(type, value, limit, ordinal)`
pub fn make_list_with_nulls() -> AggregateUDF {
    collection("kql_make_list_with_nulls", |args| create(args, false, true))
}

/// `kql_all_distinct(type, value, limit, ordinal)`: a set that no limit cuts short.
pub fn all_distinct() -> AggregateUDF {
    collection("kql_all_distinct", |args| unlimited(args, true))
}

/// `kql_all_values(type, value, limit, ordinal)`: a list that no limit cuts short.
pub fn all_values() -> AggregateUDF {
    collection("kql_all_values", |args| unlimited(args, false))
}

fn unlimited(args: &AccumulatorArgs, distinct: bool) -> Result<Box<dyn Grouped>> {
    Ok(Box::new(Groups::new(Collect {
        ty: literal_type(args, 0)?,
        distinct,
        nulls: false,
        // Twice as many must not overflow.
        limit: usize::MAX / 4,
    })))
}

fn collection(
    name: &'static str,
    create: fn(&AccumulatorArgs) -> Result<Box<dyn Grouped>>,
) -> AggregateUDF {
    udaf(Shape {
        name,
        returns: |_| Ok(DataType::Utf8View),
        state: binary_state,
        create,
    })
}

fn create(args: &AccumulatorArgs, distinct: bool, nulls: bool) -> Result<Box<dyn Grouped>> {
    let limit = literal_long(args, 2)?.clamp(0, MOST);
    Ok(Box::new(Groups::new(Collect {
        ty: literal_type(args, 0)?,
        distinct,
        nulls,
        limit: usize::try_from(limit).unwrap_or_default(),
    })))
}

#[derive(Debug)]
struct Collect {
    ty: ScalarType,
    distinct: bool,
    /// Whether nulls of types other than dynamic are elements too.
    nulls: bool,
    limit: usize,
}

#[derive(Debug, Default)]
struct Collection {
    /// The items' keys, at the same places; only of a set.
    keys: Keys,
    items: Vec<Item>,
    /// The bytes of the items' texts.
    texts: usize,
}

/// An element: None is null.
#[derive(Debug)]
struct Item {
    /// The row's number, and the place in the array that the row holds; the same for all without numbers.
    order: (i64, u32),
    cell: Option<Cell>,
}

impl Collect {
    fn compare(&self, a: &Item, b: &Item) -> Ordering {
        a.order
            .cmp(&b.order)
            .then_with(|| match (&a.cell, &b.cell) {
                (Some(x), Some(y)) => x.compare(y, self.ty),
                (x, y) => x.is_some().cmp(&y.is_some()),
            })
    }

    fn add(&self, group: &mut Collection, item: Item) -> usize {
        let before = self.heap_size(group);
        if let (true, Some(cell)) = (self.distinct, &item.cell) {
            let (place, new) = group.keys.insert(cell.key());
            if !new {
                if let Some(known) = group.items.get_mut(place)
                    && item.order < known.order
                {
                    known.order = item.order;
                }
                return 0;
            }
        }
        group.texts += item.cell.as_ref().map_or(0, Cell::heap_size);
        group.items.push(item);
        if group.items.len() > 2 * self.limit + 1024 {
            self.prune(group);
        }
        self.heap_size(group).saturating_sub(before)
    }

    /// Whether items beyond Kusto's own bound, and not beyond the query's, have come.
    fn is_cut(&self, group: &Collection) -> bool {
        i64::try_from(self.limit) == Ok(MOST) && group.items.len() > self.limit
    }

    /// Drops all but the first `limit` items: none of the others can come back into the result.
    fn prune(&self, group: &mut Collection) {
        if self.is_cut(group) {
            BOUNDED.fetch_add(1, Relaxed);
        }
        group.items.sort_unstable_by(|a, b| self.compare(a, b));
        group.items.truncate(self.limit);
        let cells = group.items.iter().filter_map(|i| i.cell.as_ref());
        group.texts = cells.map(Cell::heap_size).sum();
        if self.distinct {
            group.keys = Keys::default();
            for cell in group.items.iter().filter_map(|i| i.cell.as_ref()) {
                group.keys.insert(cell.key());
            }
        }
    }

    /// A dynamic that is an array gives its elements, one level deep. A set leaves JSON nulls out.
    fn add_json(&self, group: &mut Collection, json: &str, ordinal: i64, numbered: bool) -> usize {
        let mut grown = 0;
        let mut add = |part: &str, place: usize| {
            let null = json_value::kind(part) == Kind::Null;
            if null && self.distinct {
                return;
            }
            let order = (ordinal, if numbered { place as u32 } else { 0 });
            let cell = (!null).then(|| Cell::Text(json_value::compact(part)));
            grown += self.add(group, Item { order, cell });
        };
        match json_value::elements(json) {
            Some(parts) => parts.enumerate().for_each(|(place, part)| add(part, place)),
            None => add(json, 0),
        }
        grown
    }
}

impl Kernel for Collect {
    type Group = Collection;

    fn update(
        &self,
        groups: &mut [Collection],
        rows: Rows<'_>,
        values: &[ArrayRef],
    ) -> Result<usize> {
        let column = Column::new(&values[1], self.ty)?;
        let ordinals = primitive::<Int64Type>(&values[3])?;
        let mut grown = 0;
        for (row, group) in rows.iter() {
            let group = &mut groups[group];
            let numbered = ordinals.is_valid(row);
            let ordinal = if numbered {
                ordinals.value(row)
            } else {
                i64::MAX
            };
            if self.ty == ScalarType::Dynamic {
                let null = column.is_null(row);
                let json = if null { "null" } else { column.text(row) };
                grown += self.add_json(group, json, ordinal, numbered);
                continue;
            }
            // Most rows of a set bring nothing new: they are known by their key, without a copy.
            if self.distinct && !self.may_be_new(group, &column, row, ordinal) {
                continue;
            }
            let cell = column.cell(row);
            if cell.is_some() || self.nulls {
                let order = (ordinal, 0);
                grown += self.add(group, Item { order, cell });
            }
        }
        Ok(grown)
    }

    fn encode(&self, group: &mut Collection, out: &mut Vec<u8>) {
        if group.items.len() > self.limit {
            self.prune(group);
        }
        for item in &group.items {
            out.extend_from_slice(&item.order.0.to_le_bytes());
            out.extend_from_slice(&item.order.1.to_le_bytes());
            out.push(u8::from(item.cell.is_some()));
            if let Some(cell) = &item.cell {
                cell.encode(out);
            }
        }
    }

    fn merge(&self, group: &mut Collection, state: &mut Reader<'_>) -> Result<usize> {
        let mut grown = 0;
        while !state.is_empty() {
            let order = (state.i64()?, state.u32()?);
            let cell = match state.u8()? {
                0 => None,
                1..=u8::MAX => Some(Cell::decode(state)?),
            };
            grown += self.add(group, Item { order, cell });
        }
        Ok(grown)
    }

    fn finish(&self, groups: Vec<Collection>) -> Result<ArrayRef> {
        let mut builder = StringViewBuilder::with_capacity(groups.len());
        let mut json = String::new();
        for mut group in groups {
            if self.is_cut(&group) {
                BOUNDED.fetch_add(1, Relaxed);
            }
            group.items.sort_unstable_by(|a, b| self.compare(a, b));
            json.clear();
            json.push('[');
            for (place, item) in group.items.iter().take(self.limit).enumerate() {
                if place > 0 {
                    json.push(',');
                }
                match &item.cell {
                    Some(cell) => json_value::write(&mut json, cell, self.ty),
                    None => json.push_str("null"),
                }
            }
            json.push(']');
            builder.append_value(&json);
        }
        Ok(Arc::new(builder.finish()))
    }

    fn heap_size(&self, group: &Collection) -> usize {
        group.keys.heap_size() + group.items.capacity() * size_of::<Item>() + group.texts
    }
}

impl Collect {
    /// Whether a row can change the set: its value is not there, or stands there under a later row.
    fn may_be_new(
        &self,
        group: &Collection,
        column: &Column<'_>,
        row: usize,
        ordinal: i64,
    ) -> bool {
        let Some(key) = column.key(row) else {
            return false;
        };
        match group
            .keys
            .find(key)
            .and_then(|place| group.items.get(place))
        {
            Some(item) => (ordinal, 0) < item.order,
            None => true,
        }
    }
}
