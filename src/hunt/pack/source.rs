//! Where the rows of a rule and a window come from.
//!
//! In: an engine, what is to be run ([`Need`]). Out: a plan for each rule and window that gives its rows. What
//! always holds: the rows are those of the rule's own SQL with `now()` at the window's end.
//!
//! This is the one place that knows how: each rule and window runs over the lake by itself.

use super::rule::PackRule;
use crate::engine::{Engine, EngineError, Planned};
use crate::hunt::window::Window;

/// The windows of one rule that are to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The rule's place in the pack.
    pub rule: usize,
    /// The ends of the first and of the last one, in ticks.
    pub first: i64,
    pub last: i64,
    pub windows: usize,
}

/// Gives rows.
pub struct Source<'a> {
    engine: &'a Engine,
}

impl<'a> Source<'a> {
    pub fn new(engine: &'a Engine) -> Self {
        Self { engine }
    }

    /// The plan of a rule and a window.
    ///
    /// # Errors
    /// Those of [`Engine::plan`].
    pub async fn plan(&self, rule: &PackRule, window: Window) -> Result<Planned, EngineError> {
        self.engine.plan(&rule.query, window.end).await
    }
}
