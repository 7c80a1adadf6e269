//! `CreateFunction`, `UpdateFunctionCode`, `UpdateFunctionConfiguration`, `DeleteFunction`, and looking functions up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Alias, EventInvokeConfig, Function, RecursiveLoop};
use crate::lambda::error::ApiError;
use crate::lambda::function::{Architecture, FunctionConfig, Version};
use crate::lambda::package::{CodeFacts, MAX_ZIPPED, Package, facts_of};
use crate::lambda::pool::{Pool, Requests};
use crate::lambda::reference::{FunctionRef, Qualifier};
use crate::lambda::service::Lambda;

/// Where a function's code is.
#[derive(Debug, Clone)]
pub enum Code {
    /// A zip that came with the request.
    Zip(bytes::Bytes),
    /// A zip that was fetched from a bucket: it may be larger.
    Fetched(bytes::Bytes),
    /// A folder of somebody else's, used as it is.
    Folder(PathBuf),
}

/// A function as `CreateFunction` gets it.
#[derive(Debug)]
pub struct NewFunction {
    /// All but its code.
    pub config: FunctionConfig,
    /// Its code.
    pub code: Code,
    /// `Layers`: ARNs of layer versions, in order.
    pub layers: Vec<String>,
    /// `Tags`.
    pub tags: BTreeMap<String, String>,
    /// `Publish`: also as version 1.
    pub publish: bool,
}

/// What look-ups show of one version.
#[derive(Debug, Clone)]
pub struct FunctionView {
    /// Its configuration.
    pub config: Arc<FunctionConfig>,
    /// The ARN as it was asked for.
    pub arn: String,
    /// `RevisionId`.
    pub revision: String,
    /// `Tags` of the function.
    pub tags: BTreeMap<String, String>,
    /// `ReservedConcurrentExecutions` of the function.
    pub reserved: Option<u32>,
}

impl FunctionView {
    /// The code's size and hash. A folder of code is packed for it.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub fn code(&self) -> Result<CodeFacts, ApiError> {
        match &self.config.package {
            Some(package) => Ok(package.facts()),
            None => facts_of(&self.config.code),
        }
    }
}

impl Function {
    pub(in crate::lambda) fn new(config: FunctionConfig, revision: String) -> Self {
        let mut config = config;
        let (reserved, asynchronous) = (config.reserved_concurrency.take(), &config.asynchronous);
        let first = EventInvokeConfig::of(asynchronous, config.last_modified);
        Self {
            latest: Arc::new(config),
            published: BTreeMap::new(),
            last_published: 0,
            published_from: None,
            aliases: BTreeMap::new(),
            revisions: BTreeMap::from([(Qualifier::LATEST, revision)]),
            event_invoke: first.map(|first| (Qualifier::LATEST, first)).into_iter().collect(),
            policies: BTreeMap::new(),
            tags: BTreeMap::new(),
            recursive_loop: RecursiveLoop::default(),
            reserved,
            provisioned: BTreeMap::new(),
            pools: BTreeMap::new(),
            requests: Requests::default(),
        }
    }
}

impl Lambda {
    /// `CreateFunction` with code that lies in a folder.
    ///
    /// # Errors
    ///
    /// Lambda's own: the name is taken, or the environment isn't one that Lambda takes.
    pub fn create_function(&self, config: FunctionConfig) -> Result<(), ApiError> {
        let code = Code::Folder(config.code.clone());
        let function = NewFunction {
            config,
            code,
            layers: Vec::new(),
            tags: BTreeMap::new(),
            publish: false,
        };
        self.create(function).map(drop)
    }

    /// `CreateFunction`. Gives the version that was published, else `$LATEST`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn create(&self, new: NewFunction) -> Result<FunctionView, ApiError> {
        let NewFunction {
            mut config,
            code,
            layers,
            tags,
            publish,
        } = new;
        config.check_environment()?;
        config.check_snap_start()?;
        let name = config.name.to_string();
        let taken = |functions: &BTreeMap<String, Function>| {
            if functions.contains_key(&name) {
                return Err(ApiError::FunctionExists(name.clone()));
            }
            Ok(())
        };
        taken(&self.state().functions)?;
        if !layers.is_empty() {
            self.set_layers(&mut config, &layers)?;
        }
        self.set_code(&mut config, code)?;
        config.last_modified = self.platform().clock().now();
        let mut function = Function::new(config, self.new_revision());
        function.tags = tags;
        {
            let mut state = self.state();
            taken(&state.functions)?;
            state.functions.insert(name.clone(), function);
        }
        let reference = FunctionRef { name, qualifier: None };
        if publish {
            return self.publish_version(&reference, None, None, None);
        }
        self.look_up(&reference)
    }

    /// `UpdateFunctionConfiguration`: new environments follow it, idle ones end.
    ///
    /// # Errors
    ///
    /// Lambda's own, or what `change` says.
    pub fn update_configuration(
        &self,
        reference: &FunctionRef,
        revision: Option<&str>,
        layers: Option<&[String]>,
        change: impl FnOnce(&mut FunctionConfig) -> Result<(), ApiError>,
    ) -> Result<FunctionView, ApiError> {
        let mut config = self.changeable(reference, revision)?;
        change(&mut config)?;
        config.check_environment()?;
        config.check_snap_start()?;
        if let Some(layers) = layers {
            self.set_layers(&mut config, layers)?;
        }
        self.replace(reference, config)
    }

    /// `UpdateFunctionCode`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn update_code(
        &self,
        reference: &FunctionRef,
        revision: Option<&str>,
        code: Code,
        architecture: Option<Architecture>,
        dry_run: bool,
    ) -> Result<FunctionView, ApiError> {
        let mut config = self.changeable(reference, revision)?;
        self.set_code(&mut config, code)?;
        if let Some(architecture) = architecture {
            config.architecture = architecture;
        }
        if dry_run {
            return Ok(FunctionView {
                config: Arc::new(config),
                ..self.look_up(reference)?
            });
        }
        self.replace(reference, config)
    }

    /// A copy of `$LATEST` to change.
    fn changeable(&self, reference: &FunctionRef, revision: Option<&str>) -> Result<FunctionConfig, ApiError> {
        self.with_function(reference, |function| {
            function.check_revision(&Qualifier::LATEST, revision)?;
            Ok((*function.latest).clone())
        })
    }

    /// Puts a changed `$LATEST` in its place.
    fn replace(&self, reference: &FunctionRef, mut config: FunctionConfig) -> Result<FunctionView, ApiError> {
        config.last_modified = self.platform().clock().now();
        let revision = self.new_revision();
        let ended = self.with_function(reference, |function| {
            function.latest = Arc::new(config);
            function.revisions.insert(Qualifier::LATEST, revision);
            Ok(function.pools.get_mut(&Version::Latest).map(Pool::end))
        })?;
        drop(ended);
        let latest = FunctionRef {
            name: reference.name.clone(),
            qualifier: None,
        };
        self.look_up(&latest)
    }

    fn set_code(&self, config: &mut FunctionConfig, code: Code) -> Result<(), ApiError> {
        let zip = match code {
            Code::Folder(folder) => {
                config.code = folder;
                config.package = None;
                return Ok(());
            }
            Code::Zip(zip) if zip.len() > MAX_ZIPPED => {
                return Err(ApiError::EntityTooLarge(format!(
                    "Zipped size must be smaller than {MAX_ZIPPED} bytes"
                )));
            }
            Code::Zip(zip) | Code::Fetched(zip) => zip,
        };
        let package = Package::unpack(&zip, self.platform().new_home())?;
        config.code = package.content();
        config.package = Some(Arc::new(package));
        check_size(config)
    }

    /// `DeleteFunction`: one published version, or all of the function.
    ///
    /// # Errors
    ///
    /// If there is no such function, or the version cannot be deleted by itself.
    pub fn delete_function(&self, identifier: &str, qualifier: Option<&str>) -> Result<(), ApiError> {
        let reference = self.reference(identifier, qualifier)?;
        match reference.qualifier {
            None => {
                let function = self.state().functions.remove(&reference.name);
                // Its environments end outside of the lock.
                drop(function.ok_or_else(|| self.no_such(&reference))?);
                self.function_urls().remove_function(&reference.name);
                let name = &reference.name;
                self.platform().keep_snapshots(|function, _| function.as_str() != name);
                Ok(())
            }
            Some(Qualifier::Version(Version::Published(number))) => self.delete_version(&reference, number),
            Some(Qualifier::Version(Version::Latest)) => Err(ApiError::invalid_parameter(
                "$LATEST version cannot be deleted without deleting the function.".to_owned(),
            )),
            Some(Qualifier::Alias(_)) => Err(ApiError::invalid_parameter(
                "Deletion of aliases is not currently supported.".to_owned(),
            )),
        }
    }

    /// The configuration that a function, or one of its versions or aliases, has now.
    ///
    /// # Errors
    ///
    /// If there is no such function, version or alias.
    pub fn function(&self, identifier: &str) -> Result<Arc<FunctionConfig>, ApiError> {
        self.config_of(&self.reference(identifier, None)?)
    }

    pub(in crate::lambda) fn config_of(&self, reference: &FunctionRef) -> Result<Arc<FunctionConfig>, ApiError> {
        self.with_qualified(reference, |function, qualifier| {
            function
                .resolve(qualifier)
                .cloned()
                .ok_or_else(|| self.no_such(reference))
        })
    }

    /// The configurations of all functions' `$LATEST`, by name.
    #[must_use]
    pub fn functions(&self) -> Vec<Arc<FunctionConfig>> {
        let state = self.state();
        state
            .functions
            .values()
            .map(|function| function.latest.clone())
            .collect()
    }

    /// `GetFunction`.
    ///
    /// # Errors
    ///
    /// If there is no such function, version or alias.
    pub fn look_up(&self, reference: &FunctionRef) -> Result<FunctionView, ApiError> {
        let found = self.with_qualified(reference, |function, qualifier| {
            let config = function.resolve(qualifier).cloned();
            Ok((
                config.ok_or_else(|| self.no_such(reference))?,
                self.view_parts(function, reference),
            ))
        });
        let (config, (arn, revision, tags, reserved)) = found?;
        Ok(FunctionView {
            config,
            arn,
            revision,
            tags,
            reserved,
        })
    }

    fn view_parts(
        &self,
        function: &Function,
        reference: &FunctionRef,
    ) -> (String, String, BTreeMap<String, String>, Option<u32>) {
        let version = match reference.qualifier() {
            Qualifier::Alias(name) => Qualifier::Version(
                function
                    .aliases
                    .get(&name)
                    .map_or(Version::Latest, |alias: &Alias| alias.version),
            ),
            version @ Qualifier::Version(_) => version,
        };
        (
            reference.arn(self.platform().account()),
            function.revision(&version),
            function.tags.clone(),
            function.reserved,
        )
    }

    /// `ListFunctions`: of every function `$LATEST`, or with `all` every version.
    ///
    /// # Errors
    ///
    /// If a folder of code cannot be read.
    pub fn list(&self, all: bool) -> Result<Vec<FunctionView>, ApiError> {
        let mut references = Vec::new();
        for (name, function) in &self.state().functions {
            let versions = function.all_versions().map(|config| config.version);
            references.extend(
                versions
                    .filter(|version| all || *version == Version::Latest)
                    .map(|version| FunctionRef {
                        name: name.clone(),
                        qualifier: all.then_some(Qualifier::Version(version)),
                    }),
            );
        }
        references.iter().map(|reference| self.look_up(reference)).collect()
    }

    /// Shuts a function's idle environments down, so that the next invocation is a cold start.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn recycle(&self, identifier: &str) -> Result<(), ApiError> {
        let reference = self.reference(identifier, None)?;
        let ended = self.with_function(&reference, |function| {
            Ok(function.pools.values_mut().map(Pool::end).collect::<Vec<_>>())
        })?;
        drop(ended);
        // What is provisioned is made again.
        self.provision(&reference.name);
        Ok(())
    }
}

/// Refuses code that is too large together with its layers.
pub(super) fn check_size(config: &FunctionConfig) -> Result<(), ApiError> {
    let code = config.package.as_ref().map_or(0, |package| package.unzipped());
    let layers: u64 = config.layer_versions.iter().map(|layer| layer.unzipped).sum();
    if code + layers > crate::lambda::package::MAX_UNZIPPED {
        return Err(ApiError::invalid_parameter(
            "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size \
             is "
            .to_owned()
                + &format!("{} bytes.", code + layers),
        ));
    }
    Ok(())
}
