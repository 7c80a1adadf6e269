//! What an event source mapping can ask of a queue alone.

use std::time::Duration;

use super::mapping::{invalid, ranged, refuse};
use super::request::{MappingRequest, PollerRequest};
use crate::cloud::Cloud;
use crate::lambda::ApiError;

/// Parameters for queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueSettings {
    /// Whether messages keep their order within a group.
    pub fifo: bool,
    /// `ScalingConfig.MaximumConcurrency`: how many batches may run at once.
    pub maximum_concurrency: Option<usize>,
    /// `ProvisionedPollerConfig`: pollers that stand ready.
    pub provisioned: Option<ProvisionedPollers>,
}

/// `ProvisionedPollerConfig`, with its defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvisionedPollers {
    /// `MinimumPollers`: there are always as many.
    pub minimum: usize,
    /// `MaximumPollers`.
    pub maximum: usize,
}

impl QueueSettings {
    /// Refuses what does not go with queues, or with this one.
    pub(super) fn of(
        request: &MappingRequest,
        source: &str,
        batch_size: u64,
        window: Duration,
    ) -> Result<Self, ApiError> {
        let fifo = source.strip_suffix(".fifo").is_some();
        let streams_only = [
            ("StartingPosition", request.starting_position.is_some()),
            ("ParallelizationFactor", request.parallelization_factor.is_some()),
            (
                "BisectBatchOnFunctionError",
                request.bisect_batch_on_function_error.is_some(),
            ),
            ("MaximumRetryAttempts", request.maximum_retry_attempts.is_some()),
            (
                "MaximumRecordAgeInSeconds",
                request.maximum_record_age_in_seconds.is_some(),
            ),
            ("TumblingWindowInSeconds", request.tumbling_window_in_seconds.is_some()),
            ("DestinationConfig", request.destination_config.is_some()),
        ];
        refuse(&streams_only)?;
        if fifo && !window.is_zero() {
            return Err(invalid("Batching window is not supported for FIFO queues"));
        }
        if fifo && batch_size > 10 {
            return Err(invalid("Batch size must not be greater than 10 for FIFO queues"));
        }
        if batch_size > 10 && window.is_zero() {
            return Err(invalid(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
            ));
        }
        let most = request.scaling_config.and_then(|scaling| scaling.maximum_concurrency);
        let most = ranged(most, "scalingConfig.maximumConcurrency", 2..=1_000)?;
        Ok(Self {
            fifo,
            maximum_concurrency: most.and_then(|most| usize::try_from(most).ok()),
            provisioned: request
                .provisioned_poller_config
                .as_ref()
                .map(|config| provisioned(config, most.is_some()))
                .transpose()?,
        })
    }
}

/// Ranges and defaults as in the API reference, `ProvisionedPollerConfig`.
fn provisioned(config: &PollerRequest, limited: bool) -> Result<ProvisionedPollers, ApiError> {
    refuse(&[("PollerGroupName", config.poller_group_name.is_some())])?;
    if limited {
        return Err(invalid(
            "ProvisionedPollerConfig and ScalingConfig.MaximumConcurrency cannot be used together: leave one of them out.",
        ));
    }
    let number = |value, name: &str, most, default| {
        let number = ranged(value, &format!("provisionedPollerConfig.{name}"), 2..=most)?;
        Ok::<_, ApiError>(
            number
                .and_then(|number| usize::try_from(number).ok())
                .unwrap_or(default),
        )
    };
    let minimum = number(config.minimum_pollers, "minimumPollers", 200, 2)?;
    let maximum = number(config.maximum_pollers, "maximumPollers", 10_000, 200)?;
    if minimum > maximum {
        return Err(invalid(&format!(
            "MinimumPollers ({minimum}) must not be greater than MaximumPollers ({maximum})."
        )));
    }
    Ok(ProvisionedPollers { minimum, maximum })
}

/// The queue is there, and hides messages for long enough.
pub(super) fn check_queue(cloud: &Cloud, source: &str, timeout: Duration) -> Result<(), ApiError> {
    let visibility = cloud.sqs.visibility_timeout(source).ok_or_else(|| {
        invalid(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error \
             Message: The specified queue does not exist.",
        )
    })?;
    if visibility < timeout {
        return Err(invalid(&format!(
            "Queue visibility timeout: {} seconds is less than Function timeout: {} seconds",
            visibility.as_secs(),
            timeout.as_secs()
        )));
    }
    Ok(())
}
