//! The error that an API operation answers.

use std::borrow::Cow;

use serde_json::Value;

/// An error as AWS forms it: a code that callers branch on, a message and an HTTP status.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// As `NoSuchBucket`.
    pub code: Cow<'static, str>,
    /// For people.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// The code in the query protocol, where it differs from the one in JSON.
    pub query_code: Option<&'static str>,
    /// The whole body in the JSON protocol, where it holds more than code and message.
    pub body: Option<Box<Value>>,
}

impl ApiError {
    /// An error of the caller's, status 400.
    #[must_use]
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            status: 400,
            query_code: None,
            body: None,
        }
    }

    /// The same with another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with another code in the query protocol.
    #[must_use]
    pub fn query_code(mut self, code: &'static str) -> Self {
        self.query_code = Some(code);
        self
    }

    /// What AWS answers to an operation that does not exist, saying that this mock may lack it.
    #[must_use]
    pub fn unknown_operation(service: &str, operation: &str) -> Self {
        Self::new(
            "UnknownOperationException",
            format!("The operation {operation} is not part of this mock of {service}."),
        )
    }

    /// Input that does not have the form of the operation.
    #[must_use]
    pub fn serialization(error: &serde_json::Error) -> Self {
        Self::new("SerializationException", error.to_string())
    }
}
