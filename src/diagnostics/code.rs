//! The stable codes of diagnostics: one line each, from which documentation is made.
//!
//! What always holds: a code, once released, keeps its number and its meaning. KQL1xx is syntax,
//! KQL2xx and KQL3xx meaning, KQL4xx not supported, KQL5xx warnings, KQL6xx rule files,
//! KQL9xx run time.

/// What sort of fault a code is: the `kind` of the batch output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The text is not KQL.
    Syntax,
    /// The text is KQL, but names or types do not fit.
    Semantic,
    /// The query is good KQL that this tool does not run yet.
    Unsupported,
    /// The query is good but failed on this data.
    Runtime,
}

impl FaultKind {
    pub fn as_str(self) -> &'static str {
        match self {
            FaultKind::Syntax => "syntax",
            FaultKind::Semantic => "semantic",
            FaultKind::Unsupported => "unsupported",
            FaultKind::Runtime => "runtime",
        }
    }
}

macro_rules! codes {
    ($($variant:ident = $number:literal, $kind:ident, $summary:literal;)*) => {
        /// A stable code. Each variant's text is its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $summary] $variant,)* }

        impl Code {
            /// Every code, in the order of its number.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $number,)* }
            }

            pub fn kind(self) -> FaultKind {
                match self { $(Code::$variant => FaultKind::$kind,)* }
            }

            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary,)* }
            }
        }
    };
}

codes! {
    UnexpectedCharacter = "KQL101", Syntax, "A character that no KQL token begins with.";
    UnterminatedString = "KQL102", Syntax, "A string literal that is not closed.";
    BadLiteral = "KQL103", Syntax, "A literal whose text is not of its type.";
    UnexpectedToken = "KQL104", Syntax, "A token that cannot stand here.";
    UnknownOperator = "KQL105", Syntax, "A word after a pipe that is no tabular operator.";
    TooDeep = "KQL106", Syntax, "The query nests deeper than the limit.";
    EmptyQuery = "KQL107", Syntax, "There is no query in the text.";
    UnknownTable = "KQL201", Semantic, "A table that neither the catalogue nor the lake has.";
    UnknownColumn = "KQL202", Semantic, "A column that is not there at this point.";
    UnknownFunction = "KQL203", Semantic, "A function that KQL does not have.";
    UnknownName = "KQL204", Semantic, "A name that nothing defines.";
    DuplicateName = "KQL205", Semantic, "A name that is defined twice.";
    WrongArgumentCount = "KQL206", Semantic, "A call with too few or too many arguments.";
    WrongType = "KQL207", Semantic, "A value of a type that cannot stand here.";
    NotAPredicate = "KQL208", Semantic, "A condition that is not a bool.";
    NotConstant = "KQL209", Semantic, "A value that must be constant and is not.";
    MisplacedAggregate = "KQL210", Semantic, "An aggregate where no aggregate can stand, or none where one must.";
    NotTabular = "KQL211", Semantic, "A scalar where a table must stand.";
    NotScalar = "KQL212", Semantic, "A table where a scalar must stand.";
    BadArgument = "KQL213", Semantic, "An argument whose value is out of its range.";
    BadParameter = "KQL214", Semantic, "An operator parameter that the operator does not know.";
    MixedTypes = "KQL215", Semantic, "Values of types that cannot be compared or joined.";
    UnserializedRows = "KQL216", Semantic, "A function over ordered rows where the rows have no order.";
    UnsupportedOperator = "KQL401", Unsupported, "A tabular operator that is not supported yet.";
    UnsupportedFunction = "KQL402", Unsupported, "A function that is not supported yet.";
    UnsupportedStatement = "KQL403", Unsupported, "A statement that is not supported yet.";
    UnsupportedExpression = "KQL404", Unsupported, "An expression that is not supported yet.";
    UnsupportedJoin = "KQL405", Unsupported, "A join kind that is not supported yet.";
    UnrecognisedTimeBound = "KQL406", Unsupported, "A time bound that cannot be widened to the range asked for.";
    SourceNotGiven = "KQL407", Unsupported, "What lies outside the lake, for which no local file is given.";
    ColumnsOfData = "KQL408", Unsupported, "Columns that only the data tells, where they must be the same for every run.";
    Suspicious = "KQL501", Semantic, "A construction that is legal and most likely not meant.";
    Ignored = "KQL502", Semantic, "A part of the query that has no effect here.";
    Aliased = "KQL503", Semantic, "A column name that is a known mistake and was taken for another one.";
    MissingInLake = "KQL504", Semantic, "A column that the query needs and the lake lacks; it reads as null.";
    InLake = "KQL505", Semantic, "What the lake has for a table that the query reads.";
    RuleFileRepaired = "KQL601", Syntax, "The rule file was not well-formed YAML and was repaired.";
    RuleFileInvalid = "KQL602", Syntax, "The rule file is not YAML and could not be repaired.";
    RuleFieldMissing = "KQL603", Semantic, "The rule file lacks a field.";
    RuleFieldInvalid = "KQL604", Semantic, "A field of the rule file has a value that cannot be used.";
    UnknownKey = "KQL605", Semantic, "A key that the file's format does not have.";
    BadNetwork = "KQL606", Semantic, "A network that is none: an address, a slash, the length of its prefix.";
    BadDate = "KQL607", Semantic, "A date that is none.";
    ExclusionExpired = "KQL608", Semantic, "An exclusion that has expired, or is a draft, and does not apply.";
    ExclusionIdle = "KQL609", Semantic, "An exclusion that applies to no rule, or that set nothing aside.";
    UnknownParameter = "KQL610", Semantic, "A parameter that the file does not define.";
    UnmappedField = "KQL611", Semantic, "An ECS field for which there is no column.";
    NotTranslated = "KQL612", Syntax, "A part of a hunt card that could not be read.";
    RunFailed = "KQL901", Runtime, "The query failed on this data.";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
