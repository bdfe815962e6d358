//! `invoke FileProfile`: what Defender knows of a file. A hunt has no such service: the rows come from a table
//! that the user names.
//!
//! In: the input and the call. Out: the input with the columns of the file, by its SHA1 or SHA256. What
//! always holds: each row of the input gives one row; of several profiles of a file the least counts.

use crate::diagnostics::{Code, Span};
use crate::plan::{Column, JoinKind, Side, Source};
use crate::symbols::ScalarType as Ty;
use crate::syntax::ast::{self, Call};

use super::join::joined;
use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::projection::Style;
use crate::binder::shape;
use crate::binder::table::{Table, column_expr};
use crate::binder::tree::Tree;

/// What it adds, where the input does not have it already. Source: "FileProfile()" of Microsoft's
/// advanced hunting reference.
const FILE_PROFILE: [(&str, Ty); 18] = [
    ("SHA1", Ty::String),
    ("SHA256", Ty::String),
    ("MD5", Ty::String),
    ("FileSize", Ty::Long),
    ("GlobalPrevalence", Ty::Long),
    ("GlobalFirstSeen", Ty::DateTime),
    ("GlobalLastSeen", Ty::DateTime),
    ("Signer", Ty::String),
    ("Issuer", Ty::String),
    ("SignerHash", Ty::String),
    ("IsCertificateValid", Ty::Bool),
    ("IsRootSignerMicrosoft", Ty::Bool),
    ("SignatureState", Ty::String),
    ("IsExecutable", Ty::Bool),
    ("ThreatName", Ty::String),
    ("Publisher", Ty::String),
    ("SoftwareName", Ty::String),
    ("ProfileAvailability", Ty::String),
];

impl Binder<'_> {
    pub(super) fn file_profile(
        &mut self,
        environment: &Environment,
        input: Table,
        call: &Call,
        span: Span,
    ) -> Table {
        if call.arguments.is_empty() || call.arguments.len() > 2 {
            self.error(
                Code::WrongArgumentCount,
                call.name.span,
                format!(
                    "`FileProfile` takes 1 to 2 arguments, not {}",
                    call.arguments.len()
                ),
            );
        }
        let scope = input.scope(environment);
        for argument in call.arguments.iter().skip(1) {
            self.expr(&scope, &argument.value);
        }
        // The column may also be given by its name.
        let key = call
            .arguments
            .first()
            .map(|a| match shape::string(&a.value) {
                Some(name) => Tree(a.value.span).name(name),
                None => a.value.clone(),
            });
        let bound = key.as_ref().and_then(|key| self.expr(&scope, key));
        let (Some(key), Some(_)) = (key, bound) else {
            return with_profile(input, span);
        };
        self.profiled(environment, input, &key, span)
    }

    /// The input with the columns of the file that the key names.
    fn profiled(
        &mut self,
        environment: &Environment,
        input: Table,
        key: &ast::Expr,
        span: Span,
    ) -> Table {
        let tree = Tree(span);
        let own = Environment::default();
        let hash = self.hidden("hash");
        let lower = |name| tree.call("tolower", [tree.call("tostring", [tree.name(name)])]);
        let visible = input.columns().to_vec();
        let keyed = [tree.named(&hash, key.clone())];
        let input = self.project_arguments(environment, input, &keyed, Style::Extend, span);
        let keyed = [tree.named(&hash, lower(&hash))];
        let input = self.project_arguments(&own, input, &keyed, Style::Extend, span);
        let mut profiles = Vec::with_capacity(2);
        let columns: Vec<Column> = FILE_PROFILE.map(|(name, ty)| column(name, ty)).to_vec();
        for algorithm in ["SHA1", "SHA256"] {
            let source = Source::Enrichment {
                function: "FileProfile".to_owned(),
            };
            let table = self.outside("file_profile", source, &columns, Ty::String, span);
            let by = [tree.named(&hash, lower(algorithm))];
            let table = self.project_arguments(&own, table, &by, Style::Extend, span);
            let known = tree.call("isnotempty", [tree.name(&hash)]);
            profiles.push(self.filter(&own, table, &known, span));
        }
        let profiles = super::union::unite(profiles, false, None, span);
        let profiles = first_of_each(profiles, &hash, span);
        let on = [&input, &profiles].map(|table| hidden(table, &hash));
        let [left, right] = on.map(|column| column_expr(&column, span));
        let added = profiles
            .columns()
            .iter()
            .filter(|c| c.name != hash && visible.iter().all(|own| own.name != c.name));
        let output = visible
            .iter()
            .map(|c| (Side::Left, c.clone()))
            .chain(added.map(|c| (Side::Right, c.clone())))
            .collect();
        let origin = input.origin.clone();
        Table {
            origin,
            ..joined(
                JoinKind::LeftOuter,
                input,
                profiles,
                vec![(left, right)],
                output,
                span,
            )
        }
    }
}

pub(super) fn column(name: &str, ty: Ty) -> Column {
    Column {
        name: name.to_owned(),
        ty,
        nullable_string: false,
    }
}

fn hidden(table: &Table, name: &str) -> Column {
    super::expand::hidden_column(&table.relation, &column(name, Ty::String))
}

/// The first row of each key, the least by value.
fn first_of_each(table: Table, key: &str, span: Span) -> Table {
    let key = key.to_owned();
    table.wrap(span, false, |input| {
        crate::plan::RelationKind::FirstOfEach {
            input,
            keys: vec![key],
            order: Vec::new(),
            count: 1,
        }
    })
}

/// The columns alone, where a fault was reported.
fn with_profile(input: Table, span: Span) -> Table {
    let mut table = Table::unknown(span);
    table.relation.columns = input.columns().to_vec();
    for (name, ty) in FILE_PROFILE {
        if table.columns().iter().all(|c| c.name != name) {
            table.relation.columns.push(column(name, ty));
        }
    }
    table.poisoned = input.poisoned;
    table
}
