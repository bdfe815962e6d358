//! `sql/`: the SQL of every bundled rule, reviewed like code.
//!
//! A rule `data/rules/<path>.yaml` has its SQL in `sql/<path>.sql`, as `retrohunt sql` prints it.
//! `RETROHUNT_UPDATE_SQL=1 cargo test --test integration bundled_sql` writes them anew: read the difference.

use std::collections::BTreeMap;
use std::path::PathBuf;

use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use retrohunt::compile::{Options, compile};
use retrohunt::symbols::BuiltinCatalogue;
use retrohunt::{rule, sqlgen};

use super::files;

/// Each bundled rule's path below `data/rules`, with its name and statement.
fn bundled() -> BTreeMap<PathBuf, (String, Statement)> {
    let folder = files::project("data/rules");
    let read = rule::load(&[folder.display().to_string()]).unwrap();
    let mut statements = BTreeMap::new();
    for file in read {
        assert!(
            file.diagnostics.is_empty(),
            "{}: {:?}",
            file.path.display(),
            file.diagnostics
        );
        let [rule] = file.rules.as_slice() else {
            panic!("{} has {} rules", file.path.display(), file.rules.len());
        };
        let compiled = compile(&rule.query, &BuiltinCatalogue, Options::default());
        assert!(
            compiled.diagnostics.iter().next().is_none(),
            "{}: {:?}",
            file.path.display(),
            compiled.diagnostics
        );
        let statement = compiled.query.unwrap().statement;
        let path = file.path.strip_prefix(&folder).unwrap().to_owned();
        statements.insert(path, (rule.name.clone(), statement));
    }
    statements
}

#[test]
fn every_bundled_rule_has_its_sql() {
    let update = std::env::var_os("RETROHUNT_UPDATE_SQL").is_some_and(|v| v == "1");
    let folder = files::project("sql");
    let mut faults = Vec::new();
    let mut wanted = Vec::new();
    for (path, (name, statement)) in bundled() {
        let file = folder.join(path).with_extension("sql");
        let sql = format!("-- {name}\n{};\n", sqlgen::format(&statement));
        if update {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &sql).unwrap();
        } else if std::fs::read_to_string(&file).ok().as_ref() != Some(&sql) {
            faults.push(format!(
                "{} is stale; the rule runs as\n{sql}",
                file.display()
            ));
        }
        wanted.push(file);
    }
    faults.truncate(3);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    wanted.sort();
    let found: Vec<_> = files::below(&folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "sql"))
        .collect();
    assert_eq!(
        found, wanted,
        "a file of no rule, or a rule without its file"
    );
}

#[test]
fn printed_sql_reads_as_the_same_statement() {
    for (path, (_, statement)) in bundled() {
        let text = sqlgen::format(&statement);
        let read = Parser::parse_sql(&GenericDialect {}, &text).unwrap();
        assert_eq!(read, [statement], "{}: {text}", path.display());
    }
}
