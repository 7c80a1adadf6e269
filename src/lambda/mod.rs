//! The Lambda service: functions and their limits, execution environments, the Runtime API, invocations.

mod application_log;
mod asynchronous;
mod deadline;
pub mod engine;
pub mod environment;
pub mod error;
pub mod event_source;
pub mod function;
pub mod function_url;
pub mod hold;
mod log_output;
mod memory;
pub mod package;
pub mod platform;
mod pool;
mod process;
mod recursion;
pub mod reference;
pub mod registry;
pub mod report;
pub mod runtime_api;
pub mod service;
mod system_log;
mod tenant;
mod termination;
mod trace;
mod usage;

pub use asynchronous::Outgoing;
pub use engine::Engine;
pub use error::{ApiError, ThrottleReason};
pub use function::{
    ApplicationLogLevel, Architecture, AsyncConfig, EphemeralStorage, FunctionConfig, FunctionName, InitializationType,
    LogFormat, LoggingConfig, MemorySize, Runtime, SystemLogLevel, Timeout, Version,
};
pub use hold::{Hold, Suspended};
pub use platform::{Platform, Surroundings};
pub use reference::{FunctionRef, Qualifier};
pub use service::{Invocation, Lambda};
pub use tenant::TenantId;
pub use trace::Trace;
