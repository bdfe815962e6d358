//! The shape of the sources themselves: which folder may use which, how a file begins, how long it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::files;

/// Each folder of `src` with those whose types it may take, in the order of a query's way through them.
const ORDER: &[(&str, &[&str])] = &[
    ("diagnostics", &[]),
    ("symbols", &["diagnostics"]),
    ("syntax", &["diagnostics", "symbols"]),
    ("parser", &["diagnostics", "symbols", "syntax"]),
    ("functions", &["diagnostics", "symbols", "syntax"]),
    ("plan", &["diagnostics", "symbols", "syntax", "functions"]),
    (
        "binder",
        &["diagnostics", "symbols", "syntax", "functions", "plan"],
    ),
    (
        "sqlgen",
        &["diagnostics", "symbols", "syntax", "functions", "plan"],
    ),
    // A rule file is read without knowing what its query means.
    ("rule", &["diagnostics"]),
    (
        "compile",
        &[
            "diagnostics",
            "symbols",
            "syntax",
            "parser",
            "functions",
            "plan",
            "binder",
            "sqlgen",
            "rule",
        ],
    ),
    // The lake knows tables and columns, and nothing of queries.
    ("lake", &["diagnostics", "symbols"]),
    ("sample", &["symbols", "lake"]),
    (
        "generate",
        &[
            "diagnostics",
            "symbols",
            "syntax",
            "parser",
            "functions",
            "plan",
            "binder",
            "sample",
        ],
    ),
    (
        "engine",
        &[
            "diagnostics",
            "symbols",
            "functions",
            "plan",
            "sqlgen",
            "compile",
            "lake",
        ],
    ),
    (
        "hunt",
        &[
            "diagnostics",
            "symbols",
            "syntax",
            "plan",
            "sqlgen",
            "compile",
            "rule",
            "lake",
            "engine",
        ],
    ),
    (
        "report",
        &[
            "diagnostics",
            "symbols",
            "syntax",
            "functions",
            "plan",
            "sqlgen",
            "compile",
            "rule",
            "lake",
            "engine",
            "hunt",
        ],
    ),
];

/// Folders that may use every other: the edge.
const EDGE: &[&str] = &["cli"];

/// Lines of a file at most.
const LONGEST: usize = 800;
/// Lines of the middle file at most.
const MEDIAN: usize = 200;

fn sources() -> Vec<PathBuf> {
    let mut files = files::below(&files::project("src"));
    files.retain(|path| path.extension().is_some_and(|e| e == "rs"));
    files
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The folder of `src` that a file belongs to, or None for those at the top.
fn folder(path: &Path) -> Option<String> {
    let inner = path.strip_prefix(files::project("src")).unwrap();
    let first = inner.iter().next()?.to_string_lossy().into_owned();
    match inner.iter().count() {
        1 => None,
        _ => Some(first),
    }
}

/// The first names after each `crate::` of a file's code, comments left out.
fn uses(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(group_heads(group)),
            None => names.extend(head(rest)),
        }
    }
    names
}

/// The leading name of a path.
fn head(path: &str) -> Option<String> {
    let name: String = path
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

/// The leading names of a braced group of paths.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut parts, mut part) = (1, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => parts.push(std::mem::take(&mut part)),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if c != ',' || depth > 1 {
            part.push(c);
        }
    }
    parts.push(part);
    parts.iter().filter_map(|p| head(p.trim())).collect()
}

#[test]
fn folders_use_only_those_before_them() {
    let allowed: BTreeMap<&str, &[&str]> = ORDER.iter().copied().collect();
    let tests = test_files();
    let mut faults = Vec::new();
    for path in sources() {
        let Some(own) = folder(&path) else { continue };
        // Tests may come by the type on their left in whatever way is shortest.
        if EDGE.contains(&own.as_str()) || is_test(&path, &tests) {
            continue;
        }
        let Some(allowed) = allowed.get(own.as_str()) else {
            faults.push(format!(
                "{}: a folder that ORDER does not name",
                path.display()
            ));
            continue;
        };
        for name in uses(&without_tests(&read(&path))) {
            // Names with a capital are the crate's own macros and types at the top.
            let is_folder = files::project("src").join(&name).is_dir();
            if is_folder && name != own && !allowed.contains(&name.as_str()) {
                faults.push(format!("{} uses crate::{name}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn order_has_no_circle() {
    for (index, (name, allowed)) in ORDER.iter().enumerate() {
        for used in *allowed {
            let before = ORDER[..index].iter().any(|(earlier, _)| earlier == used);
            assert!(
                before,
                "{name} may use {used}, which does not come before it"
            );
        }
    }
}

#[test]
fn names_after_crate_are_found() {
    let text = "use crate::plan::Query;\nuse crate::{binder, lake::{a, b}, rule::x};\n// crate::cli\n$crate::engine";
    let found: Vec<String> = uses(text).into_iter().collect();
    assert_eq!(found, ["binder", "lake", "plan", "rule"]);
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|path| !read(path).starts_with("//! "))
        .collect();
    assert!(silent.is_empty(), "no //! in {silent:#?}");
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<(usize, PathBuf)> = sources()
        .into_iter()
        .map(|path| (read(&path).lines().count(), path))
        .collect();
    lengths.sort();
    let (longest, path) = &lengths[lengths.len() - 1];
    assert!(
        *longest <= LONGEST,
        "{} has {longest} lines",
        path.display()
    );
    let (median, _) = lengths[lengths.len() / 2];
    assert!(median <= MEDIAN, "the middle file has {median} lines");
}

/// The code of a file that is not for tests: what stands before the first item under `cfg(test)` that is
/// a module in braces.
fn without_tests(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let inline = lines.windows(2).position(|pair| {
        pair[0].trim() == "#[cfg(test)]" && pair[1].contains("mod ") && pair[1].ends_with('{')
    });
    lines[..inline.unwrap_or(lines.len())].join("\n")
}

/// Files that only tests compile: those that a `#[cfg(test)] mod name;` names, and all below them.
fn test_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in sources() {
        let text = read(&path);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let parent = path.parent().unwrap();
        let folder = match stem.as_str() {
            "mod" | "lib" | "main" => parent.to_owned(),
            name => parent.join(name),
        };
        for (index, line) in lines.iter().enumerate() {
            let follows = ["mod ", "pub mod ", "pub(crate) mod ", "pub(super) mod "]
                .iter()
                .any(|start| line.starts_with(start));
            let under_test = index > 0
                && lines[..index]
                    .iter()
                    .rev()
                    .take_while(|before| before.starts_with("#["))
                    .any(|before| *before == "#[cfg(test)]");
            if follows && under_test && line.ends_with(';') {
                let name = line.trim_end_matches(';').rsplit(' ').next().unwrap();
                found.push(folder.join(format!("{name}.rs")));
                found.push(folder.join(name));
            }
        }
    }
    found
}

/// Whether a file is for tests: by its name (`tests.rs`, `…_tests.rs`, below a folder `tests`) or its module.
fn is_test(path: &Path, tests: &[PathBuf]) -> bool {
    let inner = path.strip_prefix(files::project("src")).unwrap();
    let named = inner.iter().any(|part| {
        let part = part.to_string_lossy();
        part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs")
    });
    named || tests.iter().any(|test| path.starts_with(test))
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    const BANNED: [&str; 4] = [".unwrap()", "todo!(", "unimplemented!(", "dbg!("];
    let tests = test_files();
    let mut faults = Vec::new();
    for path in sources() {
        if is_test(&path, &tests) {
            continue;
        }
        for (index, line) in without_tests(&read(&path)).lines().enumerate() {
            let code = line.trim_start();
            if !code.starts_with("//") && BANNED.iter().any(|word| code.contains(word)) {
                faults.push(format!("{}:{}: {code}", path.display(), index + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
