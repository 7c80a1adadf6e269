//! What `CreateEventSourceMapping` and `UpdateEventSourceMapping` are asked for, in the API's own form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The parameters of `CreateEventSourceMapping`, all of them as they may be left out
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MappingRequest {
    /// The ARN of a queue or a stream.
    pub event_source_arn: Option<String>,
    /// A name, a partial ARN or an ARN, perhaps qualified.
    pub function_name: Option<String>,
    /// Whether Lambda polls.
    pub enabled: Option<bool>,
    /// 1 to 10,000; 10 for queues and 100 for streams unless given.
    pub batch_size: Option<i64>,
    /// 0 to 300.
    pub maximum_batching_window_in_seconds: Option<i64>,
    /// Which records the function gets.
    pub filter_criteria: Option<FilterRequest>,
    /// `ReportBatchItemFailures` or nothing.
    pub function_response_types: Option<Vec<String>>,
    /// Queues only.
    pub scaling_config: Option<ScalingRequest>,
    /// Queues only.
    pub provisioned_poller_config: Option<PollerRequest>,
    /// Streams only: `TRIM_HORIZON` or `LATEST`.
    pub starting_position: Option<String>,
    /// Streams only: 1 to 10.
    pub parallelization_factor: Option<i64>,
    /// Streams only.
    pub bisect_batch_on_function_error: Option<bool>,
    /// Streams only: -1 to 10,000.
    pub maximum_retry_attempts: Option<i64>,
    /// Streams only: -1, or 60 to 604,800.
    pub maximum_record_age_in_seconds: Option<i64>,
    /// Streams only: 0 to 900.
    pub tumbling_window_in_seconds: Option<i64>,
    /// Streams only: where records of batches go that were given up.
    pub destination_config: Option<DestinationRequest>,
    /// Everything else.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

/// `FilterCriteria`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FilterRequest {
    /// At most five.
    pub filters: Option<Vec<PatternRequest>>,
}

/// One filter.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PatternRequest {
    /// An event pattern as JSON text.
    pub pattern: Option<String>,
}

/// `ScalingConfig`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ScalingRequest {
    /// 2 to 1,000.
    pub maximum_concurrency: Option<i64>,
}

/// `ProvisionedPollerConfig`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PollerRequest {
    /// 2 to 200; 2 unless given.
    pub minimum_pollers: Option<i64>,
    /// 2 to 10,000; 200 unless given.
    pub maximum_pollers: Option<i64>,
    /// For Kafka alone.
    pub poller_group_name: Option<String>,
}

/// `DestinationConfig`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DestinationRequest {
    /// Nothing that a poller can use.
    pub on_success: Option<Value>,
    /// For failures.
    pub on_failure: Option<OnFailureRequest>,
}

/// `DestinationConfig.OnFailure`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OnFailureRequest {
    /// The ARN of a queue, a topic or a bucket.
    pub destination: Option<String>,
}

impl FilterRequest {
    /// Patterns, as JSON.
    #[must_use]
    pub fn of(patterns: &[Value]) -> Self {
        let filters = patterns.iter().map(|pattern| PatternRequest {
            pattern: Some(pattern.to_string()),
        });
        Self {
            filters: Some(filters.collect()),
        }
    }
}

impl DestinationRequest {
    /// An ARN for failures.
    #[must_use]
    pub fn on_failure(arn: String) -> Self {
        Self {
            on_success: None,
            on_failure: Some(OnFailureRequest { destination: Some(arn) }),
        }
    }
}

impl MappingRequest {
    /// This request with what an update changes. The source and the starting position stay.
    #[must_use]
    pub fn updated(&self, update: &Self) -> Self {
        let update = update.clone();
        let mut others = self.others.clone();
        others.extend(update.others);
        Self {
            event_source_arn: self.event_source_arn.clone(),
            function_name: update.function_name.or_else(|| self.function_name.clone()),
            enabled: update.enabled.or(self.enabled),
            batch_size: update.batch_size.or(self.batch_size),
            maximum_batching_window_in_seconds: update
                .maximum_batching_window_in_seconds
                .or(self.maximum_batching_window_in_seconds),
            filter_criteria: update.filter_criteria.or_else(|| self.filter_criteria.clone()),
            function_response_types: update
                .function_response_types
                .or_else(|| self.function_response_types.clone()),
            scaling_config: update.scaling_config.or(self.scaling_config),
            provisioned_poller_config: update
                .provisioned_poller_config
                .or_else(|| self.provisioned_poller_config.clone()),
            starting_position: self.starting_position.clone(),
            parallelization_factor: update.parallelization_factor.or(self.parallelization_factor),
            bisect_batch_on_function_error: update
                .bisect_batch_on_function_error
                .or(self.bisect_batch_on_function_error),
            maximum_retry_attempts: update.maximum_retry_attempts.or(self.maximum_retry_attempts),
            maximum_record_age_in_seconds: update
                .maximum_record_age_in_seconds
                .or(self.maximum_record_age_in_seconds),
            tumbling_window_in_seconds: update.tumbling_window_in_seconds.or(self.tumbling_window_in_seconds),
            destination_config: update.destination_config.or_else(|| self.destination_config.clone()),
            others,
        }
    }
}
