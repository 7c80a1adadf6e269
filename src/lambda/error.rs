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
    /// 404: a version or an alias has no provisioned concurrency.
    #[error("No Provisioned Concurrency Config found for this function")]
    NoProvisionedConcurrency,
    /// 403: another account's.
    #[error("{0}")]
    AccessDenied(String),
    /// 409: the name is taken.
    #[error("Function already exist: {0}")]
    FunctionExists(String),
    /// 409: something of that name or kind is there already.
    #[error("{0}")]
    Conflict(String),
    /// 412: the revision that was named isn't the latest.
    #[error(
        "The Revision Id provided does not match the latest Revision Id. Call the {0} API to retrieve the latest Revision Id"
    )]
    PreconditionFailed(&'static str),
    /// 429: no environment may be had.
    #[error("Rate Exceeded.")]
    TooManyRequests {
        /// The `Reason` of the answer.
        reason: ThrottleReason,
    },
    /// 400: the payload isn't JSON.
    #[error("Could not parse request body into json: Could not parse payload into json: {0}")]
    InvalidRequestContent(String),
    /// 400: a parameter of another type.
    #[error("{0}")]
    Serialization(String),
    /// 400: a function sets itself off again and again.
    #[error("Lambda has detected and stopped a recursive loop: invocation {0} of one chain")]
    RecursiveInvocation(u32),
    /// 413: the request is too large for its operation.
    #[error("{0}")]
    EntityTooLarge(String),
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
    /// 501: AWS can do it, this mock cannot.
    #[error("{0}")]
    Unsupported(String),
}

/// Why an invocation was throttled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThrottleReason {
    /// The account's limit.
    ConcurrentInvocationLimitExceeded,
    /// More requests a second, or more new environments, than a function may have.
    FunctionInvocationRateLimitExceeded,
    /// The function's own limit.
    ReservedFunctionConcurrentInvocationLimitExceeded,
    /// More requests a second than ten times the function's own limit.
    ReservedFunctionInvocationRateLimitExceeded,
}

impl ThrottleReason {
    /// As in the answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConcurrentInvocationLimitExceeded => "ConcurrentInvocationLimitExceeded",
            Self::FunctionInvocationRateLimitExceeded => "FunctionInvocationRateLimitExceeded",
            Self::ReservedFunctionConcurrentInvocationLimitExceeded => {
                "ReservedFunctionConcurrentInvocationLimitExceeded"
            }
            Self::ReservedFunctionInvocationRateLimitExceeded => "ReservedFunctionInvocationRateLimitExceeded",
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

    /// What does not go together with `SnapStart`. Recorded for runtimes, as `python3.9 is not ...`.
    #[must_use]
    pub fn not_for_snap_start(what: &str) -> Self {
        Self::InvalidParameterValue(format!("{what} is not supported for SnapStart enabled functions."))
    }

    /// What is another account's.
    #[must_use]
    pub fn access_denied() -> Self {
        Self::AccessDenied("User is not authorized to access this resource".to_owned())
    }

    /// What is not there, where AWS doesn't say what.
    #[must_use]
    pub fn no_such_resource() -> Self {
        Self::ResourceNotFound("The resource you requested does not exist.".to_owned())
    }

    /// The error code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FunctionNotFound(_) | Self::ResourceNotFound(_) => "ResourceNotFoundException",
            Self::NoProvisionedConcurrency => "ProvisionedConcurrencyConfigNotFoundException",
            Self::AccessDenied(_) => "AccessDeniedException",
            Self::FunctionExists(_) | Self::Conflict(_) => "ResourceConflictException",
            Self::PreconditionFailed(_) => "PreconditionFailedException",
            Self::TooManyRequests { .. } => "TooManyRequestsException",
            Self::InvalidRequestContent(_) => "InvalidRequestContentException",
            Self::EntityTooLarge(_) => "RequestEntityTooLargeException",
            Self::RequestTooLarge { .. } => "RequestTooLargeException",
            Self::Serialization(_) => "SerializationException",
            Self::RecursiveInvocation(_) => "RecursiveInvocationException",
            Self::InvalidParameterValue(_) => "InvalidParameterValueException",
            Self::Validation(_) => "ValidationException",
            Self::Service(_) => "ServiceException",
            Self::Unsupported(_) => "UnknownOperationException",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::FunctionNotFound(_) | Self::ResourceNotFound(_) | Self::NoProvisionedConcurrency => 404,
            Self::AccessDenied(_) => 403,
            Self::FunctionExists(_) | Self::Conflict(_) => 409,
            Self::PreconditionFailed(_) => 412,
            Self::TooManyRequests { .. } => 429,
            Self::EntityTooLarge(_) | Self::RequestTooLarge { .. } => 413,
            Self::Service(_) => 500,
            Self::Unsupported(_) => 501,
            Self::InvalidRequestContent(_)
            | Self::Serialization(_)
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
