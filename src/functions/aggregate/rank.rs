//! Percentiles by nearest rank: `kql_percentiles`, `kql_percentiles_array`.
//!
//! In: values with weights. Out: the value at each percentile: a column of its own, several as a struct, or
//! all as a JSON array. What always holds: exact, so that the order of the rows cannot show; the state is
//! every distinct value with its weight.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array, Int64Array, StringViewBuilder, StructArray};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::AggregateUDF;
use datafusion::logical_expr::function::AccumulatorArgs;

use super::best_row::{result_fields, result_type};
use super::cell::{Cell, Column, primitive, real_of_bits};
use super::groups::{Groups, Kernel, Reader, Rows};
use super::json_value;
use super::udaf::{Grouped, Shape, binary_state, literal_real, literal_type, udaf};
use crate::symbols::ScalarType;

/// `kql_percentiles(type, x, weight, percentile, …)`
pub fn percentiles() -> AggregateUDF {
    udaf(Shape {
        name: "kql_percentiles",
        returns: |types| Ok(result_type(&vec![types[1].clone(); types.len() - 3])),
        state: binary_state,
        create: |args| create(args, false),
    })
}

/// `kql_percentiles_array(type, x, weight, percentile, …)`
pub fn percentiles_array() -> AggregateUDF {
    udaf(Shape {
        name: "kql_percentiles_array",
        returns: |_| Ok(DataType::Utf8View),
        state: binary_state,
        create: |args| create(args, true),
    })
}

fn create(args: &AccumulatorArgs, array: bool) -> Result<Box<dyn Grouped>> {
    let places = 3..args.exprs.len();
    Ok(Box::new(Groups::new(Ranks {
        ty: literal_type(args, 0)?,
        percentiles: places
            .map(|i| literal_real(args, i))
            .collect::<Result<_>>()?,
        array,
    })))
}

#[derive(Debug)]
struct Ranks {
    ty: ScalarType,
    percentiles: Vec<f64>,
    array: bool,
}

#[derive(Debug, Default)]
struct Values {
    /// Values by their order bits, and weights.
    list: Vec<(i64, i64)>,
    /// How many of them were distinct when equal ones were last put together.
    distinct: usize,
}

impl Values {
    fn add(&mut self, value: i64, weight: i64) {
        if weight > 0 {
            self.list.push((value, weight));
            if self.list.len() > 2 * self.distinct + 1024 {
                self.gather();
            }
        }
    }

    /// Sorts the values and puts equal ones together.
    fn gather(&mut self) {
        self.list.sort_unstable();
        self.list.dedup_by(|later, kept| {
            let equal = later.0 == kept.0;
            if equal {
                kept.1 = kept.1.saturating_add(later.1);
            }
            equal
        });
        self.distinct = self.list.len();
    }

    /// The value of the least rank that reaches p percent of the whole weight; the values are gathered.
    fn at(&self, p: f64) -> Option<i64> {
        let total: f64 = self.list.iter().map(|(_, w)| *w as f64).sum();
        // 99.9 percent of 1000 must be rank 999, whatever binary fractions make of 99.9.
        let exact = p * total / 100.0;
        let rank = (exact - exact * 1e-12).ceil();
        let mut reached = 0.0;
        for (value, weight) in &self.list {
            reached += *weight as f64;
            if reached >= rank {
                return Some(*value);
            }
        }
        self.list.last().map(|(value, _)| *value)
    }
}

impl Ranks {
    fn column(&self, values: Vec<Option<i64>>) -> ArrayRef {
        match self.ty {
            ScalarType::Real => {
                let reals = values.into_iter().map(|v| v.map(real_of_bits));
                Arc::new(reals.collect::<Float64Array>())
            }
            ScalarType::Bool
            | ScalarType::Int
            | ScalarType::Long
            | ScalarType::Decimal
            | ScalarType::String
            | ScalarType::DateTime
            | ScalarType::TimeSpan
            | ScalarType::Guid
            | ScalarType::Dynamic => Arc::new(values.into_iter().collect::<Int64Array>()),
        }
    }

    fn json(&self, values: &[Option<i64>]) -> String {
        let mut json = String::from("[");
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
                json.push(',');
            }
            match value {
                Some(bits) if self.ty == ScalarType::Real => {
                    json_value::write(&mut json, &Cell::Real(*bits), self.ty);
                }
                Some(n) => json_value::write(&mut json, &Cell::Whole(*n), self.ty),
                None => json.push_str("null"),
            }
        }
        json.push(']');
        json
    }
}

impl Kernel for Ranks {
    type Group = Values;

    fn update(&self, groups: &mut [Values], rows: Rows<'_>, values: &[ArrayRef]) -> Result<usize> {
        let column = Column::new(&values[1], self.ty)?;
        let weights = primitive::<Int64Type>(&values[2])?;
        let mut grown = 0;
        for (row, group) in rows.iter().filter(|(row, _)| weights.is_valid(*row)) {
            let bits = match column.cell(row) {
                Some(Cell::Whole(n) | Cell::Real(n)) => n,
                Some(Cell::Decimal(_) | Cell::Text(_)) | None => continue,
            };
            let group = &mut groups[group];
            let before = group.list.capacity();
            group.add(bits, weights.value(row));
            grown += (group.list.capacity() - before) * size_of::<(i64, i64)>();
        }
        Ok(grown)
    }

    fn encode(&self, group: &mut Values, out: &mut Vec<u8>) {
        group.gather();
        for (value, weight) in &group.list {
            out.extend_from_slice(&value.to_le_bytes());
            out.extend_from_slice(&weight.to_le_bytes());
        }
    }

    fn merge(&self, group: &mut Values, state: &mut Reader<'_>) -> Result<usize> {
        let before = group.list.capacity();
        while !state.is_empty() {
            group.add(state.i64()?, state.i64()?);
        }
        Ok((group.list.capacity() - before) * size_of::<(i64, i64)>())
    }

    fn finish(&self, mut groups: Vec<Values>) -> Result<ArrayRef> {
        groups.iter_mut().for_each(Values::gather);
        let at = |p: &f64| groups.iter().map(|g| g.at(*p)).collect::<Vec<_>>();
        if self.array {
            let mut builder = StringViewBuilder::with_capacity(groups.len());
            for group in &groups {
                let values: Vec<_> = self.percentiles.iter().map(|p| group.at(*p)).collect();
                builder.append_value(self.json(&values));
            }
            return Ok(Arc::new(builder.finish()));
        }
        let mut columns: Vec<ArrayRef> = self
            .percentiles
            .iter()
            .map(|p| self.column(at(p)))
            .collect();
        if columns.len() == 1 {
            return Ok(columns.remove(0));
        }
        let types: Vec<_> = columns.iter().map(|c| c.data_type().clone()).collect();
        Ok(Arc::new(StructArray::new(
            result_fields(&types),
            columns,
            None,
        )))
    }

    fn heap_size(&self, group: &Values) -> usize {
        group.list.capacity() * size_of::<(i64, i64)>()
    }
}
