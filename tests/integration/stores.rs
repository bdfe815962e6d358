//! The Kaseya hunt over S3 and Azure Blob: reads, writes, and what goes wrong there.

use std::sync::Arc;

use futures::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt, path::Path};

use super::command::{LAKE, Outcome, RULE, retrohunt};
use super::servers::{self, Azure, BUCKET, S3, wait};
use super::{expected, files};

/// Runs the rule on a lake at a URL.
fn hunt(lake: &[&str], out: Option<&str>, environment: &[(&str, String)]) -> Outcome {
    let mut arguments = vec![
        "run",
        RULE,
        "--as-of",
        expected::AS_OF,
        "--format",
        "ndjson",
    ];
    for url in lake {
        arguments.extend(["--lake", url]);
    }
    if let Some(url) = out {
        arguments.extend(["--out", url]);
    }
    retrohunt(arguments, environment)
}

/// What a reader of the output finds: every Parquet file that is not hidden.
fn results(store: &Arc<dyn ObjectStore>, prefix: &str) -> Vec<expected::Found> {
    wait(async {
        let listed: Vec<_> = store
            .list(Some(&Path::from(prefix)))
            .try_collect()
            .await
            .unwrap();
        let data: Vec<_> = listed
            .iter()
            .map(|object| &object.location)
            .filter(|path| {
                path.parts()
                    .all(|part| !part.as_ref().starts_with(['_', '.']))
            })
            .filter(|path| path.extension() == Some("parquet"))
            .collect();
        assert_eq!(data.len(), 1, "{data:?}");
        let bytes = store.get(data[0]).await.unwrap().bytes().await.unwrap();
        expected::from_parquet(bytes)
    })
}

fn found(outcome: &Outcome) -> Vec<expected::Found> {
    expected::from_json(&outcome.rows())
}

/// A fault of the store: its code, its place, no row and no secret.
#[track_caller]
fn fails_at(outcome: Outcome, place: &str, secret: &str) {
    let outcome = outcome.exits(3);
    assert_eq!(outcome.stdout, "");
    assert!(outcome.stderr.contains(place), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains(secret), "{}", outcome.stderr);
}

fn s3(test: &str) -> Option<Arc<S3>> {
    servers::folder(test).map(|folder| S3::shared(&folder))
}

fn azure(test: &str) -> Option<Arc<Azure>> {
    servers::folder(test).map(|folder| Azure::shared(&folder))
}

fn changed(
    environment: Vec<(&'static str, String)>,
    name: &str,
    value: &str,
) -> Vec<(&'static str, String)> {
    let mut environment = environment;
    for pair in &mut environment {
        if pair.0 == name {
            pair.1 = value.to_owned();
        }
    }
    environment
}

#[test]
fn s3_is_read_and_written() {
    let Some(server) = s3("s3_is_read_and_written") else {
        return;
    };
    let store = server.store();
    servers::upload(&*store, LAKE.as_ref(), "one/lake");
    let out = format!("s3://{BUCKET}/one/out");
    for _run in 0..2 {
        let outcome = hunt(
            &[&format!("s3://{BUCKET}/one/lake")],
            Some(&out),
            &server.environment(),
        )
        .exits(0);
        assert_eq!(found(&outcome), expected::as_of());
        // The second run replaces the first one's object.
        assert_eq!(results(&store, "one/out"), expected::as_of());
    }
}

#[test]
fn s3_with_wrong_credentials_is_refused() {
    let Some(server) = s3("s3_with_wrong_credentials_is_refused") else {
        return;
    };
    servers::upload(&*server.store(), LAKE.as_ref(), "two/lake");
    let secret = "not-the-secret";
    let environment = changed(server.environment(), "AWS_SECRET_ACCESS_KEY", secret);
    let url = format!("s3://{BUCKET}/two/lake");
    fails_at(hunt(&[&url], None, &environment), &url, secret);
}

#[test]
fn s3_without_the_bucket_or_the_prefix_is_refused() {
    let Some(server) = s3("s3_without_the_bucket_or_the_prefix_is_refused") else {
        return;
    };
    let environment = server.environment();
    let missing = |url: &str| fails_at(hunt(&[url], None, &environment), url, servers::S3_SECRET);
    missing("s3://no-such-bucket/lake");
    missing(&format!("s3://{BUCKET}/no/such/prefix"));
    let out = "s3://no-such-bucket/out";
    fails_at(
        hunt(&[LAKE], Some(out), &environment),
        out,
        servers::S3_SECRET,
    );
}

#[test]
fn azure_is_read_and_written() {
    let Some(server) = azure("azure_is_read_and_written") else {
        return;
    };
    let store = server.store(BUCKET);
    servers::upload(&*store, LAKE.as_ref(), "one/lake");
    let out = format!("az://{BUCKET}/one/out");
    for _run in 0..2 {
        let outcome = hunt(
            &[&format!("az://{BUCKET}/one/lake")],
            Some(&out),
            &server.environment(),
        )
        .exits(0);
        assert_eq!(found(&outcome), expected::as_of());
        assert_eq!(results(&store, "one/out"), expected::as_of());
    }
}

#[test]
fn azure_with_a_container_a_table_is_read() {
    let Some(server) = azure("azure_with_a_container_a_table_is_read") else {
        return;
    };
    let container = |table: &str| {
        format!(
            "insights-logs-advancedhunting-{}",
            table.to_ascii_lowercase()
        )
    };
    // Both containers are of one account: a client that served both would mix them up.
    let tables = ["DeviceProcessEvents", "DeviceNetworkEvents"];
    for table in tables {
        let name = container(table);
        server.container(&name);
        let folder = files::project("data/lake").join(table);
        servers::upload(&*server.store(&name), &folder, "");
    }
    let urls = tables.map(|table| format!("az://{}", container(table)));
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let outcome = hunt(&urls, None, &server.environment()).exits(0);
    assert_eq!(found(&outcome), expected::as_of());
}

#[test]
fn azure_with_a_wrong_key_or_place_is_refused() {
    let Some(server) = azure("azure_with_a_wrong_key_or_place_is_refused") else {
        return;
    };
    let secret = "bm90LXRoZS1rZXktb2YtdGhlLWFjY291bnQ=";
    let environment = changed(server.environment(), "AZURE_STORAGE_ACCOUNT_KEY", secret);
    let url = format!("az://{BUCKET}/one/lake");
    fails_at(hunt(&[&url], None, &environment), BUCKET, secret);
    let environment = server.environment();
    let missing = |url: &str, place: &str| {
        let key = &environment[1].1;
        fails_at(hunt(&[url], None, &environment), place, key);
    };
    missing("az://no-such-container/lake", "no-such-container");
    missing(&format!("az://{BUCKET}/no/such/prefix"), "no/such/prefix");
}

#[test]
fn lake_and_output_have_credentials_of_their_own() {
    let Some(source) = azure("lake_and_output_have_credentials_of_their_own") else {
        return;
    };
    let Some(target) = s3("lake_and_output_have_credentials_of_their_own") else {
        return;
    };
    servers::upload(&*source.store(BUCKET), LAKE.as_ref(), "three/lake");
    let prefixed = |prefix: &str, environment: Vec<(&'static str, String)>| {
        environment
            .into_iter()
            .map(|(name, value)| (format!("{prefix}{name}"), value))
            .collect::<Vec<_>>()
    };
    let environment = [
        prefixed("RETROHUNT_LAKE_", source.environment()),
        prefixed("RETROHUNT_OUT_", target.environment()),
    ]
    .concat();
    let environment: Vec<(&str, String)> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let outcome = hunt(
        &[&format!("az://{BUCKET}/three/lake")],
        Some(&format!("s3://{BUCKET}/three/out")),
        &environment,
    )
    .exits(0);
    assert_eq!(found(&outcome), expected::as_of());
    assert_eq!(results(&target.store(), "three/out"), expected::as_of());
}
