//! Profiles: named sets of store settings in a configuration file, so that lake and output can have
//! different credentials and endpoints.
//!
//! The file is YAML: `profiles: {name: {aws_access_key_id: …, aws_endpoint: …}}`, keys as object_store
//! names them. It is `--config`, else `RETROHUNT_CONFIG`, else `retrohunt/config.yaml` in the user's
//! configuration folder. Environment variables with a prefix (`RETROHUNT_LAKE_AWS_ENDPOINT`,
//! `RETROHUNT_OUT_…`) lie over the profile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::exit::{Exit, Failure};
use crate::lake::StoreSettings;

/// The environment's prefix for the lake's store.
pub const LAKE_PREFIX: &str = "RETROHUNT_LAKE_";
/// The environment's prefix for the output's store.
pub const OUT_PREFIX: &str = "RETROHUNT_OUT_";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    profiles: BTreeMap<String, BTreeMap<String, String>>,
}

/// The settings of a store: the environment, the profile if one is named, the prefixed environment.
pub fn settings(
    file: Option<&Path>,
    profile: Option<&str>,
    prefix: &str,
) -> Result<StoreSettings, Failure> {
    let from_env = StoreSettings::from_env(prefix)?;
    let Some(name) = profile else {
        return Ok(from_env);
    };
    let path = file
        .map(Path::to_path_buf)
        .or_else(default_file)
        .ok_or_else(|| Failure::usage("there is no configuration file; name one with --config"))?;
    let text = std::fs::read_to_string(&path)
        .map_err(|e| Failure::new(Exit::World, format!("{}: {e}", path.display())))?;
    let config: Config = serde_yaml::from_str(&text)
        // The error's text quotes no values, only keys and places.
        .map_err(|e| Failure::new(Exit::Fault, format!("{}: {e}", path.display())))?;
    let Some(entries) = config.profiles.get(name) else {
        let known: Vec<&str> = config.profiles.keys().map(String::as_str).collect();
        return Err(Failure::usage(format!(
            "{} has no profile {name}; it has: {}",
            path.display(),
            known.join(", ")
        )));
    };
    let profile = StoreSettings::from_profile(entries.iter())?;
    Ok(profile.overlaid(from_env))
}

fn default_file() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("RETROHUNT_CONFIG") {
        return Some(PathBuf::from(named));
    }
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")))?;
    Some(base.join("retrohunt").join("config.yaml"))
}
