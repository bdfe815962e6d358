//! The names of Kusto's functions, aggregates and plugins, from `data/kql-functions.txt`: what tells a
//! function that is not supported yet from one that KQL does not have.

use std::collections::HashMap;
use std::sync::OnceLock;

static NAMES: &str = include_str!("../../data/kql-functions.txt");

/// What a known name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Scalar,
    Aggregate,
    /// A function that gives a table.
    Table,
    /// A plugin of `evaluate` or a function of `invoke`.
    Plugin,
}

fn all() -> &'static HashMap<&'static str, Known> {
    static ALL: OnceLock<HashMap<&'static str, Known>> = OnceLock::new();
    ALL.get_or_init(|| {
        NAMES
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(kind, name)| {
                let known = match kind {
                    "scalar" => Known::Scalar,
                    "aggregate" => Known::Aggregate,
                    "table" => Known::Table,
                    "plugin" => Known::Plugin,
                    _ => return None,
                };
                Some((name, known))
            })
            .collect()
    })
}

/// What Kusto has under this name.
pub(super) fn function(name: &str) -> Option<Known> {
    all().get(name).copied()
}

/// All names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    all().keys().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_once() {
        assert_eq!(all().len(), NAMES.lines().count());
        assert_eq!(function("geo_info_from_ip_address"), Some(Known::Scalar));
        assert_eq!(function("bag_unpack"), Some(Known::Plugin));
        assert_eq!(function("hll"), Some(Known::Aggregate));
    }
}
