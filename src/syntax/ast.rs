//! The syntax tree of a KQL query.
//!
//! KQL's grammar does not tell a scalar from a table (`let x = T;`, `in (T)`, a function's argument),
//! so both are an [`Expr`]; the binder tells them apart. Operators that are not supported yet have
//! their node all the same, so that they are refused by their own span.
//!
//! Source: the Kusto Query Language reference of Microsoft, "Query statements" and "Tabular operators".

use crate::diagnostics::Span;

/// A query text: its statements, of which the last tabular one gives the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub statements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `let name = value`
    Let { name: Name, value: LetValue },
    /// `set option` or `set option = value`
    Set { option: Name, value: Option<Expr> },
    /// `declare query_parameters(name: type = default, …)`
    QueryParameters(Vec<Parameter>),
    /// `declare pattern name = (parameters)[path] { rules }`
    Pattern(Pattern),
    /// `alias database name = cluster("…").database("…")`
    Alias,
    /// `restrict access to (…)`
    Restrict,
    /// An expression: the query itself.
    Expr(Expr),
}

/// A pattern: which constant texts stand for which table.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    pub name: Name,
    pub parameters: Vec<Parameter>,
    pub path: Option<Parameter>,
    pub rules: Vec<PatternRule>,
}

/// `(values).[path] = { statements }`
#[derive(Debug, Clone, PartialEq)]
pub struct PatternRule {
    pub values: Vec<Expr>,
    pub path: Option<Expr>,
    pub body: Vec<Statement>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LetValue {
    Expr(Expr),
    /// `(a: int, T: (x: string)) { let …; body }`, with or without `view`
    Function(Function),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub view: bool,
    pub parameters: Vec<Parameter>,
    /// The `let`s of the body, then its expression last.
    pub body: Vec<Statement>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: Name,
    pub ty: ParameterType,
    pub default: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ParameterType {
    Scalar(TypeName),
    /// `(*)`: a table of any columns.
    AnyTable,
    /// `(name: type, …)`
    Table(Vec<ColumnDeclaration>),
}

/// `name: type`
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDeclaration {
    pub name: Name,
    pub ty: TypeName,
}

/// `: (*, name: type)` behind a plugin's call: the columns that it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginSchema {
    /// Whether `*` leads: the input's columns come first.
    pub star: bool,
    pub columns: Vec<ColumnDeclaration>,
}

/// A type as it is written; whether there is such a type is for the binder to say.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeName {
    pub text: String,
    pub span: Span,
}

/// An identifier, quotes and brackets taken off (`['a b']` is `a b`).
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    Literal(Literal),
    Name(String),
    /// `Device*`: a name with `*` in it.
    Wildcard(String),
    /// `*`
    Star,
    /// `base.name`
    Path {
        base: Box<Expr>,
        name: Name,
    },
    /// `base[index]`
    Element {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    Call(Call),
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    /// Chains of one operator group to the left; those of `and` and of `or` are balanced, their
    /// operands in the order of the text.
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `base.name(arguments)`: `cluster("c").database("d")`
    DotCall {
        base: Box<Expr>,
        call: Call,
    },
    /// `subject between (low .. high)`, `!between`
    Between {
        subject: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    /// `subject in (a, b)` and its kin: the list as written, a table is one element of it.
    List {
        op: ListOp,
        subject: Box<Expr>,
        list: Vec<Expr>,
    },
    /// `(expr)`: kept, because `(T)` ends a pipe and spans must point at the text.
    Parenthesized(Box<Expr>),
    /// `[a, b]` is only legal inside `dynamic(…)`, which is a literal; kept for its own error.
    Datatable {
        columns: Vec<ColumnDeclaration>,
        values: Vec<Expr>,
    },
    /// `externaldata (columns) [urls] with (properties)`
    ExternalData {
        columns: Vec<ColumnDeclaration>,
        sources: Vec<Expr>,
        properties: Vec<Property>,
    },
    /// `input | operator`
    Pipe {
        input: Box<Expr>,
        operator: Box<Operator>,
    },
    /// An operator that starts a query: `print`, `range`, `union`, `search`, `find`, `evaluate`.
    Source(Box<Operator>),
    /// `contextual_datatable` and kin of mv-apply and partition: a pipe whose input is implied.
    /// The first operator stands without its input.
    ImpliedPipe(Vec<Operator>),
}

/// `name(arguments)`
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub name: Name,
    pub arguments: Vec<Argument>,
}

/// An argument, with its name where one is given (`f(a = 1)`, `extend x = 1`).
/// `(a, b) = f(x)` gives several names.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    pub names: Vec<Name>,
    pub value: Expr,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Bool(bool),
    /// `int(1)`; None is `int(null)`.
    Int(Option<i32>),
    /// A whole number, `long(1)` or `long(null)`.
    Long(Option<i64>),
    /// A number with a fraction or an exponent, `real(1)`, `real(nan)`.
    Real(Option<f64>),
    /// `decimal(1.5)`: its text.
    Decimal(Option<String>),
    /// Quotes off, escapes read. Adjacent literals ("a" "b") are one.
    String(String),
    /// `datetime(…)`: ticks since 0001-01-01.
    DateTime(Option<i64>),
    /// `1d`, `time(…)`: ticks.
    TimeSpan(Option<i64>),
    /// `guid(…)`: lower case with hyphens.
    Guid(Option<String>),
    /// `dynamic(…)`: its text as JSON (KQL literals inside, such as datetime(…), turned into JSON).
    Dynamic(String),
    /// `bool(null)`
    BoolNull,
    /// `null` alone, which stands only in a datatable or in dynamic.
    Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Minus,
    Plus,
    /// `not` is a function in KQL; `!` is no operator. Kept for `not x` in dirty rules.
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
    /// `==`
    Equal,
    /// `!=` and `<>`
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `=~`
    EqualIgnoreCase,
    /// `!~`
    NotEqualIgnoreCase,
    /// `column : "term"` of search
    Term,
    Has,
    NotHas,
    HasCs,
    NotHasCs,
    HasPrefix,
    NotHasPrefix,
    HasPrefixCs,
    NotHasPrefixCs,
    HasSuffix,
    NotHasSuffix,
    HasSuffixCs,
    NotHasSuffixCs,
    Contains,
    NotContains,
    ContainsCs,
    NotContainsCs,
    StartsWith,
    NotStartsWith,
    StartsWithCs,
    NotStartsWithCs,
    EndsWith,
    NotEndsWith,
    EndsWithCs,
    NotEndsWithCs,
    /// `like` and its kin are legacy but documented as parsed.
    Like,
    NotLike,
    LikeCs,
    NotLikeCs,
    MatchesRegex,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListOp {
    In,
    NotIn,
    /// `in~`
    InIgnoreCase,
    /// `!in~`
    NotInIgnoreCase,
    HasAny,
    HasAll,
}

/// `name = value` of an operator: `kind = inner`, `hint.strategy = shuffle`, `with_itemindex = i`.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    pub name: Name,
    pub value: Expr,
}

/// A tabular operator with its clauses. `parameters` are the `name=value` pairs after its word.
#[derive(Debug, Clone, PartialEq)]
pub struct Operator {
    pub kind: OperatorKind,
    pub parameters: Vec<Property>,
    /// The span of the operator's word: what "not supported" points at.
    pub word: Span,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum OperatorKind {
    As {
        name: Name,
    },
    AssertSchema(Vec<ColumnDeclaration>),
    Consume,
    /// The name in `count as name` is the parameter `as`.
    Count,
    /// `distinct a, b = f(c)`, `distinct *`
    Distinct(Vec<Argument>),
    Evaluate {
        plugin: Call,
        schema: Option<PluginSchema>,
    },
    ExecuteAndCache,
    Extend(Vec<Argument>),
    Facet {
        by: Vec<Expr>,
        with: Option<Box<Expr>>,
    },
    /// `find [withsource=…] [in (tables)] where predicate [project …]`
    Find {
        tables: Vec<Expr>,
        predicate: Option<Box<Expr>>,
        project: Vec<ColumnSelection>,
        project_smart: bool,
    },
    Fork(Vec<ForkBranch>),
    GetSchema,
    Invoke(Call),
    Join {
        right: Box<Expr>,
        on: Vec<Expr>,
    },
    Lookup {
        right: Box<Expr>,
        on: Vec<Expr>,
    },
    /// `make-series aggregates on axis from a to b step c by keys`
    MakeSeries {
        aggregates: Vec<SeriesAggregate>,
        on: Box<Expr>,
        range: SeriesRange,
        by: Vec<Argument>,
    },
    MvApply {
        columns: Vec<MvColumn>,
        limit: Option<Box<Expr>>,
        subquery: Box<Expr>,
    },
    MvExpand {
        columns: Vec<MvColumn>,
        limit: Option<Box<Expr>>,
    },
    Parse {
        where_: bool,
        subject: Box<Expr>,
        pattern: Vec<ParsePart>,
    },
    ParseKv {
        subject: Box<Expr>,
        columns: Vec<ColumnDeclaration>,
        with: Vec<Property>,
    },
    Partition {
        by: Box<Expr>,
        subquery: Box<Expr>,
    },
    Print(Vec<Argument>),
    Project(Vec<Argument>),
    ProjectAway(Vec<Expr>),
    /// `project-by-names "a", dynamic(["b*"])`
    ProjectByNames(Vec<Expr>),
    ProjectKeep(Vec<Expr>),
    ProjectRename(Vec<Argument>),
    ProjectReorder(Vec<Ordering>),
    Range {
        column: Name,
        from: Box<Expr>,
        to: Box<Expr>,
        step: Box<Expr>,
    },
    Reduce {
        by: Box<Expr>,
        with: Vec<Property>,
    },
    Render {
        chart: Name,
        with: Vec<Property>,
    },
    Sample(Box<Expr>),
    SampleDistinct {
        count: Box<Expr>,
        of: Box<Expr>,
    },
    Scan {
        order: Vec<Ordering>,
        partition_by: Vec<Expr>,
        declare: Vec<Parameter>,
        steps: Vec<ScanStep>,
    },
    Search {
        tables: Vec<Expr>,
        predicate: Box<Expr>,
    },
    Serialize(Vec<Argument>),
    Sort(Vec<Ordering>),
    Summarize {
        aggregates: Vec<Argument>,
        by: Vec<Argument>,
    },
    Take(Box<Expr>),
    Top {
        count: Box<Expr>,
        by: Vec<Ordering>,
    },
    TopHitters {
        count: Box<Expr>,
        of: Box<Expr>,
        by: Option<Box<Expr>>,
    },
    TopNested(Vec<TopNestedClause>),
    Union(Vec<Expr>),
    Where(Box<Expr>),
    /// The graph operators: make-graph, graph-match, …: by their word only, since they are refused.
    Graph(String),
    /// `macro-expand` and other operators that are parsed only to be refused.
    Other(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ordering {
    pub expr: Expr,
    /// None: as the operator's own default.
    pub direction: Option<Direction>,
    pub nulls: Option<Nulls>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
    /// `granny-asc` and `granny-desc` of project-reorder.
    GrannyAscending,
    GrannyDescending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    First,
    Last,
}

/// `column` or `column: type` of find's project.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSelection {
    pub expr: Expr,
    pub ty: Option<TypeName>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ForkBranch {
    pub name: Option<Name>,
    pub subquery: Expr,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SeriesAggregate {
    pub argument: Argument,
    pub default: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SeriesRange {
    /// `[from a] [to b] step c`
    Step {
        from: Option<Box<Expr>>,
        to: Option<Box<Expr>>,
        step: Box<Expr>,
    },
    /// `in range(a, b, c)`
    InRange(Box<Expr>),
}

/// `[name =] expr [to typeof(type)]`
#[derive(Debug, Clone, PartialEq)]
pub struct MvColumn {
    pub argument: Argument,
    pub ty: Option<TypeName>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ParsePart {
    /// `*`
    Star(Span),
    /// A literal text or, with kind=regex, a pattern.
    Text(Expr),
    /// `name` or `name: type`
    Column { name: Name, ty: Option<TypeName> },
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScanStep {
    pub name: Name,
    pub optional: bool,
    pub output: Option<Name>,
    pub condition: Expr,
    pub assignments: Vec<Argument>,
}

/// `top-nested [n] of expr [with others = x] by aggregate [asc]`
#[derive(Debug, Clone, PartialEq)]
pub struct TopNestedClause {
    pub count: Option<Expr>,
    pub of: Argument,
    pub others: Option<Expr>,
    pub by: Argument,
    pub direction: Option<Direction>,
}

impl BinaryOp {
    /// The operator as it is written.
    pub fn text(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Modulo => "%",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessOrEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterOrEqual => ">=",
            BinaryOp::EqualIgnoreCase => "=~",
            BinaryOp::NotEqualIgnoreCase => "!~",
            // Outside of search it is `has`.
            BinaryOp::Term | BinaryOp::Has => "has",
            BinaryOp::NotHas => "!has",
            BinaryOp::HasCs => "has_cs",
            BinaryOp::NotHasCs => "!has_cs",
            BinaryOp::HasPrefix => "hasprefix",
            BinaryOp::NotHasPrefix => "!hasprefix",
            BinaryOp::HasPrefixCs => "hasprefix_cs",
            BinaryOp::NotHasPrefixCs => "!hasprefix_cs",
            BinaryOp::HasSuffix => "hassuffix",
            BinaryOp::NotHasSuffix => "!hassuffix",
            BinaryOp::HasSuffixCs => "hassuffix_cs",
            BinaryOp::NotHasSuffixCs => "!hassuffix_cs",
            BinaryOp::Contains => "contains",
            BinaryOp::NotContains => "!contains",
            BinaryOp::ContainsCs => "contains_cs",
            BinaryOp::NotContainsCs => "!contains_cs",
            BinaryOp::StartsWith => "startswith",
            BinaryOp::NotStartsWith => "!startswith",
            BinaryOp::StartsWithCs => "startswith_cs",
            BinaryOp::NotStartsWithCs => "!startswith_cs",
            BinaryOp::EndsWith => "endswith",
            BinaryOp::NotEndsWith => "!endswith",
            BinaryOp::EndsWithCs => "endswith_cs",
            BinaryOp::NotEndsWithCs => "!endswith_cs",
            BinaryOp::Like => "like",
            BinaryOp::NotLike => "notlike",
            BinaryOp::LikeCs => "likecs",
            BinaryOp::NotLikeCs => "notlikecs",
            BinaryOp::MatchesRegex => "matches regex",
        }
    }
}

impl ListOp {
    /// The operator as it is written.
    pub fn text(self) -> &'static str {
        match self {
            ListOp::In => "in",
            ListOp::NotIn => "!in",
            ListOp::InIgnoreCase => "in~",
            ListOp::NotInIgnoreCase => "!in~",
            ListOp::HasAny => "has_any",
            ListOp::HasAll => "has_all",
        }
    }
}
