//! `parse`, `parse-where`, `parse-kv`: columns read out of a text, row by row.
//!
//! They become a projection, over which `parse-where` puts a filter of the rows whose text fits.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::parsing::{self, Column as Wanted, Pairs, Part, Spec};
use crate::functions::{ScalarFunction, Value};
use crate::plan::{Expr, ExprKind, RelationKind};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Name, Operator, ParsePart, TypeName};

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::expressions::convert;
use crate::binder::projection::Projection;
use crate::binder::shape;
use crate::binder::table::Table;

/// A column that is to be read: its name and, where that is known, its type.
type Target<'a> = (&'a Name, Option<ScalarType>);

impl Binder<'_> {
    /// `parse` and `parse-where`.
    pub(super) fn parse(
        &mut self,
        environment: &Environment,
        input: Table,
        (where_, subject, pattern): (bool, &ast::Expr, &[ParsePart]),
        operator: &Operator,
    ) -> Table {
        self.allow_parameters(operator, &["kind", "flags"]);
        let mut targets: Vec<Target> = Vec::new();
        let mut parts = Vec::with_capacity(pattern.len());
        for part in pattern {
            parts.push(match part {
                ParsePart::Star(_) => Part::Star,
                ParsePart::Text(text) => Part::Text(shape::string(text).unwrap_or("").to_owned()),
                ParsePart::Column { name, ty } => {
                    let ty = self.parsed_type(ty.as_ref());
                    targets.push((name, ty));
                    Part::Column(wanted(name, ty))
                }
            });
        }
        let spec = self.parse_spec(parts, operator);
        let text = self.text_to_parse(environment, &input, subject);
        let read = text.zip(spec);
        let fits = where_.then(|| read.clone());
        let input = match fits.flatten() {
            Some((text, spec)) => {
                let predicate = call(&parsing::FITS, vec![text, spec], operator.span);
                let ordered = input.relation.ordered;
                input.wrap(operator.span, ordered, |input| RelationKind::Where {
                    input,
                    predicate,
                })
            }
            None => input,
        };
        self.with_parsed(environment, input, &targets, read, operator.span)
    }

    /// The pattern, by the operator's kind.
    fn parse_spec(&mut self, parts: Vec<Part>, operator: &Operator) -> Option<Expr> {
        let kind = super::parameter_word(operator, "kind");
        let flags = super::parameter_word(operator, "flags");
        let spec = match kind.map_or("simple", |(kind, _)| kind) {
            "simple" => Spec::Simple {
                relaxed: false,
                parts,
            },
            "relaxed" => Spec::Simple {
                relaxed: true,
                parts,
            },
            "regex" => {
                let flags = match flags {
                    Some((flags, span)) if !flags.chars().all(|c| "imsU".contains(c)) => {
                        self.report(
                            Diagnostic::error(
                                Code::BadParameter,
                                span,
                                format!("`{flags}` are no flags of a regular expression"),
                            )
                            .with_help("flags are made of `i`, `m`, `s` and `U`"),
                        );
                        return None;
                    }
                    Some((flags, _)) => flags,
                    None => "",
                };
                Spec::regex(&parts, flags)
            }
            other => {
                let span = kind.map_or(operator.word, |(_, span)| span);
                self.report(
                    Diagnostic::error(
                        Code::BadParameter,
                        span,
                        format!("`parse` has no kind `{other}`"),
                    )
                    .with_help("kinds are `simple`, `relaxed` and `regex`"),
                );
                return None;
            }
        };
        self.parse_literal(&spec, operator.span)
    }

    fn parse_literal(&mut self, spec: &Spec, span: Span) -> Option<Expr> {
        if let Some(fault) = spec.fault() {
            self.error(Code::BadArgument, span, fault);
            return None;
        }
        Some(Expr::literal(Value::String(spec.to_json()), span))
    }

    /// `parse-kv`.
    pub(super) fn parse_kv(
        &mut self,
        environment: &Environment,
        input: Table,
        (subject, columns, with): (&ast::Expr, &[ast::ColumnDeclaration], &[ast::Property]),
        operator: &Operator,
    ) -> Table {
        let mut pairs = Pairs::default();
        let mut targets: Vec<Target> = Vec::new();
        for column in columns {
            let ty = self.parsed_type(Some(&column.ty));
            targets.push((&column.name, ty));
            pairs.columns.push(wanted(&column.name, ty));
        }
        let known = self.kv_options(with, &mut pairs);
        let spec = match known {
            true => self.parse_literal(&Spec::Pairs(pairs), operator.span),
            false => None,
        };
        let text = self.text_to_parse(environment, &input, subject);
        let read = text.zip(spec);
        self.with_parsed(environment, input, &targets, read, operator.span)
    }

    /// Reads the options of `parse-kv`; false where one was refused.
    fn kv_options(&mut self, with: &[ast::Property], pairs: &mut Pairs) -> bool {
        let mut good = true;
        for option in with {
            let name = option.name.text.as_str();
            let value = shape::string(&option.value);
            let mut letters = value.unwrap_or("").chars();
            let first = letters.next();
            match (name, value, first) {
                ("pair_delimiter", Some(text), Some(_)) => pairs.pair = Some(text.to_owned()),
                ("kv_delimiter", Some(text), Some(_)) => pairs.kv = Some(text.to_owned()),
                ("regex", Some(text), Some(_)) => pairs.regex = Some(text.to_owned()),
                ("escape", Some(_), Some(escape)) => pairs.escapes.push(escape),
                ("quote", Some(_), Some(open)) => {
                    pairs.quotes.push((open, letters.next().unwrap_or(open)));
                }
                ("greedy", None, _) if shape::boolean(&option.value).is_some() => {
                    pairs.greedy = shape::boolean(&option.value) == Some(true);
                }
                ("greedy", ..) => {
                    self.error(
                        Code::BadArgument,
                        option.value.span,
                        "`greedy` must be true or false",
                    );
                    good = false;
                }
                ("pair_delimiter" | "kv_delimiter" | "regex" | "escape" | "quote", ..) => {
                    self.error(
                        Code::BadArgument,
                        option.value.span,
                        format!("`{name}` must be a text that is not empty"),
                    );
                    good = false;
                }
                (_, _, _) => {
                    self.error(
                        Code::BadParameter,
                        option.name.span,
                        format!("`parse-kv` has no option `{name}`"),
                    );
                    good = false;
                }
            }
        }
        if pairs.regex.is_none() && pairs.pair.is_some() != pairs.kv.is_some() {
            let span = with.first().map_or_else(Span::default, |o| o.name.span);
            self.error(
                Code::UnsupportedExpression,
                span,
                "`parse-kv` with only one of `pair_delimiter` and `kv_delimiter` is not supported yet",
            );
            good = false;
        }
        good
    }

    fn parsed_type(&mut self, ty: Option<&TypeName>) -> Option<ScalarType> {
        match ty {
            Some(ty) => self.scalar_type(ty),
            None => Some(ScalarType::String),
        }
    }

    /// The text that is read: what is no text becomes one.
    fn text_to_parse(
        &mut self,
        environment: &Environment,
        input: &Table,
        subject: &ast::Expr,
    ) -> Option<Expr> {
        let bound = self.expr(&input.scope(environment), subject)?;
        Some(convert(bound, ScalarType::String))
    }

    /// The input with the columns that are read, in the place of those of the same names.
    fn with_parsed(
        &mut self,
        environment: &Environment,
        input: Table,
        targets: &[Target],
        read: Option<(Expr, Expr)>,
        span: Span,
    ) -> Table {
        let scope = input.scope(environment);
        let mut projection = Projection::of(&scope, span);
        for (index, (name, ty)) in (0_i64..).zip(targets) {
            let value = read.as_ref().zip(*ty).map(|((text, spec), ty)| {
                let place = Expr::literal(Value::Long(index), name.span);
                let found = call(
                    &parsing::TEXT,
                    vec![text.clone(), spec.clone(), place],
                    name.span,
                );
                read_as(found, ty)
            });
            // A column of another type stays, and the new one is numbered.
            let replaces = scope
                .column(&name.text)
                .is_none_or(|column| ty.is_none_or(|ty| column.ty == ty));
            self.declare(&mut projection, &name.text, name.span, value, replaces);
        }
        projection.finish(input, span)
    }
}

fn wanted(name: &Name, ty: Option<ScalarType>) -> Wanted {
    Wanted {
        name: name.text.clone(),
        ty: ty.unwrap_or(ScalarType::String),
    }
}

fn call(function: &'static dyn ScalarFunction, arguments: Vec<Expr>, span: Span) -> Expr {
    let ty = match arguments.len() {
        2 => ScalarType::Bool,
        _ => ScalarType::String,
    };
    Expr {
        kind: ExprKind::Call {
            function,
            arguments,
        },
        ty,
        span,
        nullable_string: ty == ScalarType::String,
    }
}

/// A text as a value of the column's type: null where it does not convert.
fn read_as(text: Expr, ty: ScalarType) -> Expr {
    if ty == ScalarType::String {
        return text;
    }
    Expr {
        span: text.span,
        ty,
        nullable_string: false,
        kind: ExprKind::Convert(Box::new(text)),
    }
}
