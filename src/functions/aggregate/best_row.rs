//! One row out of each group: `arg_max`, `arg_min`, `take_any`.
//!
//! In: columns to carry, of which the first may be the key, and each row's number where order counts.
//! Out: the carried columns of the chosen row. What always holds: of rows with equal keys the one with the
//! lowest number is chosen, without numbers the one whose carried values are least; batches and
//! partitions do not show.
//!
//! Rows are copied late: a group points into what is kept of each batch, the rows that had won at its
//! end, and that is cut down to the winners whenever the losers outweigh them.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, StringViewArray, StructArray, UInt32Array,
    new_empty_array, new_null_array,
};
use arrow::compute::{interleave, take};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{AggregateUDF, EmitTo, GroupsAccumulator};

use super::cell::{Column, order_bits, primitive};
use super::groups::Rows;
use super::udaf::{Grouped, Shape, literal_text, parse_type, udaf};
use crate::symbols::ScalarType;

/// `kql_arg_max('type,…', ordinal, key, carried, …)`
pub fn arg_max() -> AggregateUDF {
    best_row("kql_arg_max", |args| create(args, Choice::Greatest))
}

/// `kql_arg_min('type,…', ordinal, key, carried, …)`
pub fn arg_min() -> AggregateUDF {
    best_row("kql_arg_min", |args| create(args, Choice::Least))
}

/// `kql_take_any('type,…', ordinal, carried, …)`
pub fn take_any() -> AggregateUDF {
    best_row("kql_take_any", |args| create(args, Choice::Any))
}

/// `kql_take_value('type', ordinal, x)`: a row whose x is neither null nor `""` where there is one.
pub fn take_value() -> AggregateUDF {
    best_row("kql_take_value", |args| create(args, Choice::Filled))
}

fn best_row(
    name: &'static str,
    create: fn(&AccumulatorArgs) -> Result<Box<dyn Grouped>>,
) -> AggregateUDF {
    udaf(Shape {
        name,
        returns: |types| Ok(result_type(&types[2..])),
        state,
        create,
    })
}

/// One column stands for itself, several are a struct of `c0`, `c1`, ….
pub fn result_type(types: &[DataType]) -> DataType {
    match types {
        [only] => only.clone(),
        several => DataType::Struct(result_fields(several)),
    }
}

pub fn result_fields(types: &[DataType]) -> Fields {
    let fields = types.iter().enumerate();
    fields
        .map(|(i, ty)| Field::new(format!("c{i}"), ty.clone(), true))
        .collect()
}

/// Whether there is a row, its number, and what it carries.
fn state(args: &StateFieldsArgs) -> Vec<FieldRef> {
    let name = |what: &str| format!("{}[{what}]", args.name);
    let mut fields = vec![
        Field::new(name("present"), DataType::Boolean, true),
        Field::new(name("ordinal"), DataType::Int64, true),
    ];
    for (i, carried) in args.input_fields.iter().skip(2).enumerate() {
        fields.push(Field::new(
            name(&format!("c{i}")),
            carried.data_type().clone(),
            true,
        ));
    }
    fields.into_iter().map(Arc::new).collect()
}

fn create(args: &AccumulatorArgs, choice: Choice) -> Result<Box<dyn Grouped>> {
    let names = literal_text(args, 0)?;
    let types = names.split(',').map(parse_type).collect::<Result<_>>()?;
    let arrow = args.expr_fields.iter().skip(2);
    Ok(Box::new(BestRow {
        choice,
        types,
        arrow: arrow.map(|f| f.data_type().clone()).collect(),
        winners: Vec::new(),
        batches: Vec::new(),
        kept_rows: 0,
        kept_bytes: 0,
        key_bytes: 0,
    }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Greatest,
    Least,
    /// By row number alone.
    Any,
    /// What holds a value, then by row number.
    Filled,
}

/// What a row competes with before its number counts; greater is better.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A null key, or a value that is null or `""`: better than no row only.
    Empty,
    Number(i128),
    /// The greatest text is best.
    Text(Box<str>),
    /// The least text is best.
    Reverse(std::cmp::Reverse<Box<str>>),
}

impl Rank {
    fn heap_size(&self) -> usize {
        match self {
            Rank::Text(text) | Rank::Reverse(std::cmp::Reverse(text)) => text.len(),
            Rank::Empty | Rank::Number(_) => 0,
        }
    }
}

/// A group's row: its rank, its number, and where it is kept.
#[derive(Debug)]
struct Winner {
    rank: Rank,
    ordinal: i64,
    batch: usize,
    row: usize,
}

#[derive(Debug)]
struct BestRow {
    choice: Choice,
    /// The KQL types of what is carried.
    types: Vec<ScalarType>,
    arrow: Vec<DataType>,
    winners: Vec<Option<Winner>>,
    /// The carried columns of the batches that winners point into.
    batches: Vec<Vec<ArrayRef>>,
    kept_rows: usize,
    kept_bytes: usize,
    key_bytes: usize,
}

impl BestRow {
    fn rank(&self, key: &Column<'_>, row: usize) -> Rank {
        if self.choice == Choice::Any {
            return Rank::Empty;
        }
        if key.is_null(row) {
            return Rank::Empty;
        }
        if self.choice == Choice::Filled {
            let filled = match key {
                Column::String(_) | Column::Text(_) => {
                    let text = key.text(row);
                    let json_null = self.types[0] == ScalarType::Dynamic && text.trim() == "null";
                    !text.is_empty() && !json_null
                }
                Column::Bool(_)
                | Column::Int(_)
                | Column::Long(_)
                | Column::Real(_)
                | Column::Decimal(_) => true,
            };
            return if filled { Rank::Number(0) } else { Rank::Empty };
        }
        let number = match key {
            Column::String(_) | Column::Text(_) => {
                let text = key.text(row).into();
                return match self.choice {
                    Choice::Least => Rank::Reverse(std::cmp::Reverse(text)),
                    Choice::Greatest | Choice::Any | Choice::Filled => Rank::Text(text),
                };
            }
            Column::Bool(a) => i128::from(a.value(row)),
            Column::Int(a) => i128::from(a.value(row)),
            Column::Long(a) => i128::from(a.value(row)),
            Column::Decimal(a) => a.value(row),
            Column::Real(a) => {
                // NaN wins on both sides.
                if a.value(row).is_nan() {
                    return Rank::Number(i128::MAX);
                }
                i128::from(order_bits(a.value(row)))
            }
        };
        match self.choice {
            Choice::Least => Rank::Number(-number),
            Choice::Greatest | Choice::Any | Choice::Filled => Rank::Number(number),
        }
    }

    /// Whether a row's key is worse than the winner's, as far as that costs one comparison: most rows of a large
    /// group lose.
    fn surely_loses(&self, key: &Column<'_>, row: usize, winner: &Winner) -> bool {
        let (Column::Long(key), Rank::Number(best)) = (key, &winner.rank) else {
            return false;
        };
        let number = i128::from(key.value(row));
        let loses = match self.choice {
            Choice::Greatest => number < *best,
            Choice::Least => -number < *best,
            Choice::Any | Choice::Filled => false,
        };
        loses && key.is_valid(row)
    }

    /// Lets rows compete. `values` are the carried columns, `ordinals` the rows' numbers.
    fn compete(
        &mut self,
        rows: impl Iterator<Item = (usize, usize)>,
        ordinals: &Int64Array,
        values: &[ArrayRef],
    ) -> Result<()> {
        let columns = self.columns(values)?;
        let here = self.batches.len();
        let mut changed = Vec::new();
        for (row, group) in rows {
            if let Some(winner) = &self.winners[group]
                && self.surely_loses(&columns[0], row, winner)
            {
                continue;
            }
            let rank = self.rank(&columns[0], row);
            let numbered = ordinals.is_valid(row);
            let ordinal = if numbered {
                ordinals.value(row)
            } else {
                i64::MAX
            };
            let better = match &self.winners[group] {
                None => true,
                Some(winner) => match rank.cmp(&winner.rank).then(winner.ordinal.cmp(&ordinal)) {
                    Ordering::Greater => true,
                    Ordering::Less => false,
                    Ordering::Equal if winner.batch == here => {
                        less(&columns, row, &columns, winner.row)
                    }
                    Ordering::Equal => {
                        let others = self.columns(&self.batches[winner.batch])?;
                        less(&columns, row, &others, winner.row)
                    }
                },
            };
            if better {
                changed.push(group);
                self.key_bytes += rank.heap_size();
                let winner = Winner {
                    rank,
                    ordinal,
                    batch: here,
                    row,
                };
                if let Some(old) = self.winners[group].replace(winner) {
                    self.key_bytes = self.key_bytes.saturating_sub(old.rank.heap_size());
                }
            }
        }
        self.keep(changed, values)
    }

    /// Keeps the rows of a batch by which these groups stand now.
    fn keep(&mut self, mut groups: Vec<usize>, values: &[ArrayRef]) -> Result<()> {
        if groups.is_empty() {
            return Ok(());
        }
        groups.sort_unstable();
        groups.dedup();
        let mut chosen = Vec::with_capacity(groups.len());
        for group in groups {
            if let Some(winner) = &mut self.winners[group] {
                chosen.push(winner.row as u32);
                winner.row = chosen.len() - 1;
            }
        }
        let indices = UInt32Array::from(chosen);
        let few = indices.len() * 4 < values[0].len();
        let kept = values
            .iter()
            .map(|column| {
                let column = take(column, &indices, None)?;
                Ok(if few { copied(column) } else { column })
            })
            .collect::<Result<Vec<_>>>()?;
        self.kept_rows += indices.len();
        self.kept_bytes += bytes(&kept);
        self.batches.push(kept);
        if self.kept_rows > 2 * self.winners.len() + 65_536 {
            self.cut_down()?;
        }
        Ok(())
    }

    fn columns<'a>(&self, values: &'a [ArrayRef]) -> Result<Vec<Column<'a>>> {
        let pairs = values.iter().zip(&self.types);
        pairs.map(|(array, ty)| Column::new(array, *ty)).collect()
    }

    /// Copies the chosen rows together and lets go of the batches.
    fn cut_down(&mut self) -> Result<()> {
        let chosen: Vec<(usize, usize)> = self
            .winners
            .iter()
            .flatten()
            .map(|w| (w.batch, w.row))
            .collect();
        let gathered = self.gather(&chosen)?;
        for (row, winner) in self.winners.iter_mut().flatten().enumerate() {
            winner.batch = 0;
            winner.row = row;
        }
        self.kept_rows = chosen.len();
        self.kept_bytes = bytes(&gathered);
        self.batches = vec![gathered];
        Ok(())
    }

    /// These rows of the kept batches.
    fn gather(&self, rows: &[(usize, usize)]) -> Result<Vec<ArrayRef>> {
        (0..self.arrow.len())
            .map(|column| {
                if rows.is_empty() {
                    return Ok(new_empty_array(&self.arrow[column]));
                }
                let arrays: Vec<&dyn Array> =
                    self.batches.iter().map(|b| b[column].as_ref()).collect();
                Ok(copied(interleave(&arrays, rows)?))
            })
            .collect()
    }

    /// The winners of the emitted groups and their carried columns, with nulls where there is no row.
    fn emit(&mut self, emit: EmitTo) -> Result<(Vec<Option<Winner>>, Vec<ArrayRef>)> {
        let winners = emit.take_needed(&mut self.winners);
        // A batch of nulls stands behind the groups without a row.
        self.batches
            .push(self.arrow.iter().map(|ty| new_null_array(ty, 1)).collect());
        let nothing = (self.batches.len() - 1, 0);
        let rows: Vec<_> = winners
            .iter()
            .map(|w| w.as_ref().map_or(nothing, |w| (w.batch, w.row)))
            .collect();
        let columns = self.gather(&rows)?;
        self.batches.pop();
        let freed: usize = winners.iter().flatten().map(|w| w.rank.heap_size()).sum();
        self.key_bytes = self.key_bytes.saturating_sub(freed);
        match emit {
            EmitTo::All => {
                self.batches.clear();
                self.kept_rows = 0;
                self.kept_bytes = 0;
            }
            EmitTo::First(_) => {
                if self.kept_rows > 2 * self.winners.len() + 65_536 {
                    self.cut_down()?;
                }
            }
        }
        Ok((winners, columns))
    }
}

/// Whether one row's carried values come before another's.
fn less(a: &[Column<'_>], row: usize, b: &[Column<'_>], other: usize) -> bool {
    a.iter()
        .zip(b)
        .map(|(x, y)| x.compare(row, y, other))
        .find(|order| order.is_ne())
        == Some(Ordering::Less)
}

/// The array with its texts copied, so that no buffer is held for a few of its bytes.
fn copied(array: ArrayRef) -> ArrayRef {
    match array.as_string_view_opt() {
        Some(texts) => Arc::new(texts.gc()),
        None => array,
    }
}

/// The bytes of what is kept. Texts count by their own length: batches that come out of one another share
/// buffers, which must not count once for each.
fn bytes(arrays: &[ArrayRef]) -> usize {
    let size = |array: &ArrayRef| match array.as_string_view_opt() {
        Some(texts) => texts.len() * size_of::<u128>() + texts.total_buffer_bytes_used(),
        None => array.get_array_memory_size(),
    };
    arrays.iter().map(size).sum()
}

impl GroupsAccumulator for BestRow {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.winners.resize_with(total, || None);
        if groups.is_empty() {
            return Ok(());
        }
        let ordinals = primitive::<Int64Type>(&values[1])?;
        self.compete(Rows::new(groups, filter).iter(), ordinals, &values[2..])
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let (_, mut columns) = self.emit(emit)?;
        for (column, ty) in columns.iter_mut().zip(&self.types) {
            if *ty == ScalarType::String && column.null_count() > 0 {
                let texts = column.as_string_view().iter();
                let filled: StringViewArray = texts.map(|t| Some(t.unwrap_or_default())).collect();
                *column = Arc::new(filled);
            }
        }
        Ok(match columns.as_slice() {
            [only] => Arc::clone(only),
            _ => Arc::new(StructArray::new(result_fields(&self.arrow), columns, None)),
        })
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (winners, columns) = self.emit(emit)?;
        let present: BooleanArray = winners.iter().map(|w| Some(w.is_some())).collect();
        let ordinals: Int64Array = winners
            .iter()
            .map(|w| w.as_ref().map(|w| w.ordinal).filter(|n| *n != i64::MAX))
            .collect();
        let mut state: Vec<ArrayRef> = vec![Arc::new(present), Arc::new(ordinals)];
        state.extend(columns);
        Ok(state)
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.winners.resize_with(total, || None);
        if groups.is_empty() {
            return Ok(());
        }
        let present = values[0].as_boolean();
        let ordinals = primitive::<Int64Type>(&values[1])?;
        let rows = Rows::new(groups, Some(present));
        self.compete(rows.iter(), ordinals, &values[2..])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let present: BooleanArray = match filter {
            Some(filter) => filter.iter().map(|f| Some(f == Some(true))).collect(),
            None => vec![true; rows].into(),
        };
        let mut state: Vec<ArrayRef> = vec![Arc::new(present)];
        state.extend(values[1..].iter().map(Arc::clone));
        Ok(state)
    }

    fn size(&self) -> usize {
        self.winners.capacity() * size_of::<Option<Winner>>() + self.kept_bytes + self.key_bytes
    }
}
