//! What a function takes: how many arguments, of which types, which of them constant.

use crate::symbols::ScalarType;

/// What may stand in an argument's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// Any scalar, as it is.
    Any,
    /// This type; the binder converts what Kusto converts by itself (int to long to real, dynamic to
    /// anything).
    Exactly(ScalarType),
    /// int, long, real or decimal, as it is; dynamic is converted to real.
    Number,
    /// int or long, as it is; dynamic is converted to long.
    Integer,
    /// One of these types, as it is.
    OneOf(&'static [ScalarType]),
}

/// One parameter of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    pub accepts: Accepts,
    pub optional: bool,
    /// The argument must be a constant.
    pub constant: bool,
}

impl Parameter {
    pub const fn new(name: &'static str, accepts: Accepts) -> Self {
        Self {
            name,
            accepts,
            optional: false,
            constant: false,
        }
    }

    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub const fn constant(mut self) -> Self {
        self.constant = true;
        self
    }
}

/// The parameters of a function; the last `repeats` of them may come again (`case`, `strcat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    pub parameters: &'static [Parameter],
    pub repeats: usize,
}

impl Signature {
    pub const fn new(parameters: &'static [Parameter]) -> Self {
        Self {
            parameters,
            repeats: 0,
        }
    }

    pub const fn repeating(parameters: &'static [Parameter], repeats: usize) -> Self {
        Self {
            parameters,
            repeats,
        }
    }

    /// The fewest arguments.
    pub fn min(&self) -> usize {
        self.parameters.iter().filter(|p| !p.optional).count()
    }

    /// The most arguments, None where there is no end.
    pub fn max(&self) -> Option<usize> {
        (self.repeats == 0).then_some(self.parameters.len())
    }

    /// The parameter of the argument at this place.
    pub fn parameter(&self, index: usize) -> Option<&'static Parameter> {
        let count = self.parameters.len();
        if index < count {
            return self.parameters.get(index);
        }
        if self.repeats == 0 {
            return None;
        }
        self.parameters
            .get(count - self.repeats + (index - count) % self.repeats)
    }
}

/// Why arguments do not fit: the fault is in argument `index`, or in the call where that is None.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentFault {
    pub index: Option<usize>,
    pub message: String,
    pub help: Option<String>,
    /// The call is good KQL that is not supported yet.
    pub unsupported: bool,
}

impl ArgumentFault {
    /// A fault of the argument at `index`.
    pub fn at(index: usize, message: impl Into<String>) -> Self {
        Self {
            index: Some(index),
            message: message.into(),
            help: None,
            unsupported: false,
        }
    }

    /// A fault of the whole call.
    pub fn call(message: impl Into<String>) -> Self {
        Self {
            index: None,
            message: message.into(),
            help: None,
            unsupported: false,
        }
    }

    /// Good KQL, not supported yet.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self {
            unsupported: true,
            ..Self::call(message)
        }
    }

    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
