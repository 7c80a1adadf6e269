//! Sample events: what each service hands to a function, made by the service itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::apigateway::{Api, HttpRequest, Kind, Route};
use crate::cloud::s3::NotificationConfiguration;
use crate::cloud::{Account, ApiError, Call, Cloud, Notification};
use crate::history::History;
use crate::lambda::function_url::FunctionUrl;

/// What sends the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// An object was put into a bucket.
    S3Put,
    /// An object was deleted.
    S3Delete,
    /// The same as an event of EventBridge.
    S3EventBridge,
    /// A batch of messages of a standard queue.
    Sqs,
    /// A batch of messages of a FIFO queue.
    SqsFifo,
    /// A message of a topic.
    Sns,
    /// An event of one's own.
    EventBridge,
    /// A schedule of EventBridge.
    Schedule,
    /// A batch of a table's stream.
    DynamoDb,
    /// A request to a REST API.
    ApiGatewayRest,
    /// A request to an HTTP API.
    ApiGatewayHttp,
    /// A request to a function URL.
    FunctionUrl,
}

const KEY: &str = "incoming/order 17.json";
const BODY: &str = r#"{"orderId":17,"total":42.5}"#;

impl Sample {
    /// All of them, with the name that a command takes and a few words.
    pub const ALL: &[(Self, &str, &str)] = &[
        (Self::S3Put, "s3-put", "S3: an object was put"),
        (Self::S3Delete, "s3-delete", "S3: an object was deleted"),
        (
            Self::S3EventBridge,
            "s3-eventbridge",
            "S3 by way of EventBridge: an object was put",
        ),
        (Self::Sqs, "sqs", "SQS: two messages of a standard queue"),
        (Self::SqsFifo, "sqs-fifo", "SQS: two messages of a FIFO queue"),
        (Self::Sns, "sns", "SNS: a message of a topic"),
        (Self::EventBridge, "eventbridge", "EventBridge: an event of your own"),
        (Self::Schedule, "schedule", "EventBridge: a schedule"),
        (
            Self::DynamoDb,
            "dynamodb",
            "DynamoDB Streams: an item was added, changed, removed",
        ),
        (
            Self::ApiGatewayRest,
            "apigw-rest",
            "API Gateway: a request to a REST API (payload format 1.0)",
        ),
        (
            Self::ApiGatewayHttp,
            "apigw-http",
            "API Gateway: a request to an HTTP API (payload format 2.0)",
        ),
        (Self::FunctionUrl, "function-url", "Lambda: a request to a function URL"),
    ];

    /// The sample with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, own, _)| *own == name);
        found.map(|(sample, ..)| *sample)
    }

    /// The event, as it is sent at a time: the service is set up, used, and what it hands to the function is taken.
    ///
    /// # Errors
    /// If a service refuses what the sample needs: a defect of this program.
    pub async fn event(self, at: Timestamp) -> Result<Value, ApiError> {
        let account = Account::default();
        let chance = Chance::seeded(at.as_micros());
        let cloud = Cloud::new(Clock::new(at), &chance, History::default(), account.clone());
        let function = account.arn("lambda", "function:sample");
        let sent: Arc<Mutex<Vec<Bytes>>> = Arc::default();
        let keep = Arc::clone(&sent);
        cloud.on_notification(Arc::new(move |notification, _busy| {
            if let Notification::Invoke { event, .. } = notification {
                keep.lock().unwrap_or_else(PoisonError::into_inner).push(event);
            }
        }));
        match self {
            Self::S3Put | Self::S3Delete | Self::S3EventBridge => self.use_bucket(&cloud, &function)?,
            Self::Sns => use_topic(&cloud, &function)?,
            Self::EventBridge => use_bus(&cloud, &function)?,
            Self::Schedule => {
                let targets = [function];
                let schedule = Some("rate(5 minutes)");
                cloud
                    .events
                    .create_rule("default", "every-five-minutes", None, schedule, &targets)?;
                cloud.clock().advance(Duration::from_secs(300)).await;
            }
            Self::Sqs => return queue_batch(&cloud, "orders", false).await,
            Self::SqsFifo => return queue_batch(&cloud, "orders.fifo", true).await,
            Self::DynamoDb => return stream_batch(&cloud),
            Self::ApiGatewayRest => return Ok(api_request(&cloud, Kind::Rest, "prod")),
            Self::ApiGatewayHttp => return Ok(api_request(&cloud, Kind::Http, "$default")),
            Self::FunctionUrl => {
                let url = FunctionUrl::new(chance.alphanumeric(32).to_lowercase(), "sample", None, at);
                return Ok(url.event(&request(), None, &cloud.request_facts()));
            }
        }
        let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        let last = sent.last().map(Bytes::as_ref).unwrap_or_default();
        serde_json::from_slice(last).map_err(|error| ApiError::serialization(&error))
    }

    fn use_bucket(self, cloud: &Cloud, function: &str) -> Result<(), ApiError> {
        let bucket = "example-bucket";
        cloud.s3.create_bucket(bucket)?;
        if self == Self::S3EventBridge {
            let pattern = json!({ "source": ["aws.s3"] });
            let targets = [function.to_owned()];
            cloud
                .events
                .create_rule("default", "objects", Some(&pattern), None, &targets)?;
            let to_bus = NotificationConfiguration {
                event_bridge: true,
                ..NotificationConfiguration::default()
            };
            cloud.s3.set_notifications(bucket, to_bus)?;
        } else {
            let events = ["s3:ObjectCreated:*".to_owned(), "s3:ObjectRemoved:*".to_owned()];
            cloud.s3.add_notification(bucket, function, &events, None, None)?;
        }
        let mut call = Call::outside();
        cloud.s3.put(&mut call, bucket, KEY, BODY)?;
        if self == Self::S3Delete {
            cloud.s3.delete_object(&mut call, bucket, KEY, None)?;
        }
        cloud.apply(call.effects, None);
        Ok(())
    }
}

fn use_topic(cloud: &Cloud, function: &str) -> Result<(), ApiError> {
    let topic = cloud.sns.create_topic("orders")?;
    cloud.sns.subscribe(&topic, function)?;
    let mut call = Call::outside();
    let message = json!({
        "TopicArn": topic,
        "Subject": "New order",
        "Message": BODY,
        "MessageAttributes": { "kind": { "DataType": "String", "StringValue": "order" } },
    });
    cloud.sns.execute(&mut call, "Publish", &message)?;
    cloud.apply(call.effects, None);
    Ok(())
}

fn use_bus(cloud: &Cloud, function: &str) -> Result<(), ApiError> {
    let pattern = json!({ "source": ["example.shop"] });
    cloud
        .events
        .create_rule("default", "orders", Some(&pattern), None, &[function.to_owned()])?;
    let mut call = Call::outside();
    let entry = json!({ "Source": "example.shop", "DetailType": "Order Placed", "Detail": BODY });
    cloud
        .events
        .execute(&mut call, "PutEvents", &json!({ "Entries": [entry] }))?;
    cloud.apply(call.effects, None);
    Ok(())
}

async fn queue_batch(cloud: &Cloud, queue: &str, fifo: bool) -> Result<Value, ApiError> {
    let attributes = if fifo {
        vec![("FifoQueue", "true".to_owned())]
    } else {
        Vec::new()
    };
    cloud.sqs.create_queue(queue, &attributes)?;
    let arn = cloud.sqs.arn(queue);
    for number in 1..=2 {
        let mut message =
            json!({ "QueueUrl": cloud.sqs.url(queue), "MessageBody": format!("{{\"orderId\":{number}}}") });
        if fifo {
            message["MessageGroupId"] = json!("customer-7");
            message["MessageDeduplicationId"] = json!(format!("order-{number}"));
        } else if number == 1 {
            message["MessageAttributes"] = json!({ "kind": { "DataType": "String", "StringValue": "order" } });
        }
        let busy = cloud.clock().busy();
        cloud
            .sqs
            .execute(&mut Call::outside(), "SendMessage", &message, busy)
            .await
            .0?;
    }
    let messages = cloud.sqs.receive_for_mapping(&arn, 10, None)?;
    let records: Vec<_> = messages
        .iter()
        .map(|message| message.lambda_record(&arn, false))
        .collect();
    Ok(json!({ "Records": records }))
}

fn stream_batch(cloud: &Cloud) -> Result<Value, ApiError> {
    let (table, key) = ("orders", "orderId");
    let dynamodb = &cloud.dynamodb;
    dynamodb.create_table(table, key, None, Some("NEW_AND_OLD_IMAGES"))?;
    let arn = dynamodb.stream_arn(table).unwrap_or_default();
    let start = dynamodb.stream_end(&arn);
    let mut call = Call::outside();
    for status in ["placed", "paid"] {
        dynamodb.put_item_plain(&mut call, table, &json!({ key: "17", "status": status }))?;
    }
    let removed = json!({ "TableName": table, "Key": { key: { "S": "17" } } });
    dynamodb.execute(&mut call, "DeleteItem", &removed.to_string())?;
    let page = dynamodb.records_since(&arn, start, 100)?;
    let records: Vec<_> = page.records.iter().map(|record| &record.event).collect();
    Ok(json!({ "Records": records }))
}

fn api_request(cloud: &Cloud, kind: Kind, stage: &str) -> Value {
    let routes = vec![Route::new("POST", "/orders/{id}", "sample")];
    let id = cloud.request_id().replace('-', "").chars().take(10).collect();
    let api = Api::new(id, kind, stage, routes);
    let request = request();
    let found = api.route(&request.method, &request.path);
    found.map_or(Value::Null, |found| api.event(&request, &found, &cloud.request_facts()))
}

fn request() -> HttpRequest {
    let headers = [
        ("Accept", "*/*"),
        ("Content-Type", "application/json"),
        ("User-Agent", "curl/8.5.0"),
        ("Cookie", "session=example"),
    ];
    HttpRequest {
        method: "POST".to_owned(),
        path: "/orders/17".to_owned(),
        query: "notify=true".to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        body: Bytes::from_static(BODY.as_bytes()),
    }
}
