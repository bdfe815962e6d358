//! All UDFs that generated SQL may call.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};

use crate::functions::{aggregate, scalar};
use crate::sqlgen;

/// Adds KQL's functions to a session, each UDF once: many functions call the same conversions.
pub fn register(builder: &mut SessionStateBuilder) {
    let mut scalars: HashMap<String, ScalarUDF> = HashMap::new();
    let functions = scalar::all().into_iter().flat_map(|f| f.udfs());
    let helpers = aggregate::all().into_iter().flat_map(|f| f.udfs());
    for udf in functions.chain(helpers).chain(sqlgen::udfs()) {
        scalars.entry(udf.name().to_owned()).or_insert(udf);
    }
    builder
        .scalar_functions()
        .get_or_insert_default()
        .extend(scalars.into_values().map(Arc::new));
    let lambdas = sqlgen::higher_order_udfs().into_iter().map(Arc::new);
    builder
        .higher_order_functions()
        .get_or_insert_default()
        .extend(lambdas);
    let windows = scalar::all().into_iter().flat_map(|f| f.udwfs());
    builder
        .window_functions()
        .get_or_insert_default()
        .extend(windows.map(Arc::new));
    let aggregates: Vec<AggregateUDF> = aggregate::all()
        .into_iter()
        .flat_map(|f| f.udafs())
        .collect();
    builder
        .aggregate_functions()
        .get_or_insert_default()
        .extend(aggregates.into_iter().map(Arc::new));
}
