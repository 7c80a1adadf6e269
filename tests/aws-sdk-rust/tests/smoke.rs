//! The AWS SDK for Rust, unchanged, against the endpoint of `lambda-course cloud`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running `cloud`, ended with its input.
struct Cloud {
    _child: Child,
    variables: BTreeMap<String, String>,
}

impl Cloud {
    async fn start() -> Self {
        let built = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/lambda-course");
        let program = std::env::var_os("LAMBDA_COURSE").map_or(built, PathBuf::from);
        let mut child = Command::new(&program)
            .args(["cloud", "--json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}: build the program first", program.display()));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().unwrap();
        // What happens is not looked at, but must be taken.
        tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
        // One flat object of texts without escapes.
        let variables = first.trim_matches(['{', '}']).split(',').filter_map(|pair| {
            let (name, value) = pair.split_once(':')?;
            Some((name.trim_matches('"').to_owned(), value.trim_matches('"').to_owned()))
        });
        Self {
            variables: variables.collect(),
            _child: child,
        }
    }

    fn get(&self, name: &str) -> String {
        self.variables[name].clone()
    }

    fn credentials(&self) -> Credentials {
        Credentials::new(
            self.get("AWS_ACCESS_KEY_ID"),
            self.get("AWS_SECRET_ACCESS_KEY"),
            None,
            None,
            "cloud",
        )
    }
}

/// What every service is configured with; the SDK's own `aws-config` would bring a TLS stack along.
macro_rules! client {
    ($service:ident, $cloud:expr) => {{
        let config = $service::Config::builder()
            .behavior_version($service::config::BehaviorVersion::latest())
            .region($service::config::Region::new($cloud.get("AWS_REGION")))
            .endpoint_url($cloud.get("AWS_ENDPOINT_URL"))
            .credentials_provider($cloud.credentials())
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        config
    }};
}

#[tokio::test]
async fn s3_objects_parts_listings_and_errors() {
    let cloud = Cloud::start().await;
    let s3 = aws_sdk_s3::Client::from_conf(client!(aws_sdk_s3, cloud).force_path_style(true).build());
    s3.create_bucket().bucket("files").send().await.unwrap();
    let put = s3
        .put_object()
        .bucket("files")
        .key("a/b c+ü.txt")
        .metadata("colour", "red");
    let put = put.body(ByteStream::from_static(b"hello")).send().await.unwrap();
    assert_eq!(put.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    let got = s3.get_object().bucket("files").key("a/b c+ü.txt").send().await.unwrap();
    assert_eq!(got.metadata().unwrap()["colour"], "red");
    assert_eq!(got.body.collect().await.unwrap().into_bytes().as_ref(), b"hello");
    let part = s3
        .get_object()
        .bucket("files")
        .key("a/b c+ü.txt")
        .range("bytes=1-2")
        .send()
        .await
        .unwrap();
    assert_eq!(part.body.collect().await.unwrap().into_bytes().as_ref(), b"el");
    let none = s3.get_object().bucket("files").key("none").send().await.unwrap_err();
    assert!(none.into_service_error().is_no_such_key());

    let started = s3
        .create_multipart_upload()
        .bucket("files")
        .key("big")
        .send()
        .await
        .unwrap();
    let id = started.upload_id().unwrap();
    let mut parts = Vec::new();
    for (number, body) in [(1, vec![b'x'; 5 << 20]), (2, b"end".to_vec())] {
        let part = s3
            .upload_part()
            .bucket("files")
            .key("big")
            .upload_id(id)
            .part_number(number);
        let part = part.body(ByteStream::from(body)).send().await.unwrap();
        parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(part.e_tag)
                .build(),
        );
    }
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let done = s3.complete_multipart_upload().bucket("files").key("big").upload_id(id);
    done.multipart_upload(parts).send().await.unwrap();
    let head = s3.head_object().bucket("files").key("big").send().await.unwrap();
    assert_eq!(head.content_length(), Some((5 << 20) + 3));

    let mut pages = s3
        .list_objects_v2()
        .bucket("files")
        .into_paginator()
        .page_size(1)
        .send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        keys.extend(
            page.unwrap()
                .contents()
                .iter()
                .map(|object| object.key().unwrap().to_owned()),
        );
    }
    assert_eq!(keys, ["a/b c+ü.txt", "big"]);
}

#[tokio::test]
async fn dynamodb_tables_items_and_conditions() {
    let cloud = Cloud::start().await;
    let dynamodb = aws_sdk_dynamodb::Client::from_conf(client!(aws_sdk_dynamodb, cloud).build());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    dynamodb
        .create_table()
        .table_name("orders")
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name("id")
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap(),
        )
        .key_schema(
            KeySchemaElement::builder()
                .attribute_name("id")
                .key_type(KeyType::Hash)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    for id in ["1", "2"] {
        let item = dynamodb.put_item().table_name("orders").item("id", text(id));
        item.item("total", AttributeValue::N("12.5".to_owned()))
            .send()
            .await
            .unwrap();
    }
    let got = dynamodb
        .get_item()
        .table_name("orders")
        .key("id", text("1"))
        .send()
        .await
        .unwrap();
    assert_eq!(got.item().unwrap()["total"].as_n().unwrap(), "12.5");
    let again = dynamodb.put_item().table_name("orders").item("id", text("1"));
    let again = again
        .condition_expression("attribute_not_exists(id)")
        .send()
        .await
        .unwrap_err();
    assert!(again.into_service_error().is_conditional_check_failed_exception());
    let found = dynamodb
        .query()
        .table_name("orders")
        .key_condition_expression("id = :id");
    let found = found
        .expression_attribute_values(":id", text("2"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.count(), 1);
    assert_eq!(dynamodb.scan().table_name("orders").send().await.unwrap().count(), 2);
    let none = dynamodb.scan().table_name("none").send().await.unwrap_err();
    assert!(none.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn sqs_messages_batches_and_errors() {
    let cloud = Cloud::start().await;
    let sqs = aws_sdk_sqs::Client::from_conf(client!(aws_sdk_sqs, cloud).build());
    let queue = sqs.create_queue().queue_name("jobs").send().await.unwrap();
    let url = queue.queue_url().unwrap();
    // The SDK holds the answer's MD5 against the body's.
    sqs.send_message()
        .queue_url(url)
        .message_body("hello ü")
        .send()
        .await
        .unwrap();
    let received = sqs
        .receive_message()
        .queue_url(url)
        .wait_time_seconds(1)
        .send()
        .await
        .unwrap();
    let message = &received.messages()[0];
    assert_eq!(message.body(), Some("hello ü"));
    let handle = message.receipt_handle().unwrap();
    sqs.delete_message()
        .queue_url(url)
        .receipt_handle(handle)
        .send()
        .await
        .unwrap();
    let none = sqs.get_queue_url().queue_name("none").send().await.unwrap_err();
    assert!(none.into_service_error().is_queue_does_not_exist());
}

#[tokio::test]
async fn a_wrong_key_is_refused() {
    let cloud = Cloud::start().await;
    let stranger = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wrong", None, None, "test");
    let config = client!(aws_sdk_sqs, cloud).credentials_provider(stranger);
    let sqs = aws_sdk_sqs::Client::from_conf(config.build());
    let refused = sqs.list_queues().send().await.unwrap_err();
    let refused = format!("{refused:?}");
    assert!(refused.contains("UnrecognizedClientException"), "{refused}");
}
