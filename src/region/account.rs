//! Puts an exercise's resources into a Region.

use std::path::PathBuf;

use bytes::Bytes;

use super::code::unpack;
use super::{Region, RegionError};
use crate::cloud::s3::Upload;
use crate::course::exercise::Files;
use crate::course::resources::{
    self, Bucket, EventSource, Function, LIVE, Queue, Resources, Rule, SeedObject, Table, Topic,
};
use crate::lambda::event_source::{DestinationRequest, FilterRequest, MappingRequest, ScalingRequest};
use crate::lambda::package::extract;
use crate::lambda::{
    Architecture, AsyncConfig, EphemeralStorage, FunctionConfig, FunctionName, LogFormat, MemorySize, Timeout,
};

/// The files that resources name.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// What `/var/task` shows to every function.
    pub code: &'a Files,
    /// Layers by name.
    pub layers: &'a std::collections::BTreeMap<String, Files>,
    /// Data that goes into buckets.
    pub data: &'a Files,
}

impl Region {
    /// Creates everything that an exercise, a case or a lesson's block needs.
    ///
    /// # Errors
    ///
    /// If a service refuses a resource, or a named file is missing.
    pub fn create(&self, resources: &Resources, content: Content<'_>) -> Result<(), RegionError> {
        for table in &resources.tables {
            self.create_table(table)?;
        }
        for queue in &resources.queues {
            self.create_queue(queue)?;
        }
        for bucket in &resources.buckets {
            self.cloud
                .s3
                .create_bucket(&bucket.name)
                .map_err(refused("bucket", &bucket.name))?;
            for object in &bucket.objects {
                self.seed(&bucket.name, object, content.data)?;
            }
        }
        let code = self.home.path().join("code");
        unpack(&code, content.code)?;
        for function in &resources.functions {
            self.create_function(resources, function, &code, content)?;
        }
        for bucket in &resources.buckets {
            self.notify(resources, bucket)?;
        }
        for topic in &resources.topics {
            self.create_topic(resources, topic)?;
        }
        for bus in &resources.buses {
            self.cloud.events.create_bus(&bus.name);
        }
        for rule in &resources.rules {
            self.create_rule(resources, rule)?;
        }
        for api in &resources.apis {
            self.create_api(resources, api);
        }
        for source in &resources.event_sources {
            self.create_event_source(resources, source)?;
        }
        Ok(())
    }

    fn create_table(&self, table: &Table) -> Result<(), RegionError> {
        let refused = refused("table", &table.name);
        let dynamodb = &self.cloud.dynamodb;
        dynamodb
            .create_table(
                &table.name,
                &table.key,
                table.sort_key.as_deref(),
                table.stream.as_deref(),
            )
            .map_err(&refused)?;
        for item in &table.items {
            let mut call = crate::cloud::Call::outside();
            dynamodb
                .put_item_plain(&mut call, &table.name, item)
                .map_err(&refused)?;
        }
        Ok(())
    }

    fn create_queue(&self, queue: &Queue) -> Result<(), RegionError> {
        let mut attributes = vec![("VisibilityTimeout", queue.visibility_timeout.to_string())];
        if queue.fifo {
            attributes.push(("FifoQueue", "true".to_owned()));
        }
        if let Some(dead) = &queue.dead_letter_queue {
            let policy = serde_json::json!({
                "deadLetterTargetArn": self.cloud.sqs.arn(dead),
                "maxReceiveCount": queue.max_receive_count.unwrap_or(5),
            });
            attributes.push(("RedrivePolicy", policy.to_string()));
        }
        self.cloud
            .sqs
            .create_queue(&queue.name, &attributes)
            .map(drop)
            .map_err(refused("queue", &queue.name))
    }

    fn seed(&self, bucket: &str, object: &SeedObject, data: &Files) -> Result<(), RegionError> {
        let refused = refused("object", &object.key);
        let body = match (&object.text, &object.json, &object.file) {
            (Some(text), _, _) => Bytes::from(text.clone()),
            (None, Some(json), _) => Bytes::from(json.to_string()),
            (None, None, Some(file)) => data_file(data, file)?,
            (None, None, None) => Bytes::new(),
        };
        self.cloud
            .s3
            .seed(bucket, &object.key, Upload::new(body))
            .map_err(refused)
    }

    fn create_function(
        &self,
        resources: &Resources,
        function: &Function,
        code: &std::path::Path,
        content: Content<'_>,
    ) -> Result<(), RegionError> {
        let refused = |error: crate::lambda::ApiError| RegionError::Resource {
            what: format!("function {}", function.name),
            message: error.message(),
        };
        let mut config = FunctionConfig::new(FunctionName::new(&function.name).map_err(refused)?, code.to_owned());
        config.handler.clone_from(&function.handler);
        config.memory = MemorySize::new(function.memory).map_err(refused)?;
        config.timeout = Timeout::new(function.timeout).map_err(refused)?;
        config.environment.clone_from(&function.environment);
        config.layers = self.unpack_layers(function, content)?;
        config.reserved_concurrency = function.reserved_concurrency;
        config.ephemeral_storage = EphemeralStorage::new(function.storage).map_err(refused)?;
        config.architecture = match function.architecture {
            resources::Architecture::X86 => Architecture::X86_64,
            resources::Architecture::Arm64 => Architecture::Arm64,
        };
        config.logging.format = match function.log_format {
            resources::LogFormat::Text => LogFormat::Text,
            resources::LogFormat::Json => LogFormat::Json,
        };
        config.snap_start = function.snap_start;
        let arn = |target: &Option<String>| {
            let target = target.as_deref();
            target.map(|target| self.target_arn(resources, target)).transpose()
        };
        let defaults = AsyncConfig::default();
        config.asynchronous = AsyncConfig {
            retries: function.retries.unwrap_or(defaults.retries),
            on_failure: arn(&function.on_failure)?,
            on_success: arn(&function.on_success)?,
            dead_letter: arn(&function.dead_letter)?,
            duplicates: function.duplicates,
            ..defaults
        };
        self.lambda
            .deploy(config, LIVE, function.provisioned_concurrency)
            .map(drop)
            .map_err(refused)
    }

    /// All layers of a function in one folder, the later over the earlier.
    fn unpack_layers(&self, function: &Function, content: Content<'_>) -> Result<Option<PathBuf>, RegionError> {
        if function.layers.is_empty() {
            return Ok(None);
        }
        let folder = self.home.path().join("opt").join(&function.name);
        for layer in &function.layers {
            let files = content.layers.get(layer).ok_or_else(|| missing("layer", layer))?;
            unpack(&folder, files)?;
        }
        Ok(Some(folder))
    }

    /// Writes the files of a layer, laid out as under `/opt`, where a function can be given them: over those of the
    /// layers before.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn unpack_layer(&self, files: &Files) -> Result<PathBuf, RegionError> {
        let folder = self.home.path().join("layers");
        unpack(&folder, files)?;
        Ok(folder)
    }

    /// The same for a layer in a zip. Nothing in it leads out of the folder, and it is no larger than a layer may be.
    ///
    /// # Errors
    ///
    /// Lambda's own where it is no zip or too large, or if it cannot be written.
    pub fn unpack_layer_zip(&self, zip: &[u8]) -> Result<PathBuf, RegionError> {
        let folder = self.home.path().join("layers");
        extract(zip, &folder).map_err(|error| RegionError::Resource {
            what: "layer".to_owned(),
            message: error.message(),
        })?;
        Ok(folder)
    }

    fn notify(&self, resources: &Resources, bucket: &Bucket) -> Result<(), RegionError> {
        for notification in &bucket.notifications {
            let target = self.target_arn(resources, &format!("lambda:{}", notification.function))?;
            let (prefix, suffix) = (notification.prefix.as_deref(), notification.suffix.as_deref());
            self.cloud
                .s3
                .add_notification(&bucket.name, &target, &notification.events, prefix, suffix)
                .map_err(refused("notification of bucket", &bucket.name))?;
        }
        Ok(())
    }

    fn create_topic(&self, resources: &Resources, topic: &Topic) -> Result<(), RegionError> {
        let refused = refused("topic", &topic.name);
        let arn = self.cloud.sns.create_topic(&topic.name).map_err(&refused)?;
        for subscription in &topic.subscriptions {
            self.cloud
                .sns
                .subscribe(&arn, &self.target_arn(resources, subscription)?)
                .map_err(&refused)?;
        }
        Ok(())
    }

    fn create_rule(&self, resources: &Resources, rule: &Rule) -> Result<(), RegionError> {
        let targets = rule
            .targets
            .iter()
            .map(|target| self.target_arn(resources, target))
            .collect::<Result<Vec<_>, _>>()?;
        self.cloud
            .events
            .create_rule(
                &rule.bus,
                &rule.name,
                rule.pattern.as_ref(),
                rule.schedule.as_deref(),
                &targets,
            )
            .map_err(refused("rule", &rule.name))
    }

    fn create_event_source(&self, resources: &Resources, source: &EventSource) -> Result<(), RegionError> {
        let arn = match source.source.split_once(':') {
            Some(("sqs", queue)) => self.cloud.sqs.arn(queue),
            Some(("dynamodb", table)) => self
                .cloud
                .dynamodb
                .stream_arn(table)
                .ok_or_else(|| missing("stream of table", table))?,
            _ => return Err(missing("event source", &source.source)),
        };
        let stream = arn.contains(":dynamodb:");
        let on_failure = source.on_failure.as_deref();
        let on_failure = on_failure
            .map(|target| self.target_arn(resources, target))
            .transpose()?;
        let request = MappingRequest {
            event_source_arn: Some(arn),
            function_name: Some(resources.invoked(&source.function).into_owned()),
            batch_size: source.batch_size.map(i64::from),
            function_response_types: source
                .report_batch_item_failures
                .then(|| vec!["ReportBatchItemFailures".to_owned()]),
            maximum_batching_window_in_seconds: source.batch_window.map(i64::from),
            filter_criteria: (!source.filters.is_empty()).then(|| FilterRequest::of(&source.filters)),
            scaling_config: source.maximum_concurrency.map(|most| ScalingRequest {
                maximum_concurrency: Some(i64::from(most)),
            }),
            starting_position: stream.then(|| "LATEST".to_owned()),
            parallelization_factor: source.parallelization_factor.map(i64::from),
            bisect_batch_on_function_error: source.bisect.then_some(true),
            maximum_retry_attempts: source.retries.map(i64::from),
            maximum_record_age_in_seconds: source.record_age.map(i64::from),
            destination_config: on_failure.map(DestinationRequest::on_failure),
            ..MappingRequest::default()
        };
        let refused = |error: crate::lambda::ApiError| RegionError::Resource {
            what: format!("event source mapping of {} to {}", source.source, source.function),
            message: error.message(),
        };
        self.lambda
            .create_mapping(request, &self.sources)
            .map(drop)
            .map_err(refused)
    }

    /// The ARN of a target written as `sqs:NAME`.
    fn target_arn(&self, resources: &Resources, target: &str) -> Result<String, RegionError> {
        let account = self.cloud.account();
        Ok(match target.split_once(':') {
            Some(("lambda", name)) => account.arn("lambda", &format!("function:{}", resources.invoked(name))),
            Some((service @ ("sqs" | "sns"), name)) => account.arn(service, name),
            Some(("events", name)) => account.arn("events", &format!("event-bus/{name}")),
            Some(("s3", name)) => format!("arn:aws:s3:::{name}"),
            _ => return Err(missing("target", target)),
        })
    }
}

/// A file of an exercise's data.
fn data_file(data: &Files, name: &str) -> Result<Bytes, RegionError> {
    data.get(name)
        .map(|content| Bytes::from(content.clone()))
        .ok_or_else(|| missing("file", name))
}

fn missing(kind: &str, name: &str) -> RegionError {
    RegionError::Resource {
        what: format!("{kind} {name}"),
        message: "there is none".to_owned(),
    }
}

fn refused(kind: &str, name: &str) -> impl Fn(crate::cloud::ApiError) -> RegionError + use<> {
    let what = format!("{kind} {name}");
    move |error| RegionError::Resource {
        what: what.clone(),
        message: error.to_string(),
    }
}
