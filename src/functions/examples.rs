//! Runs the examples of every scalar function through the whole pipeline: each must give the rows it says.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Decimal128Type, Float64Type, Int32Type, Int64Type};
use serde_json::{Value as Json, json};

use super::scalar::conversion::text::print_decimal;
use super::{Example, scalar};
use crate::compile::Options;
use crate::engine::{Engine, EngineOptions, TableAccess};
use crate::symbols::ScalarType;
use crate::syntax::ticks::{datetime_text, timespan_text};

/// What `now()` is here.
const AS_OF: i64 = 639_000_000_000_000_000;

fn engine() -> Engine {
    let options = EngineOptions {
        memory: None,
        threads: 2,
        tables: TableAccess {
            path_slack: 0,
            skip_bad_files: false,
        },
        max_bytes: None,
        max_files: None,
        outside: Default::default(),
    };
    Engine::new(options, None).unwrap()
}

/// A cell as the batch output writes it.
fn cell(array: &ArrayRef, row: usize, ty: ScalarType) -> Json {
    if array.is_null(row) {
        return match ty {
            ScalarType::String => json!(""),
            _ => Json::Null,
        };
    }
    let ticks = || array.as_primitive::<Int64Type>().value(row);
    let text = || array.as_string_view().value(row);
    match ty {
        ScalarType::Bool => json!(array.as_boolean().value(row)),
        ScalarType::Int => json!(array.as_primitive::<Int32Type>().value(row)),
        ScalarType::Long => json!(ticks()),
        ScalarType::Real => match array.as_primitive::<Float64Type>().value(row) {
            x if x.is_nan() => json!("NaN"),
            x if x.is_infinite() => json!(if x > 0.0 { "Infinity" } else { "-Infinity" }),
            x => json!(x),
        },
        ScalarType::Decimal => {
            let digits = print_decimal(array.as_primitive::<Decimal128Type>().value(row));
            serde_json::from_str(&digits).unwrap()
        }
        ScalarType::DateTime => json!(datetime_text(ticks())),
        ScalarType::TimeSpan => json!(timespan_text(ticks())),
        ScalarType::String | ScalarType::Guid => json!(text()),
        ScalarType::Dynamic => serde_json::from_str(text()).unwrap(),
    }
}

/// The rows of a query, or why there are none.
async fn rows(engine: &Engine, kql: &str) -> Result<Json, String> {
    let compiled = engine
        .compile(kql, Options::default())
        .await
        .map_err(|e| e.to_string())?;
    let Some(query) = compiled.query else {
        return Err(format!("{:?}", compiled.diagnostics));
    };
    let planned = engine
        .plan(&query, AS_OF)
        .await
        .map_err(|e| e.to_string())?;
    let batches = planned.collect().await.map_err(|e| e.to_string())?;
    let types: Vec<_> = planned.columns().iter().map(|c| c.ty).collect();
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().zip(&types);
            rows.push(
                cells
                    .map(|(array, ty)| cell(array, row, *ty))
                    .collect::<Vec<_>>(),
            );
        }
    }
    Ok(json!(rows))
}

/// Numbers by their value: 1 and 1.0 are one.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

#[test]
fn every_example_gives_its_rows() {
    let examples = scalar::all().into_iter().map(|f| (f.name(), f.examples()));
    let engine = engine();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(16 << 20)
        .build()
        .unwrap();
    let mut wrong = Vec::new();
    for (
        name,
        Example {
            kql,
            rows: expected,
        },
    ) in examples.flat_map(|(name, examples)| examples.iter().map(move |e| (name, e)))
    {
        let wanted: Json = serde_json::from_str(expected)
            .unwrap_or_else(|e| panic!("{name}: the rows are no JSON: {e}: {expected}"));
        match runtime.block_on(rows(&engine, kql)) {
            Ok(given) if same(&given, &wanted) => {}
            Ok(given) => wrong.push(format!("{name}: {kql}\n  gives {given}\n  not   {wanted}")),
            Err(fault) => wrong.push(format!("{name}: {kql}\n  fails: {fault}")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
