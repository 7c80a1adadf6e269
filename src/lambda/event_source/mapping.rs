//! An event source mapping with all its parameters, which wrong values cannot pass.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::filter::FilterCriteria;
use super::queue_settings::{ProvisionedPollers, QueueSettings, check_queue};
use super::request::MappingRequest;
use crate::cloud::Cloud;
use crate::lambda::{ApiError, Lambda};

/// What Lambda polls, how, and for which function.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSourceMapping {
    /// The ARN of the queue or the stream.
    pub source: String,
    /// The function, as it was named: perhaps qualified.
    pub function: String,
    /// `FunctionArn`: qualified where the function was.
    pub function_arn: String,
    /// Whether it is to be polled.
    pub enabled: bool,
    /// `BatchSize`.
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`.
    pub window: Duration,
    /// `FilterCriteria`.
    pub filters: FilterCriteria,
    /// `FunctionResponseTypes` has `ReportBatchItemFailures`.
    pub report_batch_item_failures: bool,
    /// What only queues or only streams have.
    pub kind: SourceKind,
    request: MappingRequest,
}

/// What only one kind of source has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// An SQS queue.
    Queue(QueueSettings),
    /// A DynamoDB stream.
    Stream(StreamSettings),
}

/// Parameters for streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSettings {
    /// `StartingPosition`.
    pub starting_position: StartingPosition,
    /// `ParallelizationFactor`: how many batches of a shard may run at once.
    pub parallelization_factor: usize,
    /// `BisectBatchOnFunctionError`.
    pub bisect: bool,
    /// `MaximumRetryAttempts`; `None` tries until the records expire.
    pub maximum_retry_attempts: Option<u32>,
    /// `MaximumRecordAgeInSeconds`; `None` for as long as the stream keeps them.
    pub maximum_record_age: Option<Duration>,
    /// `TumblingWindowInSeconds`; `None` without windows.
    pub tumbling_window: Option<Duration>,
    /// `DestinationConfig.OnFailure.Destination`: an ARN.
    pub on_failure: Option<String>,
}

/// Where reading of a stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// With the oldest record.
    TrimHorizon,
    /// With what comes from now on.
    Latest,
}

impl EventSourceMapping {
    /// What was asked for, updates included.
    #[must_use]
    pub fn request(&self) -> &MappingRequest {
        &self.request
    }

    /// What `CreateEventSourceMapping` makes of a request.
    ///
    /// # Errors
    ///
    /// Lambda's validation errors, with its texts where they are known.
    pub fn create(request: MappingRequest, lambda: &Lambda, cloud: &Cloud) -> Result<Self, ApiError> {
        let source = request.event_source_arn.clone();
        let source = source.ok_or_else(|| invalid("Unrecognized event source."))?;
        let missing = || constraint("null", "functionName", "Member must not be null");
        let function = request.function_name.clone().ok_or_else(missing)?;
        check_others(&request)?;
        let reference = lambda.reference(&function, None)?;
        let config = lambda
            .config_of(&reference)
            .map_err(|_| invalid("Function does not exist"))?;
        let batch_size = ranged(request.batch_size, "batchSize", 1..=10_000)?;
        let window = ranged(
            request.maximum_batching_window_in_seconds,
            "maximumBatchingWindowInSeconds",
            0..=300,
        )?;
        let window = Duration::from_secs(window.unwrap_or(0));
        let filters = request.filter_criteria.as_ref();
        let filters = filters.map(FilterCriteria::new).transpose()?.unwrap_or_default();
        let report_batch_item_failures = response_types(request.function_response_types.as_deref())?;
        let (kind, default) = match source.split(':').nth(2) {
            Some("sqs") => {
                let batch_size = batch_size.unwrap_or(10);
                let settings = QueueSettings::of(&request, &source, batch_size, window)?;
                check_queue(cloud, &source, config.timeout.duration())?;
                (SourceKind::Queue(settings), 10)
            }
            Some("dynamodb") => (SourceKind::Stream(stream(&request, &source, cloud)?), 100),
            _ => return Err(invalid("Unrecognized event source.")),
        };
        Ok(Self {
            source,
            function,
            function_arn: reference.arn(lambda.platform().account()),
            enabled: request.enabled.unwrap_or(true),
            batch_size: usize::try_from(batch_size.unwrap_or(default)).unwrap_or(usize::MAX),
            window,
            filters,
            report_batch_item_failures,
            kind,
            request,
        })
    }

    /// What `UpdateEventSourceMapping` makes of it.
    ///
    /// # Errors
    ///
    /// As [`EventSourceMapping::create`].
    pub fn updated(&self, update: &MappingRequest, lambda: &Lambda, cloud: &Cloud) -> Result<Self, ApiError> {
        Self::create(self.request.updated(update), lambda, cloud)
    }

    /// The part of `EventSourceMappingConfiguration` that follows from the parameters, with the names that AWS
    /// answers for this kind of source (recorded: `tests/golden/aws/event-source-*.json`).
    #[must_use]
    pub fn describe(&self) -> Map<String, Value> {
        let mut all = Map::new();
        let mut put = |name: &str, value: Value| all.insert(name.to_owned(), value);
        put("BatchSize", json!(self.batch_size));
        put("MaximumBatchingWindowInSeconds", json!(self.window.as_secs()));
        put("EventSourceArn", json!(self.source));
        put("FunctionArn", json!(self.function_arn));
        let types = if self.report_batch_item_failures {
            json!(["ReportBatchItemFailures"])
        } else {
            json!([])
        };
        put("FunctionResponseTypes", types);
        if !self.filters.is_empty() {
            put("FilterCriteria", self.filters.describe());
        }
        match &self.kind {
            SourceKind::Queue(queue) => {
                if let Some(most) = queue.maximum_concurrency {
                    put("ScalingConfig", json!({ "MaximumConcurrency": most }));
                }
                if let Some(ProvisionedPollers { minimum, maximum }) = queue.provisioned {
                    let config = json!({ "MinimumPollers": minimum, "MaximumPollers": maximum });
                    put("ProvisionedPollerConfig", config);
                }
            }
            SourceKind::Stream(stream) => {
                put("StartingPosition", json!(stream.starting_position.as_str()));
                put("ParallelizationFactor", json!(stream.parallelization_factor));
                put("BisectBatchOnFunctionError", json!(stream.bisect));
                let retries = stream.maximum_retry_attempts.map_or(-1, i64::from);
                put("MaximumRetryAttempts", json!(retries));
                let age = stream.maximum_record_age.map_or(json!(-1), |age| json!(age.as_secs()));
                put("MaximumRecordAgeInSeconds", age);
                let window = stream.tumbling_window.map_or(0, |window| window.as_secs());
                put("TumblingWindowInSeconds", json!(window));
                let destination = stream.on_failure.as_ref();
                let destination = destination.map_or(json!({}), |arn| json!({ "Destination": arn }));
                put("DestinationConfig", json!({ "OnFailure": destination }));
            }
        }
        all
    }
}

impl StartingPosition {
    /// As in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrimHorizon => "TRIM_HORIZON",
            Self::Latest => "LATEST",
        }
    }
}

fn stream(request: &MappingRequest, source: &str, cloud: &Cloud) -> Result<StreamSettings, ApiError> {
    refuse(&[
        ("ScalingConfig", request.scaling_config.is_some()),
        ("ProvisionedPollerConfig", request.provisioned_poller_config.is_some()),
    ])?;
    let starting_position = match request.starting_position.as_deref() {
        Some("TRIM_HORIZON") => StartingPosition::TrimHorizon,
        Some("LATEST") => StartingPosition::Latest,
        Some("AT_TIMESTAMP") => {
            return Err(invalid(&format!(
                "Unsupported starting position for arn type: {source}"
            )));
        }
        None => {
            // Lambda writes this one itself: it has the text of a broken constraint and another code.
            return Err(invalid(
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member \
                 must not be null.",
            ));
        }
        Some(other) => {
            let set = "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]";
            return Err(constraint(&format!("'{other}'"), "startingPosition", set));
        }
    };
    if !cloud.dynamodb.has_stream(source) {
        return Err(invalid(&format!("Stream not found: {source}")));
    }
    let factor = ranged(request.parallelization_factor, "parallelizationFactor", 1..=10)?;
    let unlimited = |value: Option<i64>| value.filter(|value| *value != -1);
    let retries = ranged(
        unlimited(request.maximum_retry_attempts),
        "maximumRetryAttempts",
        0..=10_000,
    )?;
    let age = ranged(
        unlimited(request.maximum_record_age_in_seconds),
        "maximumRecordAgeInSeconds",
        60..=604_800,
    )?;
    let window = ranged(request.tumbling_window_in_seconds, "tumblingWindowInSeconds", 0..=900)?;
    let destination = request.destination_config.clone().unwrap_or_default();
    if destination.on_success.is_some() {
        return Err(invalid(
            "Unsupported DestinationConfig parameter for given event source mapping type.",
        ));
    }
    let on_failure = destination.on_failure.and_then(|target| target.destination);
    if let Some(arn) = on_failure
        .as_deref()
        .filter(|arn| !matches!(arn.split(':').nth(2), Some("sqs" | "sns" | "s3")))
    {
        return Err(invalid(&format!(
            "The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination={arn})) \
             is invalid."
        )));
    }
    Ok(StreamSettings {
        starting_position,
        parallelization_factor: factor.and_then(|factor| usize::try_from(factor).ok()).unwrap_or(1),
        bisect: request.bisect_batch_on_function_error.unwrap_or(false),
        maximum_retry_attempts: retries.and_then(|retries| u32::try_from(retries).ok()),
        maximum_record_age: age.map(Duration::from_secs),
        tumbling_window: window.filter(|window| *window > 0).map(Duration::from_secs),
        on_failure,
    })
}

/// Parameters for other kinds of sources, and those that the mock leaves out.
fn check_others(request: &MappingRequest) -> Result<(), ApiError> {
    let harmless = ["Tags", "UUID"];
    let mut others = request.others.iter();
    match others.find(|(name, value)| !harmless.contains(&name.as_str()) && !value.is_null()) {
        Some((name, _)) => Err(invalid(&format!(
            "{name}: this mock knows event source mappings for SQS and DynamoDB Streams, and not this parameter. \
             Leave it out, or use AWS."
        ))),
        None => Ok(()),
    }
}

pub(super) fn refuse(given: &[(&str, bool)]) -> Result<(), ApiError> {
    match given.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(invalid(&format!(
            "Unsupported {name} parameter for given event source mapping type."
        ))),
        None => Ok(()),
    }
}

fn response_types(types: Option<&[String]>) -> Result<bool, ApiError> {
    let types = types.unwrap_or_default();
    if let Some(other) = types.iter().find(|kind| *kind != "ReportBatchItemFailures") {
        let set = "Member must satisfy enum value set: [ReportBatchItemFailures]";
        return Err(constraint(&format!("'[{other}]'"), "functionResponseTypes", set));
    }
    Ok(!types.is_empty())
}

pub(super) fn ranged(value: Option<i64>, name: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, ApiError> {
    let Some(given) = value else { return Ok(None) };
    match u64::try_from(given) {
        Ok(number) if range.contains(&number) => Ok(Some(number)),
        Ok(number) if number > *range.end() => {
            let limit = format!("Member must have value less than or equal to {}", range.end());
            Err(constraint(&format!("'{given}'"), name, &limit))
        }
        _ => {
            let limit = format!("Member must have value greater than or equal to {}", range.start());
            Err(constraint(&format!("'{given}'"), name, &limit))
        }
    }
}

fn constraint(value: &str, name: &str, text: &str) -> ApiError {
    ApiError::validation(format!(
        "Value {value} at '{name}' failed to satisfy constraint: {text}"
    ))
}

pub(super) fn invalid(message: &str) -> ApiError {
    ApiError::invalid_parameter(message.to_owned())
}
