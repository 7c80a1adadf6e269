//! What a mock account holds before anything happens: functions, buckets, tables, queues and how they are joined.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::chance::Probability;

/// The resources of an exercise, a case or a lesson's code block.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Resources {
    /// Lambda functions, all with the learner's files as their code.
    pub functions: Vec<Function>,
    /// S3 buckets.
    pub buckets: Vec<Bucket>,
    /// DynamoDB tables.
    pub tables: Vec<Table>,
    /// SQS queues.
    pub queues: Vec<Queue>,
    /// Queues and streams that Lambda polls.
    pub event_sources: Vec<EventSource>,
    /// SNS topics.
    pub topics: Vec<Topic>,
    /// EventBridge buses besides `default`.
    pub buses: Vec<Bus>,
    /// EventBridge rules.
    pub rules: Vec<Rule>,
    /// API Gateway APIs.
    pub apis: Vec<Api>,
}

/// The alias under which a function is invoked that has to be published.
pub const LIVE: &str = "live";

impl Resources {
    /// How a function of this name is invoked: under its alias where `SnapStart` or provisioned concurrency needs a
    /// published version.
    #[must_use]
    pub fn invoked<'a>(&self, name: &'a str) -> Cow<'a, str> {
        let published = |function: &Function| function.name == name && function.is_published();
        if self.functions.iter().any(published) {
            format!("{name}:{LIVE}").into()
        } else {
            name.into()
        }
    }

    /// All names, each with what it names, as `bucket uploads`.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        fn of<'a, T>(kind: &str, all: &'a [T], name: impl Fn(&'a T) -> &'a str) -> impl Iterator<Item = String> {
            all.iter().map(move |resource| format!("{kind} {}", name(resource)))
        }
        of("function", &self.functions, |function| &function.name)
            .chain(of("bucket", &self.buckets, |bucket| &bucket.name))
            .chain(of("table", &self.tables, |table| &table.name))
            .chain(of("queue", &self.queues, |queue| &queue.name))
            .chain(of("topic", &self.topics, |topic| &topic.name))
            .chain(of("bus", &self.buses, |bus| &bus.name))
            .chain(of("rule", &self.rules, |rule| &rule.name))
            .chain(of("API", &self.apis, |api| &api.name))
            .collect()
    }

    /// These resources with every table that `other` fills put in place of ours.
    #[must_use]
    pub fn replaced_by(&self, other: &Self) -> Self {
        fn pick<T: Clone>(ours: &[T], theirs: &[T]) -> Vec<T> {
            if theirs.is_empty() {
                ours.to_vec()
            } else {
                theirs.to_vec()
            }
        }
        Self {
            functions: pick(&self.functions, &other.functions),
            buckets: pick(&self.buckets, &other.buckets),
            tables: pick(&self.tables, &other.tables),
            queues: pick(&self.queues, &other.queues),
            event_sources: pick(&self.event_sources, &other.event_sources),
            topics: pick(&self.topics, &other.topics),
            buses: pick(&self.buses, &other.buses),
            rules: pick(&self.rules, &other.rules),
            apis: pick(&self.apis, &other.apis),
        }
    }
}

/// A Lambda function. Targets in it are written `sqs:NAME`, `sns:NAME`, `lambda:NAME`, `events:BUS` or `s3:NAME`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The function's name.
    pub name: String,
    /// `module.attribute`, as on AWS.
    #[serde(default = "super::lesson::default_handler")]
    pub handler: String,
    /// Memory in MB, 128 to 10,240.
    #[serde(default = "default_memory")]
    pub memory: u32,
    /// Timeout in seconds, 1 to 900.
    #[serde(default = "default_timeout")]
    pub timeout: u32,
    /// Environment variables.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Names of folders under `layers/`.
    #[serde(default)]
    pub layers: Vec<String>,
    /// `MaximumRetryAttempts` of asynchronous invocations, 0 to 2.
    #[serde(default)]
    pub retries: Option<u8>,
    /// How likely an asynchronous event comes twice, as at-least-once delivery may: `true`, or a share from 0 to 1.
    #[serde(default)]
    pub duplicates: Probability,
    /// Where the record of a failed asynchronous invocation goes.
    #[serde(default)]
    pub on_failure: Option<String>,
    /// Where the record of a successful asynchronous invocation goes.
    #[serde(default)]
    pub on_success: Option<String>,
    /// Dead-letter target: the original event goes there.
    #[serde(default)]
    pub dead_letter: Option<String>,
    /// Reserved concurrency; 0 switches the function off.
    #[serde(default)]
    pub reserved_concurrency: Option<u32>,
    /// `ProvisionedConcurrency` of its published version: so many environments are initialised ahead, and replaced when
    /// they are shut down.
    #[serde(default)]
    pub provisioned_concurrency: Option<u32>,
    /// `SnapStart` of its published version: environments are restored from a snapshot.
    #[serde(default)]
    pub snap_start: bool,
    /// Size of `/tmp` in MB, 512 to 10,240.
    #[serde(default = "default_storage")]
    pub storage: u32,
    /// `x86_64` or `arm64`, which the price depends on.
    #[serde(default)]
    pub architecture: Architecture,
    /// Format of the platform's log and of what goes through `logging`.
    #[serde(default)]
    pub log_format: LogFormat,
}

impl Function {
    /// Whether it has a published version, which the alias [`LIVE`] points to.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.snap_start || self.provisioned_concurrency.is_some()
    }
}

/// `Architectures`: one of two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// `x86_64`.
    #[default]
    #[serde(rename = "x86_64")]
    X86,
    /// `arm64`.
    Arm64,
}

/// `LogFormat`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum LogFormat {
    /// Plain lines.
    #[default]
    Text,
    /// JSON objects.
    #[serde(rename = "JSON")]
    Json,
}

impl Default for Function {
    /// Lambda's defaults, without a name.
    fn default() -> Self {
        Self {
            name: String::new(),
            handler: super::lesson::default_handler(),
            memory: default_memory(),
            timeout: default_timeout(),
            environment: BTreeMap::new(),
            layers: Vec::new(),
            retries: None,
            duplicates: Probability::default(),
            on_failure: None,
            on_success: None,
            dead_letter: None,
            reserved_concurrency: None,
            provisioned_concurrency: None,
            snap_start: false,
            storage: default_storage(),
            architecture: Architecture::default(),
            log_format: LogFormat::default(),
        }
    }
}

/// An S3 bucket.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// The bucket's name.
    pub name: String,
    /// Objects in it at the start; no notification is sent for them.
    #[serde(default)]
    pub objects: Vec<SeedObject>,
    /// What is told when objects come or go.
    #[serde(default)]
    pub notifications: Vec<Notification>,
}

/// An object that is in a bucket at the start. Exactly one of `text`, `json`, `file`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeedObject {
    /// The object's key, not encoded.
    pub key: String,
    /// Its content as text.
    #[serde(default)]
    pub text: Option<String>,
    /// Its content as JSON.
    #[serde(default)]
    pub json: Option<Value>,
    /// A file under the exercise's `files/`.
    #[serde(default)]
    pub file: Option<String>,
}

/// An S3 event notification to a function.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// The function that is invoked.
    pub function: String,
    /// As `s3:ObjectCreated:*`.
    pub events: Vec<String>,
    /// Only keys that begin so.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Only keys that end so.
    #[serde(default)]
    pub suffix: Option<String>,
}

/// A DynamoDB table, billed on demand.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The table's name.
    pub name: String,
    /// The partition key's name, with `N:` before it if it is a number.
    pub key: String,
    /// The sort key, written like `key`.
    #[serde(default)]
    pub sort_key: Option<String>,
    /// The stream's view type, as `NEW_AND_OLD_IMAGES`.
    #[serde(default)]
    pub stream: Option<String>,
    /// Items at the start, as plain values.
    #[serde(default)]
    pub items: Vec<Value>,
}

/// An SQS queue.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// The queue's name; `.fifo` is appended by the author where `fifo` is true.
    pub name: String,
    /// First in, first out.
    #[serde(default)]
    pub fifo: bool,
    /// Seconds for which a received message stays hidden.
    #[serde(default = "default_visibility")]
    pub visibility_timeout: u32,
    /// How often a message is received before it goes to `dead_letter_queue`.
    #[serde(default)]
    pub max_receive_count: Option<u32>,
    /// The queue for messages that were received too often.
    #[serde(default)]
    pub dead_letter_queue: Option<String>,
}

/// An event source mapping.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventSource {
    /// `sqs:QUEUE` or `dynamodb:TABLE`.
    pub source: String,
    /// The function that gets the batches.
    pub function: String,
    /// At most so many records an invocation.
    #[serde(default)]
    pub batch_size: Option<u32>,
    /// `ReportBatchItemFailures`.
    #[serde(default)]
    pub report_batch_item_failures: bool,
    /// `MaximumBatchingWindowInSeconds`.
    #[serde(default)]
    pub batch_window: Option<u32>,
    /// Event patterns of `FilterCriteria`, of which one must match.
    #[serde(default)]
    pub filters: Vec<Value>,
    /// `ScalingConfig.MaximumConcurrency` of a queue.
    #[serde(default)]
    pub maximum_concurrency: Option<u32>,
    /// `ParallelizationFactor` of a stream.
    #[serde(default)]
    pub parallelization_factor: Option<u32>,
    /// `MaximumRetryAttempts` of a stream.
    #[serde(default)]
    pub retries: Option<u32>,
    /// `MaximumRecordAgeInSeconds` of a stream.
    #[serde(default)]
    pub record_age: Option<u32>,
    /// `BisectBatchOnFunctionError` of a stream.
    #[serde(default)]
    pub bisect: bool,
    /// Where the records of a stream's batches go that were given up: `sqs:NAME`, `sns:NAME` or `s3:NAME`.
    #[serde(default)]
    pub on_failure: Option<String>,
}

/// An SNS topic.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The topic's name.
    pub name: String,
    /// `lambda:NAME` or `sqs:NAME`.
    #[serde(default)]
    pub subscriptions: Vec<String>,
}

/// An EventBridge bus.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bus {
    /// The bus's name.
    pub name: String,
}

/// An EventBridge rule: a pattern or a schedule.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The rule's name.
    pub name: String,
    /// The bus it listens on.
    #[serde(default = "default_bus")]
    pub bus: String,
    /// Which events it takes, as in EventBridge.
    #[serde(default)]
    pub pattern: Option<Value>,
    /// `rate(...)` or `cron(...)`.
    #[serde(default)]
    pub schedule: Option<String>,
    /// `lambda:NAME` or `sqs:NAME`.
    pub targets: Vec<String>,
}

/// An API Gateway API in front of functions.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// The API's name.
    pub name: String,
    /// REST API (payload 1.0) or HTTP API (payload 2.0).
    #[serde(default)]
    pub kind: ApiKind,
    /// Which method and path goes to which function.
    pub routes: Vec<Route>,
}

/// The two kinds of API Gateway APIs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApiKind {
    /// REST API with Lambda proxy integration: payload format 1.0.
    #[default]
    Rest,
    /// HTTP API: payload format 2.0.
    Http,
}

/// A route of an API.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// An HTTP method or `ANY`.
    pub method: String,
    /// As `/orders/{id}` or `/{proxy+}`.
    pub path: String,
    /// The function behind it.
    pub function: String,
}

pub(super) fn default_memory() -> u32 {
    128
}

fn default_storage() -> u32 {
    512
}

pub(super) fn default_timeout() -> u32 {
    3
}

fn default_visibility() -> u32 {
    30
}

fn default_bus() -> String {
    "default".to_owned()
}
