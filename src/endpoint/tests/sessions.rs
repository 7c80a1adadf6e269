//! Sessions of STS, which are over after a while.

use super::*;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The text of the first element of this name.
fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let after = xml.split_once(&open).unwrap_or_else(|| panic!("no {name}: {xml}")).1;
    after.split_once(&close).unwrap().0
}

async fn pass(cloud: &Cloud, span: Duration) {
    let clock = cloud.clock();
    drop(clock.sleep(clock.busy(), span).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_session_is_refused_as_such_in_each_protocol() {
    let (cloud, endpoint) = start(Router::new()).await;
    cloud.s3.create_bucket("bucket").unwrap();
    let mut outside = Client::new(&endpoint, &cloud.callers.outside()).await;
    let request =
        b"Action=AssumeRole&RoleArn=arn:aws:iam::123456789012:role/reader&RoleSessionName=me&DurationSeconds=900";
    let answer = outside.signed("sts", "/", &[FORM], request).await;
    assert_eq!(element(&answer.body, "Expiration"), "2026-01-01T00:15:00Z");
    let credentials = Credentials {
        access_key_id: element(&answer.body, "AccessKeyId").to_owned(),
        secret_access_key: element(&answer.body, "SecretAccessKey").to_owned(),
        session_token: Some(element(&answer.body, "SessionToken").to_owned()),
    };
    let mut session = Client::new(&endpoint, &credentials).await;
    let whoami = b"Action=GetCallerIdentity".as_slice();
    pass(&cloud, Duration::from_secs(899)).await;
    let answer = session.signed("sts", "/", &[FORM], whoami).await;
    assert_eq!(
        element(&answer.body, "Arn"),
        "arn:aws:sts::123456789012:assumed-role/reader/me"
    );
    pass(&cloud, Duration::from_secs(1)).await;

    // As AWS answers: cfn-sphere/cfn-sphere#55, guregu/dynamo#68, cloudquery/cq-provider-aws#1171 and
    // ibi-group/datatools-ui#10.
    let expired = "The security token included in the request is expired";
    let answer = session.signed("sts", "/", &[FORM], whoami).await;
    let said = (element(&answer.body, "Code"), element(&answer.body, "Message"));
    assert_eq!((answer.status, said), (403, ("ExpiredToken", expired)));
    let answer = session.json("dynamodb", "DynamoDB_20120810.Scan", &json!({})).await;
    let said = json!({ "__type": "com.amazon.coral.service#ExpiredTokenException", "message": expired });
    assert_eq!((answer.status, answer.json()), (400, said));
    let answer = session.signed("lambda", "/2015-03-31/functions", &[], b"").await;
    assert!(
        answer.status == 403 && answer.head.contains("x-amzn-errortype: ExpiredTokenException"),
        "{}",
        answer.head
    );
    assert_eq!(answer.json(), json!({ "message": expired }));
    let head = session.head(
        "GET",
        "s3",
        "/bucket",
        &[("x-amz-content-sha256", "UNSIGNED-PAYLOAD")],
        b"",
    );
    let answer = session.send(format!("{head}\r\n").as_bytes()).await;
    let said = (element(&answer.body, "Code"), element(&answer.body, "Message"));
    assert_eq!(
        (answer.status, said),
        (400, ("ExpiredToken", "The provided token has expired."))
    );
}
