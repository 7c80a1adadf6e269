//! `LoggingConfig`: how a function's log is written.

use serde::{Deserialize, Serialize};

/// `LoggingConfig`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LoggingConfig {
    /// `LogFormat`.
    pub format: LogFormat,
    /// `ApplicationLogLevel`; only with the JSON format, where it is `INFO` unless given.
    pub application_level: Option<ApplicationLogLevel>,
    /// `SystemLogLevel`; only with the JSON format, where it is `INFO` unless given.
    pub system_level: Option<SystemLogLevel>,
    /// `LogGroup`, where it is not `/aws/lambda/NAME`.
    pub group: Option<String>,
}

/// `LogFormat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LogFormat {
    /// Plain lines, the default.
    #[default]
    Text,
    /// JSON objects.
    Json,
}

/// `ApplicationLogLevel`: the least important level that a handler's log shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ApplicationLogLevel {
    /// `TRACE`.
    Trace,
    /// `DEBUG`.
    Debug,
    /// `INFO`.
    Info,
    /// `WARN`.
    Warn,
    /// `ERROR`.
    Error,
    /// `FATAL`.
    Fatal,
}

/// `SystemLogLevel`: the least important level that the platform's own log shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SystemLogLevel {
    /// `DEBUG`.
    Debug,
    /// `INFO`.
    Info,
    /// `WARN`.
    Warn,
}

impl LoggingConfig {
    /// The least important level that is kept of what a function logs; `None` where all of it is: "to use log-level
    /// filtering, your function must be configured to use the JSON log format".
    #[must_use]
    pub fn threshold(&self) -> Option<ApplicationLogLevel> {
        let level = self.application_level.unwrap_or(ApplicationLogLevel::Info);
        (self.format == LogFormat::Json).then_some(level)
    }
}

impl LogFormat {
    /// As in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Json => "JSON",
        }
    }
}

impl ApplicationLogLevel {
    /// As in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }

    /// The level that a log event names: as in the API or as Python's `logging` does, in letters of any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "TRACE" => Self::Trace,
            "DEBUG" => Self::Debug,
            "INFO" => Self::Info,
            "WARN" | "WARNING" => Self::Warn,
            "ERROR" => Self::Error,
            "FATAL" | "CRITICAL" => Self::Fatal,
            _ => return None,
        })
    }
}

impl SystemLogLevel {
    /// As in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
        }
    }
}
