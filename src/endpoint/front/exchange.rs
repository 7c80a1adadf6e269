//! One invocation on behalf of an HTTP client, who does not wait for ever.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

use super::Broken;
use crate::clock::Busy;
use crate::cloud::apigateway::Outcome;
use crate::lambda::{ApiError, Invocation, Lambda};

/// Invokes a function with an event, and waits for at most `timeout` of virtual time. A function that takes longer runs
/// on, as it does on AWS; so does one whose client is gone.
pub(super) async fn invoke(
    lambda: &Lambda,
    function: &str,
    event: &Value,
    timeout: Option<Duration>,
    busy: Busy,
) -> (Result<Outcome, Broken>, Busy) {
    let invocation = Invocation {
        payload: event.to_string().into(),
        ..Invocation::default()
    };
    let (sender, receiver) = oneshot::channel();
    let (runner, name) = (lambda.clone(), function.to_owned());
    let patience = busy.another();
    lambda.spawn(async move {
        let done = runner.invoke(Lambda::name_of(&name), &invocation, busy).await;
        // The client may be gone.
        let _ = sender.send(done);
    });
    let clock = lambda.platform().clock().clone();
    let given_up = async {
        match timeout {
            Some(timeout) => clock.sleep(patience, timeout).await,
            None => {
                drop(patience);
                std::future::pending().await
            }
        }
    };
    let (result, busy) = tokio::select! {
        biased;
        done = receiver => match done {
            Ok(done) => done,
            // The service shut down meanwhile.
            Err(_) => return (Ok(Outcome::Refused), clock.busy()),
        },
        busy = given_up => return (Ok(Outcome::TimedOut), busy),
    };
    let outcome = match result {
        // What computes for long takes longer at less memory than it does here.
        Ok(record) if timeout.is_some_and(|most| record.duration + record.init.unwrap_or_default() > most) => {
            Outcome::TimedOut
        }
        Ok(record) if record.function_error => Outcome::FunctionError,
        Ok(record) => Outcome::Payload(record.payload),
        Err(ApiError::TooManyRequests { reason }) => Outcome::Throttled(reason.as_str()),
        Err(ApiError::RequestTooLarge { .. }) => Outcome::TooLarge,
        Err(ApiError::Service(message)) => return (Err(Broken(message)), busy),
        Err(_) => Outcome::Refused,
    };
    (Ok(outcome), busy)
}
