//! The tree as one line of text, for tests: a node in parentheses, its name first.
//!
//! In: a tree. Out: text such as `(Pipe T (Where (Greater a 1)))`. What always holds: every node
//! that carries meaning shows; spans and the texts' own spelling do not.

use super::ast::*;
use std::fmt::Display;

pub fn query(query: &Query) -> String {
    let statements: Vec<String> = query.statements.iter().map(statement).collect();
    statements.join("; ")
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    let shown: Vec<String> = items.iter().map(show).collect();
    format!("[{}]", shown.join(" "))
}

fn option<T>(item: &Option<T>, show: impl Fn(&T) -> String) -> String {
    item.as_ref().map_or("_".to_owned(), show)
}

fn node(name: impl Display, parts: &[String]) -> String {
    let mut text = format!("({name}");
    for part in parts {
        text.push(' ');
        text.push_str(part);
    }
    text.push(')');
    text
}

pub fn statement(statement: &Statement) -> String {
    match &statement.kind {
        StatementKind::Let { name, value } => {
            let value = match value {
                LetValue::Expr(value) => expr(value),
                LetValue::Function(f) => node(
                    if f.view { "View" } else { "Function" },
                    &[
                        list(&f.parameters, parameter),
                        list(&f.body, self::statement),
                    ],
                ),
            };
            node("Let", &[name.text.clone(), value])
        }
        StatementKind::Set {
            option: name,
            value,
        } => node("Set", &[name.text.clone(), option(value, expr)]),
        StatementKind::QueryParameters(parameters) => {
            node("QueryParameters", &[list(parameters, parameter)])
        }
        StatementKind::Pattern(pattern) => node(
            "Pattern",
            &[
                pattern.name.text.clone(),
                list(&pattern.parameters, parameter),
                option(&pattern.path, parameter),
                list(&pattern.rules, pattern_rule),
            ],
        ),
        StatementKind::Alias => node("Alias", &[]),
        StatementKind::Restrict => node("Restrict", &[]),
        StatementKind::Expr(value) => expr(value),
    }
}

fn pattern_rule(rule: &PatternRule) -> String {
    node(
        "Rule",
        &[
            list(&rule.values, expr),
            option(&rule.path, expr),
            list(&rule.body, self::statement),
        ],
    )
}

fn parameter(parameter: &Parameter) -> String {
    let ty = match &parameter.ty {
        ParameterType::Scalar(ty) => ty.text.clone(),
        ParameterType::AnyTable => "(*)".to_owned(),
        ParameterType::Table(columns) => list(columns, column),
    };
    match &parameter.default {
        Some(value) => format!("{}:{ty}={}", parameter.name.text, expr(value)),
        None => format!("{}:{ty}", parameter.name.text),
    }
}

fn column(column: &ColumnDeclaration) -> String {
    format!("{}:{}", column.name.text, column.ty.text)
}

fn argument(argument: &Argument) -> String {
    let mut text = String::new();
    for name in &argument.names {
        text.push_str(&name.text);
        text.push('=');
    }
    text + &expr(&argument.value)
}

fn property(property: &Property) -> String {
    format!("{}={}", property.name.text, expr(&property.value))
}

fn call(call: &Call) -> String {
    let arguments: Vec<String> = call.arguments.iter().map(argument).collect();
    format!("{}({})", call.name.text, arguments.join(", "))
}

pub fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Literal(value) => literal(value),
        ExprKind::Name(name) | ExprKind::Wildcard(name) => name.clone(),
        ExprKind::Star => "*".to_owned(),
        ExprKind::Path { base, name } => format!("{}.{}", expr(base), name.text),
        ExprKind::Element { base, index } => format!("{}[{}]", expr(base), expr(index)),
        ExprKind::Call(c) => call(c),
        ExprKind::DotCall { base, call: c } => format!("{}.{}", expr(base), call(c)),
        ExprKind::Unary { op, operand } => node(format!("{op:?}"), &[expr(operand)]),
        ExprKind::Binary { op, left, right } => node(format!("{op:?}"), &[expr(left), expr(right)]),
        ExprKind::Between {
            subject,
            low,
            high,
            negated,
        } => node(
            if *negated { "NotBetween" } else { "Between" },
            &[expr(subject), expr(low), expr(high)],
        ),
        ExprKind::List {
            op,
            subject,
            list: items,
        } => node(format!("{op:?}"), &[expr(subject), list(items, expr)]),
        ExprKind::Parenthesized(inner) => format!("<{}>", expr(inner)),
        ExprKind::Datatable { columns, values } => {
            node("Datatable", &[list(columns, column), list(values, expr)])
        }
        ExprKind::ExternalData {
            columns,
            sources,
            properties,
        } => node(
            "ExternalData",
            &[
                list(columns, column),
                list(sources, expr),
                list(properties, property),
            ],
        ),
        ExprKind::Pipe { input, operator: o } => format!("{} | {}", expr(input), operator(o)),
        ExprKind::Source(o) => operator(o),
        ExprKind::ImpliedPipe(operators) => {
            let operators: Vec<String> = operators.iter().map(operator).collect();
            format!("<| {}>", operators.join(" | "))
        }
    }
}

fn literal(literal: &Literal) -> String {
    fn typed<T: Display>(name: &str, value: &Option<T>) -> String {
        match value {
            Some(value) => format!("{name}({value})"),
            None => format!("{name}(null)"),
        }
    }
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => typed("int", value),
        Literal::Long(Some(value)) => value.to_string(),
        Literal::Long(None) => "long(null)".to_owned(),
        Literal::Real(Some(value)) => format!("{value:?}"),
        Literal::Real(None) => "real(null)".to_owned(),
        Literal::Decimal(value) => typed("decimal", value),
        Literal::String(text) => format!("{text:?}"),
        Literal::DateTime(value) => typed("datetime", value),
        Literal::TimeSpan(value) => typed("timespan", value),
        Literal::Guid(value) => typed("guid", value),
        Literal::Dynamic(json) => format!("dynamic({json})"),
        Literal::BoolNull => "bool(null)".to_owned(),
        Literal::Null => "null".to_owned(),
    }
}

fn ordering(ordering: &Ordering) -> String {
    let mut text = expr(&ordering.expr);
    if let Some(direction) = ordering.direction {
        text.push_str(match direction {
            Direction::Ascending => "^",
            Direction::Descending => "v",
            Direction::GrannyAscending => "^^",
            Direction::GrannyDescending => "vv",
        });
    }
    if let Some(nulls) = ordering.nulls {
        text.push_str(&format!(":{nulls:?}"));
    }
    text
}

fn mv_column(column: &MvColumn) -> String {
    let ty = column.ty.as_ref().map(|ty| format!(":{}", ty.text));
    argument(&column.argument) + &ty.unwrap_or_default()
}

fn parse_part(part: &ParsePart) -> String {
    match part {
        ParsePart::Star(_) => "*".to_owned(),
        ParsePart::Text(text) => expr(text),
        ParsePart::Column { name, ty } => match ty {
            Some(ty) => format!("{}:{}", name.text, ty.text),
            None => name.text.clone(),
        },
    }
}

fn scan_step(step: &ScanStep) -> String {
    node(
        if step.optional {
            "OptionalStep"
        } else {
            "Step"
        },
        &[
            step.name.text.clone(),
            option(&step.output, |name| name.text.clone()),
            expr(&step.condition),
            list(&step.assignments, argument),
        ],
    )
}

fn top_nested(clause: &TopNestedClause) -> String {
    node(
        "Level",
        &[
            option(&clause.count, expr),
            argument(&clause.of),
            option(&clause.others, expr),
            argument(&clause.by),
            option(&clause.direction, |d| format!("{d:?}")),
        ],
    )
}

pub fn operator(operator: &Operator) -> String {
    let (name, mut parts) = clauses(&operator.kind);
    if !operator.parameters.is_empty() {
        parts.insert(0, list(&operator.parameters, property));
    }
    node(name, &parts)
}

fn clauses(kind: &OperatorKind) -> (&'static str, Vec<String>) {
    use OperatorKind as K;
    fn boxed<T: std::ops::Deref<Target = Expr>>(e: &T) -> String {
        expr(e)
    }
    match kind {
        K::As { name } => ("As", vec![name.text.clone()]),
        K::AssertSchema(columns) => ("AssertSchema", vec![list(columns, column)]),
        K::Consume => ("Consume", vec![]),
        K::Count => ("Count", vec![]),
        K::Distinct(columns) => ("Distinct", vec![list(columns, argument)]),
        K::Evaluate { plugin, schema } => (
            "Evaluate",
            vec![
                call(plugin),
                option(schema, |s| {
                    format!(
                        "{}{}",
                        if s.star { "*" } else { "" },
                        list(&s.columns, column)
                    )
                }),
            ],
        ),
        K::ExecuteAndCache => ("ExecuteAndCache", vec![]),
        K::Extend(columns) => ("Extend", vec![list(columns, argument)]),
        K::Facet { by, with } => ("Facet", vec![list(by, expr), option(with, boxed)]),
        K::Find {
            tables,
            predicate,
            project,
            project_smart,
        } => (
            if *project_smart { "FindSmart" } else { "Find" },
            vec![
                list(tables, expr),
                option(predicate, boxed),
                list(project, |c| {
                    let ty = c.ty.as_ref().map(|ty| format!(":{}", ty.text));
                    expr(&c.expr) + &ty.unwrap_or_default()
                }),
            ],
        ),
        K::Fork(branches) => (
            "Fork",
            vec![list(branches, |b| {
                format!(
                    "{}={}",
                    option(&b.name, |n| n.text.clone()),
                    expr(&b.subquery)
                )
            })],
        ),
        K::GetSchema => ("GetSchema", vec![]),
        K::Invoke(function) => ("Invoke", vec![call(function)]),
        K::Join { right, on } => ("Join", vec![expr(right), list(on, expr)]),
        K::Lookup { right, on } => ("Lookup", vec![expr(right), list(on, expr)]),
        K::MakeSeries {
            aggregates,
            on,
            range,
            by,
        } => {
            let range = match range {
                SeriesRange::Step { from, to, step } => node(
                    "Step",
                    &[option(from, boxed), option(to, boxed), expr(step)],
                ),
                SeriesRange::InRange(call) => expr(call),
            };
            let aggregates = list(aggregates, |a| {
                let default = a.default.as_ref().map(|d| format!("!{}", expr(d)));
                argument(&a.argument) + &default.unwrap_or_default()
            });
            (
                "MakeSeries",
                vec![aggregates, expr(on), range, list(by, argument)],
            )
        }
        K::MvApply {
            columns,
            limit,
            subquery,
        } => (
            "MvApply",
            vec![
                list(columns, mv_column),
                option(limit, boxed),
                expr(subquery),
            ],
        ),
        K::MvExpand { columns, limit } => (
            "MvExpand",
            vec![list(columns, mv_column), option(limit, boxed)],
        ),
        K::Parse {
            where_,
            subject,
            pattern,
        } => (
            if *where_ { "ParseWhere" } else { "Parse" },
            vec![expr(subject), list(pattern, parse_part)],
        ),
        K::ParseKv {
            subject,
            columns,
            with,
        } => (
            "ParseKv",
            vec![expr(subject), list(columns, column), list(with, property)],
        ),
        K::Partition { by, subquery } => ("Partition", vec![expr(by), expr(subquery)]),
        K::Print(columns) => ("Print", vec![list(columns, argument)]),
        K::Project(columns) => ("Project", vec![list(columns, argument)]),
        K::ProjectAway(columns) => ("ProjectAway", vec![list(columns, expr)]),
        K::ProjectByNames(names) => ("ProjectByNames", vec![list(names, expr)]),
        K::ProjectKeep(columns) => ("ProjectKeep", vec![list(columns, expr)]),
        K::ProjectRename(columns) => ("ProjectRename", vec![list(columns, argument)]),
        K::ProjectReorder(columns) => ("ProjectReorder", vec![list(columns, ordering)]),
        K::Range {
            column: name,
            from,
            to,
            step,
        } => (
            "Range",
            vec![name.text.clone(), expr(from), expr(to), expr(step)],
        ),
        K::Reduce { by, with } => ("Reduce", vec![expr(by), list(with, property)]),
        K::Render { chart, with } => ("Render", vec![chart.text.clone(), list(with, property)]),
        K::Sample(count) => ("Sample", vec![expr(count)]),
        K::SampleDistinct { count, of } => ("SampleDistinct", vec![expr(count), expr(of)]),
        K::Scan {
            order,
            partition_by,
            declare,
            steps,
        } => (
            "Scan",
            vec![
                list(order, ordering),
                list(partition_by, expr),
                list(declare, parameter),
                list(steps, scan_step),
            ],
        ),
        K::Search { tables, predicate } => ("Search", vec![list(tables, expr), expr(predicate)]),
        K::Serialize(columns) => ("Serialize", vec![list(columns, argument)]),
        K::Sort(by) => ("Sort", vec![list(by, ordering)]),
        K::Summarize { aggregates, by } => (
            "Summarize",
            vec![list(aggregates, argument), list(by, argument)],
        ),
        K::Take(count) => ("Take", vec![expr(count)]),
        K::Top { count, by } => ("Top", vec![expr(count), list(by, ordering)]),
        K::TopHitters { count, of, by } => {
            ("TopHitters", vec![expr(count), expr(of), option(by, boxed)])
        }
        K::TopNested(clauses) => ("TopNested", vec![list(clauses, top_nested)]),
        K::Union(tables) => ("Union", vec![list(tables, expr)]),
        K::Where(predicate) => ("Where", vec![expr(predicate)]),
        K::Graph(word) => ("Graph", vec![word.clone()]),
        K::Other(word) => ("Other", vec![word.clone()]),
    }
}
