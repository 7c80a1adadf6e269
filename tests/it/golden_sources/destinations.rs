//! Destinations and dead letters of asynchronous invocations.

use std::time::Duration;

use serde_json::{Value, json};

use super::compare::Golden;
use crate::lab::Lab;

/// `handler.py` with the exception on the line of the recordings.
fn code() -> String {
    let answer = "\
import json
def answer(event, context):
    names = ('function_version', 'function_name', 'memory_limit_in_mb', 'aws_request_id', 'log_group_name',
             'log_stream_name')
    told = {'invoked_function_arn': context.invoked_function_arn}
    told.update({name: getattr(context, name) for name in names})
    told['client_context'] = context.client_context
    return {'event': event, 'context': told}
";
    let raising = "\
def handler(event, context):
    if event.get('raise_error'):
        raise Exception(\"Test exception (this is intentional)\")
    return answer(event, context)
";
    // The exception is raised on line 55.
    let blank = "\n".repeat(52 - answer.lines().count());
    format!("{answer}{blank}{raising}")
}

fn queue(lab: &Lab, name: &str) -> String {
    lab.region.cloud().sqs.create_queue(name, &[]).unwrap();
    lab.region.cloud().sqs.arn(name)
}

fn body(message: &Value) -> Value {
    message["Messages"][0]["Body"].clone()
}

fn received(lab: &Lab, name: &str) -> Value {
    json!(lab.region.cloud().sqs.peek_all(name).remove(0))
}

pub async fn record(content: &Value, retries: u8) {
    let lab = Lab::new(&code()).await;
    let target = queue(&lab, "q");
    lab.function("f", |config| {
        config.handler = "handler.handler".to_owned();
        config.asynchronous.retries = retries;
        config.asynchronous.on_success = Some(target.clone());
        config.asynchronous.on_failure = Some(target);
    });
    let recorded = body(&content["receive_message_result"]);
    lab.invoke_async("f", &recorded["requestPayload"].to_string()).await;
    Golden::default().same(&recorded, &received(&lab, "q"));
}

pub async fn dead_letter(content: &Value) {
    let lab = Lab::new(&code()).await;
    let target = queue(&lab, "dead");
    lab.function("f", |config| {
        config.handler = "handler.handler".to_owned();
        config.asynchronous.dead_letter = Some(target);
    });
    let recorded = ["receive_result", "messages"].into_iter().map(|name| &content[name]);
    let recorded = recorded
        .map(|result| &result["Messages"][0])
        .find(|message| !message.is_null());
    let recorded = recorded.unwrap();
    lab.invoke_async("f", &recorded["Body"].to_string()).await;
    let message = lab.region.cloud().sqs.peek_messages("dead").remove(0);
    let mut golden = Golden::default();
    golden.same(&recorded["Body"], &json!(message.body));
    let sent = message.lambda_record("arn", false);
    let attributes = sent["messageAttributes"].as_object().unwrap().iter();
    let attributes: serde_json::Map<_, _> = attributes
        .map(|(name, attribute)| {
            let shown = json!({ "DataType": attribute["dataType"], "StringValue": attribute["stringValue"] });
            (name.clone(), shown)
        })
        .collect();
    golden.same(&recorded["MessageAttributes"], &Value::Object(attributes));
}

/// A function that fails on the line of the recordings.
async fn failing() -> Lab {
    let raising = "def handler(event, context):\n    raise Exception(\"intentional failure\")\n";
    Lab::new(&format!("{}{raising}", "\n".repeat(5))).await
}

pub async fn retries(content: &Value) {
    let lab = failing().await;
    let target = queue(&lab, "q");
    lab.function("f", |config| {
        config.handler = "handler.handler".to_owned();
        config.asynchronous.on_failure = Some(target);
    });
    lab.invoke_async("f", r#"{"message": "some"}"#).await;
    let recorded = body(&content["queue_destination_payload"]);
    Golden::default().same(&recorded, &received(&lab, "q"));
}

pub async fn age(content: &Value) {
    for (name, age) in [("no_retry_failure_message", 60), ("single_retry_failure_message", 70)] {
        let lab = failing().await;
        let target = queue(&lab, "q");
        lab.function("f", |config| {
            config.handler = "handler.handler".to_owned();
            config.asynchronous.event_age = Duration::from_secs(age);
            config.asynchronous.on_failure = Some(target);
        });
        lab.invoke_async("f", r#"{"message": "some"}"#).await;
        Golden::default().same(&content[name]["Body"], &received(&lab, "q"));
    }
}

pub async fn bus(content: &Value) {
    let code = "\
def handler(event, context):
    if event.get('mode') == 'success':
        return {'hello': 'world', 'success': True, 'test': 'abc', 'val': 5}
    raise Exception(\"intentional failure!\")
";
    let lab = Lab::with(&[("index.py", code)]).await;
    let cloud = lab.region.cloud();
    cloud.events.create_bus("results");
    let target = queue(&lab, "q");
    let pattern = json!({ "source": ["lambda"] });
    cloud
        .events
        .create_rule("results", "all", Some(&pattern), None, &[target])
        .unwrap();
    let bus = cloud.account().arn("events", "event-bus/results");
    lab.function("f", |config| {
        config.handler = "index.handler".to_owned();
        config.asynchronous.retries = 0;
        config.asynchronous.on_success = Some(bus.clone());
        config.asynchronous.on_failure = Some(bus);
    });
    let mut golden = Golden::default();
    let recorded = ["success", "failure"].map(|end| &content[format!("lambda_destination_event_bus_{end}").as_str()]);
    for (place, recorded) in recorded.into_iter().enumerate() {
        let payload = recorded["detail"]["requestPayload"].to_string();
        lab.invoke_async("f", &payload).await;
        let told = lab.region.cloud().sqs.peek_all("q").remove(place);
        golden.same(recorded, &json!(told));
    }
}
