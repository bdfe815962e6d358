//! What a pass would do: each rule's gate, why a rule has none, and what would be read.
//!
//! In: requests. Out: [`Explained`], the same for the same rules and files. What always holds: no row is read.

use datafusion::logical_expr::Expr;
use datafusion::sql::unparser::expr_to_sql;

use super::SieveRequest;
use super::pass::Asked;
use crate::engine::{Engine, EngineError, Preview};
use crate::lake::scan::Strand;

/// The pass as planned.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Explained {
    /// By request.
    pub rules: Vec<RuleGates>,
    /// The shared scans.
    pub tables: Vec<Preview>,
}

/// The gates of one rule.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RuleGates {
    /// By table, in the order of the rule's plan.
    pub gates: Vec<GateText>,
    /// Why the rule runs alone; None where the pass reads for it.
    pub alone: Option<String>,
}

/// The gate of a rule on one table, as SQL.
#[derive(Debug, Clone, serde::Serialize)]
pub struct GateText {
    pub table: String,
    /// What a row must meet.
    pub gate: Option<String>,
    /// Why there is no gate.
    pub why_none: Option<String>,
}

pub(super) async fn explain(
    engine: &Engine,
    requests: &[SieveRequest<'_>],
) -> Result<Explained, EngineError> {
    let asked = Asked::new(engine, requests).await?;
    let rules = (0..requests.len())
        .map(|rule| RuleGates {
            alone: asked.alone(rule),
            gates: gates(&asked, rule),
        })
        .collect();
    let tables = asked.previews(engine).await?;
    Ok(Explained { rules, tables })
}

fn gates(asked: &Asked, rule: usize) -> Vec<GateText> {
    let Ok(plan) = &asked.plans[rule] else {
        return Vec::new();
    };
    let texts = plan.tables.iter().zip(&asked.open[rule]).enumerate();
    texts
        .map(|(at, (table, why_none))| {
            let members = asked.shared.iter().flat_map(|s| &s.rules);
            let mut own = members.filter(|m| m.request == rule && m.table == at);
            GateText {
                table: table.name().to_owned(),
                gate: own.next().map(|member| text(&member.strands)),
                why_none: why_none.clone(),
            }
        })
        .collect()
}

fn text(strands: &[Strand]) -> String {
    let strand = |strand: &Strand| {
        let conditions = strand.conditions.iter().map(|c| condition(&c.expr));
        conditions.collect::<Vec<_>>().join(" AND ")
    };
    match strands {
        [one] => strand(one),
        many => {
            let many: Vec<String> = many.iter().map(|s| format!("({})", strand(s))).collect();
            many.join(" OR ")
        }
    }
}

fn condition(expr: &Expr) -> String {
    expr_to_sql(expr).map_or_else(|_| expr.to_string(), |sql| sql.to_string())
}
