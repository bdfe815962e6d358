//! KQL's scalar functions, operators on scalars, and aggregates: one file each.
//!
//! A function says what it is called, what it takes and gives, what it means by examples that run as
//! tests, and how it becomes SQL: an expression of plain SQL or a call of a UDF that it brings along.
//! One registry feeds the binder, `sqlgen`, the session and the documentation.
//!
//! What always holds: a UDF has the name `kql_<name>`, takes Arrow types of `symbols::arrow` only, and
//! its literal arguments stay arguments (a plan must survive the journey to another machine).
//! A string argument that is SQL NULL means `""`.

pub mod aggregate;
#[cfg(test)]
mod examples;
pub mod expand;
pub mod json;
pub mod make_series;
pub mod matching;
pub mod parsing;
pub mod registry;
pub mod scalar;
pub mod scan;
pub mod signature;
pub mod sql;
pub mod udf;
pub mod value;
pub mod window;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

use crate::symbols::ScalarType;
pub use aggregate::bounded_collections;
pub use registry::{aggregate, list_operator, operator, scalar};
pub use scalar::outside::{GEO_INFO, GEO_INFO_UDF, USER_AGENT, USER_AGENT_UDF};
pub use signature::{Accepts, ArgumentFault, Parameter, Signature};
pub use sql::Sql;
pub use value::Value;

/// Where a function stands in the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    Operator,
    String,
    Conversion,
    Conditional,
    DateTime,
    Math,
    Dynamic,
    Network,
    Hash,
    Series,
    Window,
    Other,
    Aggregate,
}

/// A query and its answer; run as a test and shown in the documentation.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// A whole query, mostly `print …`.
    pub kql: &'static str,
    /// The rows as JSON, in the form of the batch output: `[["a", 1]]`.
    pub rows: &'static str,
}

/// What the binder knows of an argument: its type, and its value where it is a constant.
#[derive(Debug, Clone, Copy)]
pub struct Argument<'a> {
    pub ty: ScalarType,
    pub constant: Option<&'a Value>,
}

/// An argument on its way into SQL.
#[derive(Debug, Clone)]
pub struct SqlArgument<'a> {
    pub sql: Sql,
    pub ty: ScalarType,
    pub constant: Option<&'a Value>,
    /// Whether SQL NULL may stand for `""` here (a string column of the lake).
    /// Always false unless the function says [`ScalarFunction::takes_null_strings`].
    pub nullable_string: bool,
}

/// A scalar function or a scalar operator of KQL.
pub trait ScalarFunction: std::fmt::Debug + Send + Sync {
    /// Microsoft's name; for an operator its text (`has`, `==`).
    fn name(&self) -> &'static str;

    /// Other names that Kusto takes for it.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    fn category(&self) -> Category;

    /// One sentence.
    fn summary(&self) -> &'static str;

    fn examples(&self) -> &'static [Example];

    fn signature(&self) -> Signature;

    /// The type of the result. The binder has checked the arguments against the signature and has
    /// converted them where it allows that.
    fn return_type(&self, arguments: &[Argument]) -> Result<ScalarType, ArgumentFault>;

    /// Whether [`Self::sql`] takes a string argument that may be SQL NULL and means `""` by it.
    /// Where not, `sqlgen` wraps such arguments into `coalesce(…, '')`.
    fn takes_null_strings(&self) -> bool {
        false
    }

    /// Whether the result, where it is a string, may be SQL NULL meaning `""`.
    fn gives_null_strings(&self) -> bool {
        false
    }

    /// The SQL of a call. Only faults that the signature cannot express are errors.
    fn sql(&self, arguments: &[SqlArgument], result: ScalarType) -> Result<Sql, ArgumentFault>;

    /// The UDFs that the SQL calls.
    fn udfs(&self) -> Vec<ScalarUDF> {
        Vec::new()
    }

    /// The window UDFs that the SQL calls: those of a function of [`Category::Window`], whose SQL is one
    /// call that `sqlgen` puts into a window.
    fn udwfs(&self) -> Vec<WindowUDF> {
        Vec::new()
    }
}

/// What an aggregate's SQL may use beside its arguments.
#[derive(Debug, Clone, Default)]
pub struct AggregateContext {
    /// The hidden column that numbers the input's rows (BIGINT), where the input has an order that
    /// counts. None over a lake: then whatever depends on order goes by value.
    pub ordinal: Option<Sql>,
}

/// An aggregate function of KQL.
pub trait AggregateFunction: std::fmt::Debug + Send + Sync {
    fn name(&self) -> &'static str;

    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    fn summary(&self) -> &'static str;

    fn examples(&self) -> &'static [Example];

    fn signature(&self) -> Signature;

    /// The types of the results: one, but for arg_max and kin (the maximised value, then each carried column).
    fn return_types(&self, arguments: &[Argument]) -> Result<Vec<ScalarType>, ArgumentFault>;

    /// The name that Kusto gives the result where the query gives none: `sum_x` for `sum(x)`.
    /// `columns` are the arguments' column names, None where an argument is no plain column.
    fn default_name(&self, columns: &[Option<&str>]) -> String;

    /// The names of all results where the query gives none, one a result: what [`Self::default_name`]
    /// cannot say, since `percentile_x_95` needs the constants and `arg_max(a, b)` names two columns.
    /// An empty name stands for one that Kusto numbers (`Column1`).
    fn result_names(&self, columns: &[Option<&str>], _arguments: &[Argument]) -> Vec<String> {
        vec![self.default_name(columns)]
    }

    /// Whether the result depends on the order of the rows (make_list, take_any, ties of arg_max).
    fn depends_on_order(&self) -> bool {
        false
    }

    fn takes_null_strings(&self) -> bool {
        false
    }

    /// The SQL of a call. With several results it gives a struct with the fields `c0`, `c1`, ….
    fn sql(
        &self,
        arguments: &[SqlArgument],
        context: &AggregateContext,
    ) -> Result<Sql, ArgumentFault>;

    fn udafs(&self) -> Vec<AggregateUDF> {
        Vec::new()
    }

    /// Scalar UDFs that the SQL calls.
    fn udfs(&self) -> Vec<ScalarUDF> {
        Vec::new()
    }
}
