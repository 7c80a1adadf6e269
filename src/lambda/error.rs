//! Errors of the Lambda API, with its own codes, statuses and texts.

use serde_json::{Value, json};

/// What the Lambda API answers instead of doing what was asked. Recorded texts: developer guide and `LocalStack`'s
/// recordings of AWS (see `tests/golden`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// 404: no such function.
    #[error("Function not found: {0}")]
    FunctionNotFound(String),
    /// 404: no such thing of another kind.
    #[error("{0}")]
    ResourceNotFound(String),
    /// 409: the name is taken.
    #[error("Function already exist: {0}")]
    FunctionExists(String),
    /// 429: no environment may be had.
    #[error("Rate Exceeded.")]
    TooManyRequests {
        /// The `Reason` of the answer.
        reason: ThrottleReason,
    },
    /// 400: the payload isn't JSON.
    #[error("Could not parse request body into json: Could not parse payload into json: {0}")]
    InvalidRequestContent(String),
    /// 400: a function sets itself off again and again.
    #[error("Lambda has detected and stopped a recursive loop: invocation {0} of one chain")]
    RecursiveInvocation(u32),
    /// 413: the payload is too large.
    #[error("{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)")]
    RequestTooLarge {
        /// What was sent.
        size: usize,
        /// The invocation type.
        kind: &'static str,
        /// What may be sent.
        limit: usize,
    },
    /// 400: a value that cannot be.
    #[error("{0}")]
    InvalidParameterValue(String),
    /// 400: a value that breaks a constraint.
    #[error("1 validation error detected: {0}")]
    Validation(String),
    /// 500: the mock itself failed.
    #[error("{0}")]
    Service(String),
}

/// Why an invocation was throttled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThrottleReason {
    /// The account's limit.
    ConcurrentInvocationLimitExceeded,
    /// The function's own limit.
    ReservedFunctionConcurrentInvocationLimitExceeded,
}

impl ThrottleReason {
    /// As in the answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConcurrentInvocationLimitExceeded => "ConcurrentInvocationLimitExceeded",
            Self::ReservedFunctionConcurrentInvocationLimitExceeded => {
                "ReservedFunctionConcurrentInvocationLimitExceeded"
            }
        }
    }
}

impl ApiError {
    /// A broken constraint.
    #[must_use]
    pub fn validation(detail: String) -> Self {
        Self::Validation(detail)
    }

    /// A value that cannot be.
    #[must_use]
    pub fn invalid_parameter(message: String) -> Self {
        Self::InvalidParameterValue(message)
    }

    /// The error code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FunctionNotFound(_) | Self::ResourceNotFound(_) => "ResourceNotFoundException",
            Self::FunctionExists(_) => "ResourceConflictException",
            Self::TooManyRequests { .. } => "TooManyRequestsException",
            Self::InvalidRequestContent(_) => "InvalidRequestContentException",
            Self::RequestTooLarge { .. } => "RequestTooLargeException",
            Self::RecursiveInvocation(_) => "RecursiveInvocationException",
            Self::InvalidParameterValue(_) => "InvalidParameterValueException",
            Self::Validation(_) => "ValidationException",
            Self::Service(_) => "ServiceException",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::FunctionNotFound(_) | Self::ResourceNotFound(_) => 404,
            Self::FunctionExists(_) => 409,
            Self::TooManyRequests { .. } => 429,
            Self::RequestTooLarge { .. } => 413,
            Self::Service(_) => 500,
            Self::InvalidRequestContent(_)
            | Self::InvalidParameterValue(_)
            | Self::Validation(_)
            | Self::RecursiveInvocation(_) => 400,
        }
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// The body of the HTTP answer. A throttle writes `message` in lower case, as AWS does.
    #[must_use]
    pub fn body(&self) -> Value {
        match self {
            Self::TooManyRequests { reason } => {
                json!({"Reason": reason.as_str(), "Type": "User", "message": self.message()})
            }
            Self::Validation(_) => json!({"message": self.message()}),
            Self::Service(_) => json!({"Type": "Service", "Message": self.message()}),
            _ => json!({"Type": "User", "Message": self.message()}),
        }
    }
}
