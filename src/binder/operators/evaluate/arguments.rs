//! The arguments of a plugin: columns, constants, and `name = value`.

use crate::diagnostics::{Code, Diagnostic};
use crate::functions::Value;
use crate::syntax::ast::{Argument, Expr};

use super::Plugin;
use crate::binder::Binder;
use crate::binder::shape;
use crate::binder::table::{Scope, Table};

impl Binder<'_> {
    /// The columns of the input that the arguments at some places name; None where one names none.
    pub(super) fn plugin_columns(
        &mut self,
        input: &Table,
        plugin: Plugin,
        is_column: impl Fn(usize) -> bool,
    ) -> Option<Vec<String>> {
        let arguments = plugin.call.arguments.iter().enumerate();
        let columns: Vec<Option<String>> = arguments
            .filter(|(place, _)| is_column(*place))
            .map(|(_, argument)| self.plugin_column(input, plugin, &argument.value))
            .collect();
        columns.into_iter().collect()
    }

    /// The column of the input that an argument names.
    pub(super) fn plugin_column(
        &mut self,
        input: &Table,
        plugin: Plugin,
        argument: &Expr,
    ) -> Option<String> {
        let bound = self.expr(&input.scope(plugin.environment), argument)?;
        let name = shape::name(shape::bare(argument));
        let column = name.filter(|name| input.columns().iter().any(|c| c.name == **name));
        if column.is_none() && !input.open {
            self.report(
                Diagnostic::error(
                    Code::BadArgument,
                    bound.span,
                    format!("`{}` needs a column here", plugin.name()),
                )
                .with_help("give the value a name before: `extend x = …`"),
            );
        }
        column.map(str::to_owned)
    }

    /// The constant that an argument is.
    pub(super) fn plugin_constant(&mut self, plugin: Plugin, argument: &Expr) -> Option<Value> {
        let bound = self.expr(&Scope::constant(plugin.environment), argument)?;
        let constant = bound.constant().cloned();
        if constant.is_none() {
            self.error(
                Code::NotConstant,
                argument.span,
                format!("`{}` needs a constant here", plugin.name()),
            );
        }
        constant
    }

    /// Reports a number of arguments that the plugin does not take.
    pub(super) fn plugin_arguments(
        &mut self,
        plugin: Plugin,
        least: usize,
        most: Option<usize>,
    ) -> bool {
        let count = plugin.call.arguments.len();
        let fits = count >= least && most.is_none_or(|most| count <= most);
        if !fits {
            let takes = match most {
                Some(most) if most == least => format!("{least}"),
                Some(most) => format!("{least} to {most}"),
                None => format!("at least {least}"),
            };
            self.error(
                Code::WrongArgumentCount,
                plugin.call.name.span,
                format!("`{}` takes {takes} arguments, not {count}", plugin.name()),
            );
        }
        fits
    }
}

/// The argument of this name, or the one at this place among those without a name.
pub(super) fn argument<'a>(
    arguments: &'a [Argument],
    place: usize,
    name: &str,
) -> Option<&'a Expr> {
    let called = |a: &&Argument| a.names.first().is_some_and(|n| n.text == name);
    let positional = arguments.iter().filter(|a| a.names.is_empty()).nth(place);
    let found = arguments.iter().find(called).or(positional);
    found.map(|a| &a.value)
}
