//! `invoke FileProfile`: what Defender knows of a file. A hunt has no such service: the columns are bound,
//! and running it is refused.

use crate::diagnostics::{Code, Span};
use crate::plan::Column;
use crate::symbols::ScalarType as Ty;
use crate::syntax::ast::Call;

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::sources::external;
use crate::binder::table::Table;

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
        for argument in &call.arguments {
            self.expr(&scope, &argument.value);
        }
        let mut columns = input.columns().to_vec();
        for (name, ty) in FILE_PROFILE {
            if columns.iter().all(|c| c.name != name) {
                columns.push(Column {
                    name: name.to_owned(),
                    ty,
                    nullable_string: ty == Ty::String,
                });
            }
        }
        let relation = Box::new(input.relation);
        Table {
            open: input.open,
            poisoned: input.poisoned,
            origin: input.origin,
            ..external(Some(relation), "FileProfile", columns, span)
        }
    }
}
