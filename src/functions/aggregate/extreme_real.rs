//! The least and the greatest of reals: `kql_min_real`, `kql_max_real`.
//!
//! In: doubles; nulls are skipped. Out: one double, null of nothing. What always holds: NaN wins on both
//! sides, as arg_max and arg_min of Kusto have it. (DataFusion's own min and max give a NaN or not by the
//! order of the rows, and never infinity on the wrong side.)

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::AggregateUDF;

use super::cell::{order_bits, primitive, real_of_bits};
use super::groups::{Groups, Kernel, Reader, Rows};
use super::udaf::{Shape, binary_state, udaf};

/// `kql_max_real(x)`
pub fn max_real() -> AggregateUDF {
    udaf(Shape {
        name: "kql_max_real",
        returns: |_| Ok(DataType::Float64),
        state: binary_state,
        create: |_| Ok(Box::new(Groups::new(Extreme { greatest: true }))),
    })
}

/// `kql_min_real(x)`
pub fn min_real() -> AggregateUDF {
    udaf(Shape {
        name: "kql_min_real",
        returns: |_| Ok(DataType::Float64),
        state: binary_state,
        create: |_| Ok(Box::new(Groups::new(Extreme { greatest: false }))),
    })
}

#[derive(Debug)]
struct Extreme {
    greatest: bool,
}

impl Extreme {
    fn take(&self, group: &mut Option<i64>, bits: i64) {
        let nan = i64::MAX;
        let better = group.is_none_or(|known| match self.greatest {
            true => bits > known,
            false => known != nan && (bits < known || bits == nan),
        });
        if better {
            *group = Some(bits);
        }
    }
}

impl Kernel for Extreme {
    /// By `order_bits`.
    type Group = Option<i64>;

    fn update(
        &self,
        groups: &mut [Option<i64>],
        rows: Rows<'_>,
        values: &[ArrayRef],
    ) -> Result<usize> {
        let column = primitive::<Float64Type>(&values[0])?;
        for (row, group) in rows.iter().filter(|(row, _)| column.is_valid(*row)) {
            self.take(&mut groups[group], order_bits(column.value(row)));
        }
        Ok(0)
    }

    fn encode(&self, group: &mut Option<i64>, out: &mut Vec<u8>) {
        if let Some(bits) = group {
            out.extend_from_slice(&bits.to_le_bytes());
        }
    }

    fn merge(&self, group: &mut Option<i64>, state: &mut Reader<'_>) -> Result<usize> {
        if !state.is_empty() {
            self.take(group, state.i64()?);
        }
        Ok(0)
    }

    fn finish(&self, groups: Vec<Option<i64>>) -> Result<ArrayRef> {
        let results = groups.into_iter().map(|g| g.map(real_of_bits));
        Ok(Arc::new(results.collect::<Float64Array>()))
    }
}
