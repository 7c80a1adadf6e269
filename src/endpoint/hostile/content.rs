//! Signed requests whose names and bodies mean no good.

use super::*;

#[tokio::test]
async fn keys_are_names_and_no_paths() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    for (path, key) in [
        ("/bucket/../../etc/passwd", "../../etc/passwd"),
        ("/bucket/%2e%2e/%2e%2e/x", "../../x"),
        ("/bucket//double//", "/double//"),
        ("/bucket/..%5c..%5cx", "..\\..\\x"),
        ("/bucket/~root/%2Fabsolute", "~root//absolute"),
    ] {
        let answer = s3(&mut client, "PUT", path, &[], b"kept").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let object = cloud.s3.get_object("bucket", key, None).unwrap();
        assert_eq!(object.body.as_ref(), b"kept", "{path}");
    }
    for path in ["/bucket/%ff%fe", "/%2e%2e/x", "/BUCKET!/x", "//x"] {
        let answer = s3(&mut client, "PUT", path, &[], b"").await;
        assert!(
            (400..500).contains(&answer.status) && answer.body.contains("<Code>"),
            "{path}: {} {}",
            answer.status,
            answer.body
        );
    }
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn xml_that_would_grow_or_read_files_is_refused() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    let bomb = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \
                \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><Delete><Object><Key>&c;</Key></Object></Delete>";
    let file =
        "<!DOCTYPE d [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><Delete><Object><Key>&f;</Key></Object></Delete>";
    let deep = format!("<Delete>{}", "<Object>".repeat(200_000));
    let unclosed = format!("<Delete><Object><Key>{}", "k".repeat(1_000_000));
    for body in [
        bomb.as_bytes(),
        file.as_bytes(),
        deep.as_bytes(),
        unclosed.as_bytes(),
        b"<Delete><Object><Key>\xff\xfe</Key></Object></Delete>",
        b"<Delete><Object><Key>a</Object></Key></Delete>",
        b"{\"not\": \"xml\"}",
        b"",
    ] {
        let answer = s3(&mut client, "POST", "/bucket?delete", &[], body).await;
        assert!(
            (400..500).contains(&answer.status) && answer.body.contains("<Code>"),
            "{} {}",
            answer.status,
            answer.body
        );
        assert!(!answer.body.contains("root:"), "{}", answer.body);
    }
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn json_and_forms_without_end_are_refused() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    let arrays = vec![b'['; 1_000_000];
    let objects = "{\"a\":".repeat(300_000);
    let typed = format!(
        "{{\"TableName\":\"t\",\"Item\":{{\"a\":{}",
        "{\"M\":{\"a\":".repeat(10_000)
    );
    for body in [
        arrays.as_slice(),
        objects.as_bytes(),
        typed.as_bytes(),
        b"{\"a\":\"\xff\"}",
        b"1e999999",
    ] {
        for (service, target) in [
            ("dynamodb", "DynamoDB_20120810.PutItem"),
            ("sqs", "AmazonSQS.SendMessage"),
        ] {
            let answer = client.signed(service, "/", &[("x-amz-target", target)], body).await;
            assert_error(&answer, 400, "SerializationException");
        }
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let deep = format!("Action=CreateTopic&{}=1", "a.".repeat(100_000));
    let far = "Action=CreateTopic&Name=t&Tags.member.4294967295.Key=k&Tags.member.99999999999999999999.Key=k";
    let many = format!("Action=CreateTopic&{}", "a=b&".repeat(200_000));
    for body in [
        deep.as_str(),
        far,
        &many,
        "Action=%ff%00&Name=%ff",
        "&&&=&=",
        "Action=CreateTopic&Name=%F0%9F",
    ] {
        let answer = client.signed("sns", "/", &form, body.as_bytes()).await;
        assert!(answer.status < 500, "{} {}", answer.status, answer.body);
    }
    is_well(&cloud, &endpoint).await;
}
