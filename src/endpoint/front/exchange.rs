//! One invocation on behalf of an HTTP client, who does not wait for ever.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

use super::Broken;
use crate::clock::Busy;
use crate::cloud::apigateway::Outcome;
use crate::history::{EntryId, InvocationRecord};
use crate::lambda::runtime_api::ResponseStream;
use crate::lambda::{ApiError, Invocation, Lambda};

/// How an invocation ended, with the token that it had.
pub(super) type Ended = (Result<InvocationRecord, ApiError>, Busy);

/// Begins an invocation. It runs on whether or not its end is waited for, as it does on AWS when the client is gone.
pub(super) fn begin(
    lambda: &Lambda,
    function: &str,
    event: &Value,
    cause: EntryId,
    stream: Option<ResponseStream>,
    busy: Busy,
) -> oneshot::Receiver<Ended> {
    let invocation = Invocation {
        payload: event.to_string().into(),
        cause: Some(cause),
        stream,
        ..Invocation::default()
    };
    let (sender, receiver) = oneshot::channel();
    let (runner, function) = (lambda.clone(), function.to_owned());
    lambda.spawn(async move {
        let ended = runner.invoke(&function, &invocation, busy).await;
        // The client may be gone.
        let _ = sender.send(ended);
    });
    receiver
}

/// Invokes a function with an event, and waits for at most `timeout` of virtual time.
pub(super) async fn invoke(
    lambda: &Lambda,
    function: &str,
    event: &Value,
    cause: EntryId,
    timeout: Option<Duration>,
    busy: Busy,
) -> (Result<Outcome, Broken>, Busy) {
    let patience = busy.another();
    let ended = begin(lambda, function, event, cause, None, busy);
    let clock = lambda.platform().clock().clone();
    let given_up = async {
        if let Some(timeout) = timeout {
            return clock.sleep(patience, timeout).await;
        }
        drop(patience);
        std::future::pending().await
    };
    let (result, busy) = tokio::select! {
        biased;
        ended = ended => match ended {
            Ok(ended) => ended,
            // The service shut down meanwhile.
            Err(_) => return (Ok(Outcome::Refused), clock.busy()),
        },
        busy = given_up => return (Ok(Outcome::TimedOut), busy),
    };
    // What computes for long takes longer at less memory than it does here.
    let late = |record: &InvocationRecord| {
        timeout.is_some_and(|most| record.duration + record.init_waited_for().unwrap_or_default() > most)
    };
    match result {
        Ok(record) if late(&record) => (Ok(Outcome::TimedOut), busy),
        result => (outcome(result), busy),
    }
}

/// What an ended invocation means for its client.
pub(super) fn outcome(result: Result<InvocationRecord, ApiError>) -> Result<Outcome, Broken> {
    match result {
        Ok(record) if record.function_error => Ok(Outcome::FunctionError),
        Ok(record) => Ok(Outcome::Payload(record.payload)),
        Err(ApiError::TooManyRequests { reason }) => Ok(Outcome::Throttled(reason.as_str())),
        Err(ApiError::RequestTooLarge { .. }) => Ok(Outcome::TooLarge),
        Err(ApiError::Service(message)) => Err(Broken(message)),
        Err(_) => Ok(Outcome::Refused),
    }
}
