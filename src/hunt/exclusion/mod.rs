//! What a rule's exclusions set aside, counted and shown.
//!
//! In: a compiled query with [`Exclusions`], and a way to run queries. Out: [`SetAside`]: numbers for
//! each scenario, and samples.
//! What always holds: nothing is run where no exclusion applies; the numbers of a scenario do not depend
//! on the other scenarios, so that their sum may count an event twice.
//!
//! The counting queries hold the rule's own filters and not those of the exclusions: whoever runs them
//! over a part of the lake must take that part by the rule as it is without exclusions.

pub mod from_hit;

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::Int64Type;
use async_trait::async_trait;

use super::single::Rows;
use crate::compile::exclusion::{Applied, Counting, RowCount};
use crate::compile::{CompiledQuery, Exclusions};
use crate::engine::{Engine, EngineError};
use crate::plan::Column;
use crate::symbols::{self, ScalarType};

/// What one scenario set aside of one rule's run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Suppressed {
    pub scenario: String,
    /// `events` or `rows`.
    pub on: &'static str,
    /// Events of the table; 0 for a scenario over rows.
    pub events: u64,
    /// The devices of these events (of the rows, for a scenario over rows), by id, else by name.
    pub devices: u64,
    /// Result rows that are no more. Negative where the rule gives more rows without the events, as one
    /// that looks for what is absent may.
    pub rows: i64,
}

impl Suppressed {
    /// Whether the scenario made no difference.
    pub fn is_idle(&self) -> bool {
        self.events == 0 && self.rows == 0
    }

    /// For people.
    pub fn sentence(&self) -> String {
        let of = |n: u64, word: &str| match n {
            1 => format!("1 {word}"),
            n => format!("{n} {word}s"),
        };
        if self.is_idle() {
            return format!("the exclusion `{}` set nothing aside", self.scenario);
        }
        let rows = of(self.rows.unsigned_abs(), "result row");
        let rows = match self.rows {
            ..0 => format!("the rule gives {rows} more"),
            _ => rows,
        };
        let devices = of(self.devices, "device");
        match self.on {
            "rows" => format!(
                "the exclusion `{}` set aside {rows} of {devices}",
                self.scenario
            ),
            _ => format!(
                "the exclusion `{}` set aside {} of {devices}; {rows}",
                self.scenario,
                of(self.events, "event")
            ),
        }
    }
}

/// What all scenarios set aside.
#[derive(Debug, Clone)]
pub struct SetAside {
    pub scenarios: Vec<Suppressed>,
    /// The columns of [`sample_columns`]; the earliest first, a scenario after the other.
    pub samples: Rows,
}

/// The columns of samples: the same for every rule, so that all stand in one table.
pub fn sample_columns() -> Vec<Column> {
    let column = |name: &str, ty| Column {
        name: name.to_owned(),
        ty,
        nullable_string: false,
    };
    vec![
        column("Scenario", ScalarType::String),
        column("On", ScalarType::String),
        column("Table", ScalarType::String),
        column("Time", ScalarType::DateTime),
        column("DeviceId", ScalarType::String),
        column("DeviceName", ScalarType::String),
        column("Event", ScalarType::Dynamic),
    ]
}

/// Runs the counting queries: over a lake, or over the part of it that holds all of the rule's events.
#[async_trait]
pub trait RunQuery: Sync {
    /// The rows of a query.
    async fn rows(&self, query: &CompiledQuery) -> Result<Vec<RecordBatch>, EngineError>;
}

/// Runs them over an engine's lake, as of an instant.
pub struct OverLake<'e> {
    pub engine: &'e Engine,
    pub as_of: i64,
}

#[async_trait]
impl RunQuery for OverLake<'_> {
    async fn rows(&self, query: &CompiledQuery) -> Result<Vec<RecordBatch>, EngineError> {
        self.engine.plan(query, self.as_of).await?.collect().await
    }
}

/// Counts what a query's exclusions set aside. None where none applies.
///
/// # Errors
/// Those of running.
pub async fn suppressed(
    run: &dyn RunQuery,
    query: &CompiledQuery,
) -> Result<Option<SetAside>, EngineError> {
    let Some(exclusions) = &query.exclusions else {
        return Ok(None);
    };
    let mut scenarios: Vec<Suppressed> = exclusions.scenarios.iter().map(nothing_yet).collect();
    let mut samples: Vec<(usize, Sample)> = Vec::new();
    for counting in &exclusions.counting {
        count(run, counting, &mut scenarios).await?;
        let any = counting.scenarios.iter().any(|i| !scenarios[*i].is_idle());
        if let (Some(query), true) = (&counting.samples, any) {
            let found = read_samples(&run.rows(query).await?, counting.scenarios.len())?;
            samples.extend(earliest(found, counting, exclusions.samples));
        }
    }
    samples.sort_by_key(|(scenario, _)| *scenario);
    let samples = as_rows(&samples, exclusions)?;
    Ok(Some(SetAside { scenarios, samples }))
}

fn nothing_yet(applied: &Applied) -> Suppressed {
    Suppressed {
        scenario: applied.name.clone(),
        on: applied.level.name(),
        events: 0,
        devices: 0,
        rows: 0,
    }
}

async fn count(
    run: &dyn RunQuery,
    counting: &Counting,
    scenarios: &mut [Suppressed],
) -> Result<(), EngineError> {
    let batches = run.rows(&counting.counts).await?;
    for (place, index) in counting.scenarios.iter().enumerate() {
        let found = &mut scenarios[*index];
        let mut devices: HashSet<&str> = HashSet::new();
        let mut total = 0;
        for batch in &batches {
            let (ids, names) = (texts(batch, 0)?, texts(batch, 1)?);
            let counts = longs(batch, 2 + place)?;
            for row in 0..batch.num_rows() {
                let count = counts.value(row);
                if count == 0 {
                    continue;
                }
                total += count;
                let device = match ids.value(row) {
                    "" => names.value(row),
                    id => id,
                };
                if !device.is_empty() {
                    devices.insert(device);
                }
            }
        }
        found.devices = devices.len() as u64;
        match counting.rows {
            RowCount::Themselves => found.rows = total,
            RowCount::EachEvent
            | RowCount::NoRow
            | RowCount::Groups(_)
            | RowCount::Difference { .. } => found.events = total.unsigned_abs(),
        }
    }
    count_rows(run, counting, scenarios).await
}

/// The rows that events which are set aside would have given. Where there are none, nothing is asked.
async fn count_rows(
    run: &dyn RunQuery,
    counting: &Counting,
    scenarios: &mut [Suppressed],
) -> Result<(), EngineError> {
    if counting.scenarios.iter().all(|i| scenarios[*i].events == 0) {
        return Ok(());
    }
    match &counting.rows {
        RowCount::Themselves | RowCount::NoRow => {}
        RowCount::EachEvent => {
            for index in &counting.scenarios {
                let found = &mut scenarios[*index];
                found.rows = i64::try_from(found.events).unwrap_or(i64::MAX);
            }
        }
        RowCount::Groups(query) => {
            for batch in run.rows(query).await? {
                for (place, index) in counting.scenarios.iter().enumerate() {
                    let groups = longs(&batch, place)?;
                    scenarios[*index].rows += groups.iter().flatten().sum::<i64>();
                }
            }
        }
        RowCount::Difference { without, with } => {
            let all = single_number(&run.rows(without).await?)?;
            for (query, index) in with.iter().zip(&counting.scenarios) {
                if scenarios[*index].events > 0 {
                    scenarios[*index].rows = all - single_number(&run.rows(query).await?)?;
                }
            }
        }
    }
    Ok(())
}

/// An event or a row that is set aside.
#[derive(Debug, Clone)]
struct Sample {
    /// Which of the counted scenarios set it aside.
    flags: Vec<bool>,
    time: Option<i64>,
    device_id: String,
    device_name: String,
    event: String,
}

fn read_samples(batches: &[RecordBatch], flags: usize) -> Result<Vec<Sample>, EngineError> {
    let mut found = Vec::new();
    for batch in batches {
        let set: Vec<&Int64Array> = (0..flags)
            .map(|column| longs(batch, column))
            .collect::<Result<_, _>>()?;
        let times = longs(batch, flags)?;
        let ids = texts(batch, flags + 1)?;
        let names = texts(batch, flags + 2)?;
        let events = texts(batch, flags + 3)?;
        for row in 0..batch.num_rows() {
            found.push(Sample {
                flags: set.iter().map(|flag| flag.value(row) == 1).collect(),
                time: times.is_valid(row).then(|| times.value(row)),
                device_id: ids.value(row).to_owned(),
                device_name: names.value(row).to_owned(),
                event: without_nothing(events.value(row)),
            });
        }
    }
    // Equal times keep the order of the query's result, which is by value.
    found.sort_by_key(|sample| sample.time);
    Ok(found)
}

/// A bag without its nulls and empty texts: most columns of most events hold nothing.
fn without_nothing(bag: &str) -> String {
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(bag) {
        Ok(mut fields) => {
            fields.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
            serde_json::Value::Object(fields).to_string()
        }
        Err(_) => bag.to_owned(),
    }
}

/// The first samples of each scenario.
fn earliest(samples: Vec<Sample>, counting: &Counting, count: u64) -> Vec<(usize, Sample)> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut chosen = Vec::new();
    for (place, index) in counting.scenarios.iter().enumerate() {
        let own = samples.iter().filter(|sample| sample.flags[place]);
        chosen.extend(own.take(count).map(|sample| (*index, sample.clone())));
    }
    chosen
}

fn as_rows(samples: &[(usize, Sample)], exclusions: &Exclusions) -> Result<Rows, EngineError> {
    let columns = sample_columns();
    let of = |text: &dyn Fn(&Applied) -> String| -> ArrayRef {
        let texts = samples.iter().map(|(i, _)| text(&exclusions.scenarios[*i]));
        Arc::new(StringViewArray::from_iter_values(texts))
    };
    let own = |text: &dyn Fn(&Sample) -> &str| -> ArrayRef {
        Arc::new(StringViewArray::from_iter_values(
            samples.iter().map(|(_, sample)| text(sample)),
        ))
    };
    let times: Int64Array = samples.iter().map(|(_, sample)| sample.time).collect();
    let arrays: Vec<ArrayRef> = vec![
        of(&|applied| applied.name.clone()),
        of(&|applied| applied.level.name().to_owned()),
        of(&|applied| applied.table.clone().unwrap_or_default()),
        Arc::new(times),
        own(&|sample| &sample.device_id),
        own(&|sample| &sample.device_name),
        own(&|sample| &sample.event),
    ];
    let fields: Vec<symbols::Column> = columns
        .iter()
        .map(|c| symbols::Column::new(&c.name, c.ty))
        .collect();
    let schema = Arc::new(symbols::arrow::schema(&fields));
    let batch =
        RecordBatch::try_new(schema, arrays).map_err(|e| EngineError::Run(e.to_string()))?;
    Ok(Rows {
        columns,
        batches: vec![batch],
    })
}

fn single_number(batches: &[RecordBatch]) -> Result<i64, EngineError> {
    let mut total = 0;
    for batch in batches {
        total += longs(batch, 0)?.iter().flatten().sum::<i64>();
    }
    Ok(total)
}

fn longs(batch: &RecordBatch, column: usize) -> Result<&Int64Array, EngineError> {
    let column = batch.columns().get(column);
    column
        .and_then(|column| column.as_primitive_opt::<Int64Type>())
        .ok_or_else(not_as_planned)
}

fn texts(batch: &RecordBatch, column: usize) -> Result<&StringViewArray, EngineError> {
    let column = batch.columns().get(column);
    column
        .and_then(|column| column.as_string_view_opt())
        .ok_or_else(not_as_planned)
}

fn not_as_planned() -> EngineError {
    EngineError::Run("a query that counts what exclusions set aside gave other columns".to_owned())
}
