//! `evaluate bag_unpack` and `evaluate pivot`: plugins whose columns depend on the data.
//!
//! In: the input and the plugin's call. Out: the columns that are known before anything runs, as
//! Microsoft's binder has them; running it is refused. Every other plugin is refused by its name.

use crate::diagnostics::{Code, Span};
use crate::plan::ExprKind as Bound;
use crate::syntax::ast::{Call, PluginSchema};

use crate::binder::Binder;
use crate::binder::environment::Environment;
use crate::binder::shape;
use crate::binder::sources::external;
use crate::binder::table::Table;

impl Binder<'_> {
    pub(super) fn evaluate(
        &mut self,
        environment: &Environment,
        input: Table,
        plugin: &Call,
        schema: Option<&PluginSchema>,
        span: Span,
    ) -> Table {
        let gone: Vec<String> = match (plugin.name.text.as_str(), schema) {
            ("bag_unpack", None) => self.columns_of(environment, &input, plugin, 1),
            ("pivot", None) if plugin.arguments.len() > 2 => {
                let kept = self.columns_of(environment, &input, plugin, usize::MAX);
                let kept = kept.get(1..).unwrap_or_default().to_vec();
                let names = input.columns().iter().map(|c| c.name.clone());
                names.filter(|name| !kept.contains(name)).collect()
            }
            ("pivot", None) => self.columns_of(environment, &input, plugin, usize::MAX),
            (name, _) => {
                self.error(
                    Code::UnsupportedOperator,
                    plugin.name.span,
                    format!("`evaluate {name}` is not supported yet"),
                );
                return Table::unknown(span);
            }
        };
        let columns = input
            .columns()
            .iter()
            .filter(|c| !gone.contains(&c.name))
            .cloned()
            .collect();
        let source = format!("evaluate {}", plugin.name.text);
        self.unknown_columns = Some(source.clone());
        let poisoned = input.poisoned;
        Table {
            open: true,
            poisoned,
            ..external(Some(Box::new(input.relation)), &source, columns, span)
        }
    }

    /// The columns that the first arguments name; those of an aggregate's arguments count too.
    fn columns_of(
        &mut self,
        environment: &Environment,
        input: &Table,
        plugin: &Call,
        count: usize,
    ) -> Vec<String> {
        let scope = input.scope(environment);
        let mut names = Vec::new();
        for argument in plugin.arguments.iter().take(count) {
            let inner = shape::call(&argument.value);
            let values = match inner {
                Some(call) => call.arguments.iter().map(|a| &a.value).collect(),
                None => vec![&argument.value],
            };
            for value in values {
                match self.expr(&scope, value).map(|e| e.kind) {
                    Some(Bound::Column(name)) => names.push(name),
                    Some(
                        Bound::Literal(_)
                        | Bound::AsOf
                        | Bound::Call { .. }
                        | Bound::Convert(_)
                        | Bound::Scalar(_)
                        | Bound::InTable { .. },
                    )
                    | None => {}
                }
            }
        }
        names
    }
}
