//! Aggregates: one file a KQL aggregate with its `…if` form, and the accumulators that they share.
//!
//! In: rows, and their numbers where their order counts. Out: one value a group. What always holds: the
//! same rows give the same bytes, whatever batches, partitions and threads they came through.

mod arg_max;
mod avg;
mod best_row;
mod binary_all;
mod buildschema;
mod cell;
mod collect;
mod count;
mod covariance;
mod dcount;
mod definition;
mod distinct;
mod exact_sum;
mod extreme_real;
mod groups;
mod json_value;
mod make_bag;
mod make_list;
mod make_set;
mod min_max;
mod moments;
mod percentile;
mod rank;
mod sketch;
mod sum;
mod take_any;
#[cfg(test)]
mod tests;
mod udaf;
mod variance;

pub use collect::bounded as bounded_collections;

use super::AggregateFunction;

/// Every aggregate.
pub fn all() -> Vec<&'static dyn AggregateFunction> {
    vec![
        &arg_max::ARG_MAX,
        &arg_max::ARG_MIN,
        &arg_max::OLD_ARGMAX,
        &arg_max::OLD_ARGMIN,
        &avg::AVG,
        &avg::AVGIF,
        &binary_all::BINARY_ALL_AND,
        &binary_all::BINARY_ALL_OR,
        &binary_all::BINARY_ALL_XOR,
        &buildschema::BUILDSCHEMA,
        &count::COUNT,
        &count::COUNTIF,
        &covariance::COVARIANCE,
        &covariance::COVARIANCEP,
        &covariance::COVARIANCEIF,
        &covariance::COVARIANCEPIF,
        &dcount::COUNT_DISTINCT,
        &dcount::COUNT_DISTINCTIF,
        &dcount::DCOUNT,
        &dcount::DCOUNTIF,
        &make_bag::MAKE_BAG,
        &make_bag::MAKE_BAG_IF,
        &make_bag::MAKE_DICTIONARY,
        &make_list::MAKE_LIST,
        &make_list::MAKE_LIST_IF,
        &make_list::MAKE_LIST_WITH_NULLS,
        &make_list::OLD_MAKELIST,
        &make_set::MAKE_SET,
        &make_set::MAKE_SET_IF,
        &make_set::OLD_MAKESET,
        &min_max::MAX,
        &min_max::MAXIF,
        &min_max::MIN,
        &min_max::MINIF,
        &percentile::PERCENTILES_ARRAY,
        &percentile::PERCENTILES_OF,
        &percentile::PERCENTILESW,
        &percentile::PERCENTILESW_ARRAY,
        &percentile::PERCENTILEW,
        &percentile::PERCENTILE_OF,
        &sketch::HLL,
        &sketch::HLL_IF,
        &sketch::HLL_MERGE,
        &sketch::TDIGEST,
        &sketch::TDIGEST_MERGE,
        &sum::SUM,
        &sum::SUMIF,
        &take_any::OLD_ANY,
        &take_any::OLD_ANYIF,
        &take_any::TAKE_ANY,
        &take_any::TAKE_ANYIF,
        &variance::STDEV,
        &variance::STDEVIF,
        &variance::STDEVP,
        &variance::VARIANCE,
        &variance::VARIANCEIF,
        &variance::VARIANCEP,
        &variance::VARIANCEPIF,
    ]
}
