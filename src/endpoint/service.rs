//! The services of the JSON and query protocols: told apart, called, answered.

use bytes::Bytes;
use http::request::Parts;
use serde_json::{Map, Value, json};

use super::query;
use super::reply::{self, ListStyle, Protocol, Reply};
use super::server::Server;
use super::signature::{Signature, text};
use crate::clock::Busy;
use crate::cloud::{ApiError, Call, Identity};

/// Most bytes of a parameter that the history keeps.
const MAX_PARAMETER: usize = 1024;

pub(super) const UNKNOWN: Protocol = Protocol::Json {
    content_type: "application/x-amz-json-1.1",
    namespace: "com.amazon.coral.service#",
};

/// Whom a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    S3,
    Lambda,
    ApiGateway,
    /// A service of the JSON protocol (true) or the query protocol (false).
    Api(Kind, bool),
    /// A service that the mock lacks.
    Unknown(String),
}

/// A service of the JSON or the query protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    CloudWatch,
    DynamoDb,
    Events,
    Logs,
    Sns,
    Sqs,
    Sts,
}

impl Target {
    /// By the scope of the signature, else by the headers.
    pub(super) fn of(parts: &Parts, signature: Option<&Signature>) -> Self {
        let target = text(&parts.headers, "x-amz-target");
        let form = parts.uri.path() == "/"
            && text(&parts.headers, "content-type").is_some_and(|kind| kind.starts_with("application/x-www-form"));
        let name = match (signature, target) {
            (Some(signature), _) => signature.service.as_str(),
            (None, Some(target)) => match target.split('.').next().unwrap_or_default() {
                "DynamoDB_20120810" | "DynamoDBStreams_20120810" => "dynamodb",
                "AmazonSQS" => "sqs",
                "AWSEvents" => "events",
                "Logs_20140328" => "logs",
                "GraniteServiceVersion20100801" => "monitoring",
                other => other,
            },
            (None, None) if parts.uri.path().starts_with("/2015-03-31/") => "lambda",
            (None, None) if form => "sts",
            (None, None) => "s3",
        };
        match (name, Kind::named(name)) {
            ("s3", _) => Self::S3,
            ("lambda", _) => Self::Lambda,
            ("apigateway", _) => Self::ApiGateway,
            (_, Some(kind)) => Self::Api(kind, target.is_some() || kind == Kind::DynamoDb),
            (other, None) => Self::Unknown(other.to_owned()),
        }
    }
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        match name {
            "monitoring" => Some(Self::CloudWatch),
            "dynamodb" => Some(Self::DynamoDb),
            "events" => Some(Self::Events),
            "logs" => Some(Self::Logs),
            "sns" => Some(Self::Sns),
            "sqs" => Some(Self::Sqs),
            "sts" => Some(Self::Sts),
            _ => None,
        }
    }

    /// The name in the history.
    fn name(self) -> &'static str {
        match self {
            Self::CloudWatch => "cloudwatch",
            Self::DynamoDb => "dynamodb",
            Self::Events => "events",
            Self::Logs => "logs",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::Sts => "sts",
        }
    }

    pub(super) fn protocol(self, json: bool) -> Protocol {
        let (json_1_0, json_1_1) = ("application/x-amz-json-1.0", "application/x-amz-json-1.1");
        let (content_type, namespace, xml) = match self {
            Self::CloudWatch => (
                json_1_0,
                "com.amazonaws.cloudwatch.v2010_08_01#",
                "http://monitoring.amazonaws.com/doc/2010-08-01/",
            ),
            Self::DynamoDb => (json_1_0, "com.amazonaws.dynamodb.v20120810#", ""),
            Self::Events | Self::Logs => (json_1_1, "", ""),
            Self::Sns => (json_1_1, "", "http://sns.amazonaws.com/doc/2010-03-31/"),
            Self::Sqs => (
                json_1_0,
                "com.amazonaws.sqs#",
                "http://queue.amazonaws.com/doc/2012-11-05/",
            ),
            Self::Sts => (json_1_1, "", "https://sts.amazonaws.com/doc/2011-06-15/"),
        };
        if json {
            Protocol::Json {
                content_type,
                namespace,
            }
        } else {
            Protocol::Query { namespace: xml }
        }
    }
}

/// What a service answered.
enum Answer {
    Value(Value),
    Text(String),
}

impl Server {
    /// Answers a verified request.
    #[expect(clippy::too_many_arguments, reason = "a request and all that is known of it")]
    pub(super) async fn answer_api(
        &self,
        kind: Kind,
        json: bool,
        parts: &Parts,
        body: &Bytes,
        identity: &Identity,
        busy: Busy,
        request_id: &str,
    ) -> Reply {
        let protocol = kind.protocol(json);
        let (operation, input) = match read(kind, json, parts, body) {
            Ok(read) => read,
            Err(error) => return reply::error(protocol, &error, request_id),
        };
        let mut call = Call::by(identity);
        let (answer, busy) = self
            .run(kind, &mut call, &operation, &input, body, identity, busy)
            .await;
        let error = answer.as_ref().err().map(|error| error.code.to_string());
        self.cloud
            .finish(call, kind.name(), &operation, parameters(&input), error.as_deref());
        let reply = match (answer, protocol) {
            (Ok(Answer::Text(text)), Protocol::Json { content_type, .. }) => {
                reply::json_body(200, content_type, text, request_id)
            }
            (Ok(Answer::Value(value)), Protocol::Json { content_type, .. }) => {
                reply::json_body(200, content_type, value.to_string(), request_id)
            }
            (Ok(Answer::Value(value)), Protocol::Query { namespace }) => {
                reply::query_answer(&operation, namespace, &value, kind.list_style(), request_id)
            }
            (Ok(Answer::Text(text)), Protocol::Query { .. }) => reply::reply(200, "text/xml", text, request_id),
            (Err(error), _) => reply::error(protocol, &error, request_id),
        };
        drop(busy);
        reply
    }

    #[expect(clippy::too_many_arguments, reason = "a request and all that is known of it")]
    async fn run(
        &self,
        kind: Kind,
        call: &mut Call,
        operation: &str,
        input: &Value,
        body: &Bytes,
        identity: &Identity,
        busy: Busy,
    ) -> (Result<Answer, ApiError>, Busy) {
        let answer = match kind {
            Kind::DynamoDb => {
                let text = std::str::from_utf8(body).unwrap_or_default();
                self.cloud.dynamodb.execute(call, operation, text).map(Answer::Text)
            }
            Kind::CloudWatch => self.cloud.cloudwatch.execute(call, operation, input).map(Answer::Value),
            Kind::Events => self.cloud.events.execute(call, operation, input).map(Answer::Value),
            Kind::Logs => self.cloud.logs.execute(call, operation, input).map(Answer::Value),
            Kind::Sns => self.cloud.sns.execute(call, operation, input).map(Answer::Value),
            Kind::Sts => self.cloud.sts(operation, input, identity).map(Answer::Value),
            Kind::Sqs => {
                let (answer, busy) = self.cloud.sqs.execute(call, operation, input, busy).await;
                return (answer.map(Answer::Value), busy);
            }
        };
        (answer, busy)
    }
}

impl Kind {
    fn list_style(self) -> ListStyle {
        match self {
            Self::Sqs => ListStyle::Flat,
            _ => ListStyle::Members,
        }
    }
}

/// The operation and its parameters.
fn read(kind: Kind, json: bool, parts: &Parts, body: &Bytes) -> Result<(String, Value), ApiError> {
    if json {
        let target = text(&parts.headers, "x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        if body.is_empty() {
            return Ok((operation, json!({})));
        }
        let input: Value = serde_json::from_slice(body).map_err(|error| ApiError::serialization(&error))?;
        if !input.is_object() {
            return Err(ApiError::new(
                "SerializationException",
                "Start of structure or map found where not expected.",
            ));
        }
        return Ok((operation, input));
    }
    let form = if body.is_empty() {
        parts.uri.query().unwrap_or_default()
    } else {
        std::str::from_utf8(body).unwrap_or_default()
    };
    let mut input = query::parse(form);
    if kind == Kind::Sqs {
        query::pairs_to_maps(&mut input);
    }
    let entries = input.as_object_mut();
    let operation = entries.and_then(|entries| {
        entries.remove("Version");
        entries.remove("Action")
    });
    match operation {
        Some(Value::String(operation)) => Ok((operation, input)),
        _ => Err(ApiError::new(
            "MissingAction",
            "The request must contain the parameter Action.",
        )),
    }
}

/// The parameters that the history keeps: all that are not long.
pub(super) fn parameters(input: &Value) -> Value {
    let entries = input.as_object().into_iter().flatten();
    let kept = entries.filter(|(_, value)| match value {
        Value::String(text) => text.len() <= MAX_PARAMETER,
        other => other.to_string().len() <= MAX_PARAMETER,
    });
    Value::Object(
        kept.map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Map<_, _>>(),
    )
}
