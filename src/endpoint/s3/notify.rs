//! Reading and writing notification configurations.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

use super::backend::Backend;
use super::convert::failed;
use crate::cloud::Call;
use crate::cloud::s3::{NotificationConfiguration as Rules, NotificationRule};

impl Backend {
    pub(super) async fn get_bucket_notification_configuration(
        &self,
        _call: &mut Call,
        request: S3Request<GetBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketNotificationConfigurationOutput>> {
        let found = self.cloud.s3.notifications(&request.input.bucket).map_err(failed)?;
        let (mut functions, mut queues, mut topics) = (Vec::new(), Vec::new(), Vec::new());
        for rule in found.rules {
            let events = rule.events.iter().cloned().map(Event::from).collect();
            let (filter, id) = (filter_of(&rule), Some(rule.id));
            match rule.target.split(':').nth(2) {
                Some("sqs") => queues.push(QueueConfiguration {
                    events,
                    filter,
                    id,
                    queue_arn: rule.target,
                }),
                Some("sns") => topics.push(TopicConfiguration {
                    events,
                    filter,
                    id,
                    topic_arn: rule.target,
                }),
                _ => functions.push(LambdaFunctionConfiguration {
                    events,
                    filter,
                    id,
                    lambda_function_arn: rule.target,
                }),
            }
        }
        Ok(S3Response::new(GetBucketNotificationConfigurationOutput {
            event_bridge_configuration: found.event_bridge.then_some(EventBridgeConfiguration {}),
            lambda_function_configurations: (!functions.is_empty()).then_some(functions),
            queue_configurations: (!queues.is_empty()).then_some(queues),
            topic_configurations: (!topics.is_empty()).then_some(topics),
        }))
    }

    pub(super) async fn put_bucket_notification_configuration(
        &self,
        _call: &mut Call,
        request: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketNotificationConfigurationOutput>> {
        let given = request.input.notification_configuration;
        let mut rules = Vec::new();
        let mut add = |id: Option<String>, target: String, events: Vec<Event>, filter| {
            let (prefix, suffix) = rules_of(filter);
            rules.push(NotificationRule {
                id: id.unwrap_or_else(|| self.cloud.request_id()),
                target,
                events: events.into_iter().map(String::from).collect(),
                prefix,
                suffix,
            });
        };
        for rule in given.lambda_function_configurations.into_iter().flatten() {
            add(rule.id, rule.lambda_function_arn, rule.events, rule.filter);
        }
        for rule in given.queue_configurations.into_iter().flatten() {
            add(rule.id, rule.queue_arn, rule.events, rule.filter);
        }
        for rule in given.topic_configurations.into_iter().flatten() {
            add(rule.id, rule.topic_arn, rule.events, rule.filter);
        }
        let event_bridge = given.event_bridge_configuration.is_some();
        let configuration = Rules { rules, event_bridge };
        self.cloud
            .s3
            .set_notifications(&request.input.bucket, configuration)
            .map_err(failed)?;
        Ok(S3Response::new(PutBucketNotificationConfigurationOutput {}))
    }
}

fn filter_of(rule: &NotificationRule) -> Option<NotificationConfigurationFilter> {
    let named = [("Prefix", &rule.prefix), ("Suffix", &rule.suffix)];
    let rules = named.into_iter().filter_map(|(name, value)| {
        Some(FilterRule {
            name: Some(FilterRuleName::from(name.to_owned())),
            value: Some(value.clone()?),
        })
    });
    let rules: Vec<_> = rules.collect();
    (!rules.is_empty()).then_some(NotificationConfigurationFilter {
        key: Some(S3KeyFilter {
            filter_rules: Some(rules),
        }),
    })
}

fn rules_of(filter: Option<NotificationConfigurationFilter>) -> (Option<String>, Option<String>) {
    let rules = filter
        .and_then(|filter| filter.key)
        .and_then(|key| key.filter_rules)
        .unwrap_or_default();
    let named = |name: &str| {
        let found = rules.iter().find(|rule| {
            rule.name
                .as_ref()
                .is_some_and(|found| found.as_str().eq_ignore_ascii_case(name))
        });
        found
            .and_then(|rule| rule.value.clone())
            .filter(|value| !value.is_empty())
    };
    (named("prefix"), named("suffix"))
}
