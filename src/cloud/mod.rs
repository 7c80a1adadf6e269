//! The mock services of one Region: their state, their API operations and what they notify.
//!
//! Nothing here knows of HTTP or of Lambda. An operation changes the state at once and leaves behind
//! [`Effects`]: what must be told to others. Whoever called records the call and then lets the effects happen with
//! [`Cloud::finish`], so that the history shows cause before effect.

mod alarm;
mod callers;
mod core;
mod delivery;
mod error;
#[cfg(test)]
mod fuzz;
mod input;
mod permissions;
mod sts;

pub mod apigateway;
pub mod cloudwatch;
pub mod dynamodb;
pub mod events;
pub mod logs;
pub mod pattern;
pub mod s3;
pub mod sns;
pub mod sqs;
pub mod state;

use std::sync::Arc;

pub use self::callers::{Caller, Callers, Credentials, Identity};
pub use self::core::{Account, Notification, Sink};
pub use self::delivery::{Call, Effect, Effects, Handover};
pub use self::error::ApiError;
pub use self::permissions::{Permission, Permissions};

use self::core::Core;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::history::History;

/// All services of one Region. Cheap to make and to drop; nothing in it is global.
#[derive(Debug)]
pub struct Cloud {
    core: Core,
    /// Who may call, and as whom.
    pub callers: Callers,
    /// Who may invoke which function.
    pub permissions: Permissions,
    /// Amazon S3.
    pub s3: s3::S3,
    /// Amazon DynamoDB and its streams.
    pub dynamodb: dynamodb::DynamoDb,
    /// Amazon SQS.
    pub sqs: sqs::Sqs,
    /// Amazon SNS.
    pub sns: sns::Sns,
    /// Amazon EventBridge.
    pub events: events::Events,
    /// Amazon CloudWatch Logs.
    pub logs: logs::Logs,
    /// Amazon CloudWatch metrics.
    pub cloudwatch: cloudwatch::CloudWatch,
    /// What is deployed to Amazon API Gateway.
    pub apis: apigateway::Apis,
}

impl Cloud {
    /// An empty account in one Region.
    #[must_use]
    pub fn new(clock: Clock, chance: &Chance, history: History, account: Account) -> Arc<Self> {
        let core = Core::new(clock, chance.branch("cloud"), history, account);
        let cloudwatch = cloudwatch::CloudWatch::new(&core);
        let cloud = Arc::new(Self {
            callers: Callers::new(&core),
            permissions: Permissions::default(),
            s3: s3::S3::new(&core),
            dynamodb: dynamodb::DynamoDb::new(&core),
            sqs: sqs::Sqs::new(&core),
            sns: sns::Sns::new(&core),
            events: events::Events::new(&core),
            logs: logs::Logs::new(&core, &cloudwatch),
            cloudwatch,
            apis: apigateway::Apis::new(&core),
            core,
        });
        cloud.core.know(&cloud);
        cloud
    }

    /// Who is told when a function must be invoked, a queue has messages or a stream has records.
    pub fn on_notification(&self, sink: Sink) {
        self.core.set_sink(sink);
    }

    /// The clock that all services share.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.core.clock
    }

    /// The record that all services write to.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.core.history
    }

    /// The account and the Region.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.core.account
    }

    /// A request id as most services form it: a UUID.
    #[must_use]
    pub fn request_id(&self) -> String {
        self.core.chance.uuid()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.core.stop();
    }
}
