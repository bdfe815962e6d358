//! What an aggregate's file says of it, and how that becomes an [`AggregateFunction`].
//!
//! In: one [`Definition`] a KQL name. Out: what binder and sqlgen ask for. What always holds: a `…if`
//! form is the plain form over the rows that its predicate lets through: `FILTER (WHERE …)`.

use datafusion::logical_expr::AggregateUDF;

use crate::functions::{
    AggregateContext, AggregateFunction, Argument, ArgumentFault, Example, Signature, Sql,
    SqlArgument, Value, sql,
};
use crate::symbols::ScalarType;

/// An aggregate of KQL.
#[derive(Debug)]
pub struct Definition {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub summary: &'static str,
    pub examples: &'static [Example],
    pub signature: Signature,
    /// The place of the argument that lets rows through. `types` and `sql` do not see it.
    pub predicate: Option<usize>,
    pub naming: Naming,
    pub types: fn(&[Argument]) -> Result<Vec<ScalarType>, ArgumentFault>,
    pub ordered: bool,
    pub null_strings: bool,
    pub sql: fn(&Call) -> Result<Sql, ArgumentFault>,
    pub udafs: &'static [fn() -> AggregateUDF],
}

/// How Microsoft's binder names the results. An argument that is no column has no name, unless it is a
/// conversion of one (`sum(toint(v))` is `sum_v`): the binder hands the names on that it derives.
#[derive(Debug, Clone, Copy)]
pub enum Naming {
    /// `prefix_x`, and `prefix_` where the argument has no name.
    Prefixed(&'static str),
    /// `x`, and empty (the binder numbers it) where the argument has no name.
    FirstArgument,
    /// `percentile_x_95`, one a percentile; they start at this argument. `99.9` becomes `99_9`.
    Percentiles(usize),
    /// arg_max and arg_min: each argument's own name; without one the first is `max_`, and the argument at
    /// place i `max_x_arg<i>`, x being the first one's name.
    Extreme(&'static str),
    /// The older argmax and argmin: the first argument's own name x, then `x_y`, without a name `x_arg<i>`.
    OldExtreme(&'static str),
    /// take_any: each argument's own name, without one `any_arg<i>`.
    Sample,
    /// The older any: `any_x` for one argument, else each argument's own name, without one `arg<i>`.
    OldSample,
}

/// A call on its way into SQL, without its predicate.
#[derive(Debug)]
pub struct Call<'a> {
    pub arguments: Vec<SqlArgument<'a>>,
    filter: Option<Sql>,
    ordinal: Option<Sql>,
}

impl Call<'_> {
    /// `name(arguments) [FILTER (WHERE predicate)]`
    pub fn aggregate(&self, name: &str, arguments: Vec<Sql>) -> Sql {
        let mut function = sql::function(name, arguments);
        function.filter = self.filter.clone().map(Box::new);
        Sql::Function(function)
    }

    /// The argument at `index`; the signature says that it is there.
    pub fn argument(&self, index: usize) -> Result<&SqlArgument<'_>, ArgumentFault> {
        self.arguments
            .get(index)
            .ok_or_else(|| ArgumentFault::call(format!("argument {} is missing", index + 1)))
    }

    /// The SQL of an argument.
    pub fn sql(&self, index: usize) -> Result<Sql, ArgumentFault> {
        Ok(self.argument(index)?.sql.clone())
    }

    /// The type of an argument as a SQL literal: UDAFs see Arrow types only.
    pub fn type_literal(&self, index: usize) -> Result<Sql, ArgumentFault> {
        Ok(sql::text(self.argument(index)?.ty.name()))
    }

    /// The number of the row, NULL where the input has no order.
    pub fn ordinal(&self) -> Sql {
        self.ordinal
            .clone()
            .unwrap_or_else(|| sql::typed_null(ScalarType::Long))
    }

    /// The constant whole number at `index`, `default` where the argument is left out.
    pub fn whole(&self, index: usize, default: i64) -> Result<i64, ArgumentFault> {
        let Some(argument) = self.arguments.get(index) else {
            return Ok(default);
        };
        match argument.constant {
            Some(Value::Int(n)) => Ok(i64::from(*n)),
            Some(Value::Long(n)) => Ok(*n),
            Some(
                Value::Null(_)
                | Value::Bool(_)
                | Value::Real(_)
                | Value::Decimal(_)
                | Value::String(_)
                | Value::DateTime(_)
                | Value::TimeSpan(_)
                | Value::Guid(_)
                | Value::Dynamic(_),
            )
            | None => Err(ArgumentFault::at(
                index,
                "this must be a constant whole number",
            )),
        }
    }
}

/// The results have the type of the first argument.
pub fn same_type(arguments: &[Argument]) -> Result<Vec<ScalarType>, ArgumentFault> {
    Ok(arguments.iter().take(1).map(|a| a.ty).collect())
}

/// Every argument gives a result of its own type.
pub fn each_type(arguments: &[Argument]) -> Result<Vec<ScalarType>, ArgumentFault> {
    Ok(arguments.iter().map(|a| a.ty).collect())
}

pub fn long(_: &[Argument]) -> Result<Vec<ScalarType>, ArgumentFault> {
    Ok(vec![ScalarType::Long])
}

pub fn real(_: &[Argument]) -> Result<Vec<ScalarType>, ArgumentFault> {
    Ok(vec![ScalarType::Real])
}

pub fn dynamic(_: &[Argument]) -> Result<Vec<ScalarType>, ArgumentFault> {
    Ok(vec![ScalarType::Dynamic])
}

impl Definition {
    fn without_predicate<T: Clone>(&self, arguments: &[T]) -> Vec<T> {
        arguments
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != self.predicate)
            .map(|(_, argument)| argument.clone())
            .collect()
    }

    /// A fault's place among the arguments as they are written.
    fn as_written(&self, mut fault: ArgumentFault) -> ArgumentFault {
        if let (Some(index), Some(predicate)) = (fault.index, self.predicate)
            && index >= predicate
        {
            fault.index = Some(index + 1);
        }
        fault
    }
}

impl AggregateFunction for Definition {
    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn examples(&self) -> &'static [Example] {
        self.examples
    }

    fn signature(&self) -> Signature {
        self.signature
    }

    fn return_types(&self, arguments: &[Argument]) -> Result<Vec<ScalarType>, ArgumentFault> {
        (self.types)(&self.without_predicate(arguments)).map_err(|fault| self.as_written(fault))
    }

    /// The first result's name by [`Naming`]; a percentile's lacks its number here.
    fn default_name(&self, columns: &[Option<&str>]) -> String {
        let first = columns.first().copied().flatten();
        let name = first.unwrap_or_default();
        match self.naming {
            Naming::Prefixed(prefix) => format!("{prefix}_{name}"),
            Naming::FirstArgument => name.to_owned(),
            Naming::Percentiles(_) => format!("percentile_{name}"),
            Naming::Extreme(prefix) | Naming::OldExtreme(prefix) => {
                first.map_or_else(|| format!("{prefix}_"), str::to_owned)
            }
            Naming::Sample => first.unwrap_or("any_arg0").to_owned(),
            Naming::OldSample if columns.len() == 1 => format!("any_{name}"),
            Naming::OldSample => first.unwrap_or("arg0").to_owned(),
        }
    }

    fn result_names(&self, columns: &[Option<&str>], arguments: &[Argument]) -> Vec<String> {
        let first = columns.first().copied().flatten().unwrap_or_default();
        let rest = |unnamed: &dyn Fn(usize) -> String, named: &dyn Fn(&str) -> String| {
            let names = columns.iter().enumerate().skip(1);
            let names = names.map(|(i, c)| c.map_or_else(|| unnamed(i), named));
            std::iter::once(self.default_name(columns))
                .chain(names)
                .collect()
        };
        match self.naming {
            Naming::Prefixed(_) | Naming::FirstArgument => vec![self.default_name(columns)],
            Naming::Percentiles(start) => arguments
                .iter()
                .skip(start)
                .map(|a| format!("percentile_{first}_{}", fragment(a.constant)))
                .collect(),
            Naming::Extreme(prefix) => {
                rest(&|i| format!("{prefix}_{first}_arg{i}"), &str::to_owned)
            }
            Naming::OldExtreme(_) => {
                rest(&|i| format!("{first}_arg{i}"), &|c| format!("{first}_{c}"))
            }
            Naming::Sample => rest(&|i| format!("any_arg{i}"), &str::to_owned),
            Naming::OldSample => rest(&|i| format!("arg{i}"), &str::to_owned),
        }
    }

    fn depends_on_order(&self) -> bool {
        self.ordered
    }

    fn takes_null_strings(&self) -> bool {
        self.null_strings
    }

    fn sql(
        &self,
        arguments: &[SqlArgument],
        context: &AggregateContext,
    ) -> Result<Sql, ArgumentFault> {
        let filter = self.predicate.and_then(|index| arguments.get(index));
        let call = Call {
            arguments: self.without_predicate(arguments),
            filter: filter.map(|argument| argument.sql.clone()),
            ordinal: context.ordinal.clone(),
        };
        (self.sql)(&call).map_err(|fault| self.as_written(fault))
    }

    fn udafs(&self) -> Vec<AggregateUDF> {
        self.udafs.iter().map(|udaf| udaf()).collect()
    }
}

/// A constant as part of a name: all but letters and digits becomes `_`.
fn fragment(constant: Option<&Value>) -> String {
    let text = match constant {
        Some(Value::Int(n)) => n.to_string(),
        Some(Value::Long(n)) => n.to_string(),
        Some(Value::Real(x)) => x.to_string(),
        Some(Value::Decimal(digits)) => digits.clone(),
        Some(
            Value::Null(_)
            | Value::Bool(_)
            | Value::String(_)
            | Value::DateTime(_)
            | Value::TimeSpan(_)
            | Value::Guid(_)
            | Value::Dynamic(_),
        )
        | None => String::new(),
    };
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}
