//! Where the rows of a rule and a window come from.
//!
//! In: a compiled rule, a window. Out: a plan that gives its rows. What always holds: the rows are those of
//! the rule's own SQL with `now()` at the window's end.
//!
//! This is the one place that knows how: each rule and window runs over the lake by itself.

use crate::compile::CompiledQuery;
use crate::engine::{Engine, EngineError, Planned};
use crate::hunt::window::Window;

/// Gives the plan of a rule and a window.
///
/// # Errors
/// Those of [`Engine::plan`].
pub async fn plan(
    engine: &Engine,
    query: &CompiledQuery,
    window: Window,
) -> Result<Planned, EngineError> {
    engine.plan(query, window.end).await
}
