//! Layers: packages that functions share, published in versions (developer guide, "Managing Lambda dependencies with
//! layers").

use std::collections::BTreeMap;
use std::sync::Arc;

use super::functions::check_size;
use crate::clock::Timestamp;
use crate::lambda::error::ApiError;
use crate::lambda::function::{FunctionConfig, LayerVersionRef};
use crate::lambda::package::{Folder, Package, extract};
use crate::lambda::service::Lambda;

/// Most layers of a function.
const MAX_LAYERS: usize = 5;

/// A layer with its versions.
#[derive(Debug, Default)]
pub struct Layer {
    pub(super) versions: BTreeMap<u64, Arc<LayerVersion>>,
    pub(super) last: u64,
}

/// One version of a layer. It never changes.
#[derive(Debug)]
pub struct LayerVersion {
    /// `LayerArn`.
    pub layer_arn: String,
    /// `Version`.
    pub version: u64,
    /// `Description`.
    pub description: String,
    /// `CompatibleRuntimes`.
    pub runtimes: Vec<String>,
    /// `CompatibleArchitectures`.
    pub architectures: Vec<String>,
    /// `LicenseInfo`.
    pub licence: Option<String>,
    /// `CreatedDate`.
    pub created: Timestamp,
    /// Its files.
    pub package: Package,
}

/// A layer version as `PublishLayerVersion` gets it.
#[derive(Debug, Default)]
pub struct NewLayerVersion {
    /// The zip.
    pub zip: bytes::Bytes,
    /// `Description`.
    pub description: String,
    /// `CompatibleRuntimes`.
    pub runtimes: Vec<String>,
    /// `CompatibleArchitectures`.
    pub architectures: Vec<String>,
    /// `LicenseInfo`.
    pub licence: Option<String>,
}

impl Layer {
    /// The size of all its zips, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.versions.values().map(|version| version.package.facts().size).sum()
    }
}

impl LayerVersion {
    /// `LayerVersionArn`.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("{}:{}", self.layer_arn, self.version)
    }

    /// Its layer's name.
    #[must_use]
    pub fn layer_name(&self) -> &str {
        self.layer_arn.rsplit(':').next().unwrap_or_default()
    }
}

impl Lambda {
    /// `PublishLayerVersion`.
    ///
    /// # Errors
    ///
    /// Lambda's own: it has no such name, or is no zip.
    pub fn publish_layer_version(&self, name: &str, new: NewLayerVersion) -> Result<Arc<LayerVersion>, ApiError> {
        let name = self.layer_name(name)?;
        let package = Package::unpack(&new.zip, self.platform().new_home())?;
        let layer_arn = self.platform().account().arn("lambda", &format!("layer:{name}"));
        let created = self.platform().clock().now();
        let mut state = self.state();
        let layer = state.layers.entry(name).or_default();
        layer.last += 1;
        let version = Arc::new(LayerVersion {
            layer_arn,
            version: layer.last,
            description: new.description,
            runtimes: new.runtimes,
            architectures: new.architectures,
            licence: new.licence,
            created,
            package,
        });
        layer.versions.insert(layer.last, version.clone());
        Ok(version)
    }

    /// `GetLayerVersion`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn layer_version(&self, name: &str, version: u64) -> Result<Arc<LayerVersion>, ApiError> {
        let name = self.layer_name(name)?;
        if version < 1 {
            return Err(ApiError::invalid_parameter(
                "Layer Version Cannot be less than 1".to_owned(),
            ));
        }
        let state = self.state();
        let found = state.layers.get(&name).and_then(|layer| layer.versions.get(&version));
        found.cloned().ok_or_else(ApiError::no_such_resource)
    }

    /// `GetLayerVersionByArn`.
    ///
    /// # Errors
    ///
    /// If it is no ARN of a layer version, or there is none.
    pub fn layer_version_by_arn(&self, arn: &str) -> Result<Arc<LayerVersion>, ApiError> {
        let (layer, version) = split_layer_arn(arn).ok_or_else(|| {
            ApiError::validation(format!(
                "Value '{arn}' at 'arn' failed to satisfy constraint: Member must satisfy regular expression pattern: \
                 arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{{2}}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{{1}}:\\d{{12}}:layer:\
                 [a-zA-Z0-9-_]+:[0-9]+"
            ))
        })?;
        self.layer_version(layer, version)
    }

    /// `ListLayerVersions`: the newest first.
    ///
    /// # Errors
    ///
    /// If it is no name of a layer.
    pub fn layer_versions(&self, name: &str) -> Result<Vec<Arc<LayerVersion>>, ApiError> {
        let name = self.layer_name(name)?;
        let state = self.state();
        let layer = state.layers.get(&name);
        Ok(layer.map_or_else(Vec::new, |layer| layer.versions.values().rev().cloned().collect()))
    }

    /// `ListLayers`: of each the newest version.
    #[must_use]
    pub fn layers(&self) -> Vec<Arc<LayerVersion>> {
        let state = self.state();
        let newest = state
            .layers
            .values()
            .filter_map(|layer| layer.versions.values().next_back());
        newest.cloned().collect()
    }

    /// `DeleteLayerVersion`: functions that have it keep it. Also where there is none.
    ///
    /// # Errors
    ///
    /// If it is no name of a layer.
    pub fn delete_layer_version(&self, name: &str, version: u64) -> Result<(), ApiError> {
        let name = self.layer_name(name)?;
        if version < 1 {
            return Err(ApiError::invalid_parameter(
                "Layer Version Cannot be less than 1".to_owned(),
            ));
        }
        let removed = {
            let mut state = self.state();
            state
                .layers
                .get_mut(&name)
                .and_then(|layer| layer.versions.remove(&version))
        };
        drop(removed);
        Ok(())
    }

    /// A layer's name, from its name or ARN.
    fn layer_name(&self, name: &str) -> Result<String, ApiError> {
        let prefix = self.platform().account().arn("lambda", "layer:");
        let short = name.strip_prefix(&prefix).unwrap_or(name);
        let fits = (1..=140).contains(&short.len())
            && short
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if fits {
            return Ok(short.to_owned());
        }
        Err(ApiError::validation(format!(
            "Value '{name}' at 'layerName' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: ([a-zA-Z0-9-_]+)|(arn:[a-zA-Z0-9-]+:lambda:[a-z]{{2}}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{{1}}:\
             \\d{{12}}:layer:[a-zA-Z0-9-_]+)"
        )))
    }

    /// Gives a function its layers: all of them in one folder, the later over the earlier.
    pub(super) fn set_layers(&self, config: &mut FunctionConfig, arns: &[String]) -> Result<(), ApiError> {
        if arns.is_empty() {
            config.layers = None;
            config.layer_versions.clear();
            return Ok(());
        }
        if arns.len() > MAX_LAYERS {
            return Err(ApiError::invalid_parameter(
                "Cannot reference more than 5 layers.".to_owned(),
            ));
        }
        let mut found: Vec<Arc<LayerVersion>> = Vec::new();
        for arn in arns {
            let version = self.layer_to_use(arn)?;
            if let Some(other) = found.iter().find(|other| other.layer_arn == version.layer_arn) {
                return Err(ApiError::invalid_parameter(format!(
                    "Two different versions of the same layer are not allowed to be referenced in the same function. \
                     {} and {arn} are versions of the same layer.",
                    other.arn()
                )));
            }
            found.push(version);
        }
        let content = Arc::new(Folder::create(self.platform().new_home())?);
        for version in &found {
            extract(&version.package.bytes()?, content.path())?;
        }
        config.layers = Some(content.path().to_owned());
        let used = found.iter().map(|version| LayerVersionRef {
            arn: version.arn(),
            size: version.package.facts().size,
            unzipped: version.package.unzipped(),
            content: content.clone(),
        });
        config.layer_versions = used.collect();
        check_size(config)
    }

    fn layer_to_use(&self, arn: &str) -> Result<Arc<LayerVersion>, ApiError> {
        let Some((layer, version)) = split_layer_arn(arn) else {
            return Err(ApiError::validation(format!(
                "Value '[{arn}]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [Member \
                 must have length less than or equal to 2048, Member must have length greater than or equal to 1, \
                 Member must satisfy regular expression pattern: (arn:[a-zA-Z0-9-]+:lambda:[a-z]{{2}}((-gov)|\
                 (-iso([a-z]?)))?-[a-z]+-\\d{{1}}:\\d{{12}}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::\
                 awslayer:[a-zA-Z0-9-_]+), Member must not be null]"
            )));
        };
        let account = self.platform().account();
        let mut parts = layer.split(':').skip(3);
        if parts.next() != Some(account.region.as_str()) {
            return Err(ApiError::invalid_parameter(format!(
                "Layers are not in the same region as the function. Layers are expected to be in region {}.",
                account.region
            )));
        }
        if parts.next() != Some(account.id.as_str()) {
            return Err(ApiError::AccessDenied(format!(
                "User: arn:aws:iam::{}:root is not authorized to perform: lambda:GetLayerVersion on resource: {arn} \
                 because no resource-based policy allows the lambda:GetLayerVersion action",
                account.id
            )));
        }
        self.layer_version(layer, version)
            .map_err(|_| ApiError::invalid_parameter(format!("Layer version {arn} does not exist.")))
    }
}

/// The layer's ARN and the version of a layer version's ARN.
fn split_layer_arn(arn: &str) -> Option<(&str, u64)> {
    let (layer, version) = arn.rsplit_once(':')?;
    let is_layer = layer.starts_with("arn:aws:lambda:") && layer.split(':').count() == 7;
    let version = version.parse().ok()?;
    (is_layer && layer.contains(":layer:")).then_some((layer, version))
}
