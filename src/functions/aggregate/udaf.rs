//! The shell of a UDAF: names, types and state fields on one side, accumulators on the other.
//!
//! In: a name, how types follow from types, and a maker of a [`Grouped`] accumulator. Out: an
//! [`AggregateUDF`] for grouped and ungrouped plans alike. What always holds: arguments that steer
//! (a KQL type, percentiles) are literals, read when the accumulator is made, so that plans can travel.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use datafusion::physical_expr::expressions::Literal;

use crate::symbols::ScalarType;

/// A groups accumulator that can stand behind an ungrouped one too.
pub trait Grouped: GroupsAccumulator + Debug + Sync {}

impl<G: GroupsAccumulator + Debug + Sync> Grouped for G {}

/// What makes one aggregate differ from the next.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub name: &'static str,
    /// The type of the result from the types of the arguments.
    pub returns: fn(&[DataType]) -> Result<DataType>,
    /// The columns of the state.
    pub state: fn(&StateFieldsArgs) -> Vec<FieldRef>,
    pub create: fn(&AccumulatorArgs) -> Result<Box<dyn Grouped>>,
}

/// The UDAF of this shape.
pub fn udaf(shape: Shape) -> AggregateUDF {
    AggregateUDF::new_from_impl(KqlUdaf {
        shape,
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

/// The text of the literal argument at `index`.
pub fn literal_text(args: &AccumulatorArgs, index: usize) -> Result<String> {
    match literal(args, index)?.try_as_str() {
        Some(Some(text)) => Ok(text.to_owned()),
        Some(None) | None => exec_err!("{}: argument {index} must be a text", args.name),
    }
}

/// The KQL type that the literal argument at `index` names.
pub fn literal_type(args: &AccumulatorArgs, index: usize) -> Result<ScalarType> {
    parse_type(&literal_text(args, index)?)
}

/// The KQL type of this name, which SQL carries as text.
pub fn parse_type(name: &str) -> Result<ScalarType> {
    match ScalarType::from_name(name) {
        Some(ty) => Ok(ty),
        None => exec_err!("there is no KQL type {name}"),
    }
}

/// The whole number of the literal argument at `index`.
pub fn literal_long(args: &AccumulatorArgs, index: usize) -> Result<i64> {
    match literal(args, index)? {
        ScalarValue::Int64(Some(n)) => Ok(*n),
        other => exec_err!(
            "{}: argument {index} must be a BIGINT, not {other}",
            args.name
        ),
    }
}

/// The number of the literal argument at `index`.
pub fn literal_real(args: &AccumulatorArgs, index: usize) -> Result<f64> {
    match literal(args, index)? {
        ScalarValue::Float64(Some(x)) => Ok(*x),
        other => exec_err!(
            "{}: argument {index} must be a DOUBLE, not {other}",
            args.name
        ),
    }
}

fn literal<'a>(args: &'a AccumulatorArgs, index: usize) -> Result<&'a ScalarValue> {
    match args
        .exprs
        .get(index)
        .and_then(|e| e.downcast_ref::<Literal>())
    {
        Some(literal) => Ok(literal.value()),
        None => exec_err!("{}: argument {index} must be a literal", args.name),
    }
}

#[derive(Debug)]
struct KqlUdaf {
    shape: Shape,
    signature: Signature,
}

// The name says it all: two UDAFs of one name are one function.
impl PartialEq for KqlUdaf {
    fn eq(&self, other: &Self) -> bool {
        self.shape.name == other.shape.name
    }
}

impl Eq for KqlUdaf {}

impl Hash for KqlUdaf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shape.name.hash(state);
    }
}

impl AggregateUDFImpl for KqlUdaf {
    fn name(&self) -> &str {
        self.shape.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        (self.shape.returns)(types)
    }

    /// Every text is read as Utf8View, every count as Int64; all else comes in the one Arrow type of its
    /// KQL type.
    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.iter().map(engine_type).collect())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok((self.shape.state)(&args))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Single {
            groups: (self.shape.create)(&args)?,
            zeros: Vec::new(),
        }))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Boxed((self.shape.create)(&args)?)))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

fn engine_type(given: &DataType) -> DataType {
    match given {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Dictionary(_, value) => engine_type(value),
        // What row_number() and other SQL functions count in.
        DataType::UInt32 | DataType::UInt64 | DataType::Int8 | DataType::Int16 => DataType::Int64,
        other => other.clone(),
    }
}

/// A boxed accumulator as one that DataFusion takes.
#[derive(Debug)]
struct Boxed(Box<dyn Grouped>);

impl GroupsAccumulator for Boxed {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.0.update_batch(values, groups, filter, total)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        self.0.evaluate(emit)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        self.0.state(emit)
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.0.merge_batch(values, groups, total)
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        self.0.convert_to_state(values, filter)
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}

/// One group: the accumulator of a plan without GROUP BY.
#[derive(Debug)]
struct Single {
    groups: Box<dyn Grouped>,
    /// The group of every row of a batch, kept between batches.
    zeros: Vec<usize>,
}

impl Single {
    fn make_zeros(&mut self, rows: usize) {
        if self.zeros.len() < rows {
            self.zeros.resize(rows, 0);
        }
    }

    /// The one group must be there even where no row came.
    fn touch(&mut self) -> Result<()> {
        self.groups.update_batch(&[], &[], None, 1)
    }
}

impl Accumulator for Single {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |a| a.len());
        self.make_zeros(rows);
        self.groups
            .update_batch(values, &self.zeros[..rows], None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.touch()?;
        let result = self.groups.evaluate(EmitTo::All)?;
        ScalarValue::try_from_array(&result, 0)
    }

    fn size(&self) -> usize {
        self.groups.size() + self.zeros.capacity() * size_of::<usize>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.touch()?;
        self.groups
            .state(EmitTo::All)?
            .iter()
            .map(|array| ScalarValue::try_from_array(array, 0))
            .collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states.first().map_or(0, |a| a.len());
        self.make_zeros(rows);
        self.groups.merge_batch(states, &self.zeros[..rows], 1)
    }
}

/// The one state column, of bytes, of everything that is built on `groups::Kernel`.
pub fn binary_state(args: &StateFieldsArgs) -> Vec<FieldRef> {
    vec![Arc::new(Field::new(
        format!("{}[state]", args.name),
        DataType::LargeBinary,
        true,
    ))]
}
