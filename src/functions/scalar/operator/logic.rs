//! `and`, `or`, `not`: three-valued, as in SQL.

use crate::functions::scalar::definition::{Definition, Form, Gives, none};
use crate::functions::{
    Accepts, ArgumentFault, Category, Example, Parameter, ScalarFunction, Signature, Sql,
    SqlArgument, sql,
};
use crate::symbols::ScalarType;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![&AND, &OR, &NOT]
}

const BOOL: Accepts = Accepts::Exactly(ScalarType::Bool);

fn operands(arguments: &[SqlArgument]) -> Vec<Sql> {
    arguments.iter().map(|a| a.sql.clone()).collect()
}

static AND: Definition = Definition {
    name: "and",
    aliases: &[],
    category: Category::Operator,
    summary: "True where both are true.",
    examples: &[Example {
        kql: "print a = true and false, b = bool(null) and true",
        rows: "[[false, null]]",
    }],
    signature: Signature::new(&[Parameter::new("left", BOOL), Parameter::new("right", BOOL)]),
    gives: Gives::Always(ScalarType::Bool),
    form: Form::Sql {
        sql: |arguments, _| Ok(sql::and(operands(arguments))),
        udfs: none,
    },
};

static OR: Definition = Definition {
    name: "or",
    aliases: &[],
    category: Category::Operator,
    summary: "True where one is true.",
    examples: &[Example {
        kql: "print a = true or false, b = bool(null) or false",
        rows: "[[true, null]]",
    }],
    signature: Signature::new(&[Parameter::new("left", BOOL), Parameter::new("right", BOOL)]),
    gives: Gives::Always(ScalarType::Bool),
    form: Form::Sql {
        sql: |arguments, _| Ok(sql::or(operands(arguments))),
        udfs: none,
    },
};

static NOT: Definition = Definition {
    name: "not",
    aliases: &[],
    // Called by its name, as Microsoft's list of scalar functions has it.
    category: Category::Math,
    summary: "The opposite of a bool; null for null.",
    examples: &[Example {
        kql: "datatable(x: long)[1, 2, long(null)] | where not(x == 1) | count",
        rows: "[[2]]",
    }],
    signature: Signature::new(&[Parameter::new("value", BOOL)]),
    gives: Gives::Always(ScalarType::Bool),
    form: Form::Sql {
        sql: |arguments, _| match arguments {
            [value] => Ok(sql::not(value.sql.clone())),
            _ => Err(ArgumentFault::call("not takes one argument")),
        },
        udfs: none,
    },
};
