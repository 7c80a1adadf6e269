//! Reading and writing notification configurations.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::backend::Backend;
use super::convert::failed;
use crate::cloud::s3::{NotificationConfiguration as Rules, NotificationRule};
use crate::cloud::{ApiError, Call};

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
        call: &mut Call,
        request: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketNotificationConfigurationOutput>> {
        let given = request.input.notification_configuration;
        let checked = request.input.skip_destination_validation != Some(true);
        let mut rules = Vec::new();
        let mut add = |service: &str, id: Option<String>, target: String, events: Vec<Event>, filter| {
            if !target.starts_with(&format!("arn:aws:{service}:")) || target.split(':').count() < 6 {
                return Err(s3_error!(InvalidArgument, "The ARN could not be parsed"));
            }
            let (prefix, suffix) = rules_of(filter)?;
            rules.push(NotificationRule {
                id: id.unwrap_or_else(|| self.cloud.request_id()),
                target,
                events: events.into_iter().map(String::from).collect(),
                prefix,
                suffix,
            });
            Ok(())
        };
        for rule in given.lambda_function_configurations.into_iter().flatten() {
            add("lambda", rule.id, rule.lambda_function_arn, rule.events, rule.filter)?;
        }
        for rule in given.queue_configurations.into_iter().flatten() {
            add("sqs", rule.id, rule.queue_arn, rule.events, rule.filter)?;
        }
        for rule in given.topic_configurations.into_iter().flatten() {
            add("sns", rule.id, rule.topic_arn, rule.events, rule.filter)?;
        }
        self.check_permissions(&request.input.bucket, &rules)?;
        let event_bridge = given.event_bridge_configuration.is_some();
        let configuration = Rules { rules, event_bridge };
        let there = configuration
            .rules
            .iter()
            .all(|rule| match rule.target.split(':').nth(2) {
                Some("sqs") => self.cloud.sqs.visibility_timeout(&rule.target).is_some(),
                Some("sns") => self.cloud.sns.exists(&rule.target),
                _ => true,
            });
        if checked && !there {
            let message = "Unable to validate the following destination configurations";
            return Err(s3_error!(InvalidArgument, "{message}"));
        }
        let (s3, bucket) = (&self.cloud.s3, &request.input.bucket);
        s3.set_notifications(bucket, configuration.clone()).map_err(failed)?;
        if checked {
            s3.send_test_events(call, bucket, &configuration);
        }
        Ok(S3Response::new(PutBucketNotificationConfigurationOutput {}))
    }

    /// Refuses functions that S3 may not invoke for the bucket, by their own policy. Those that the bucket notifies
    /// already were permitted before.
    fn check_permissions(&self, bucket: &str, rules: &[NotificationRule]) -> S3Result<()> {
        let before = self.cloud.s3.notifications(bucket).map_err(failed)?;
        let source = format!("arn:aws:s3:::{bucket}");
        let known = |target: &str| before.rules.iter().any(|rule| rule.target == target);
        let refused = rules.iter().any(|rule| {
            rule.target.starts_with("arn:aws:lambda:")
                && !known(&rule.target)
                && !self.cloud.permissions.allow(&rule.target, "s3.amazonaws.com", &source)
        });
        if refused {
            return Err(failed(ApiError::new(
                "InvalidArgument",
                "Unable to validate the following destination configurations",
            )));
        }
        Ok(())
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

/// Prefix and suffix of a filter.
type Affixes = (Option<String>, Option<String>);

fn rules_of(filter: Option<NotificationConfigurationFilter>) -> S3Result<Affixes> {
    let rules = filter
        .and_then(|filter| filter.key)
        .and_then(|key| key.filter_rules)
        .unwrap_or_default();
    let known = |rule: &FilterRule| {
        let name = rule.name.as_ref().map(|name| name.as_str().to_ascii_lowercase());
        matches!(name.as_deref(), Some("prefix" | "suffix"))
    };
    if !rules.iter().all(known) {
        return Err(s3_error!(
            InvalidArgument,
            "filter rule name must be either prefix or suffix"
        ));
    }
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
    Ok((named("prefix"), named("suffix")))
}
