//! The functions as they are kept from one run to the next: their code and layers, versions, aliases, settings, URLs and
//! event source mappings.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::layers::{Layer, LayerVersion};
use super::mappings::{Mapping, Sources};
use super::{Function, State};
use crate::clock::Timestamp;
use crate::cloud::state::{Contents, StateError, read, write};
use crate::lambda::error::ApiError;
use crate::lambda::event_source::{EventSourceMapping, MappingRequest, Place, Pollers};
use crate::lambda::function::{FunctionConfig, LayerVersionRef, Version};
use crate::lambda::package::{Folder, Package, extract, zip_of};
use crate::lambda::pool::Requests;
use crate::lambda::service::Lambda;

/// What the state is called.
const PART: &str = "functions";

/// A mapping as it was asked for, and up to where it has worked off its source.
#[derive(Debug, Serialize, Deserialize)]
struct SavedMapping {
    uuid: String,
    request: MappingRequest,
    function_arn: String,
    last_modified: Timestamp,
    places: Vec<Place>,
}

/// A layer version that a function has.
#[derive(Debug, Serialize, Deserialize)]
struct SavedLayer {
    arn: String,
    size: u64,
    unzipped: u64,
}

impl Lambda {
    /// The functions, layers and mappings as they are now. Environments and invocations are no part of it.
    ///
    /// # Errors
    ///
    /// If code cannot be read.
    pub fn save(&self, pollers: &Pollers, contents: &mut Contents) -> Result<Value, StateError> {
        let state = self.state();
        let mut functions = BTreeMap::new();
        for (name, function) in &state.functions {
            functions.insert(name, saved_function(function, contents)?);
        }
        let mut layers = BTreeMap::new();
        for (name, layer) in &state.layers {
            layers.insert(name, saved_layer(layer, contents)?);
        }
        let mappings: Vec<SavedMapping> = state
            .mappings
            .values()
            .map(|mapping| SavedMapping {
                uuid: mapping.uuid.clone(),
                request: mapping.config.request().clone(),
                function_arn: mapping.function_arn.clone(),
                last_modified: mapping.last_modified,
                places: pollers.places(&mapping.uuid),
            })
            .collect();
        Ok(json!({
            "functions": functions,
            "layers": layers,
            "mappings": write(&mappings),
            "urls": write(&self.function_urls().all()),
            "accountConcurrency": state.account_concurrency,
        }))
    }

    /// Takes the functions up, and polls again. The service must be as new.
    ///
    /// # Errors
    ///
    /// If something is missing or damaged, or code cannot be written.
    pub fn restore(&self, mut saved: Value, sources: &Sources, contents: &Contents) -> Result<(), StateError> {
        let mut state = State {
            account_concurrency: take(&mut saved, "accountConcurrency")?,
            ..State::default()
        };
        for (name, layer) in take::<BTreeMap<String, Value>>(&mut saved, "layers")? {
            state.layers.insert(name, self.restored_layer(layer, contents)?);
        }
        for (name, function) in take::<BTreeMap<String, Value>>(&mut saved, "functions")? {
            state
                .functions
                .insert(name, self.restored_function(function, contents)?);
        }
        *self.state() = state;
        for url in take::<Vec<_>>(&mut saved, "urls")? {
            self.function_urls().put(url);
        }
        for mapping in take::<Vec<SavedMapping>>(&mut saved, "mappings")? {
            // One whose queue or stream is gone has nothing to poll any more.
            let Ok(config) = EventSourceMapping::create(mapping.request, self, &sources.cloud) else {
                continue;
            };
            let restored = Mapping {
                uuid: mapping.uuid.clone(),
                config: config.clone(),
                function_arn: mapping.function_arn,
                last_modified: mapping.last_modified,
            };
            self.state().mappings.insert(mapping.uuid.clone(), restored);
            sources.pollers.go_on(&mapping.uuid, config, mapping.places);
        }
        Ok(())
    }

    fn restored_function(&self, mut saved: Value, contents: &Contents) -> Result<Function, StateError> {
        let latest = Arc::new(self.restored_version(saved["latest"].take(), contents)?);
        let mut published = BTreeMap::new();
        for version in take::<Vec<Value>>(&mut saved, "published")? {
            let config = self.restored_version(version, contents)?;
            if let Version::Published(number) = config.version {
                published.insert(number, Arc::new(config));
            }
        }
        let unchanged: bool = take(&mut saved, "unchanged")?;
        Ok(Function {
            published_from: unchanged.then(|| latest.clone()),
            latest,
            published,
            last_published: take(&mut saved, "lastPublished")?,
            aliases: take(&mut saved, "aliases")?,
            revisions: pairs(&mut saved, "revisions")?,
            event_invoke: pairs(&mut saved, "eventInvoke")?,
            policies: pairs(&mut saved, "policies")?,
            tags: take(&mut saved, "tags")?,
            recursive_loop: take(&mut saved, "recursiveLoop")?,
            reserved: take(&mut saved, "reserved")?,
            provisioned: pairs(&mut saved, "provisioned")?,
            pools: BTreeMap::new(),
            requests: Requests::default(),
        })
    }

    fn restored_version(&self, mut saved: Value, contents: &Contents) -> Result<FunctionConfig, StateError> {
        let code: Option<String> = take(&mut saved, "code")?;
        let layer_content: Option<String> = take(&mut saved, "layerContent")?;
        let layers: Vec<SavedLayer> = take(&mut saved, "layerVersions")?;
        let mut config: FunctionConfig = read(PART, saved)?;
        if let Some(digest) = code {
            let package = self.unpacked(&digest, contents)?;
            config.code = package.content();
            config.package = Some(Arc::new(package));
        } else {
            // A folder without a file.
            config.code = self.platform().new_home();
            std::fs::create_dir_all(&config.code).map_err(|error| StateError::damaged(PART, &error))?;
        }
        if let Some(digest) = layer_content {
            let root = self.platform().new_home();
            std::fs::create_dir_all(&root).map_err(|error| StateError::damaged(PART, &error))?;
            extract(contents.get(&digest)?, &root).map_err(|error| failed(&error))?;
            config.layers = Some(root.clone());
            // Content of no published layer lasts as long as the service.
            if !layers.is_empty() {
                let content = Arc::new(Folder::create(root).map_err(|error| failed(&error))?);
                let layers = layers.into_iter().map(|layer| LayerVersionRef {
                    arn: layer.arn,
                    size: layer.size,
                    unzipped: layer.unzipped,
                    content: content.clone(),
                });
                config.layer_versions = layers.collect();
            }
        }
        Ok(config)
    }

    fn restored_layer(&self, mut saved: Value, contents: &Contents) -> Result<Layer, StateError> {
        let mut versions = BTreeMap::new();
        for mut version in take::<Vec<Value>>(&mut saved, "versions")? {
            let digest: String = take(&mut version, "package")?;
            let number: u64 = take(&mut version, "version")?;
            let restored = LayerVersion {
                layer_arn: take(&mut version, "layerArn")?,
                version: number,
                description: take(&mut version, "description")?,
                runtimes: take(&mut version, "runtimes")?,
                architectures: take(&mut version, "architectures")?,
                licence: take(&mut version, "licence")?,
                created: take(&mut version, "created")?,
                package: self.unpacked(&digest, contents)?,
            };
            versions.insert(number, Arc::new(restored));
        }
        Ok(Layer {
            versions,
            last: take(&mut saved, "last")?,
        })
    }

    fn unpacked(&self, digest: &str, contents: &Contents) -> Result<Package, StateError> {
        Package::unpack(contents.get(digest)?, self.platform().new_home()).map_err(|error| failed(&error))
    }
}

fn saved_function(function: &Function, contents: &mut Contents) -> Result<Value, StateError> {
    let mut published = Vec::new();
    for version in function.published.values() {
        published.push(saved_version(version, contents)?);
    }
    let from = function.published_from.as_ref();
    Ok(json!({
        "latest": saved_version(&function.latest, contents)?,
        "published": published,
        "lastPublished": function.last_published,
        "unchanged": from.is_some_and(|from| Arc::ptr_eq(from, &function.latest)),
        "aliases": write(&function.aliases),
        "revisions": write(&function.revisions.iter().collect::<Vec<_>>()),
        "eventInvoke": write(&function.event_invoke.iter().collect::<Vec<_>>()),
        "policies": write(&function.policies.iter().collect::<Vec<_>>()),
        "tags": function.tags,
        "recursiveLoop": write(&function.recursive_loop),
        "reserved": function.reserved,
        "provisioned": write(&function.provisioned.iter().collect::<Vec<_>>()),
    }))
}

fn saved_version(config: &FunctionConfig, contents: &mut Contents) -> Result<Value, StateError> {
    let code = match &config.package {
        Some(package) => Some(package_digest(package, contents)?),
        None => folder_digest(&config.code, contents)?,
    };
    let layers = config.layers.as_deref();
    let layers = layers
        .map(|folder| folder_digest(folder, contents))
        .transpose()?
        .flatten();
    let versions = config.layer_versions.iter().map(|layer| SavedLayer {
        arn: layer.arn.clone(),
        size: layer.size,
        unzipped: layer.unzipped,
    });
    let mut saved = write(config);
    saved["code"] = json!(code);
    saved["layerContent"] = json!(layers);
    saved["layerVersions"] = write(&versions.collect::<Vec<_>>());
    Ok(saved)
}

fn saved_layer(layer: &Layer, contents: &mut Contents) -> Result<Value, StateError> {
    let mut versions = Vec::new();
    for version in layer.versions.values() {
        versions.push(json!({
            "layerArn": version.layer_arn,
            "version": version.version,
            "description": version.description,
            "runtimes": version.runtimes,
            "architectures": version.architectures,
            "licence": version.licence,
            "created": version.created,
            "package": package_digest(&version.package, contents)?,
        }));
    }
    Ok(json!({ "versions": versions, "last": layer.last }))
}

fn package_digest(package: &Package, contents: &mut Contents) -> Result<String, StateError> {
    contents.put_once(&package.facts().sha256, || {
        package.bytes().map_err(|error| failed(&error))
    })
}

/// A folder of code never changes while a function has it; `None` if it holds no file.
fn folder_digest(folder: &std::path::Path, contents: &mut Contents) -> Result<Option<String>, StateError> {
    let is_empty = std::fs::read_dir(folder)
        .map_err(|error| StateError::damaged(PART, &error))?
        .next()
        .is_none();
    if is_empty {
        return Ok(None);
    }
    let zip = || -> Result<Bytes, StateError> { zip_of(folder).map_err(|error| failed(&error)) };
    contents.put_once(&folder.to_string_lossy(), zip).map(Some)
}

/// Takes a value out of an object.
fn take<T: DeserializeOwned>(saved: &mut Value, name: &str) -> Result<T, StateError> {
    read(PART, saved[name].take())
}

/// A map whose keys are no texts.
fn pairs<K: DeserializeOwned + Ord, V: DeserializeOwned>(
    saved: &mut Value,
    name: &str,
) -> Result<BTreeMap<K, V>, StateError> {
    Ok(take::<Vec<(K, V)>>(saved, name)?.into_iter().collect())
}

fn failed(error: &ApiError) -> StateError {
    StateError::damaged(PART, &error.message())
}
