//! Job files: a whole hunt in one YAML file.
//!
//! In: the file's text and the environment. Out: [`Job`], with `${NAME}` replaced. What always holds: an
//! unknown key is a fault with its line; what comes from the environment is in no message.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_yaml::Value;

/// What a job file holds, as texts; the command line reads them as it reads its own arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    pub lake: Vec<String>,
    pub lake_profile: Option<String>,
    pub output: Option<String>,
    pub output_profile: Option<String>,
    /// Files, folders, globs.
    pub rules: Vec<String>,
    pub exclusions: Vec<String>,
    pub windows: JobWindows,
    /// Values for the names in exclusions, a list each.
    pub parameters: BTreeMap<String, Vec<String>>,
    pub limits: JobLimits,
    pub thresholds: Vec<String>,
    pub outside: JobOutside,
}

/// Local files for what rules read from outside the lake (a name or URL, and the file), and what may be
/// fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobOutside {
    pub external: Vec<(String, String)>,
    pub watchlists: Vec<(String, String)>,
    pub enrichment: Vec<(String, String)>,
    pub geoip: Option<String>,
    pub user_agents: Option<String>,
    pub allow_fetch: Vec<String>,
    pub fetch_bytes: Option<String>,
    pub fetch_timeout: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobWindows {
    pub from: Option<String>,
    pub to: Option<String>,
    pub every: Option<String>,
    pub lookback: Option<String>,
    /// `sliding` or `whole`.
    pub window: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobLimits {
    pub memory: Option<String>,
    pub max_rows: Option<String>,
    pub timeout: Option<String>,
    pub max_bytes: Option<String>,
    pub max_files: Option<String>,
}

/// A job file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    #[error("{path}: {source}")]
    Read {
        path: String,
        source: std::io::Error,
    },
    /// The text names keys and places, and quotes no values but those of the file itself.
    #[error("{path}: {why}")]
    Invalid { path: String, why: String },
    #[error("{path}: the environment has no variable {name}")]
    Variable { path: String, name: String },
}

/// A scalar as it is written, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(Text),
    Many(Vec<Text>),
}

#[derive(Debug, Clone)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Text(text)),
            Value::Number(number) => Ok(Text(number.to_string())),
            Value::Bool(flag) => Ok(Text(flag.to_string())),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => Err(
                serde::de::Error::custom("a text or a number must stand here"),
            ),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    lake: Option<Texts>,
    lake_profile: Option<Text>,
    output: Option<Text>,
    output_profile: Option<Text>,
    rules: Option<Texts>,
    exclusions: Option<Texts>,
    #[serde(default)]
    windows: RawWindows,
    #[serde(default)]
    parameters: BTreeMap<String, Texts>,
    #[serde(default)]
    limits: RawLimits,
    thresholds: Option<Texts>,
    #[serde(default)]
    external: BTreeMap<String, Text>,
    #[serde(default)]
    watchlists: BTreeMap<String, Text>,
    #[serde(default)]
    enrichment: BTreeMap<String, Text>,
    geoip: Option<Text>,
    user_agents: Option<Text>,
    allow_fetch: Option<Texts>,
    fetch_bytes: Option<Text>,
    fetch_timeout: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWindows {
    from: Option<Text>,
    to: Option<Text>,
    every: Option<Text>,
    lookback: Option<Text>,
    window: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    memory: Option<Text>,
    max_rows: Option<Text>,
    timeout: Option<Text>,
    max_bytes: Option<Text>,
    max_files: Option<Text>,
}

/// Whether a file's text is that of a job and not of a rule: a mapping with `rules` and without `query`.
pub fn is_job(text: &str) -> bool {
    match serde_yaml::from_str::<Value>(text) {
        Ok(Value::Mapping(fields)) => fields.contains_key("rules") && !fields.contains_key("query"),
        Ok(_) => false,
        // A fault in the file must not make a rule of it.
        Err(_) => {
            let key = |name: &str| text.lines().any(|line| line.starts_with(name));
            key("rules:") && !key("query:")
        }
    }
}

/// Reads a job file. Paths in it are below its folder.
///
/// # Errors
/// [`JobError`].
pub fn read(path: &Path, environment: &dyn Fn(&str) -> Option<String>) -> Result<Job, JobError> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| JobError::Read {
        path: shown.clone(),
        source,
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(&text, &shown, folder, environment)
}

fn parse(
    text: &str,
    path: &str,
    folder: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Job, JobError> {
    let raw: Raw = serde_yaml::from_str(text).map_err(|e| JobError::Invalid {
        path: path.to_owned(),
        why: e.to_string(),
    })?;
    let reader = Reader { path, environment };
    let files = |named: BTreeMap<String, Text>| {
        let file =
            |(name, Text(path)): (String, Text)| Ok((name, inside(folder, reader.expand(&path)?)));
        named.into_iter().map(file).collect::<Result<_, JobError>>()
    };
    let below = |texts: Vec<String>| texts.into_iter().map(|t| inside(folder, t)).collect();
    Ok(Job {
        lake: reader
            .texts(raw.lake)?
            .into_iter()
            .map(|t| store(folder, t))
            .collect(),
        lake_profile: reader.text(raw.lake_profile)?,
        output: reader.text(raw.output)?.map(|t| store(folder, t)),
        output_profile: reader.text(raw.output_profile)?,
        rules: below(reader.texts(raw.rules)?),
        exclusions: below(reader.texts(raw.exclusions)?),
        windows: JobWindows {
            from: reader.text(raw.windows.from)?,
            to: reader.text(raw.windows.to)?,
            every: reader.text(raw.windows.every)?,
            lookback: reader.text(raw.windows.lookback)?,
            window: reader.text(raw.windows.window)?,
        },
        parameters: raw
            .parameters
            .into_iter()
            .map(|(name, values)| Ok((name, reader.texts(Some(values))?)))
            .collect::<Result<_, JobError>>()?,
        limits: JobLimits {
            memory: reader.text(raw.limits.memory)?,
            max_rows: reader.text(raw.limits.max_rows)?,
            timeout: reader.text(raw.limits.timeout)?,
            max_bytes: reader.text(raw.limits.max_bytes)?,
            max_files: reader.text(raw.limits.max_files)?,
        },
        thresholds: reader.texts(raw.thresholds)?,
        outside: JobOutside {
            external: files(raw.external)?,
            watchlists: files(raw.watchlists)?,
            enrichment: files(raw.enrichment)?,
            geoip: reader.text(raw.geoip)?.map(|t| inside(folder, t)),
            user_agents: reader.text(raw.user_agents)?.map(|t| inside(folder, t)),
            allow_fetch: reader.texts(raw.allow_fetch)?,
            fetch_bytes: reader.text(raw.fetch_bytes)?,
            fetch_timeout: reader.text(raw.fetch_timeout)?,
        },
    })
}

/// A path below the job's folder.
fn inside(folder: &Path, text: String) -> String {
    match PathBuf::from(&text) {
        path if path.is_absolute() => text,
        path => folder.join(path).display().to_string(),
    }
}

/// A store's URL, or a path below the job's folder. `NAME=PATH` names the table of a path.
fn store(folder: &Path, text: String) -> String {
    if text.contains("://") {
        return text;
    }
    match text.split_once('=') {
        Some((name, path)) if !name.contains('/') => {
            format!("{name}={}", inside(folder, path.to_owned()))
        }
        Some(_) | None => inside(folder, text),
    }
}

struct Reader<'a> {
    path: &'a str,
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl Reader<'_> {
    fn text(&self, text: Option<Text>) -> Result<Option<String>, JobError> {
        text.map(|Text(text)| self.expand(&text)).transpose()
    }

    fn texts(&self, texts: Option<Texts>) -> Result<Vec<String>, JobError> {
        let list = match texts {
            None => Vec::new(),
            Some(Texts::One(text)) => vec![text],
            Some(Texts::Many(list)) => list,
        };
        list.iter().map(|Text(text)| self.expand(text)).collect()
    }

    /// Replaces each `${NAME}`; `$${` stands for `${` itself. A value is not looked at again.
    fn expand(&self, text: &str) -> Result<String, JobError> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, from) = rest.split_at(at);
            if let Some(before) = before.strip_suffix('$') {
                expanded.push_str(before);
                expanded.push_str("${");
                rest = &from[2..];
                continue;
            }
            expanded.push_str(before);
            let Some((name, after)) = from[2..].split_once('}') else {
                return Err(JobError::Invalid {
                    path: self.path.to_owned(),
                    why: "a ${ is not closed".to_owned(),
                });
            };
            let value = (self.environment)(name).ok_or_else(|| JobError::Variable {
                path: self.path.to_owned(),
                name: name.to_owned(),
            })?;
            expanded.push_str(&value);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(text: &str) -> Result<Job, JobError> {
        let environment = |name: &str| match name {
            "KEY" => Some("hush${KEY}".to_owned()),
            _ => None,
        };
        parse(text, "hunt.yaml", Path::new("/jobs"), &environment)
    }

    #[test]
    fn a_job_is_read() {
        let job = job("
lake: s3://bucket/${KEY}
output: results
rules: [rules/, /all/*.yaml]
windows: {from: 2026-01-01, to: 2026-02-01T00:00:00Z, every: 1d}
parameters:
  known_internal_network: [10.0.0.0/8, 'fd00::/8']
  one: 1
limits: {max_rows: 1000, memory: 300MB}
external: {'https://a.b/c?d=e': lists/c.csv}
geoip: x.mmdb
allow_fetch: lists.example
fetch_bytes: 1MB
thresholds: [1, 5]
")
        .unwrap();
        assert_eq!(job.lake, ["s3://bucket/hush${KEY}"]);
        assert_eq!(job.output.as_deref(), Some("/jobs/results"));
        assert_eq!(job.rules, ["/jobs/rules/", "/all/*.yaml"]);
        assert_eq!(job.windows.from.as_deref(), Some("2026-01-01"));
        assert_eq!(job.parameters["one"], ["1"]);
        assert_eq!(job.limits.max_rows.as_deref(), Some("1000"));
        assert_eq!(job.thresholds, ["1", "5"]);
        let file = (
            "https://a.b/c?d=e".to_owned(),
            "/jobs/lists/c.csv".to_owned(),
        );
        assert_eq!(job.outside.external, [file]);
        assert_eq!(job.outside.geoip.as_deref(), Some("/jobs/x.mmdb"));
        assert_eq!(job.outside.allow_fetch, ["lists.example"]);
        assert_eq!(job.outside.fetch_bytes.as_deref(), Some("1MB"));
    }

    #[test]
    fn faults_have_their_line_and_no_secret() {
        let unknown = job("lake: x\nrules: y\nwindows:\n  form: 1\n")
            .unwrap_err()
            .to_string();
        assert!(
            unknown.contains("form") && unknown.contains("line 4"),
            "{unknown}"
        );
        let variable = job("lake: ${NOPE}\nrules: y").unwrap_err().to_string();
        assert!(variable.contains("NOPE"), "{variable}");
        let shape = job("rules: {a: b}\nlake: ${KEY}").unwrap_err().to_string();
        assert!(!shape.contains("hush"), "{shape}");
    }

    #[test]
    fn a_dollar_can_be_written() {
        assert_eq!(job("lake: a$${KEY}b$").unwrap().lake, ["/jobs/a${KEY}b$"]);
    }

    #[test]
    fn jobs_and_rules_are_told_apart() {
        assert!(is_job("rules: a\nlake: b"));
        assert!(is_job("rules: a\n  bad: [indent"));
        assert!(!is_job("id: a\nquery: T"));
        assert!(!is_job("- id: a"));
    }
}
