//! The tables of a lake.
//!
//! In: URLs, each of a folder of tables or of one table. Out: [`Lake`], and [`TableLocation`] for a name.
//! What always holds: a name is matched exactly first and without regard to case second; a table that two
//! URLs have is a fault, since reading one of them would lose events.
//!
//! One table costs one request at most: the folder names of each URL, which are kept.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt};
use tokio::sync::OnceCell;

<<<<<<< HEAD
use super::error::LakeError;
=======
use super::error::{LakeError, StoreKind};
>>>>>>> lake
use super::layout::{LayoutChoice, PathTime};
use super::listing::{Place, TableLocation};
use super::names::{self, Entry, Foreign};
use super::store::{Store, StoreSettings};

/// How deep folders of workspaces and tenants may stand above tables:
/// `WorkspaceResourceId=/subscriptions/…/workspaces/name` has nine.
const RESOURCE_DEPTH: usize = 10;

/// How a lake is opened.
#[derive(Debug, Clone, Default)]
pub struct LakeSettings {
    pub store: StoreSettings,
    pub layout: LayoutChoice,
}

/// The places that tables are looked for in.
#[derive(Debug)]
pub struct Lake {
    roots: Vec<Root>,
    layout: LayoutChoice,
}

/// One URL of a lake.
#[derive(Debug)]
struct Root {
    store: Store,
<<<<<<< HEAD
=======
    /// The URL that names the table where the whole URL is one: of a local folder its full path, since `.`
    /// names nothing.
    own: String,
>>>>>>> lake
    /// The table that the whole URL is said to be: `NAME=URL`.
    given: Option<String>,
    /// One file, where the URL names it.
    file: Option<String>,
    contents: OnceCell<Contents>,
}

/// What stands in a root, without the time levels.
#[derive(Debug, Default)]
struct Contents {
    /// Folders that may be tables, by the name that they give.
    folders: Vec<(String, Path)>,
    /// Data files that stand directly in the root.
    files: Vec<(String, ObjectMeta)>,
    /// Files of other formats that stand there.
    foreign: Vec<(String, Foreign)>,
    /// Whether a folder stands for a time or is a partition: then the root is one table itself.
    partitioned: bool,
}

impl Lake {
    /// Opens URLs or paths; `NAME=URL` says that the URL is one table of that name. A URL of one Parquet
    /// file is that file. No request is made yet.
    ///
    /// # Errors
    /// Those of [`Store::open`].
    pub fn open<S: AsRef<str>>(urls: &[S], settings: &LakeSettings) -> Result<Lake, LakeError> {
        let roots = urls
            .iter()
            .map(|url| Root::open(url.as_ref(), settings))
            .collect::<Result<_, _>>()?;
        Ok(Lake {
            roots,
            layout: settings.layout.clone(),
        })
    }

    /// A lake in stores that are already open.
    pub fn from_stores(stores: Vec<Store>, layout: LayoutChoice) -> Lake {
<<<<<<< HEAD
        let root = |store| Root {
=======
        let root = |store: Store| Root {
            own: store.url().to_owned(),
>>>>>>> lake
            store,
            given: None,
            file: None,
            contents: OnceCell::new(),
        };
        Lake {
            roots: stores.into_iter().map(root).collect(),
            layout,
        }
    }

    /// The stores, for their counters.
    pub fn stores(&self) -> impl Iterator<Item = &Store> {
        self.roots.iter().map(|root| &root.store)
    }

    /// The table of this name; None where no URL has it.
    ///
    /// # Errors
    /// [`LakeError::Ambiguous`]; those of the store.
    pub async fn table(&self, name: &str) -> Result<Option<TableLocation>, LakeError> {
        let places = try_join_all(self.roots.iter().map(|root| root.find(name))).await?;
        let mut found: Vec<TableLocation> = self
            .roots
            .iter()
            .zip(places)
            .filter_map(|(root, places)| Some(self.location(name, root, places?)))
            .collect();
        if found.len() > 1 {
            return Err(LakeError::Ambiguous {
                table: name.to_owned(),
                places: found.iter().map(TableLocation::url).collect(),
            });
        }
        Ok(found.pop())
    }

    /// All tables, by name. A folder that is not one of the catalogue's tables is a table of its own name.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn tables(&self) -> Result<Vec<TableLocation>, LakeError> {
        let known = names::known_tables();
        let mut found = Vec::new();
        for root in &self.roots {
            for (name, places) in root.all(&known).await? {
                found.push(self.location(&name, root, places));
            }
        }
        found.sort_by(|a, b| a.table.cmp(&b.table));
        Ok(found)
    }

    fn location(&self, name: &str, root: &Root, places: Vec<Place>) -> TableLocation {
        TableLocation {
            table: name.to_owned(),
            store: root.store.clone(),
            places,
            layout: self.layout.clone(),
        }
    }
}

impl Root {
    fn open(text: &str, settings: &LakeSettings) -> Result<Root, LakeError> {
        let (given, url) = match text.split_once('=') {
            Some((name, url)) if is_identifier(name) && !std::path::Path::new(text).exists() => {
                (Some(name.to_owned()), url)
            }
            _ => (None, text),
        };
        let (url, file) = match url.rsplit_once('/') {
            Some((folder, file)) if file.ends_with(".parquet") && !is_folder(url) => {
                (folder, Some(file.to_owned()))
            }
            None if url.ends_with(".parquet") && !is_folder(url) => (".", Some(url.to_owned())),
            _ => (url, None),
        };
<<<<<<< HEAD
        Ok(Root {
            store: Store::open(url, &settings.store)?,
=======
        let store = Store::open(url, &settings.store)?;
        let full = match store.kind() {
            StoreKind::Local => std::fs::canonicalize(store.url()).ok(),
            StoreKind::S3 | StoreKind::Azure | StoreKind::Memory => None,
        };
        Ok(Root {
            own: full.map_or_else(|| store.url().to_owned(), |path| path.display().to_string()),
            store,
>>>>>>> lake
            given,
            file,
            contents: OnceCell::new(),
        })
    }

<<<<<<< HEAD
    /// The name of the URL's last folder, or of its container.
    fn own_name(&self) -> &str {
        let url = self.store.url();
        let url = url.split_once("://").map_or(url, |(_, rest)| rest);
        let last = url.rsplit('/').next().unwrap_or(url);
        // abfss://container@account…: the container.
        names::folder_table(
            last.split_once('@')
                .map_or(last, |(container, _)| container),
=======
    /// The name of the URL's last folder that stands for no time and no partition, or of its container.
    fn own_name(&self) -> &str {
        let url = self.own.as_str();
        let url = url.split_once("://").map_or(url, |(_, rest)| rest);
        let inside = |name: &str| names::folder_table(name) == name && is_partition(name);
        let digits = |name: &str| name.bytes().all(|b| b.is_ascii_digit());
        let named = url.rsplit('/').find(|name| !inside(name) && !digits(name));
        let name = named.unwrap_or(url);
        // abfss://container@account…: the container.
        names::folder_table(
            name.split_once('@')
                .map_or(name, |(container, _)| container),
>>>>>>> lake
        )
    }

    fn whole(&self) -> Vec<Place> {
        vec![Place::Folder(self.store.prefix().clone())]
    }

    async fn one_file(&self, file: &str) -> Result<Vec<Place>, LakeError> {
        let path = self.store.prefix().clone().join(file);
        match self.store.inner().head(&path).await {
            Ok(meta) => Ok(vec![Place::Files(vec![meta])]),
            Err(object_store::Error::NotFound { .. }) => Err(LakeError::MissingPrefix {
                url: self.store.url_of(&path),
            }),
            Err(e) => Err(self.store.object_error(&path, &e)),
        }
    }

    async fn find(&self, name: &str) -> Result<Option<Vec<Place>>, LakeError> {
        if let Some(file) = &self.file {
            let stem = self.given.as_deref().unwrap_or(file);
            return if names::flat_file_means(stem, name, false) {
                Ok(Some(self.one_file(file).await?))
            } else {
                Ok(None)
            };
        }
        if let Some(given) = &self.given {
            return Ok(given.eq_ignore_ascii_case(name).then(|| self.whole()));
        }
        if names::container_means(self.own_name(), name) {
            return Ok(Some(self.whole()));
        }
        let contents = self.contents().await?;
        let of_table = |(file, _): &&(String, Foreign)| names::flat_file_means(file, name, false);
        if let Some((file, foreign)) = contents.foreign.iter().find(of_table) {
            return Err(LakeError::ForeignFormat {
                url: format!("{}/{file}", self.store.url()),
                format: foreign.format(),
                help: foreign.help(),
            });
        }
        Ok([true, false].into_iter().find_map(|exact| {
            let same = |folder: &str| {
                if exact {
                    folder == name
                } else {
                    names::container_means(folder, name)
                }
            };
            let folders = contents.folders.iter().filter(|(folder, _)| same(folder));
            let mut places: Vec<Place> = folders
                .map(|(_, path)| Place::Folder(path.clone()))
                .collect();
            let files: Vec<ObjectMeta> = contents
                .files
                .iter()
                .filter(|(file, _)| names::flat_file_means(file, name, exact))
                .map(|(_, meta)| meta.clone())
                .collect();
            if !files.is_empty() {
                places.push(Place::Files(files));
            }
            (!places.is_empty()).then_some(places)
        }))
    }

    async fn all(&self, known: &[String]) -> Result<BTreeMap<String, Vec<Place>>, LakeError> {
        let mut tables: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        let own = names::canonical(names::container_table(self.own_name()), known);
        if let Some(file) = &self.file {
            let name = self
                .given
                .clone()
                .or_else(|| names::flat_table(file, known));
            tables.insert(name.unwrap_or(own), self.one_file(file).await?);
            return Ok(tables);
        }
        if let Some(given) = &self.given {
            tables.insert(given.clone(), self.whole());
            return Ok(tables);
        }
        let contents = self.contents().await?;
        let unnamed = |(file, _): &(String, ObjectMeta)| names::flat_table(file, known).is_none();
        if known.contains(&own) || contents.partitioned || contents.files.iter().any(unnamed) {
            tables.insert(own, self.whole());
            return Ok(tables);
        }
        for (folder, path) in &contents.folders {
            let name = names::canonical(folder, known);
            tables
                .entry(name)
                .or_default()
                .push(Place::Folder(path.clone()));
        }
        let mut files: BTreeMap<String, Vec<ObjectMeta>> = BTreeMap::new();
        for (file, meta) in &contents.files {
            if let Some(name) = names::flat_table(file, known) {
                files.entry(name).or_default().push(meta.clone());
            }
        }
        for (name, metas) in files {
            tables.entry(name).or_default().push(Place::Files(metas));
        }
        Ok(tables)
    }

    async fn contents(&self) -> Result<&Contents, LakeError> {
        self.contents.get_or_try_init(|| self.read_contents()).await
    }

    async fn read_contents(&self) -> Result<Contents, LakeError> {
        let store = &self.store;
        let mut contents = Contents::default();
        let mut frontier = vec![(store.prefix().clone(), 0)];
        while let Some((prefix, depth)) = frontier.pop() {
            let at = (!prefix.as_ref().is_empty()).then_some(&prefix);
            let listed = store.inner().list_with_delimiter(at).await;
            let listed = listed.map_err(|e| store.list_error(&prefix, &e))?;
            if depth == 0 && listed.objects.is_empty() && listed.common_prefixes.is_empty() {
                return Err(LakeError::MissingPrefix {
                    url: store.url_of(&prefix),
                });
            }
            for path in listed.common_prefixes {
                let name = path.filename().unwrap_or_default().to_owned();
                let table = names::folder_table(&name);
                // Below a workspace's folder stand more of its path, and then tables or time levels.
                let inside = depth > 0 && depth < RESOURCE_DEPTH;
                if names::foreign_folder(&name).is_some() {
                    contents.partitioned = true;
                } else if names::is_hidden(&name) {
                    continue;
                } else if names::is_resource_folder(&name)
                    || (inside && is_resource_path(&name, depth))
                {
                    frontier.push((path, depth + 1));
                } else if table == name && is_partition(&name) {
                    contents.partitioned = true;
                } else {
                    contents.folders.push((table.to_owned(), path));
                }
            }
            for meta in listed.objects {
                let name = meta.location.filename().unwrap_or_default().to_owned();
                match names::classify(&[&name], meta.size) {
                    Entry::Data => contents.files.push((name, meta)),
                    Entry::Foreign(foreign) => contents.foreign.push((name, foreign)),
                    Entry::Other => {}
                }
            }
        }
        contents.folders.sort();
        contents.files.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(contents)
    }
}

/// Whether a folder below `WorkspaceResourceId=` is still part of the resource's id: the ids, each after
/// its kind.
fn is_resource_path(name: &str, depth: usize) -> bool {
    const KINDS: [&str; 5] = [
        "subscriptions",
        "resourcegroups",
        "providers",
        "microsoft.operationalinsights",
        "workspaces",
    ];
    // subscriptions/ID/resourcegroups/ID/providers/PROVIDER/workspaces/ID
    let is_id = matches!(depth, 2 | 4 | 8);
    is_id || KINDS.contains(&name.to_ascii_lowercase().as_str())
}

fn is_partition(name: &str) -> bool {
    name.contains('=')
        || PathTime::default()
            .below(name, &LayoutChoice::Auto)
            .range()
            .is_some()
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_folder(url: &str) -> bool {
    std::path::Path::new(url.strip_prefix("file://").unwrap_or(url)).is_dir()
}

#[cfg(test)]
<<<<<<< HEAD
mod tests {
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
        let root = dir.path().to_str().unwrap();
        let open = |url: String| Lake::open(&[url], &LakeSettings::default()).unwrap();

        let named = open(format!("DeviceEvents={root}"));
        assert_eq!(
            files(&named, "DeviceEvents").await.unwrap(),
            ["date=2026-01-05/x.parquet"]
        );
        assert_eq!(names(&named).await, ["DeviceEvents"]);
        // A partition's folder as the URL is a path, not a name.
        let partition = open(format!("{root}/date=2026-01-05"));
        assert_eq!(
            partition.stores().next().unwrap().url(),
            format!("{root}/date=2026-01-05")
        );
        let file = open(format!("DeviceEvents={root}/date=2026-01-05/x.parquet"));
        assert_eq!(files(&file, "DeviceEvents").await.unwrap(), ["x.parquet"]);
        let missing = open(format!("{root}/DeviceEvents.parquet"));
        assert!(matches!(
            missing.table("DeviceEvents").await,
            Err(LakeError::MissingPrefix { .. })
        ));
    }
}
=======
#[path = "open_tests.rs"]
mod tests;
>>>>>>> lake
