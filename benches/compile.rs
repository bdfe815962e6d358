//! How long it takes to compile a rule: text to SQL, without DataFusion's planning.
//!
//! The rules are the bundled ones: the Kaseya rule alone, and all of `data/rules`.

use std::hint::black_box;

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

criterion_group!(benches, compile_rules);
criterion_main!(benches);
