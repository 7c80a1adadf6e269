//! Event source mappings: queues and streams that Lambda polls on a function's behalf.

mod batch;
mod sqs;
mod stream;

use std::sync::Arc;

use tokio::sync::mpsc;

use super::service::Lambda;
use crate::clock::Busy;
use crate::cloud::Cloud;

/// `CreateEventSourceMapping`.
#[derive(Debug, Clone)]
pub struct EventSourceMapping {
    /// The ARN of a queue or a stream.
    pub source: String,
    /// The function's name.
    pub function: String,
    /// `BatchSize`: 10 for queues and 100 for streams unless given.
    pub batch_size: Option<usize>,
    /// `FunctionResponseTypes` has `ReportBatchItemFailures`.
    pub report_batch_item_failures: bool,
    /// `MaximumRetryAttempts` of a stream; `None` tries until the records expire.
    pub retries: Option<u32>,
    /// `BisectBatchOnFunctionError` of a stream.
    pub bisect: bool,
    /// `DestinationConfig.OnFailure` of a stream.
    pub on_failure: Option<String>,
}

/// Wakes a mapping's poller. The token keeps the clock from jumping before the poller looks.
#[derive(Debug, Clone)]
pub struct Poller {
    source: String,
    wake: mpsc::UnboundedSender<Busy>,
}

impl Poller {
    /// The ARN that it polls.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// There is something to be had.
    pub fn wake(&self, busy: Busy) {
        // A poller that is gone has no use for it.
        let _ = self.wake.send(busy);
    }
}

/// Starts polling for a mapping, for as long as the service lives.
#[must_use]
pub fn poll(lambda: &Lambda, cloud: &Arc<Cloud>, mapping: EventSourceMapping) -> Poller {
    let (wake, woken) = mpsc::unbounded_channel();
    let poller = Poller {
        source: mapping.source.clone(),
        wake,
    };
    let (inner, cloud) = (lambda.clone(), cloud.clone());
    if mapping.source.contains(":dynamodb:") {
        let start = cloud.dynamodb.stream_end(&mapping.source);
        lambda.spawn(stream::poll(inner, cloud, mapping, start, woken));
    } else {
        lambda.spawn(sqs::poll(inner, cloud, mapping, woken));
    }
    poller
}
