//! Finding tables in each shape of lake.

use std::sync::Arc;

use super::*;
use crate::lake::file::TimeRange;
use object_store::ObjectStore;
use object_store::memory::InMemory;

async fn store(url: &str, paths: &[&str]) -> Store {
    let store = InMemory::new();
    for path in paths {
        let path = Path::parse(path).unwrap();
        store.put(&path, "PAR1".into()).await.unwrap();
    }
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    Store::from_object_store(url, store, Path::default())
}

async fn lake(url: &str, paths: &[&str]) -> Lake {
    Lake::from_stores(vec![store(url, paths).await], LayoutChoice::Auto)
}

async fn files(lake: &Lake, table: &str) -> Option<Vec<String>> {
    let table = lake.table(table).await.unwrap()?;
    let listing = table.list(TimeRange::default(), 0).await.unwrap();
    Some(
        listing
            .files
            .iter()
            .map(|f| f.location.to_string())
            .collect(),
    )
}

async fn names(lake: &Lake) -> Vec<String> {
    let tables = lake.tables().await.unwrap();
    tables.into_iter().map(|t| t.table).collect()
}

#[tokio::test]
async fn a_folder_a_table_exactly_first() {
    let lake = lake(
        "memory://lake",
        &[
            "DeviceEvents/date=2026-01-05/a.parquet",
            "deviceevents/date=2026-01-05/b.parquet",
            "devicenetworkevents/2026/01/05/a.parquet",
            "table=Own_CL/a.parquet",
            "expected.json",
            "_tmp/a.parquet",
        ],
    )
    .await;
    let one = |path: &str| Some(vec![path.to_owned()]);
    assert_eq!(
        files(&lake, "DeviceEvents").await,
        one("DeviceEvents/date=2026-01-05/a.parquet")
    );
    assert_eq!(
        files(&lake, "DeviceNetworkEvents").await,
        one("devicenetworkevents/2026/01/05/a.parquet")
    );
    assert_eq!(files(&lake, "Own_CL").await, one("table=Own_CL/a.parquet"));
    assert_eq!(files(&lake, "DeviceNetwork").await, None);
    assert_eq!(
        names(&lake).await,
        ["DeviceEvents", "DeviceNetworkEvents", "Own_CL"]
    );
    // One listing of the root for all of them, and one of each table that was listed.
    let stores: Vec<_> = lake.stores().collect();
    assert_eq!(stores[0].counters().snapshot().lists, 4);
}

#[tokio::test]
async fn a_container_is_a_table() {
    let url = "az://insights-logs-advancedhunting-devicenetworkevents";
    let path = "tenantId=t/y=2026/m=01/d=05/h=00/m=00/a.parquet";
    let one = lake(url, &[path]).await;
    assert_eq!(
        files(&one, "DeviceNetworkEvents").await,
        Some(vec![path.to_owned()])
    );
    assert_eq!(files(&one, "DeviceEvents").await, None);
    assert_eq!(names(&one).await, ["DeviceNetworkEvents"]);
    let abfs = lake(
        "abfss://am-securityevent@acct.dfs.core.windows.net",
        &["a.parquet"],
    )
    .await;
    assert!(files(&abfs, "SecurityEvent").await.is_some());

    let two = Lake::from_stores(
        vec![
            store(url, &[path]).await,
            store("az://am-securityevent", &["a.parquet"]).await,
        ],
        LayoutChoice::Auto,
    );
    assert_eq!(names(&two).await, ["DeviceNetworkEvents", "SecurityEvent"]);
    assert_eq!(
        files(&two, "SecurityEvent").await,
        Some(vec!["a.parquet".to_owned()])
    );
}

#[tokio::test]
async fn tables_inside_the_folders_of_workspaces() {
    let workspace = |name: &str, tail: &str| {
        format!(
            "WorkspaceResourceId=/subscriptions/s/resourcegroups/g/providers/microsoft.operationalinsights/workspaces/{name}/{tail}"
        )
    };
    let paths = [
        workspace("a", "SecurityEvent/y=2026/m=01/d=05/h=00/m=00/x.parquet"),
        workspace("b", "SecurityEvent/y=2026/m=01/d=05/h=00/m=00/x.parquet"),
        workspace("b", "Heartbeat/y=2026/m=01/d=05/h=00/m=00/x.parquet"),
    ];
    let lake = lake("memory://lake", &paths.each_ref().map(String::as_str)).await;
    assert_eq!(
        files(&lake, "SecurityEvent").await,
        Some(paths[..2].to_vec())
    );
    assert_eq!(names(&lake).await, ["Heartbeat", "SecurityEvent"]);
}

#[tokio::test]
async fn flat_files_are_tables_by_their_names() {
    let lake = lake(
        "memory://lake",
        &[
            "DeviceNetworkEvents.parquet",
            "DeviceNetworkEvents_2026-01-05.parquet",
            "DeviceEvents-1.parquet",
            "Own.parquet",
            "Sign.csv",
        ],
    )
    .await;
    assert_eq!(files(&lake, "DeviceNetworkEvents").await.unwrap().len(), 2);
    assert_eq!(files(&lake, "DeviceEvents").await.unwrap().len(), 1);
    assert_eq!(
        names(&lake).await,
        ["DeviceEvents", "DeviceNetworkEvents", "Own"]
    );
    let refused = lake.table("Sign").await.unwrap_err();
    assert!(
        matches!(refused, LakeError::ForeignFormat { .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn a_table_in_two_places_is_a_fault() {
    let stores = vec![
        store("memory://a", &["DeviceEvents/a.parquet"]).await,
        store("memory://b", &["deviceevents/a.parquet"]).await,
    ];
    let lake = Lake::from_stores(stores, LayoutChoice::Auto);
    let error = lake.table("DeviceEvents").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("memory://a/DeviceEvents, memory://b/deviceevents"),
        "{error}"
    );
    let empty = Lake::from_stores(vec![store("memory://e", &[]).await], LayoutChoice::Auto);
    let error = empty.table("DeviceEvents").await.unwrap_err();
    assert_eq!(
        error,
        LakeError::MissingPrefix {
            url: "memory://e".into()
        }
    );
}

#[tokio::test]
async fn a_url_may_be_given_a_name_and_may_be_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("date=2026-01-05");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("x.parquet"), b"PAR1").unwrap();
    let table = dir.path().join("DeviceEvents/2026/date=2026-01-05");
    std::fs::create_dir_all(&table).unwrap();
    std::fs::write(table.join("y.parquet"), b"PAR1").unwrap();
    let root = dir.path().to_str().unwrap();
    let open = |url: String| Lake::open(&[url], &LakeSettings::default()).unwrap();

    let named = open(format!("DeviceEvents={root}"));
    assert_eq!(
        files(&named, "DeviceEvents").await.unwrap(),
        [
            "DeviceEvents/2026/date=2026-01-05/y.parquet",
            "date=2026-01-05/x.parquet"
        ]
    );
    assert_eq!(names(&named).await, ["DeviceEvents"]);
    // A partition's folder as the URL is a path, not a name.
    let partition = open(format!("{root}/date=2026-01-05"));
    assert_eq!(
        partition.stores().next().unwrap().url(),
        format!("{root}/date=2026-01-05")
    );
    let inside = open(format!("{root}/DeviceEvents/2026/date=2026-01-05"));
    assert_eq!(files(&inside, "DeviceEvents").await.unwrap(), ["y.parquet"]);
    let file = open(format!("DeviceEvents={root}/date=2026-01-05/x.parquet"));
    assert_eq!(files(&file, "DeviceEvents").await.unwrap(), ["x.parquet"]);
    let missing = open(format!("{root}/DeviceEvents.parquet"));
    assert!(matches!(
        missing.table("DeviceEvents").await,
        Err(LakeError::MissingPrefix { .. })
    ));
}
