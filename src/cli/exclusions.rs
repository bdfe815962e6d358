//! Exclusion files on the command line: read before a run, named after it where they made no difference.

use std::collections::BTreeMap;

use super::args::{self, ExclusionArgs, Global};
use super::exit::{Exit, Failure};
use super::faults;
use crate::rule::exclusion::ExclusionSet;

/// The exclusions, with values for the names that they have in angle brackets. A file with a fault stops the run,
/// since it would set aside less than was meant.
pub fn load(
    global: &Global,
    exclusions: &ExclusionArgs,
    parameters: &BTreeMap<String, Vec<String>>,
    strict: bool,
) -> Result<ExclusionSet, Failure> {
    let set = exclusions.load()?.with_parameters(parameters);
    let set = set.map_err(|why| Failure::new(Exit::Fault, why))?;
    let mut list = faults::List::new(strict);
    list.exclusions(&set);
    list.print(global);
    match list.has_errors() {
        true => Err(Failure::new(
            Exit::Fault,
            "no rule was run, since an exclusion file is at fault",
        )),
        false => Ok(set),
    }
}

/// Names the scenarios that made no difference. `found` has a scenario for each run that applied it, and whether it
/// set anything aside there.
pub fn say_idle<'f>(
    global: &Global,
    set: &ExclusionSet,
    found: impl Iterator<Item = (&'f str, bool)>,
) {
    let mut matched: BTreeMap<&str, bool> = BTreeMap::new();
    for (scenario, any) in found {
        *matched.entry(scenario).or_default() |= any;
    }
    for scenario in set.scenarios() {
        let why = match matched.get(scenario.name.as_str()) {
            None => "applied to none of these rules",
            Some(false) => "never matched",
            Some(true) => continue,
        };
        args::say(
            global,
            "idle",
            &format!("  note: the exclusion `{}` {why}", scenario.name),
            serde_json::json!({"scenario": scenario.name, "why": why}),
        );
    }
}
