//! What a planned query would read, found without reading rows.

use std::sync::Arc;

use datafusion::physical_plan::ExecutionPlan;

use super::EngineError;
use crate::lake::scan::{LakeScan, ScanSummary};

/// What one scan of a table would read.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Preview {
    pub table: String,
    pub columns: Vec<String>,
    pub summary: ScanSummary,
}

/// Every scan of a plan, in the plan's order.
pub fn scans(plan: &Arc<dyn ExecutionPlan>) -> Vec<Arc<dyn ExecutionPlan>> {
    let mut found = Vec::new();
    let mut rest = vec![Arc::clone(plan)];
    while let Some(node) = rest.pop() {
        if node.downcast_ref::<LakeScan>().is_some() {
            found.push(node);
            continue;
        }
        rest.extend(node.children().into_iter().rev().map(Arc::clone));
    }
    found
}

/// Lists files and reads footers and dictionaries of every scan.
pub async fn preview(plan: &Arc<dyn ExecutionPlan>) -> Result<Vec<Preview>, EngineError> {
    let mut previews = Vec::new();
    for node in scans(plan) {
        if let Some(scan) = node.downcast_ref::<LakeScan>() {
            previews.push(Preview {
                table: scan.table().to_owned(),
                columns: scan.needed_columns(),
                summary: scan.preview().await?,
            });
        }
    }
    Ok(previews)
}
