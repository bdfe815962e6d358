//! Tables that lie outside the lake: `externaldata`, `_GetWatchlist`, and what enrichments read.
//!
//! In: the call as written. Out: a [`RelationKind::External`] of texts, with the declared types made of them
//! above it. What always holds: one source is one table, however often it is named.

use crate::diagnostics::{Code, Diagnostic, Span};
use crate::functions::Value;
use crate::plan::{Column, Expr, FileFormat, Relation, RelationKind, Source};
use crate::symbols::ScalarType;
use crate::syntax::ast::{self, Call, ColumnDeclaration, ExprKind, Literal, Property};

use super::Binder;
use super::discovery::Ask;
use super::environment::Environment;
use super::expressions::conversion;
use super::projection::Projection;
use super::shape;
use super::table::{Scope, Table};
use super::tree::Tree;

/// The columns that every watchlist has. Source: "Use watchlists in Microsoft Sentinel".
const WATCHLIST: [(&str, ScalarType); 3] = [
    ("_DTItemId", ScalarType::String),
    ("LastUpdatedTimeUTC", ScalarType::DateTime),
    ("SearchKey", ScalarType::String),
];

impl Binder<'_> {
    pub(super) fn external_data(
        &mut self,
        environment: &Environment,
        columns: &[ColumnDeclaration],
        sources: &[ast::Expr],
        properties: &[Property],
        span: Span,
    ) -> Table {
        let columns = self.declared_columns(columns);
        let mut urls = Vec::with_capacity(sources.len());
        for source in sources {
            let bound = self.expr(&Scope::constant(environment), source);
            match bound.as_ref().map(Expr::constant) {
                Some(Some(Value::String(url))) => urls.push(url.clone()),
                Some(_) => self.error(
                    Code::NotConstant,
                    source.span,
                    "the place of a file must be a constant string",
                ),
                None => {}
            }
        }
        let (mut format, mut ignore_first_record, mut mapping) = (None, false, None);
        for property in properties {
            match property.name.text.to_ascii_lowercase().as_str() {
                "format" => format = self.file_format(&property.value),
                "ignorefirstrecord" => {
                    ignore_first_record = self.flag(&property.value).unwrap_or_default();
                }
                "ingestionmapping" => mapping = Some(&property.value),
                "ingestionmappingreference" => self.report(
                    Diagnostic::error(
                        Code::BadParameter,
                        property.name.span,
                        "a mapping by its name lies in a database, which there is none of here",
                    )
                    .with_help("write it out: `ingestionMapping='[…]'`"),
                ),
                _ => self.error(
                    Code::BadParameter,
                    property.name.span,
                    format!("`externaldata` has no property `{}`", property.name.text),
                ),
            }
        }
        let by_name = || FileFormat::of_name(urls.first()?);
        let format = format.or_else(by_name).unwrap_or(FileFormat::Csv);
        let raw = format.raw();
        let files = |whole| Source::Files {
            urls,
            format,
            ignore_first_record,
            whole,
        };
        let Some(mapping) = mapping else {
            return self.outside("external_data", files(None), &columns, raw, span);
        };
        let Some(mapping) = self.ingestion_mapping(mapping, format, &columns) else {
            return Table::unknown(span);
        };
        let read = mapping.read.iter().map(|name| column(name, raw)).collect();
        let source = files(mapping.whole);
        self.typed_source(
            "external_data",
            source,
            read,
            &columns,
            mapping.values,
            span,
        )
    }

    fn file_format(&mut self, value: &ast::Expr) -> Option<FileFormat> {
        let name = shape::string(value).or(shape::name(value))?;
        let format = match name.to_ascii_lowercase().as_str() {
            "csv" => FileFormat::Csv,
            "tsv" => FileFormat::Tsv,
            "psv" => FileFormat::Psv,
            "scsv" => FileFormat::Scsv,
            "txt" => FileFormat::Txt,
            "raw" => FileFormat::Raw,
            "json" | "multijson" | "singlejson" => FileFormat::Json,
            _ => {
                self.report(
                    Diagnostic::error(
                        Code::UnsupportedExpression,
                        value.span,
                        format!("files of the format `{name}` are not supported yet"),
                    )
                    .with_help("csv, tsv, psv, scsv, txt, raw, json, multijson"),
                );
                return None;
            }
        };
        Some(format)
    }

    fn flag(&mut self, value: &ast::Expr) -> Option<bool> {
        match &value.kind {
            ExprKind::Literal(Literal::Bool(flag)) => Some(*flag),
            _ => {
                self.error(Code::WrongType, value.span, "true or false must stand here");
                None
            }
        }
    }

    /// `_GetWatchlist('name')`: its columns are texts, those of the file.
    pub(super) fn watchlist(
        &mut self,
        environment: &Environment,
        call: &Call,
        span: Span,
    ) -> Table {
        let [name, ..] = call.arguments.as_slice() else {
            self.error(
                Code::WrongArgumentCount,
                call.name.span,
                "`_GetWatchlist` takes the name of a watchlist",
            );
            return Table::unknown(span);
        };
        let bound = self.expr(&Scope::constant(environment), &name.value);
        let name = match bound.as_ref().map(Expr::constant) {
            Some(Some(Value::String(name))) => name.clone(),
            Some(_) => {
                self.error(
                    Code::NotConstant,
                    name.value.span,
                    "the name of the watchlist must be a constant string",
                );
                return Table::unknown(span);
            }
            None => return Table::unknown(span),
        };
        let what = format!("_GetWatchlist('{name}')");
        let columns = match self.found(&what, call.name.span) {
            Some((_, found)) => found.columns,
            None => {
                if self.may_ask() {
                    self.ask(Ask::Watchlist(name.clone()), &what, call.name.span);
                }
                let mut table = Table::unknown(span);
                table.relation.columns = WATCHLIST.map(|(n, ty)| column(n, ty)).to_vec();
                return table;
            }
        };
        let columns: Vec<Column> = columns
            .into_iter()
            .map(|(name, ty)| {
                let known = WATCHLIST.iter().find(|(own, _)| *own == name);
                column(&name, known.map_or(ty, |(_, ty)| *ty))
            })
            .collect();
        self.outside(
            "watchlist",
            Source::Watchlist { name },
            &columns,
            ScalarType::String,
            span,
        )
    }

    /// The table of a source: its columns as they are read, and above them the values of the declared types.
    pub(super) fn outside(
        &mut self,
        name: &str,
        source: Source,
        columns: &[Column],
        raw: ScalarType,
        span: Span,
    ) -> Table {
        let read = columns.iter().map(|c| column(&c.name, raw)).collect();
        let values = columns.iter().map(|c| (Tree(span).name(&c.name), raw));
        self.typed_source(name, source, read, columns, values.collect(), span)
    }

    /// The table of a source: what is read of it, and above that the columns, each with its value and the type
    /// that the value is read as.
    fn typed_source(
        &mut self,
        name: &str,
        source: Source,
        read: Vec<Column>,
        columns: &[Column],
        values: Vec<(ast::Expr, ScalarType)>,
        span: Span,
    ) -> Table {
        let table = Table::new(Relation {
            kind: RelationKind::External {
                name: self.source_name(name, &source, &read),
                source,
            },
            columns: read,
            ordered: false,
            span,
        });
        let tree = Tree(span);
        let environment = Environment::default();
        let scope = table.scope(&environment);
        let mut projection = Projection::default();
        for (column, (value, raw)) in columns.iter().zip(values) {
            let function = match (raw, column.ty) {
                (ScalarType::String, ScalarType::String) => None,
                (ScalarType::String, ScalarType::Dynamic) => Some("parse_json"),
                (_, ty) => conversion(ty),
            };
            let value = match function {
                Some(function) => tree.call(function, [value]),
                None => value,
            };
            let value = self.expr(&scope, &value);
            projection.add(&column.name, value, false);
        }
        projection.finish(table, span)
    }

    /// The name of a source in SQL: the same one each time.
    fn source_name(&mut self, wanted: &str, source: &Source, columns: &[Column]) -> String {
        let known = self
            .sources
            .iter()
            .find(|(_, own, read)| own == source && read == columns);
        if let Some((name, _, _)) = known {
            return name.clone();
        }
        let mut name = self.let_name(wanted);
        let mut number = 1;
        while self.sources.iter().any(|(own, _, _)| *own == name) {
            number += 1;
            name = self.let_name(&format!("{wanted}_{number}"));
        }
        self.sources
            .push((name.clone(), source.clone(), columns.to_vec()));
        name
    }
}

fn column(name: &str, ty: ScalarType) -> Column {
    Column {
        name: name.to_owned(),
        ty,
        nullable_string: false,
    }
}
