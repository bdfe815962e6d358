//! What a store needs beside its URL: credentials, endpoints, timeouts.
//!
//! In: environment variables, a profile of a config file. Out: [`StoreSettings`].
//! What always holds: `Debug` shows names and never values, and one set of credentials is never mixed
//! with another (a session token of the environment with an access key of a profile).

use std::fmt;
use std::time::Duration;

use object_store::aws::AmazonS3ConfigKey;
use object_store::azure::AzureConfigKey;

use crate::lake::error::LakeError;

/// The settings of one store.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StoreSettings {
    /// Names as object_store documents them, in lower case (`aws_access_key_id`, `azure_storage_endpoint`,
    /// `allow_http`), and values. A later one wins.
    pub options: Vec<(String, String)>,
    /// How long one request may take; object_store's 30 s where None.
    pub request_timeout: Option<Duration>,
    /// How often a failed request is sent again; 6 where None.
    pub max_retries: Option<usize>,
}

/// The variable by which Azure's hosts announce their identity endpoint, without a common prefix.
const IDENTITY_ENDPOINT: &str = "IDENTITY_ENDPOINT";

const AWS_CREDENTIALS: [AmazonS3ConfigKey; 9] = [
    AmazonS3ConfigKey::AccessKeyId,
    AmazonS3ConfigKey::SecretAccessKey,
    AmazonS3ConfigKey::Token,
    AmazonS3ConfigKey::WebIdentityTokenFile,
    AmazonS3ConfigKey::RoleArn,
    AmazonS3ConfigKey::ContainerCredentialsRelativeUri,
    AmazonS3ConfigKey::ContainerCredentialsFullUri,
    AmazonS3ConfigKey::ContainerAuthorizationTokenFile,
    AmazonS3ConfigKey::SkipSignature,
];

const AZURE_CREDENTIALS: [AzureConfigKey; 10] = [
    AzureConfigKey::AccessKey,
    AzureConfigKey::ClientId,
    AzureConfigKey::ClientSecret,
    AzureConfigKey::AuthorityId,
    AzureConfigKey::SasKey,
    AzureConfigKey::Token,
    AzureConfigKey::MsiEndpoint,
    AzureConfigKey::FederatedTokenFile,
    AzureConfigKey::UseAzureCli,
    AzureConfigKey::SkipSignature,
];

/// The S3 setting that a name stands for; a name of Azure's stands for none.
pub(crate) fn s3_key(name: &str) -> Option<AmazonS3ConfigKey> {
    (!name.starts_with("azure_"))
        .then(|| name.parse().ok())
        .flatten()
}

/// The Azure setting that a name stands for; a name of AWS's stands for none.
pub(crate) fn azure_key(name: &str) -> Option<AzureConfigKey> {
    (!name.starts_with("aws_"))
        .then(|| name.parse().ok())
        .flatten()
}

fn is_aws_credential(name: &str) -> bool {
    s3_key(name).is_some_and(|key| AWS_CREDENTIALS.contains(&key))
}

fn is_azure_credential(name: &str) -> bool {
    azure_key(name).is_some_and(|key| AZURE_CREDENTIALS.contains(&key))
}

impl StoreSettings {
    /// The usual variables (`AWS_…`, `AZURE_…`), and over them those with a prefix:
    /// `RETROHUNT_LAKE_AWS_ENDPOINT` for the prefix `RETROHUNT_LAKE_`.
    ///
    /// # Errors
    /// [`LakeError::Setting`] for a prefixed name that no store knows: a mistyped credential must not be
    /// passed over. Unprefixed ones belong to other tools too, and are passed over.
    pub fn from_env(prefix: &str) -> Result<Self, LakeError> {
        let variables = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self::from_variables(prefix, variables)
    }

    fn from_variables(
        prefix: &str,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, LakeError> {
        let is_store = |name: &str| name.starts_with("AWS_") || name.starts_with("AZURE_");
        let mut plain = Self::default();
        let mut prefixed = Vec::new();
        for (name, value) in variables {
            if !prefix.is_empty()
                && let Some(rest) = name.strip_prefix(prefix)
                && is_store(rest)
            {
                prefixed.push((rest.to_owned(), value));
            } else if name == IDENTITY_ENDPOINT {
                plain
                    .options
                    .push(("azure_identity_endpoint".into(), value));
            } else if is_store(&name) {
                let name = name.to_ascii_lowercase();
                if s3_key(&name).is_some() || azure_key(&name).is_some() {
                    plain.options.push((name, value));
                }
            }
        }
        Ok(
            plain.overlaid(Self::from_profile(prefixed).map_err(|e| match e {
                LakeError::Setting { key, why } => LakeError::Setting {
                    key: format!("{prefix}{}", key.to_ascii_uppercase()),
                    why,
                },
                other => other,
            })?),
        )
    }

    /// The settings of a profile: names as object_store documents them or as variables spell them.
    ///
    /// # Errors
    /// [`LakeError::Setting`] for a name that no store knows.
    pub fn from_profile<K, V>(entries: impl IntoIterator<Item = (K, V)>) -> Result<Self, LakeError>
    where
        K: AsRef<str>,
        V: Into<String>,
    {
        let mut settings = Self::default();
        for (name, value) in entries {
            let name = name.as_ref().to_ascii_lowercase();
            if s3_key(&name).is_none() && azure_key(&name).is_none() {
                return Err(LakeError::Setting {
                    key: name,
                    why: "is not one that S3 or Azure Blob storage has".into(),
                });
            }
            settings.options.push((name, value.into()));
        }
        Ok(settings)
    }

    /// These settings with others over them. Credentials for one kind of store replace all of that kind;
    /// an empty value takes a setting away.
    pub fn overlaid(mut self, over: StoreSettings) -> StoreSettings {
        let any = |is: fn(&str) -> bool| over.options.iter().any(|(name, _)| is(name));
        let (aws, azure) = (any(is_aws_credential), any(is_azure_credential));
        self.options.retain(|(name, _)| {
            let replaced = over.options.iter().any(|(other, _)| {
                other == name
                    || (s3_key(name).is_some() && s3_key(name) == s3_key(other))
                    || (azure_key(name).is_some() && azure_key(name) == azure_key(other))
            });
            !(replaced || aws && is_aws_credential(name) || azure && is_azure_credential(name))
        });
        self.options
            .extend(over.options.into_iter().filter(|(_, v)| !v.is_empty()));
        self.request_timeout = over.request_timeout.or(self.request_timeout);
        self.max_retries = over.max_retries.or(self.max_retries);
        self
    }
}

impl fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreSettings")
            .field(
                "options",
                &self
                    .options
                    .iter()
                    .map(|(name, _)| name)
                    .collect::<Vec<_>>(),
            )
            .field("request_timeout", &self.request_timeout)
            .field("max_retries", &self.max_retries)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Result<StoreSettings, LakeError> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect();
        StoreSettings::from_variables("RETROHUNT_LAKE_", pairs.into_iter())
    }

    #[test]
    fn prefixed_credentials_replace_all_plain_ones() {
        let settings = variables(&[
            ("AWS_ACCESS_KEY_ID", "plain"),
            ("AWS_SESSION_TOKEN", "plain"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_PROFILE", "other-tool"),
            ("AZURE_STORAGE_ACCOUNT_KEY", "kept"),
            ("RETROHUNT_LAKE_AWS_ACCESS_KEY_ID", "lake"),
            ("RETROHUNT_LAKE_AWS_SECRET_ACCESS_KEY", "lake-secret"),
            ("RETROHUNT_LAKE_URL", "s3://x"),
        ])
        .unwrap();
        let mut options = settings.options.clone();
        options.sort();
        let expected = [
            ("aws_access_key_id", "lake"),
            ("aws_region", "eu-west-1"),
            ("aws_secret_access_key", "lake-secret"),
            ("azure_storage_account_key", "kept"),
        ];
        assert_eq!(options, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert!(!format!("{settings:?}").contains("lake-secret"));
    }

    #[test]
    fn another_spelling_of_one_setting_replaces_it_and_empty_removes_it() {
        let plain = variables(&[("AWS_ENDPOINT", "http://a"), ("AWS_REGION", "r")]).unwrap();
        let over =
            StoreSettings::from_profile([("endpoint_url", "http://b"), ("region", "")]).unwrap();
        assert_eq!(
            plain.overlaid(over).options,
            [("endpoint_url".to_owned(), "http://b".to_owned())]
        );
    }

    #[test]
    fn a_mistyped_prefixed_name_is_a_fault_without_its_value() {
        let error = variables(&[("RETROHUNT_LAKE_AWS_SECRET_KEY", "hush")]).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("RETROHUNT_LAKE_AWS_SECRET_KEY") && !text.contains("hush"));
    }
}
