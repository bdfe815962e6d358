//! Sums, means and variances of numbers, independent of the order of the rows.
//!
//! In: one column of doubles, whole numbers or decimals; nulls are skipped. Out: `kql_sum_real`,
//! `kql_avg_…`, `kql_variance…`, `kql_spread…`, `kql_stdev…`. What always holds: sums are exact ([`ExactSum`], i128), and
//! only the result is rounded.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::AggregateUDF;
use datafusion::logical_expr::function::AccumulatorArgs;

use super::cell::primitive;
use super::exact_sum::ExactSum;
use super::groups::{Groups, Kernel, Reader, Rows};
use super::udaf::{Grouped, Shape, binary_state, udaf};
use crate::symbols::ScalarType;
use crate::symbols::arrow::{DECIMAL_PRECISION, DECIMAL_SCALE, data_type};

type Create = fn(&AccumulatorArgs) -> Result<Box<dyn Grouped>>;

/// `kql_sum_real(x)`: 0 of nothing.
pub fn sum_real() -> AggregateUDF {
    reals("kql_sum_real", |_| moment(false, |sums| sums.first.value()))
}

/// `kql_avg_real(x)`: NaN of nothing.
pub fn avg_real() -> AggregateUDF {
    reals("kql_avg_real", |_| {
        moment(false, |sums| sums.first.value() / sums.count as f64)
    })
}

/// `kql_variance(x)`: of a sample; 0 of fewer than two.
pub fn variance() -> AggregateUDF {
    reals("kql_variance", |_| moment(true, |sums| sums.variance(true)))
}

/// `kql_variancep(x)`: of the whole population.
pub fn variancep() -> AggregateUDF {
    reals("kql_variancep", |_| {
        moment(true, |sums| sums.variance(false))
    })
}

/// `kql_spread(x)`: the variance of a sample, not rounded.
pub fn spread() -> AggregateUDF {
    reals("kql_spread", |_| moment(true, |sums| sums.spread(true)))
}

/// `kql_spreadp(x)`: the variance of the whole population, not rounded.
pub fn spreadp() -> AggregateUDF {
    reals("kql_spreadp", |_| moment(true, |sums| sums.spread(false)))
}

/// `kql_stdev(x)`
pub fn stdev() -> AggregateUDF {
    reals("kql_stdev", |_| {
        moment(true, |sums| sums.variance(true).sqrt())
    })
}

/// `kql_stdevp(x)`
pub fn stdevp() -> AggregateUDF {
    reals("kql_stdevp", |_| {
        moment(true, |sums| sums.variance(false).sqrt())
    })
}

fn reals(name: &'static str, create: Create) -> AggregateUDF {
    udaf(Shape {
        name,
        returns: |_| Ok(DataType::Float64),
        state: binary_state,
        create,
    })
}

fn moment(squares: bool, result: fn(&Sums) -> f64) -> Result<Box<dyn Grouped>> {
    Ok(Box::new(Groups::new(Moment { squares, result })))
}

/// A result that follows from count, sum and sum of squares.
#[derive(Debug)]
struct Moment {
    /// Whether the result needs the sum of squares.
    squares: bool,
    result: fn(&Sums) -> f64,
}

#[derive(Debug, Default)]
struct Sums {
    count: i64,
    first: ExactSum,
    second: ExactSum,
}

impl Sums {
    /// Kusto rounds a variance to ten decimals, and takes the root of that: 2.9166666667 of 1 to 6.
    fn variance(&self, sample: bool) -> f64 {
        let variance = self.spread(sample);
        let rounded = (variance * 1e10).round_ties_even() / 1e10;
        if rounded.is_finite() {
            rounded
        } else {
            variance
        }
    }

    /// (n Σx² - (Σx)²) / (n (n - 1)), its difference in twice a double's precision, since it may cancel.
    fn spread(&self, sample: bool) -> f64 {
        let n = self.count as f64;
        // Kusto gives 0 of no values too, unlike its avg.
        if self.count <= 1 {
            return 0.0;
        }
        let (a, a_rest) = self.second.value_and_rest();
        let (b, b_rest) = self.first.value_and_rest();
        let left = n * a;
        let left_rest = n.mul_add(a, -left) + n * a_rest;
        let right = b * b;
        let right_rest = b.mul_add(b, -right) + 2.0 * b * b_rest;
        let difference = (left - right) + (left_rest - right_rest);
        let divisor = if sample { n * (n - 1.0) } else { n * n };
        let variance = difference / divisor;
        // Not `max`, which would make 0 of NaN.
        if variance < 0.0 { 0.0 } else { variance }
    }
}

impl Kernel for Moment {
    type Group = Sums;

    fn update(&self, groups: &mut [Sums], rows: Rows<'_>, values: &[ArrayRef]) -> Result<usize> {
        let column = primitive::<Float64Type>(&values[0])?;
        let mut grown = 0;
        for (row, group) in rows.iter().filter(|(row, _)| column.is_valid(*row)) {
            let sums = &mut groups[group];
            let before = self.heap_size(sums);
            sums.count += 1;
            sums.first.add(column.value(row));
            if self.squares {
                sums.second.add_square(column.value(row));
            }
            grown += self.heap_size(sums) - before;
        }
        Ok(grown)
    }

    fn encode(&self, group: &mut Sums, out: &mut Vec<u8>) {
        out.extend_from_slice(&group.count.to_le_bytes());
        group.first.encode(out);
        group.second.encode(out);
    }

    fn merge(&self, group: &mut Sums, state: &mut Reader<'_>) -> Result<usize> {
        let before = self.heap_size(group);
        group.count += state.i64()?;
        group.first.merge(ExactSum::decode(state)?);
        group.second.merge(ExactSum::decode(state)?);
        Ok(self.heap_size(group).saturating_sub(before))
    }

    fn finish(&self, groups: Vec<Sums>) -> Result<ArrayRef> {
        let results = groups.iter().map(self.result);
        Ok(Arc::new(Float64Array::from_iter_values(results)))
    }

    fn heap_size(&self, group: &Sums) -> usize {
        group.first.heap_size() + group.second.heap_size()
    }
}

/// `kql_avg_long(x)`: a real, NaN of nothing.
pub fn avg_long() -> AggregateUDF {
    udaf(Shape {
        name: "kql_avg_long",
        returns: |_| Ok(DataType::Float64),
        state: binary_state,
        create: |_| {
            Ok(Box::new(Groups::new(WholeMean {
                ty: ScalarType::Real,
            })))
        },
    })
}

/// `kql_avg_ticks(x)`: the mean of datetimes or timespans, null of nothing.
pub fn avg_ticks() -> AggregateUDF {
    udaf(Shape {
        name: "kql_avg_ticks",
        returns: |_| Ok(DataType::Int64),
        state: binary_state,
        create: |_| {
            Ok(Box::new(Groups::new(WholeMean {
                ty: ScalarType::Long,
            })))
        },
    })
}

/// `kql_avg_decimal(x)`: null of nothing.
pub fn avg_decimal() -> AggregateUDF {
    udaf(Shape {
        name: "kql_avg_decimal",
        returns: |_| Ok(data_type(ScalarType::Decimal)),
        state: binary_state,
        create: |_| {
            Ok(Box::new(Groups::new(WholeMean {
                ty: ScalarType::Decimal,
            })))
        },
    })
}

/// The mean of whole numbers or decimals, as `ty`.
#[derive(Debug)]
struct WholeMean {
    ty: ScalarType,
}

#[derive(Debug, Default)]
struct WholeSum {
    count: i64,
    sum: i128,
}

impl WholeSum {
    fn add(&mut self, count: i64, addend: i128) -> Result<()> {
        self.count += count;
        match self.sum.checked_add(addend) {
            Some(sum) => {
                self.sum = sum;
                Ok(())
            }
            None => exec_err!("avg: the sum of the decimals is too large"),
        }
    }

    /// The quotient without its fraction.
    fn quotient(&self) -> Option<i128> {
        self.sum.checked_div(i128::from(self.count))
    }
}

impl Kernel for WholeMean {
    type Group = WholeSum;

    fn update(
        &self,
        groups: &mut [WholeSum],
        rows: Rows<'_>,
        values: &[ArrayRef],
    ) -> Result<usize> {
        if let Some(column) = values[0].as_primitive_opt::<Int64Type>() {
            for (row, group) in rows.iter().filter(|(row, _)| column.is_valid(*row)) {
                groups[group].add(1, i128::from(column.value(row)))?;
            }
        } else {
            let column = primitive::<Decimal128Type>(&values[0])?;
            for (row, group) in rows.iter().filter(|(row, _)| column.is_valid(*row)) {
                groups[group].add(1, column.value(row))?;
            }
        }
        Ok(0)
    }

    fn encode(&self, group: &mut WholeSum, out: &mut Vec<u8>) {
        out.extend_from_slice(&group.count.to_le_bytes());
        out.extend_from_slice(&group.sum.to_le_bytes());
    }

    fn merge(&self, group: &mut WholeSum, state: &mut Reader<'_>) -> Result<usize> {
        let (count, sum) = (state.i64()?, state.i128()?);
        group.add(count, sum)?;
        Ok(0)
    }

    fn finish(&self, groups: Vec<WholeSum>) -> Result<ArrayRef> {
        Ok(match self.ty {
            ScalarType::Real => {
                let means = groups.iter().map(|g| g.sum as f64 / g.count as f64);
                Arc::new(Float64Array::from_iter_values(means))
            }
            ScalarType::Decimal => {
                let means: Decimal128Array = groups.iter().map(WholeSum::quotient).collect();
                Arc::new(means.with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE)?)
            }
            // The mean lies between the addends, so it is an i64 again.
            ScalarType::Long
            | ScalarType::DateTime
            | ScalarType::TimeSpan
            | ScalarType::Int
            | ScalarType::Bool
            | ScalarType::String
            | ScalarType::Guid
            | ScalarType::Dynamic => {
                let means = groups.iter().map(|g| g.quotient().map(|n| n as i64));
                Arc::new(means.collect::<Int64Array>())
            }
        })
    }
}
