//! APIs and function URLs as `curl` reaches them.

use lambda_course::clock::Timestamp;
use lambda_course::cloud::apigateway::{Api, Kind, Route};
use lambda_course::lambda::function_url::{AuthType, Cors, FunctionUrl, InvokeMode};
use serde_json::{Value, json};

use crate::curl::{Reply, curl};
use crate::lab::{Lab, block_on, limits};
use crate::signed::send_to;

const HANDLERS: &str = r#"
import json, time
def echo(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
def cookies(event, context):
    return {"statusCode": 201, "cookies": ["a=1", "b=2"], "headers": {"X-Own": "yes"}, "body": "set"}
def fails(event, context):
    raise ValueError("no")
def slow(event, context):
    time.sleep(40)
    return {"statusCode": 200, "body": "late"}
def image(event, context):
    return {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": "iVBORw==", "isBase64Encoded": True}
"#;

/// A Region with all handlers behind a REST API `rest000000` (stage `prod`) and an HTTP API `http000000`, and a URL of
/// `echo`.
async fn lab() -> Lab {
    let lab = Lab::new(HANDLERS).await;
    for name in ["echo", "cookies", "fails", "image"] {
        lab.function(name, |_| {});
    }
    lab.function("slow", limits(128, 60));
    let routes = || {
        vec![
            Route::new("ANY", "/echo/{proxy+}", "echo"),
            Route::new("GET", "/cookies", "cookies"),
            Route::new("GET", "/fails", "fails"),
            Route::new("GET", "/slow", "slow"),
            Route::new("GET", "/image", "image"),
            Route::new("GET", "/gone", "gone"),
        ]
    };
    let apis = &lab.region.cloud().apis;
    let mut rest = Api::new("rest000000".to_owned(), Kind::Rest, "prod", routes());
    rest.binary_media_types = vec!["image/png".to_owned()];
    apis.deploy(rest);
    apis.deploy(Api::new("http000000".to_owned(), Kind::Http, "$default", routes()));
    let urls = lab.region.lambda().function_urls();
    urls.put(FunctionUrl::new(
        URL.to_owned(),
        "echo",
        None,
        Timestamp::from_micros(0),
    ));
    lab
}

const URL: &str = "0123456789abcdefghijklmnopqrstuv";
const REST: &str = "rest000000.execute-api.us-east-1.localhost:{}";
const HTTP: &str = "http000000.execute-api.us-east-1.localhost:{}";

async fn get(lab: &Lab, host: &str, path: &str) -> Reply {
    curl(
        &lab.region,
        "GET",
        host,
        path,
        &[("User-Agent", "curl/8.5.0"), ("Accept", "*/*")],
        b"",
    )
    .await
}

#[test]
fn a_rest_api_answers_under_its_host_and_under_a_path() {
    block_on(async {
        let lab = lab().await;
        let reply = get(&lab, REST, "/prod/echo/a%20b/?x=1&x=2").await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, Some("application/json"))
        );
        assert!(reply.header("x-amzn-requestid").is_some() && reply.header("x-amz-apigw-id").is_some());
        let event = reply.json();
        assert_eq!(event["path"], "/echo/a%20b/");
        assert_eq!(event["requestContext"]["path"], "/prod/echo/a%20b/");
        assert_eq!(event["pathParameters"], json!({ "proxy": "a%20b" }));
        assert_eq!(event["multiValueQueryStringParameters"], json!({ "x": ["1", "2"] }));
        assert_eq!(
            event["headers"]["Host"],
            "rest000000.execute-api.us-east-1.amazonaws.com"
        );
        assert_eq!(event["requestContext"]["identity"]["userAgent"], "curl/8.5.0");
        let headers = [("tEsT-HEADeR", "aValUE"), ("x-lower", "1")];
        let cased = curl(&lab.region, "GET", REST, "/prod/echo/a", &headers, b"")
            .await
            .json();
        assert_eq!(
            (&cased["headers"]["tEsT-HEADeR"], &cased["headers"]["x-lower"]),
            (&json!("aValUE"), &json!("1"))
        );
        let path = "/_aws/execute-api/rest000000/prod/echo/a%20b/?x=1&x=2";
        let same = get(&lab, "127.0.0.1:{}", path).await.json();
        assert_eq!(
            (&same["path"], &same["requestContext"]["path"]),
            (&event["path"], &event["requestContext"]["path"])
        );
    });
}

#[test]
fn a_rest_api_maps_failures() {
    block_on(async {
        let lab = lab().await;
        let told = |reply: &Reply| (reply.status, reply.text().to_owned());
        let message = |status: u16, text: &str| (status, json!({ "message": text }).to_string());
        assert_eq!(
            told(&get(&lab, REST, "/prod/fails").await),
            message(502, "Internal server error")
        );
        assert_eq!(
            told(&get(&lab, REST, "/prod/gone").await),
            message(500, "Internal server error")
        );
        assert_eq!(
            told(&get(&lab, REST, "/prod/nothing").await),
            message(403, "Missing Authentication Token")
        );
        assert_eq!(told(&get(&lab, REST, "/other/echo/a").await), message(403, "Forbidden"));
        assert_eq!(
            told(&get(&lab, REST, "/prod/slow").await),
            message(504, "Endpoint request timed out")
        );
        // The function runs on.
        lab.region.settle().await;
        assert_eq!(lab.invocations("slow").len(), 1);
        let large = vec![b'x'; 10 * 1024 * 1024 + 1];
        let refused = curl(&lab.region, "POST", REST, "/prod/echo/a", &[], &large).await;
        assert_eq!(
            told(&refused),
            (413, "HTTP content length exceeded 10485760 bytes.".to_owned())
        );
        let refused = curl(&lab.region, "POST", REST, "/prod/echo/a", &[], &large[..7_000_000]).await;
        assert_eq!(told(&refused), message(413, "Request Too Long"));
    });
}

#[test]
fn binary_bodies_go_through_a_rest_api() {
    block_on(async {
        let lab = lab().await;
        let headers = [("Content-Type", "image/png"), ("Accept", "image/png")];
        let event = curl(&lab.region, "POST", REST, "/prod/echo/a", &headers, b"\x89PNG")
            .await
            .json();
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("iVBORw=="), &json!(true))
        );
        let reply = curl(&lab.region, "GET", REST, "/prod/image", &headers[1..], b"").await;
        assert_eq!(
            (reply.header("content-type"), &reply.body[..]),
            (Some("image/png"), &b"\x89PNG"[..])
        );
    });
}

#[test]
fn an_http_api_answers_too() {
    block_on(async {
        let lab = lab().await;
        let headers = [("Cookie", "s=1; t=2"), ("X-Two", "a"), ("x-two", "b")];
        let reply = curl(&lab.region, "PUT", HTTP, "/echo/a%20b?x=1&x=2", &headers, b"text").await;
        assert!(reply.header("apigw-requestid").is_some());
        let event = reply.json();
        assert_eq!(event["rawPath"], "/echo/a b");
        assert_eq!(event["routeKey"], "ANY /echo/{proxy+}");
        assert_eq!(event["cookies"], json!(["s=1", "t=2"]));
        assert_eq!(event["headers"]["x-two"], "a,b");
        assert_eq!(event["queryStringParameters"], json!({ "x": "1,2" }));
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("text"), &json!(false))
        );
        let reply = get(&lab, HTTP, "/cookies").await;
        assert_eq!(
            (reply.status, reply.text(), reply.header("x-own")),
            (201, "set", Some("yes"))
        );
        assert_eq!(reply.all("set-cookie"), ["a=1", "b=2"]);
        let status = async |path: &'static str| get(&lab, HTTP, path).await.status;
        assert_eq!(status("/fails").await, 500);
        assert_eq!(status("/slow").await, 503);
        assert_eq!(status("/nothing").await, 404);
        assert_eq!(&get(&lab, HTTP, "/image").await.body[..], b"\x89PNG");
    });
}

#[test]
fn a_function_url_is_public_or_signed() {
    block_on(async {
        let lab = lab().await;
        let host = format!("{URL}.lambda-url.us-east-1.localhost:{{}}");
        let event = get(&lab, &host, "/pa2%25Fth/1?q=query&multiQuery=foo&multiQuery=%2Fbar")
            .await
            .json();
        assert_eq!(event["rawPath"], "/pa2%25Fth/1");
        assert_eq!(
            event["queryStringParameters"],
            json!({ "q": "query", "multiQuery": "foo,/bar" })
        );
        assert_eq!(event["requestContext"]["accountId"], "anonymous");
        let by_path = get(&lab, "localhost:{}", &format!("/_aws/lambda-url/{URL}/x"))
            .await
            .json();
        assert_eq!(by_path["rawPath"], "/x");
        let unknown = get(&lab, "nothing.lambda-url.us-east-1.localhost:{}", "/").await;
        assert_eq!((unknown.status, unknown.text()), (403, r#"{"Message":null}"#));
        assert_eq!(unknown.header("x-amzn-errortype"), Some("AccessDeniedException"));
        let large = vec![b'x'; 6_291_457];
        assert_eq!(curl(&lab.region, "POST", &host, "/", &[], &large).await.status, 413);
        let urls = lab.region.lambda().function_urls();
        urls.put(FunctionUrl {
            auth: AuthType::AwsIam,
            ..urls.get(URL).unwrap()
        });
        let refused = get(&lab, &host, "/").await;
        assert_eq!(refused.status, 403);
        assert!(
            refused.json()["Message"]
                .as_str()
                .unwrap()
                .starts_with("Forbidden. For troubleshooting")
        );
        let wrongly = [
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIA/20260901/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00",
            ),
            ("X-Amz-Date", "20260901T100000Z"),
        ];
        assert_eq!(curl(&lab.region, "GET", &host, "/", &wrongly, b"").await.status, 403);
        let invoked = lab.invocations("echo").len();
        let for_another = send_to(&lab.region, &host, "s3", "POST", "/orders", b"{}").await;
        assert_eq!(for_another.status, 403, "signed for another service");
        assert_eq!(lab.invocations("echo").len(), invoked);
        let signed = send_to(&lab.region, &host, "lambda", "POST", "/orders?a=1", b"{}").await;
        assert_eq!(signed.status, 200, "{}", signed.text());
        let event = signed.json();
        assert_eq!((&event["rawPath"], &event["body"]), (&json!("/orders"), &json!("{}")));
        let caller = &event["requestContext"]["authorizer"]["iam"];
        assert_eq!(caller["accountId"], "123456789012");
        assert_eq!(caller["accessKey"], lab.region.cloud().callers.outside().access_key_id);
    });
}

#[test]
fn a_streaming_url_sends_the_answer_as_it_is() {
    block_on(async {
        let lab = lab().await;
        let urls = lab.region.lambda().function_urls();
        urls.put(FunctionUrl {
            invoke_mode: InvokeMode::ResponseStream,
            ..urls.get(URL).unwrap()
        });
        let host = format!("{URL}.lambda-url.us-east-1.localhost:{{}}");
        // The handler does not stream: what it returns is the body, status and all.
        let answer = get(&lab, &host, "/x").await.json();
        assert_eq!(answer["statusCode"], 200);
        let event: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(event["rawPath"], "/x");
        urls.put(FunctionUrl {
            function: "fails".to_owned(),
            ..urls.get(URL).unwrap()
        });
        let failed = get(&lab, &host, "/").await;
        assert_eq!((failed.status, failed.text()), (502, "Internal Server Error"));
    });
}

#[test]
fn browsers_get_a_function_urls_cors() {
    block_on(async {
        let lab = lab().await;
        let urls = lab.region.lambda().function_urls();
        let cors = Cors {
            allow_origins: vec!["*".to_owned()],
            allow_methods: vec!["GET".to_owned()],
            ..Cors::default()
        };
        urls.put(FunctionUrl {
            cors: Some(cors),
            ..urls.get(URL).unwrap()
        });
        let host = format!("{URL}.lambda-url.us-east-1.localhost:{{}}");
        let headers = [
            ("Origin", "https://shop.example"),
            ("Access-Control-Request-Method", "GET"),
        ];
        let reply = curl(&lab.region, "OPTIONS", &host, "/", &headers, b"").await;
        assert_eq!(
            (reply.status, reply.header("access-control-allow-origin")),
            (200, Some("*"))
        );
        assert_eq!(lab.invocations("echo").len(), 0, "the function is not asked");
        let reply = curl(&lab.region, "GET", &host, "/", &headers[..1], b"").await;
        assert_eq!(
            (reply.status, reply.header("access-control-allow-origin")),
            (200, Some("*"))
        );
    });
}

#[test]
fn foreign_hosts_stay_refused() {
    block_on(async {
        let lab = lab().await;
        for host in [
            "rest000000.execute-api.us-east-1.amazonaws.com",
            "rest000000.execute-api.us-east-1.localhost.example.com:{}",
            "example.com:{}",
        ] {
            let reply = get(&lab, host, "/_aws/execute-api/rest000000/prod/echo/a").await;
            assert_eq!(reply.status, 403, "{host}");
            assert!(
                reply.text().contains("only answers requests to a loopback host"),
                "{}",
                reply.text()
            );
        }
        assert_eq!(lab.invocations("echo").len(), 0);
        let _: Value = get(&lab, REST, "/prod/echo/a").await.json();
    });
}
