//! Buckets: creating, listing, describing, and their settings.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::backend::Backend;
use super::convert::{etag, failed, from_tags, tags, timestamp};
use super::object::size;
use crate::cloud::Call;
use crate::cloud::s3::{NotificationConfiguration as Rules, NotificationRule, Object as Stored, Query, Versioning};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Most keys of one page.
const MAX_KEYS: i32 = 1000;
/// What `encoding-type=url` leaves as it is.
const IN_LISTING: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/');

impl Backend {
    pub(super) async fn create_bucket(
        &self,
        _call: &mut Call,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let name = request.input.bucket;
        self.cloud.s3.create_bucket(&name).map_err(failed)?;
        Ok(S3Response::new(CreateBucketOutput {
            location: Some(format!("/{name}")),
        }))
    }

    pub(super) async fn delete_bucket(
        &self,
        _call: &mut Call,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        self.cloud.s3.delete_bucket(&request.input.bucket).map_err(failed)?;
        let mut response = S3Response::new(DeleteBucketOutput {});
        response.status = Some(http::StatusCode::NO_CONTENT);
        Ok(response)
    }

    pub(super) async fn head_bucket(
        &self,
        _call: &mut Call,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.cloud.s3.head_bucket(&request.input.bucket).map_err(failed)?;
        Ok(S3Response::new(HeadBucketOutput {
            bucket_region: Some(self.cloud.account().region.clone()),
            ..HeadBucketOutput::default()
        }))
    }

    pub(super) async fn list_buckets(
        &self,
        _call: &mut Call,
        request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let prefix = request.input.prefix.unwrap_or_default();
        let buckets = self
            .cloud
            .s3
            .list_buckets()
            .into_iter()
            .filter(|(name, _)| name.starts_with(&prefix));
        let buckets = buckets.map(|(name, created)| Bucket {
            name: Some(name),
            creation_date: Some(timestamp(created)),
            bucket_region: None,
        });
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            owner: Some(self.owner()),
            ..ListBucketsOutput::default()
        }))
    }

    pub(super) async fn get_bucket_location(
        &self,
        _call: &mut Call,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.cloud.s3.head_bucket(&request.input.bucket).map_err(failed)?;
        let region = self.cloud.account().region.clone();
        Ok(S3Response::new(GetBucketLocationOutput {
            location_constraint: (region != "us-east-1").then(|| BucketLocationConstraint::from(region)),
        }))
    }

    pub(super) async fn get_bucket_versioning(
        &self,
        _call: &mut Call,
        request: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        let status = match self.cloud.s3.versioning(&request.input.bucket).map_err(failed)? {
            Versioning::Off => None,
            Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
            Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
        };
        Ok(S3Response::new(GetBucketVersioningOutput {
            status: status.map(BucketVersioningStatus::from_static),
            ..GetBucketVersioningOutput::default()
        }))
    }

    pub(super) async fn put_bucket_versioning(
        &self,
        _call: &mut Call,
        request: S3Request<PutBucketVersioningInput>,
    ) -> S3Result<S3Response<PutBucketVersioningOutput>> {
        let status = request.input.versioning_configuration.status;
        let versioning = match status.as_ref().map(BucketVersioningStatus::as_str) {
            Some("Enabled") => Versioning::Enabled,
            Some("Suspended") => Versioning::Suspended,
            _ => {
                return Err(s3_error!(
                    MalformedXML,
                    "The XML you provided was not well-formed or did not validate against our published schema"
                ));
            }
        };
        self.cloud
            .s3
            .set_versioning(&request.input.bucket, versioning)
            .map_err(failed)?;
        Ok(S3Response::new(PutBucketVersioningOutput {}))
    }

    pub(super) async fn get_bucket_tagging(
        &self,
        _call: &mut Call,
        request: S3Request<GetBucketTaggingInput>,
    ) -> S3Result<S3Response<GetBucketTaggingOutput>> {
        let found = self.cloud.s3.bucket_tags(&request.input.bucket).map_err(failed)?;
        Ok(S3Response::new(GetBucketTaggingOutput { tag_set: tags(&found) }))
    }

    pub(super) async fn put_bucket_tagging(
        &self,
        _call: &mut Call,
        request: S3Request<PutBucketTaggingInput>,
    ) -> S3Result<S3Response<PutBucketTaggingOutput>> {
        let tags = from_tags(request.input.tagging.tag_set, 50)?;
        self.cloud
            .s3
            .set_bucket_tags(&request.input.bucket, tags)
            .map_err(failed)?;
        Ok(S3Response::new(PutBucketTaggingOutput {}))
    }

    pub(super) async fn delete_bucket_tagging(
        &self,
        _call: &mut Call,
        request: S3Request<DeleteBucketTaggingInput>,
    ) -> S3Result<S3Response<DeleteBucketTaggingOutput>> {
        self.cloud
            .s3
            .set_bucket_tags(&request.input.bucket, Vec::new())
            .map_err(failed)?;
        Ok(S3Response::new(DeleteBucketTaggingOutput {}))
    }

    pub(super) async fn get_bucket_policy(
        &self,
        _call: &mut Call,
        request: S3Request<GetBucketPolicyInput>,
    ) -> S3Result<S3Response<GetBucketPolicyOutput>> {
        let policy = self.cloud.s3.bucket_policy(&request.input.bucket).map_err(failed)?;
        Ok(S3Response::new(GetBucketPolicyOutput { policy: Some(policy) }))
    }

    pub(super) async fn put_bucket_policy(
        &self,
        _call: &mut Call,
        request: S3Request<PutBucketPolicyInput>,
    ) -> S3Result<S3Response<PutBucketPolicyOutput>> {
        let policy = Some(request.input.policy);
        self.cloud
            .s3
            .set_bucket_policy(&request.input.bucket, policy)
            .map_err(failed)?;
        Ok(S3Response::new(PutBucketPolicyOutput {}))
    }

    pub(super) async fn delete_bucket_policy(
        &self,
        _call: &mut Call,
        request: S3Request<DeleteBucketPolicyInput>,
    ) -> S3Result<S3Response<DeleteBucketPolicyOutput>> {
        self.cloud
            .s3
            .set_bucket_policy(&request.input.bucket, None)
            .map_err(failed)?;
        Ok(S3Response::new(DeleteBucketPolicyOutput {}))
    }

    pub(super) async fn list_objects(
        &self,
        _call: &mut Call,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        let input = request.input;
        let encoded = input.encoding_type.is_some();
        let max_keys = page_size(input.max_keys)?;
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().unwrap_or_default(),
            after: input.marker.clone().unwrap_or_default(),
            max_keys: usize::try_from(max_keys).unwrap_or_default(),
        };
        let page = self.cloud.s3.list_objects(&input.bucket, &query).map_err(failed)?;
        let owner = Some(self.owner());
        Ok(S3Response::new(ListObjectsOutput {
            name: Some(input.bucket),
            prefix: Some(encode(input.prefix.unwrap_or_default(), encoded)),
            marker: Some(encode(input.marker.unwrap_or_default(), encoded)),
            max_keys: Some(max_keys),
            is_truncated: Some(page.next.is_some()),
            contents: Some(
                page.objects
                    .iter()
                    .map(|object| listed(object, owner.clone(), encoded))
                    .collect(),
            ),
            common_prefixes: common_prefixes(page.prefixes, encoded),
            // S3 tells the next marker only where a delimiter is given.
            next_marker: page
                .next
                .filter(|_| !query.delimiter.is_empty())
                .map(|next| encode(next, encoded)),
            delimiter: input.delimiter.map(|delimiter| encode(delimiter, encoded)),
            encoding_type: input.encoding_type,
            ..ListObjectsOutput::default()
        }))
    }

    pub(super) async fn list_objects_v2(
        &self,
        _call: &mut Call,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let encoded = input.encoding_type.is_some();
        let max_keys = page_size(input.max_keys)?;
        let after = match &input.continuation_token {
            Some(token) => {
                let key = hex::decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                key.ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?
            }
            None => input.start_after.clone().unwrap_or_default(),
        };
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().unwrap_or_default(),
            after,
            max_keys: usize::try_from(max_keys).unwrap_or_default(),
        };
        let page = self.cloud.s3.list_objects(&input.bucket, &query).map_err(failed)?;
        let owner = input.fetch_owner.unwrap_or(false).then(|| self.owner());
        let count = page.objects.len() + page.prefixes.len();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: Some(encode(input.prefix.unwrap_or_default(), encoded)),
            max_keys: Some(max_keys),
            key_count: i32::try_from(count).ok(),
            continuation_token: input.continuation_token,
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.map(hex::encode),
            contents: (!page.objects.is_empty()).then(|| {
                page.objects
                    .iter()
                    .map(|object| listed(object, owner.clone(), encoded))
                    .collect()
            }),
            common_prefixes: common_prefixes(page.prefixes, encoded),
            delimiter: input.delimiter.map(|delimiter| encode(delimiter, encoded)),
            encoding_type: input.encoding_type,
            start_after: input.start_after.map(|start| encode(start, encoded)),
            ..ListObjectsV2Output::default()
        }))
    }

    pub(super) async fn list_object_versions(
        &self,
        _call: &mut Call,
        request: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        let input = request.input;
        let encoded = input.encoding_type.is_some();
        let max_keys = page_size(input.max_keys)?;
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().unwrap_or_default(),
            after: input.key_marker.clone().unwrap_or_default(),
            max_keys: usize::try_from(max_keys).unwrap_or_default(),
        };
        let page = self.cloud.s3.list_versions(&input.bucket, &query).map_err(failed)?;
        let (mut versions, mut delete_markers) = (Vec::new(), Vec::new());
        for (object, latest) in &page.versions {
            let version_id = Some(object.version_id.clone().unwrap_or_else(|| "null".to_owned()));
            let key = Some(encode(object.key.clone(), encoded));
            if object.delete_marker {
                delete_markers.push(DeleteMarkerEntry {
                    is_latest: Some(*latest),
                    key,
                    last_modified: Some(timestamp(object.modified)),
                    owner: Some(self.owner()),
                    version_id,
                });
            } else {
                versions.push(ObjectVersion {
                    e_tag: Some(etag(&object.etag)),
                    is_latest: Some(*latest),
                    key,
                    last_modified: Some(timestamp(object.modified)),
                    owner: Some(self.owner()),
                    size: Some(size(object)),
                    storage_class: Some(ObjectVersionStorageClass::from_static(
                        ObjectVersionStorageClass::STANDARD,
                    )),
                    version_id,
                    ..ObjectVersion::default()
                });
            }
        }
        Ok(S3Response::new(ListObjectVersionsOutput {
            name: Some(input.bucket),
            prefix: input.prefix,
            key_marker: Some(input.key_marker.unwrap_or_default()),
            version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
            max_keys: Some(max_keys),
            is_truncated: Some(page.next.is_some()),
            next_key_marker: page.next,
            versions: (!versions.is_empty()).then_some(versions),
            delete_markers: (!delete_markers.is_empty()).then_some(delete_markers),
            common_prefixes: common_prefixes(page.prefixes, encoded),
            delimiter: input.delimiter,
            encoding_type: input.encoding_type,
            ..ListObjectVersionsOutput::default()
        }))
    }

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

    pub(super) fn owner(&self) -> Owner {
        Owner {
            display_name: None,
            id: Some(self.cloud.s3.owner().to_owned()),
        }
    }
}

fn page_size(max_keys: Option<i32>) -> S3Result<i32> {
    match max_keys {
        Some(max_keys) if max_keys < 0 => Err(s3_error!(
            InvalidArgument,
            "Argument maxKeys must be an integer between 0 and 2147483647"
        )),
        Some(max_keys) => Ok(max_keys.min(MAX_KEYS)),
        None => Ok(MAX_KEYS),
    }
}

fn encode(text: String, encoded: bool) -> String {
    if encoded {
        utf8_percent_encode(&text, IN_LISTING).to_string()
    } else {
        text
    }
}

fn listed(object: &Stored, owner: Option<Owner>, encoded: bool) -> Object {
    Object {
        e_tag: Some(etag(&object.etag)),
        key: Some(encode(object.key.clone(), encoded)),
        last_modified: Some(timestamp(object.modified)),
        owner,
        size: Some(size(object)),
        storage_class: Some(ObjectStorageClass::from(
            object
                .headers
                .storage_class
                .clone()
                .unwrap_or_else(|| "STANDARD".to_owned()),
        )),
        ..Object::default()
    }
}

fn common_prefixes(prefixes: Vec<String>, encoded: bool) -> Option<Vec<CommonPrefix>> {
    let all = prefixes.into_iter().map(|prefix| CommonPrefix {
        prefix: Some(encode(prefix, encoded)),
    });
    let all: Vec<_> = all.collect();
    (!all.is_empty()).then_some(all)
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
