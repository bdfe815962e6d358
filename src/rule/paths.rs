//! From what a user names to rule files.
//!
//! In: files, folders and globs. Out: the paths of files.
//! What always holds: the files of a folder or a glob come sorted, none comes twice, and a path
//! that gives nothing is an error, never an empty hunt.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use super::diagnostic::RuleError;

/// The rule files that `paths` name, in the order of `paths`. A file is taken whatever its ending;
/// of a folder, `*.yaml`, `*.yml` and `*.kql` at any depth; of a glob, every file that matches.
///
/// # Errors
/// A path that is not there, a folder without rule files, a glob that matches nothing.
pub fn expand(paths: &[String]) -> Result<Vec<PathBuf>, RuleError> {
    let mut seen = HashSet::new();
    let mut files = Vec::new();
    for given in paths {
        let path = Path::new(given);
        let found = if path.is_file() {
            vec![path.to_owned()]
        } else if path.is_dir() {
            let mut found = walk(path)?;
            found.retain(|file| has_rule_ending(file));
            if found.is_empty() {
                return Err(RuleError::EmptyFolder {
                    path: given.clone(),
                });
            }
            found
        } else if is_pattern(given) {
            glob(given)?
        } else {
            return Err(RuleError::Missing {
                path: given.clone(),
            });
        };
        files.extend(found.into_iter().filter(|file| seen.insert(file.clone())));
    }
    Ok(files)
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

fn has_rule_ending(path: &Path) -> bool {
    path.extension().is_some_and(|ending| {
        ["yaml", "yml", "kql"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

fn glob(pattern: &str) -> Result<Vec<PathBuf>, RuleError> {
    let matcher = GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|fault| RuleError::BadGlob {
            pattern: pattern.to_owned(),
            reason: fault.kind().to_string(),
        })?
        .compile_matcher();
    let root: PathBuf = Path::new(pattern)
        .components()
        .take_while(|part| !is_pattern(&part.as_os_str().to_string_lossy()))
        .collect();
    let here = root.as_os_str().is_empty();
    let start = if here { Path::new(".") } else { &root };
    let mut found = if start.is_dir() {
        walk(start)?
    } else {
        Vec::new()
    };
    if here && !pattern.starts_with("./") {
        for file in &mut found {
            if let Ok(short) = file.strip_prefix(".") {
                *file = short.to_owned();
            }
        }
    }
    found.retain(|file| matcher.is_match(file));
    if found.is_empty() {
        return Err(RuleError::EmptyGlob {
            pattern: pattern.to_owned(),
        });
    }
    Ok(found)
}

/// Every file below a folder, sorted. Links to folders are not followed: they can lead in circles.
fn walk(folder: &Path) -> Result<Vec<PathBuf>, RuleError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let fault = |source| RuleError::Read {
            path: folder.clone(),
            source,
        };
        for entry in std::fs::read_dir(&folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let path = entry.path();
            if entry.file_type().map_err(fault)?.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_folders_and_globs() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("b/empty")).unwrap();
        for name in ["z.yaml", "a.kql", "b/c.YML", "b/d.txt"] {
            std::fs::write(root.join(name), "x").unwrap();
        }
        let path = |name: &str| root.join(name).to_string_lossy().into_owned();
        let names = |given: &[&str]| {
            let given: Vec<String> = given.iter().map(|name| path(name)).collect();
            expand(&given).map(|files| {
                files
                    .iter()
                    .map(|file| file.strip_prefix(root).unwrap().display().to_string())
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(names(&[""]).unwrap(), ["a.kql", "b/c.YML", "z.yaml"]);
        assert_eq!(names(&["b/d.txt"]).unwrap(), ["b/d.txt"]);
        assert_eq!(
            names(&["*.yaml", ""]).unwrap(),
            ["z.yaml", "a.kql", "b/c.YML"]
        );
        assert_eq!(names(&["**/*.{YML,txt}"]).unwrap(), ["b/c.YML", "b/d.txt"]);
        assert!(
            matches!(names(&["no.yaml"]), Err(RuleError::Missing { path }) if path.ends_with("no.yaml"))
        );
        assert!(matches!(
            names(&["*.json"]),
            Err(RuleError::EmptyGlob { .. })
        ));
        assert!(matches!(
            names(&["b/empty"]),
            Err(RuleError::EmptyFolder { .. })
        ));
        assert!(matches!(names(&["{a"]), Err(RuleError::BadGlob { .. })));
    }
}
