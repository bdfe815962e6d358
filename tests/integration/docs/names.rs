//! Microsoft's names: `data/kql-functions.txt` and `data/kql-operators.txt`, a kind and a name on each line.

/// Every name of these lists, in their order.
pub fn all() -> Vec<(&'static str, &'static str)> {
    let functions = include_str!("../../../data/kql-functions.txt");
    let operators = include_str!("../../../data/kql-operators.txt");
    operators
        .lines()
        .chain(functions.lines())
        .map(|line| {
            line.split_once(' ')
                .unwrap_or_else(|| panic!("no kind: {line}"))
        })
        .collect()
}
