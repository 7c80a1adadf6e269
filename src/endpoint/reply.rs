//! Answers and errors as each of AWS's protocols writes them.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use quick_xml::escape::escape;
use serde_json::{Value, json};

use super::signature::Refusal;
use crate::cloud::ApiError;

/// How a service writes its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// AWS JSON 1.0 or 1.1; with the namespace of error types.
    Json {
        /// `application/x-amz-json-1.0` or `-1.1`.
        content_type: &'static str,
        /// As `com.amazonaws.sqs#`.
        namespace: &'static str,
    },
    /// AWS Query: a form in, XML out.
    Query {
        /// The XML namespace.
        namespace: &'static str,
    },
}

pub(super) type Reply = Response<Full<Bytes>>;

/// A body with its status and content type, under a request id.
pub(super) fn reply(status: u16, content_type: &'static str, body: impl Into<Bytes>, request_id: &str) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", request_id);
    }
    reply
}

/// A JSON body, with the checksum that DynamoDB's clients may check.
pub(super) fn json_body(status: u16, content_type: &'static str, body: String, request_id: &str) -> Reply {
    let checksum = crc32fast::hash(body.as_bytes());
    let mut reply = reply(status, content_type, body, request_id);
    reply.headers_mut().insert("x-amz-crc32", HeaderValue::from(checksum));
    reply
}

/// An error of an operation.
pub(super) fn error(protocol: Protocol, error: &ApiError, request_id: &str) -> Reply {
    match protocol {
        Protocol::Json {
            content_type,
            namespace,
        } => {
            let body = match &error.body {
                Some(body) => body.to_string(),
                None => json!({ "__type": format!("{namespace}{}", error.code), "message": error.message }).to_string(),
            };
            let mut reply = json_body(error.status, content_type, body, request_id);
            let code = error.query_code.unwrap_or(error.code.as_ref());
            if let (true, Ok(value)) = (
                namespace.contains("sqs"),
                HeaderValue::from_str(&format!("{code};Sender")),
            ) {
                reply.headers_mut().insert("x-amzn-query-error", value);
            }
            reply
        }
        Protocol::Query { namespace } => {
            let fault = if error.status >= 500 { "Receiver" } else { "Sender" };
            let code = error.query_code.unwrap_or(error.code.as_ref());
            let body = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{fault}</Type><Code>{}</Code><Message>{}</Message>\
                 </Error><RequestId>{request_id}</RequestId></ErrorResponse>",
                escape(code),
                escape(error.message.as_str()),
            );
            reply(error.status, "text/xml", body, request_id)
        }
    }
}

/// An error over REST, as Lambda and API Gateway answer it: its code stands in a header.
pub(super) fn rest_error(error: &ApiError, request_id: &str) -> Reply {
    let body = json!({ "message": error.message });
    let mut reply = reply(error.status, "application/json", body.to_string(), request_id);
    if let Ok(code) = HeaderValue::from_str(&error.code) {
        reply.headers_mut().insert("x-amzn-errortype", code);
    }
    reply
}

/// That a request is not signed as it must be; without a protocol, over REST.
///
/// With REST all of it is 403 ("Common Errors" in the AWS Lambda API Reference; erlcloud/erlcloud#690,
/// brendanhay/amazonka#594 and iann0036/iamlive#58 show Lambda's answers), with JSON all of it is 400. Answers to
/// expired tokens: guregu/dynamo#68, cfn-sphere/cfn-sphere#55 and cloudquery/cq-provider-aws#1171.
pub(super) fn refusal(protocol: Option<Protocol>, refusal: &Refusal, request_id: &str) -> Reply {
    let json = !matches!(protocol, Some(Protocol::Query { .. }));
    let (code, status) = match (refusal, json) {
        (Refusal::Missing, true) => ("MissingAuthenticationTokenException", 400),
        (Refusal::Missing, false) => ("MissingAuthenticationToken", 403),
        (Refusal::Incomplete(_) | Refusal::BadQuery(_), true) => ("IncompleteSignatureException", 400),
        (Refusal::Incomplete(_) | Refusal::BadQuery(_), false) => ("IncompleteSignature", 400),
        (Refusal::Unknown, true) => ("UnrecognizedClientException", 400),
        (Refusal::Unknown, false) => ("InvalidClientTokenId", 403),
        (Refusal::ExpiredToken, true) => ("ExpiredTokenException", 400),
        (Refusal::ExpiredToken, false) => ("ExpiredToken", 403),
        (Refusal::Mismatch | Refusal::Misfit(_) | Refusal::Skewed(_) | Refusal::Expired, true) => {
            ("InvalidSignatureException", 400)
        }
        (Refusal::Mismatch | Refusal::Misfit(_) | Refusal::Skewed(_), false) => ("SignatureDoesNotMatch", 403),
        (Refusal::Expired, false) => ("RequestExpired", 400),
    };
    let Some(protocol) = protocol else {
        return rest_error(&ApiError::new(code, refusal.to_string()).status(403), request_id);
    };
    let mut answer = ApiError::new(code, refusal.to_string()).status(status);
    let body = json!({ "__type": format!("com.amazon.coral.service#{code}"), "message": answer.message });
    answer.body = Some(Box::new(body));
    error(protocol, &answer, request_id)
}

/// An error in XML, as S3 writes it.
pub(super) fn s3_error(code: &str, message: &str, status: u16, request_id: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>\
         <RequestId>{request_id}</RequestId></Error>",
        escape(code),
        escape(message),
    );
    reply(status, "application/xml", body, request_id)
}

/// An answer of the query protocol.
pub(super) fn query_answer(
    operation: &str,
    namespace: &str,
    answer: &Value,
    style: ListStyle,
    request_id: &str,
) -> Reply {
    let mut result = String::new();
    write_members(&mut result, answer, style);
    let body = format!(
        "<{operation}Response xmlns=\"{namespace}\"><{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    reply(200, "text/xml", body, request_id)
}

/// How lists and maps stand in XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListStyle {
    /// `<Topics><member>..</member></Topics>`, maps as `<entry><key/><value/></entry>`.
    Members,
    /// As SQS has it: `<Message>..</Message>` for each of `Messages`, maps as `<Attribute><Name/><Value/></Attribute>`.
    Flat,
}

/// What SQS calls one element of a list or one entry of a map, in the query protocol.
const FLAT_NAMES: &[(&str, &str)] = &[
    ("Messages", "Message"),
    ("QueueUrls", "QueueUrl"),
    ("queueUrls", "QueueUrl"),
    ("Attributes", "Attribute"),
    ("MessageAttributes", "MessageAttribute"),
    ("Tags", "Tag"),
];

fn write_members(out: &mut String, value: &Value, style: ListStyle) {
    let Some(entries) = value.as_object() else {
        return;
    };
    for (name, value) in entries {
        write_named(out, name, value, style);
    }
}

fn write_named(out: &mut String, name: &str, value: &Value, style: ListStyle) {
    let flat = FLAT_NAMES
        .iter()
        .find(|(many, _)| *many == name)
        .map_or(name, |(_, one)| *one);
    match (value, style) {
        (Value::Null, _) => {}
        (Value::Array(values), ListStyle::Members) => {
            let _ = write!(out, "<{name}>");
            for value in values {
                write_named(out, "member", value, style);
            }
            let _ = write!(out, "</{name}>");
        }
        (Value::Array(values), ListStyle::Flat) => {
            for value in values {
                write_named(out, flat, value, style);
            }
        }
        (Value::Object(entries), ListStyle::Members) if is_map(name) => {
            let _ = write!(out, "<{name}>");
            for (key, value) in entries {
                let _ = write!(out, "<entry><key>{}</key>", escape(key.as_str()));
                write_named(out, "value", value, style);
                out.push_str("</entry>");
            }
            let _ = write!(out, "</{name}>");
        }
        (Value::Object(entries), ListStyle::Flat) if flat != name => {
            let (key_name, value_name) = if name == "Tags" {
                ("Key", "Value")
            } else {
                ("Name", "Value")
            };
            for (key, value) in entries {
                let _ = write!(out, "<{flat}><{key_name}>{}</{key_name}>", escape(key.as_str()));
                write_named(out, value_name, value, style);
                let _ = write!(out, "</{flat}>");
            }
        }
        (Value::Object(_), _) => {
            let _ = write!(out, "<{name}>");
            write_members(out, value, style);
            let _ = write!(out, "</{name}>");
        }
        (Value::String(text), _) => {
            let _ = write!(out, "<{name}>{}</{name}>", escape(text.as_str()));
        }
        (other, _) => {
            let _ = write!(out, "<{name}>{other}</{name}>");
        }
    }
}

/// The maps of the SNS API; all other objects are structures.
fn is_map(name: &str) -> bool {
    name == "Attributes"
}
