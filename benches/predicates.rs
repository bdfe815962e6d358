//! String predicates in bytes of text a second, as a query runs them: the UDF over batches of string views.
//!
//! `cargo bench --bench predicates`. The texts are URLs, host names, paths and command lines as device
//! logs hold them, each of them once; `repeated` has a column of 200 texts that share their bytes, as
//! Parquet's dictionaries give it. Almost no text matches, as in a hunt.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use datafusion::arrow::array::{Array, ArrayRef, StringViewArray, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::ScalarValue;
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF};
use retrohunt::functions::registry;

const ROWS: usize = 8192;

/// xorshift64: the same texts in every run.
fn numbers() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(88_172_645_463_325_252), |x| {
        let x = x ^ (x << 13);
        let x = x ^ (x >> 7);
        Some(x ^ (x << 17))
    })
}

fn texts(count: usize) -> StringViewArray {
    const DOMAINS: [&str; 8] = [
        "microsoft.com",
        "office.com",
        "google.com",
        "amazonaws.com",
        "akamai.net",
        "windowsupdate.com",
        "example.org",
        "contoso.com",
    ];
    StringViewArray::from_iter_values(numbers().take(count).map(|n| {
        let domain = DOMAINS[(n >> 8) as usize % DOMAINS.len()];
        match n % 4 {
            0 => format!("https://h{:06x}.{domain}/p/{}", n >> 40, n % 997),
            1 => format!("h{:06x}.{domain}", n >> 40),
            2 => format!(
                r#""c:\program files\vendor{0}\app{0}.exe" --type=worker --id={1}"#,
                n % 200,
                n >> 44
            ),
            _ => format!(
                r"C:\Windows\System32\svchost.exe -k netsvcs -p -s Schedule {:06x}",
                n >> 40
            ),
        }
    }))
}

fn needles(count: usize) -> Vec<String> {
    const TOOLS: [&str; 8] = [
        "kaseya.com",
        "anydesk",
        "teamviewer",
        "screenconnect",
        "splashtop",
        "logmein",
        "atera",
        "rustdesk",
    ];
    (0..count)
        .map(|i| match TOOLS.get(i) {
            Some(tool) => (*tool).to_owned(),
            None => format!("relay{i}.{}.net", TOOLS[i % TOOLS.len()]),
        })
        .collect()
}

fn invoke(udf: &ScalarUDF, subject: &ArrayRef, needles: &[String]) -> ColumnarValue {
    let mut args = vec![ColumnarValue::Array(Arc::clone(subject))];
    args.extend(
        needles
            .iter()
            .map(|needle| ColumnarValue::Scalar(ScalarValue::Utf8View(Some(needle.clone())))),
    );
    let arg_fields = args
        .iter()
        .map(|_| Arc::new(Field::new("a", DataType::Utf8View, true)))
        .collect();
    udf.invoke_with_args(ScalarFunctionArgs {
        args,
        arg_fields,
        number_rows: subject.len(),
        return_field: Arc::new(Field::new("r", DataType::Boolean, true)),
        config_options: Arc::new(ConfigOptions::default()),
    })
    .expect("a predicate over strings")
}

fn predicates(criterion: &mut Criterion) {
    let distinct: ArrayRef = Arc::new(texts(ROWS));
    let keys: UInt32Array = numbers().take(ROWS).map(|n| (n % 200) as u32).collect();
    let repeated = take(&texts(200), &keys, None).expect("keys in range");
    let one = |needle: &str| vec![needle.to_owned()];
    let cases = [
        ("has", "has", one("kaseya.com")),
        ("has, common letters", "has", one("akamai.com")),
        ("has, not ASCII", "has", one("kaséya")),
        ("has_cs", "has_cs", one("kaseya.com")),
        ("contains", "contains", one("kaseya")),
        ("startswith", "startswith", one("https://kaseya")),
        ("=~", "=~", one("vsa.kaseya.com")),
        ("in~, 40", "in~", needles(40)),
        ("has_any, 4", "has_any", needles(4)),
        ("has_any, 40", "has_any", needles(40)),
        ("has_any, 400", "has_any", needles(400)),
        (
            "matches regex",
            "matches regex",
            one(r"(?i)\bkaseya\.(com|net)\b"),
        ),
    ];
    for (column, subject) in [("distinct", &distinct), ("repeated", &repeated)] {
        let mut group = criterion.benchmark_group(column);
        let bytes: usize = subject
            .as_any()
            .downcast_ref::<StringViewArray>()
            .map_or(0, |texts| texts.iter().flatten().map(str::len).sum());
        group.throughput(Throughput::Bytes(bytes as u64));
        for (name, operator, needles) in &cases {
            let function = registry::scalar(operator).expect("an operator");
            let udf = match *operator {
                "in~" => function.udfs().swap_remove(2),
                _ => function.udfs().swap_remove(0),
            };
            group.bench_function(*name, |b| {
                b.iter(|| black_box(invoke(&udf, subject, needles)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, predicates);
criterion_main!(benches);
