//! How long it takes to compile a rule: text to SQL, without DataFusion's planning.
//!
//! The rules are the bundled ones: the Kaseya rule alone, and all of `data/rules`. Where `RETROHUNT_CORPUS` names a folder
//! with `hunting/dev.jsonl`, each of its queries is compiled too, and the median and the slowest are told.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retrohunt::compile::{Options, compile};
use retrohunt::lake::LakeCatalogue;
use retrohunt::rule;

fn rules(path: &str) -> Vec<String> {
    let root = env!("CARGO_MANIFEST_DIR");
    let files = rule::load(&[format!("{root}/{path}")]).expect("the bundled rules can be read");
    files
        .into_iter()
        .flat_map(|file| file.rules)
        .map(|rule| rule.query)
        .collect()
}

fn compile_rules(c: &mut Criterion) {
    let catalogue = LakeCatalogue::default();
    let mut group = c.benchmark_group("compile");
    for (name, path) in [
        ("kaseya", "data/rules/kaseya-network-connection.yaml"),
        ("all bundled rules", "data/rules"),
    ] {
        let queries = rules(path);
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                for query in &queries {
                    black_box(
                        compile(query, &catalogue, Options::default())
                            .query
                            .is_some(),
                    );
                }
            });
        });
    }
    group.finish();
}

/// The middle of five times of each query of the corpus, cold caches left to the first.
fn compile_corpus(_: &mut Criterion) {
    let Some(folder) = std::env::var_os("RETROHUNT_CORPUS") else {
        println!("compile/corpus: skipped, RETROHUNT_CORPUS is not set");
        return;
    };
    let file = std::path::Path::new(&folder).join("hunting/dev.jsonl");
    let text = std::fs::read_to_string(&file).expect("the corpus can be read");
    let catalogue = LakeCatalogue::default();
    let mut times: Vec<(Duration, String)> = text
        .lines()
        .map(|line| {
            let case: serde_json::Value = serde_json::from_str(line).expect("a case a line");
            let query = case["query"].as_str().expect("a case has a query");
            let mut runs: Vec<Duration> = (0..5)
                .map(|_| {
                    let start = Instant::now();
                    black_box(compile(query, &catalogue, Options::default()));
                    start.elapsed()
                })
                .collect();
            runs.sort();
            (runs[2], case["id"].to_string())
        })
        .collect();
    times.sort();
    let at = |part: usize| times[(times.len() - 1) * part / 100].0;
    println!(
        "compile/corpus: {} queries: median {:?}, 99 % within {:?}",
        times.len(),
        at(50),
        at(99)
    );
    for (time, id) in times.iter().rev().take(5) {
        println!("compile/corpus: slowest {time:?} {id}");
    }
}

criterion_group!(benches, compile_rules, compile_corpus);
criterion_main!(benches);
