//! All UDFs that generated SQL may call.

use std::sync::Arc;

use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};

use crate::functions::{aggregate, scalar};
use crate::sqlgen;

/// Adds KQL's functions to a session.
pub fn register(builder: &mut SessionStateBuilder) {
    let scalars = builder.scalar_functions().get_or_insert_default();
    for function in scalar::all() {
        scalars.extend(function.udfs().into_iter().map(shared));
    }
    for function in aggregate::all() {
        scalars.extend(function.udfs().into_iter().map(shared));
    }
    scalars.extend(sqlgen::udfs().into_iter().map(shared));
    let windows = builder.window_functions().get_or_insert_default();
    for function in scalar::all() {
        windows.extend(function.udwfs().into_iter().map(Arc::new));
    }
    let aggregates = builder.aggregate_functions().get_or_insert_default();
    for function in aggregate::all() {
        let udafs: Vec<AggregateUDF> = function.udafs();
        aggregates.extend(udafs.into_iter().map(Arc::new));
    }
}

fn shared(udf: ScalarUDF) -> Arc<ScalarUDF> {
    Arc::new(udf)
}
