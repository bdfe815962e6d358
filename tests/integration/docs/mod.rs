//! `docs/`: pages about functions, operators, errors and support, written from the code and kept current.
//!
//! In: the registry of functions, the lists of examples and faults beside this file, Microsoft's names in
//! `data/`. Out: the text of each page. What always holds: an answer or a diagnostic on a page was given by
//! the program when the page was written, and the support table says "runs" only of what has such an answer.
//! `RETROHUNT_UPDATE_DOCS=1 cargo test --test integration docs` writes the pages anew: read the difference.

mod answers;
mod errors;
mod faults;
mod functions;
mod names;
mod operators;
mod support;

use std::collections::BTreeMap;

use answers::Answers;

use super::files;

/// Each page's path below `docs`, with its text.
type Pages = BTreeMap<String, String>;

/// What every page begins with after its title.
const NOTE: &str =
    "*Written by `RETROHUNT_UPDATE_DOCS=1 cargo test --test integration docs`; not by hand.*";

fn pages(answers: &Answers) -> Pages {
    let mut pages = Pages::new();
    pages.extend(functions::pages(answers));
    pages.extend(operators::pages(answers));
    pages.extend(errors::pages());
    pages.insert("support.md".to_owned(), support::page(answers));
    let list: String = pages
        .iter()
        .filter(|(path, _)| !path.starts_with("errors/KQL"))
        .map(|(path, text)| {
            let title = text.lines().next().unwrap().trim_start_matches("# ");
            format!("- [{title}]({path})\n")
        })
        .collect();
    pages.insert(
        "README.md".to_owned(),
        format!("# The KQL that retrohunt runs\n\n{NOTE}\n\n{list}"),
    );
    pages
}

#[test]
fn pages_are_current() {
    let update = std::env::var_os("RETROHUNT_UPDATE_DOCS").is_some_and(|v| v == "1");
    let folder = files::project("docs");
    let pages = pages(Answers::of_all());
    if update {
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        for (path, text) in &pages {
            let file = folder.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
    }
    let mut stale = Vec::new();
    for (path, text) in &pages {
        let file = std::fs::read_to_string(folder.join(path)).unwrap_or_default();
        let differs = file.lines().zip(text.lines()).find(|(a, b)| a != b);
        if file != *text {
            stale.push(format!("docs/{path} is stale: {differs:?}"));
        }
    }
    let wanted: Vec<_> = pages.keys().map(|path| folder.join(path)).collect();
    let left = files::below(&folder)
        .into_iter()
        .filter(|path| !wanted.contains(path));
    stale.extend(left.map(|path| format!("{} belongs to nothing", path.display())));
    assert!(
        stale.is_empty(),
        "{} pages; RETROHUNT_UPDATE_DOCS=1 writes them anew\n{}",
        stale.len(),
        stale.join("\n")
    );
}
