//! `kql_scan(rows, start, outputs, lambdas…)`: what the operator `scan` makes of a sequence of rows.
//!
//! In: the rows as a list of structs in any order, their number last; the declared columns' first values as
//! a struct; the steps' outputs (`all`, `last`, `none`), parted by commas; and for each step a lambda for its
//! condition and one for each declared column. A lambda's parameters are some that are unused, the row's columns, then for each
//! step the columns of the row that matched it last and the declared columns as they were then; it gives its
//! value as the one field of a struct. Out: a list
//! of structs: the row's columns, the declared columns, the match's number, the row's number, and the place
//! among the rows that are given. What always holds: rows go by their numbers; steps are tried from the last
//! to the first; a step's state moves on to the next step when that matches; a condition that is null is
//! false.
//!
//! Source of the rules: "Scan logic" in Microsoft's page on the operator, and its examples.

use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, ListArray, StructArray, UInt32Array, new_empty_array,
    new_null_array,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{cast, concat, take};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Int64Type};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature,
    HigherOrderUDF, HigherOrderUDFImpl, LambdaArgument, LambdaParametersProgress, ValueOrLambda,
    Volatility,
};

pub const SCAN: &str = "kql_scan";

/// Parameters at the head of each lambda that nothing uses. DataFusion counts a lambda's parameters on from the
/// columns of the rows outside, and does not count anew when a later step of planning gives these more columns (a
/// partition's keys): the first parameters are then taken for columns, and fail.
pub const UNUSED: usize = 16;

/// The fields of the result behind the row's and the declared columns.
pub const MATCH_FIELD: &str = "__match";
pub const ROW_FIELD: &str = "__row";
pub const PLACE_FIELD: &str = "__place";

/// The UDF.
pub fn udf() -> HigherOrderUDF {
    HigherOrderUDF::new_from_impl(Scan {
        signature: HigherOrderSignature::variadic_any(Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq)]
struct Scan {
    signature: HigherOrderSignature,
}

impl Hash for Scan {
    fn hash<H: Hasher>(&self, state: &mut H) {
        SCAN.hash(state);
    }
}

/// The fields of the rows (their number last) and of the declared columns.
fn shape(rows: &DataType, start: &DataType) -> Result<(Fields, Fields)> {
    let (DataType::List(rows), DataType::Struct(start)) = (rows, start) else {
        return plan_err!("{SCAN} takes a list of rows and a struct of first values");
    };
    let DataType::Struct(row) = rows.data_type() else {
        return plan_err!("{SCAN} takes rows as structs");
    };
    Ok((row.clone(), start.clone()))
}

fn nullable(field: &Field) -> FieldRef {
    Arc::new(field.clone().with_nullable(true))
}

/// The result's columns.
fn result_fields(row: &Fields, start: &Fields) -> Fields {
    let number = |name| Arc::new(Field::new(name, DataType::Int64, true));
    let own = row.iter().take(row.len().saturating_sub(1));
    own.chain(start)
        .map(|f| nullable(f))
        .chain([number(MATCH_FIELD), number(ROW_FIELD), number(PLACE_FIELD)])
        .collect()
}

impl HigherOrderUDFImpl for Scan {
    fn name(&self) -> &str {
        SCAN
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn lambda_parameters(
        &self,
        _: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let [
            ValueOrLambda::Value(rows),
            ValueOrLambda::Value(start),
            ValueOrLambda::Value(_),
            lambdas @ ..,
        ] = fields
        else {
            return plan_err!("{SCAN} takes rows, first values, outputs and lambdas");
        };
        let (row, start) = shape(rows.data_type(), start.data_type())?;
        let width = start.len() + 1;
        let own: Vec<FieldRef> = row
            .iter()
            .take(row.len().saturating_sub(1))
            .map(|f| nullable(f))
            .collect();
        let unused: FieldRef = Arc::new(Field::new(SCAN, DataType::Boolean, true));
        let unused = std::iter::repeat_n(unused, UNUSED);
        let mut parameters: Vec<FieldRef> = unused.chain(own.iter().cloned()).collect();
        for _ in 0..lambdas.len() / width {
            parameters.extend(own.iter().cloned());
            parameters.extend(start.iter().map(|f| nullable(f)));
        }
        Ok(LambdaParametersProgress::Complete(vec![
            parameters;
            lambdas.len()
        ]))
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs) -> Result<FieldRef> {
        let [ValueOrLambda::Value(rows), ValueOrLambda::Value(start), ..] = args.arg_fields else {
            return plan_err!("{SCAN} takes rows and first values");
        };
        let (row, start) = shape(rows.data_type(), start.data_type())?;
        let fields = result_fields(&row, &start);
        let item = Field::new_list_field(DataType::Struct(fields), true);
        Ok(Arc::new(Field::new(
            SCAN,
            DataType::List(Arc::new(item)),
            true,
        )))
    }

    fn invoke_with_args(&self, args: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let DataType::List(item) = args.return_type() else {
            return exec_err!("{SCAN} gives a list");
        };
        let DataType::Struct(fields) = item.data_type() else {
            return exec_err!("{SCAN} gives structs");
        };
        let (item, fields) = (Arc::clone(item), fields.clone());
        let [
            ValueOrLambda::Value(rows),
            ValueOrLambda::Value(start),
            ValueOrLambda::Value(outputs),
            lambdas @ ..,
        ] = args.args.as_slice()
        else {
            return exec_err!("{SCAN} takes rows, first values, outputs and lambdas");
        };
        let lists = rows.to_array(args.number_rows)?;
        let lists = lists.as_list::<i32>();
        let start = start.to_array(1)?;
        let outputs = cast(&outputs.to_array(1)?, &DataType::Utf8)?;
        let outputs = outputs.as_string::<i32>().value(0).to_owned();
        let lambdas: Vec<&LambdaArgument> = lambdas
            .iter()
            .filter_map(|l| match l {
                ValueOrLambda::Lambda(lambda) => Some(lambda),
                ValueOrLambda::Value(_) => None,
            })
            .collect();
        let start = start.as_struct().columns().to_vec();
        let steps: Vec<Step> = outputs
            .split(',')
            .zip(lambdas.chunks_exact(start.len() + 1))
            .map(|(output, lambdas)| Step {
                output: Output::of(output),
                condition: lambdas[0],
                assignments: &lambdas[1..],
            })
            .collect();
        let rows = lists.values().as_struct();
        let mut walk = Walk::new(rows, &steps, &start);
        let mut lengths = Vec::with_capacity(lists.len());
        for list in 0..lists.len() {
            let before = walk.found.rows.len();
            if lists.is_valid(list) {
                let ends = &lists.value_offsets()[list..list + 2];
                let from = usize::try_from(ends[0]).unwrap_or(0);
                let to = usize::try_from(ends[1]).unwrap_or(0);
                walk.sequence(from..to)?;
            }
            lengths.push(walk.found.rows.len() - before);
        }
        let valid: Vec<bool> = (0..lists.len()).map(|list| lists.is_valid(list)).collect();
        let values = walk.found.finish(rows, &start, &fields)?;
        let list = ListArray::try_new(
            item,
            OffsetBuffer::from_lengths(lengths),
            values,
            Some(NullBuffer::from(valid)),
        )?;
        Ok(ColumnarValue::Array(Arc::new(list)))
    }

    /// A lambda runs where its condition was true. What two lambdas have in common must stay in both: it stands
    /// over their parameters, which nothing outside of them has.
    fn short_circuits(&self) -> bool {
        true
    }

    fn coerce_value_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        Ok(given.to_vec())
    }
}

/// Which of the rows that match a step are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    All,
    /// The last one of a step's matches in a row.
    Last,
    None,
}

impl Output {
    fn of(word: &str) -> Self {
        match word {
            "last" => Self::Last,
            "none" => Self::None,
            _ => Self::All,
        }
    }
}

struct Step<'a> {
    output: Output,
    condition: &'a LambdaArgument,
    assignments: &'a [&'a LambdaArgument],
}

/// A row that matched a step, with the declared columns as they were set for it.
#[derive(Debug, Clone)]
struct Matched {
    row: usize,
    declared: Vec<ArrayRef>,
}

/// The matches of one sequence that has got as far as a step.
#[derive(Debug, Clone)]
struct State {
    number: i64,
    /// The last row of each step, up to the one whose state this is.
    steps: Vec<Option<Matched>>,
    /// The row that waits for the end of its step's matches.
    pending: Option<Matched>,
}

/// The rows to give, of all sequences.
#[derive(Debug, Default)]
struct Found {
    rows: Vec<Matched>,
    matches: Vec<i64>,
}

/// The walk over the sequences, one after the other.
struct Walk<'a> {
    columns: Vec<ArrayRef>,
    /// The rows' numbers, by which they are in order.
    numbers: &'a Int64Array,
    steps: &'a [Step<'a>],
    start: &'a [ArrayRef],
    nulls: Vec<ArrayRef>,
    states: Vec<Option<State>>,
    next: i64,
    found: Found,
}

impl<'a> Walk<'a> {
    fn new(rows: &'a StructArray, steps: &'a [Step<'a>], start: &'a [ArrayRef]) -> Self {
        let own = rows.num_columns().saturating_sub(1);
        let columns = rows.columns()[..own].to_vec();
        Self {
            nulls: columns
                .iter()
                .map(|c| new_null_array(c.data_type(), 1))
                .collect(),
            columns,
            numbers: rows.column(own).as_primitive::<Int64Type>(),
            states: Vec::new(),
            steps,
            start,
            next: 0,
            found: Found::default(),
        }
    }

    /// One sequence: these rows. They come in any order, since a list in order costs far more to make.
    fn sequence(&mut self, rows: Range<usize>) -> Result<()> {
        self.states = vec![None; self.steps.len()];
        self.next = 0;
        let mut order: Vec<usize> = rows.collect();
        order.sort_by_key(|row| self.numbers.value(*row));
        for row in order {
            for step in (0..self.steps.len()).rev() {
                self.consider(row, step)?;
            }
        }
        for step in 0..self.steps.len() {
            self.release(step);
        }
        Ok(())
    }

    fn consider(&mut self, row: usize, step: usize) -> Result<()> {
        let before = match step.checked_sub(1) {
            Some(before) => self.states[before].clone().map(|state| (before, state)),
            None => None,
        };
        if let Some((before, mut state)) = before {
            state.steps.resize(self.steps.len(), None);
            state.steps[step] = None;
            if self.matches(row, step, Some(&state))? {
                self.release(step);
                self.release(before);
                self.states[before] = None;
                state.pending = None;
                return self.enter(row, step, state);
            }
        }
        match self.states[step].clone() {
            Some(state) if self.matches(row, step, Some(&state))? => {
                self.enter(row, step, state)?;
            }
            None if step == 0 && self.matches(row, step, None)? => {
                let state = State {
                    number: self.next,
                    steps: vec![None; self.steps.len()],
                    pending: None,
                };
                self.next += 1;
                self.enter(row, step, state)?;
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    /// Gives the row that waited for the end of this step's matches.
    fn release(&mut self, step: usize) {
        if let Some(state) = &mut self.states[step]
            && let Some(matched) = state.pending.take()
        {
            self.found.matches.push(state.number);
            self.found.rows.push(matched);
        }
    }

    /// The row has matched the step, out of this state.
    fn enter(&mut self, row: usize, step: usize, mut state: State) -> Result<()> {
        let mut declared = Vec::with_capacity(self.start.len());
        for (lambda, start) in self.steps[step].assignments.iter().zip(self.start) {
            let value = self.evaluate(lambda, row, Some(&state))?;
            let value = match value.data_type() == start.data_type() {
                true => value,
                false => cast(&value, start.data_type())?,
            };
            // A view of one text would hold on to the buffers of its whole column.
            declared.push(match value.as_string_view_opt() {
                Some(text) => Arc::new(text.gc()) as ArrayRef,
                None => value,
            });
        }
        let matched = Matched { row, declared };
        match self.steps[step].output {
            Output::All => {
                self.found.matches.push(state.number);
                self.found.rows.push(matched.clone());
            }
            Output::Last => state.pending = Some(matched.clone()),
            Output::None => {}
        }
        state.steps[step] = Some(matched);
        self.states[step] = Some(state);
        Ok(())
    }

    fn matches(&self, row: usize, step: usize, state: Option<&State>) -> Result<bool> {
        let truth = self.evaluate(self.steps[step].condition, row, state)?;
        let truth = cast(&truth, &DataType::Boolean)?;
        let truth = truth.as_boolean();
        Ok(truth.is_valid(0) && truth.value(0))
    }

    /// A lambda over a row and a state.
    fn evaluate(
        &self,
        lambda: &LambdaArgument,
        row: usize,
        state: Option<&State>,
    ) -> Result<ArrayRef> {
        let own = self.columns.len();
        let width = own + self.start.len();
        let value = |parameter: usize| -> ArrayRef {
            let Some(behind) = parameter.checked_sub(own) else {
                return self.columns[parameter].slice(row, 1);
            };
            let (step, place) = (behind / width, behind % width);
            let matched = state
                .and_then(|state| state.steps.get(step))
                .and_then(Option::as_ref);
            match (matched, place.checked_sub(own)) {
                (Some(matched), None) => self.columns[place].slice(matched.row, 1),
                (None, None) => Arc::clone(&self.nulls[place]),
                (Some(matched), Some(declared)) => Arc::clone(&matched.declared[declared]),
                (None, Some(declared)) => Arc::clone(&self.start[declared]),
            }
        };
        let value = &value;
        let closures: Vec<_> = (0..UNUSED + own + width * self.steps.len())
            .map(|parameter| {
                move || -> Result<ArrayRef> { Ok(value(parameter.saturating_sub(UNUSED))) }
            })
            .collect();
        let given: Vec<&dyn Fn() -> Result<ArrayRef>> = closures
            .iter()
            .map(|closure| closure as &dyn Fn() -> Result<ArrayRef>)
            .collect();
        // What a lambda captures is the same for all rows of a list.
        let result = lambda.evaluate(&given, |captures| {
            Ok(captures.iter().map(|c| c.slice(0, 1)).collect())
        })?;
        let result = result.to_array(1)?;
        match result.as_struct_opt().and_then(|s| s.columns().first()) {
            Some(value) => Ok(Arc::clone(value)),
            None => exec_err!("a lambda of {SCAN} gives a struct"),
        }
    }
}

impl Found {
    /// The structs of the result.
    fn finish(self, rows: &StructArray, start: &[ArrayRef], fields: &Fields) -> Result<ArrayRef> {
        let count = self.rows.len();
        let places = self
            .rows
            .iter()
            .map(|m| u32::try_from(m.row).unwrap_or(u32::MAX));
        let places: UInt32Array = places.collect::<Vec<_>>().into();
        let own = rows.num_columns().saturating_sub(1);
        let mut columns = Vec::with_capacity(fields.len());
        for column in &rows.columns()[..own] {
            columns.push(take(column, &places, None)?);
        }
        for (index, start) in start.iter().enumerate() {
            let cells: Vec<&dyn Array> = self
                .rows
                .iter()
                .map(|m| m.declared[index].as_ref())
                .collect();
            columns.push(match cells.is_empty() {
                true => new_empty_array(start.data_type()),
                false => concat(&cells)?,
            });
        }
        columns.push(Arc::new(Int64Array::from(self.matches)));
        columns.push(take(&rows.columns()[own], &places, None)?);
        let order: Int64Array = (0_i64..).take(count).collect::<Vec<_>>().into();
        columns.push(Arc::new(order));
        Ok(Arc::new(StructArray::try_new(
            fields.clone(),
            columns,
            None,
        )?))
    }
}
