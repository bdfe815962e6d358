//! Hunts into SeaweedFS and Azurite: the same objects as on disk, one winner of each race.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::command::{LAKE, RULE, retrohunt};
use super::hunting::{self, arguments, counts, start};
use super::servers::{self, Azure, BUCKET, S3, wait};

/// Every object below a prefix, and what is in it.
fn objects(store: &Arc<dyn ObjectStore>, prefix: &str) -> BTreeMap<String, Vec<u8>> {
    wait(async {
        let listed: Vec<_> = store
            .list(Some(&Path::from(prefix)))
            .try_collect()
            .await
            .unwrap();
        let mut found = BTreeMap::new();
        for object in listed {
            let bytes = store
                .get(&object.location)
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap();
            let name = object.location.as_ref().strip_prefix(prefix).unwrap();
            found.insert(name.trim_start_matches('/').to_owned(), bytes.to_vec());
        }
        found
    })
}

fn shown(mut objects: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    objects.retain(|name, _| !name.starts_with('_'));
    objects
}

/// Windows in the ledger, each as often as it was committed.
fn commits(objects: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let logs = objects
        .iter()
        .filter(|(name, _)| name.starts_with("_ledger/rule_id="));
    let mut ends: Vec<String> = logs
        .flat_map(|(_, bytes)| {
            let entry: serde_json::Value = serde_json::from_slice(bytes).unwrap();
            entry["windows"].as_array().cloned().unwrap_or_default()
        })
        .map(|window| window["end"].as_str().unwrap().to_owned())
        .collect();
    ends.sort();
    ends
}

/// A hunt, a second one, and two at once.
fn hunt_and_race(
    url: &str,
    prefix: &str,
    store: &Arc<dyn ObjectStore>,
    environment: &[(&str, String)],
) {
    let local = tempfile::tempdir().unwrap();
    hunting::kaseya(local.path(), &[]).exits(0);
    let whole = hunting::results(local.path());

    let one = format!("{url}/{prefix}/one");
    let first = retrohunt(arguments(&[RULE], LAKE, &one, &[]), environment).exits(0);
    assert_eq!(counts(&first)["run"], 12);
    let again = retrohunt(arguments(&[RULE], LAKE, &one, &[]), environment).exits(0);
    assert_eq!(counts(&again)["current"], 12);
    assert_eq!(shown(objects(store, &format!("{prefix}/one"))), whole);
    retrohunt(["verify", &one], environment).exits(0);

    for race in 0..3 {
        let inside = format!("{prefix}/race-{race}");
        let out = format!("{url}/{inside}");
        let hunt = arguments(&[RULE], LAKE, &out, &[]);
        let both = [start(&hunt, environment), start(&hunt, environment)];
        for child in both {
            let output = child.wait_with_output().unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let found = objects(store, &inside);
        let ends = commits(&found);
        assert_eq!(ends.len(), 12, "{ends:?}");
        assert_eq!(shown(found), whole);
        retrohunt(["verify", &out], environment).exits(0);
    }

    for point in ["before-object", "after-object", "after-marker"] {
        let inside = format!("{prefix}/{point}");
        let out = format!("{url}/{inside}");
        let mut killed = environment.to_vec();
        killed.push(("RETROHUNT_FAULT_POINT", format!("{point}:3")));
        let code = retrohunt(arguments(&[RULE], LAKE, &out, &[]), &killed).code;
        assert_eq!(code, -1, "{point}");
        retrohunt(arguments(&[RULE], LAKE, &out, &[]), environment).exits(0);
        let found = objects(store, &inside);
        assert_eq!(commits(&found).len(), 12, "{point}");
        assert_eq!(shown(found), whole, "{point}");
    }
}

#[test]
fn s3_takes_hunts() {
    let Some(folder) = servers::folder("s3_takes_hunts") else {
        return;
    };
    let server = S3::shared(&folder);
    let url = format!("s3://{BUCKET}");
    hunt_and_race(&url, "hunts", &server.store(), &server.environment());
}

#[test]
fn azure_takes_hunts() {
    let Some(folder) = servers::folder("azure_takes_hunts") else {
        return;
    };
    let server = Azure::shared(&folder);
    let url = format!("az://{BUCKET}");
    hunt_and_race(&url, "hunts", &server.store(BUCKET), &server.environment());
}
