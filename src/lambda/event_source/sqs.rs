//! Polling a queue (developer guide, "Using Lambda with Amazon SQS").

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;

use super::EventSourceMapping;
use super::batch::{BatchOutcome, outcome};
use crate::clock::Busy;
use crate::cloud::Cloud;
use crate::cloud::sqs::Message;
use crate::history::Event;
use crate::lambda::service::{Invocation, Lambda};

const BATCH_SIZE: usize = 10;
/// How long a poller waits after a throttle before the messages may come again.
const AFTER_THROTTLE: Duration = Duration::from_secs(5);

/// Takes batches whenever the queue has messages. Batches run beside each other.
pub(super) async fn poll(
    lambda: Lambda,
    cloud: Arc<Cloud>,
    mapping: EventSourceMapping,
    mut woken: mpsc::UnboundedReceiver<Busy>,
) {
    let mapping = Arc::new(mapping);
    let size = mapping.batch_size.unwrap_or(BATCH_SIZE).max(1);
    while let Some(busy) = woken.recv().await {
        while let Ok(messages) = cloud.sqs.receive_for_mapping(&mapping.source, size, None) {
            if messages.is_empty() {
                break;
            }
            let (lambda_, cloud, mapping, busy) = (lambda.clone(), cloud.clone(), mapping.clone(), busy.another());
            lambda.spawn(async move { hand_over(&lambda_, &cloud, &mapping, messages, busy).await });
        }
    }
}

/// Gives one batch to the function, and deletes what it has done with.
async fn hand_over(lambda: &Lambda, cloud: &Cloud, mapping: &EventSourceMapping, messages: Vec<Message>, busy: Busy) {
    let records: Vec<_> = messages
        .iter()
        .map(|message| message.lambda_record(&mapping.source))
        .collect();
    lambda.platform().record(Event::Delivered {
        from: mapping.source.clone(),
        to: lambda.platform().function_arn(&mapping.function),
        records: records.len(),
        what: "SQS batch".to_owned(),
    });
    let invocation = Invocation {
        payload: json!({ "Records": records }).to_string().into(),
        client_context: None,
        depth: 0,
    };
    let (result, _busy) = lambda.invoke(&mapping.function, &invocation, busy).await;
    let Ok(record) = result else {
        // Throttled: the messages are left alone, and come again a little later.
        for message in &messages {
            let _ = cloud
                .sqs
                .change_visibility(&mapping.source, &message.receipt_handle, AFTER_THROTTLE);
        }
        return;
    };
    let identifiers: Vec<String> = messages.iter().map(|message| message.message_id.clone()).collect();
    let again = match outcome(&record, mapping.report_batch_item_failures, &identifiers) {
        BatchOutcome::Failed => return,
        BatchOutcome::Succeeded => std::collections::BTreeSet::new(),
        BatchOutcome::Partly(failed) => failed,
    };
    for message in messages.iter().filter(|message| !again.contains(&message.message_id)) {
        // A message that became visible meanwhile has another receipt: it comes again, as on AWS.
        let _ = cloud.sqs.delete(&mapping.source, &message.receipt_handle);
    }
}
