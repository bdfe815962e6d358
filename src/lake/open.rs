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

use super::error::{LakeError, StoreKind};
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
    /// The URL that names the table where the whole URL is one: of a local folder its full path, since `.`
    /// names nothing.
    own: String,
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
        let root = |store: Store| Root {
            own: store.url().to_owned(),
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
        let store = Store::open(url, &settings.store)?;
        let full = match store.kind() {
            StoreKind::Local => std::fs::canonicalize(store.url()).ok(),
            StoreKind::S3 | StoreKind::Azure | StoreKind::Memory => None,
        };
        Ok(Root {
            own: full.map_or_else(|| store.url().to_owned(), |path| path.display().to_string()),
            store,
            given,
            file,
            contents: OnceCell::new(),
        })
    }

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
#[path = "open_tests.rs"]
mod tests;
