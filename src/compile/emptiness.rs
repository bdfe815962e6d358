//! Whether a query gives no row when its tables have none.
//!
//! In: a bound query. Out: yes only where it is certain: a `summarize` without keys gives one row over
//! nothing, and so do `print` and `range`.

use crate::plan::{JoinKind, Query, Relation, RelationKind};

/// No rows in, no rows out.
pub fn nothing_from_nothing(query: &Query) -> bool {
    empty(&query.root, query)
}

fn empty(relation: &Relation, query: &Query) -> bool {
    match &relation.kind {
        RelationKind::Table { .. } => true,
        // A table is bound before it is used, so this ends.
        RelationKind::Let { index } => query
            .lets
            .get(*index)
            .is_some_and(|table| empty(&table.relation, query)),
        RelationKind::Values { rows } => rows.is_empty(),
        RelationKind::Unit | RelationKind::Range { .. } => false,
        RelationKind::Where { input, .. }
        | RelationKind::Project { input, .. }
        | RelationKind::Distinct { input }
        | RelationKind::Take { input, .. }
        | RelationKind::Sort { input, .. }
        | RelationKind::Top { input, .. }
        | RelationKind::FirstOfEach { input, .. }
        | RelationKind::Serialize { input }
        | RelationKind::Expand { input, .. }
        | RelationKind::Window { input, .. } => empty(input, query),
        RelationKind::Scan(scan) => empty(&scan.input, query),
        RelationKind::External { .. } => false,
        RelationKind::Summarize { input, keys, .. } => !keys.is_empty() && empty(input, query),
        RelationKind::Union { inputs } => inputs.iter().all(|input| empty(input, query)),
        RelationKind::Join(join) => {
            let (left, right) = (empty(&join.left, query), empty(&join.right, query));
            match join.kind {
                JoinKind::InnerUnique
                | JoinKind::Inner
                | JoinKind::LeftSemi
                | JoinKind::RightSemi => left || right,
                JoinKind::LeftOuter | JoinKind::LeftAnti => left,
                JoinKind::RightOuter | JoinKind::RightAnti => right,
                JoinKind::FullOuter => left && right,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::{Options, compile};
    use crate::symbols::BuiltinCatalogue;

    #[test]
    fn what_is_certain_to_be_empty() {
        let empty = |text: &str| {
            let compiled = compile(text, &BuiltinCatalogue, Options::default());
            compiled.query.unwrap().nothing_from_nothing
        };
        assert!(empty(
            "DeviceEvents | where ActionType has \"x\" | top 3 by Timestamp"
        ));
        assert!(empty("DeviceEvents | summarize count() by DeviceId"));
        assert!(!empty("DeviceEvents | summarize count()"));
        assert!(!empty("print a = 1"));
        assert!(!empty("union DeviceEvents, (print a = 1)"));
        assert!(empty(
            "DeviceEvents | join kind=leftouter (DeviceInfo | summarize n = count()) on $left.ReportId == $right.n"
        ));
        assert!(!empty(
            "DeviceEvents | join kind=rightouter (DeviceInfo | summarize n = count()) on $left.ReportId == $right.n"
        ));
    }
}
