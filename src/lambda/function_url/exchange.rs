//! The event that a function gets from its URL, and what becomes of its answer.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{AuthType, FunctionUrl, InvokeMode};
use crate::cloud::apigateway::{Envelope, Facts, HttpRequest, HttpResponse, Outcome, infer, of_format_2};

/// Ends the head of a streamed HTTP response (Lambda Developer Guide, "Response streaming").
const PRELUDE_END: [u8; 8] = [0; 8];

/// Who signed a request to a URL that needs it.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The access key.
    pub access_key: String,
    /// The user's or the role session's name.
    pub name: String,
}

impl FunctionUrl {
    /// The event for a request: payload format 2.0.
    #[must_use]
    pub fn event(&self, request: &HttpRequest, caller: Option<&Caller>, facts: &Facts) -> Value {
        let authorizer = caller.filter(|_| self.auth == AuthType::AwsIam).map(|caller| {
            json!({ "iam": {
                "accessKey": caller.access_key,
                "accountId": facts.account.id,
                "callerId": caller.access_key,
                "cognitoIdentity": null,
                "principalOrgId": null,
                "userArn": format!("arn:aws:iam::{}:user/{}", facts.account.id, caller.name),
                "userId": caller.access_key,
            } })
        });
        Envelope {
            request,
            facts,
            id: &self.id,
            host: self.host(&facts.account.region),
            account: if authorizer.is_some() {
                &facts.account.id
            } else {
                "anonymous"
            },
            authorizer,
            route_key: "$default",
            raw_path: if request.path.is_empty() { "/" } else { &request.path },
            stage: "$default",
            request_id: &facts.request_id,
            extra_headers: &[
                ("x-amzn-tls-cipher-suite", "TLS_AES_128_GCM_SHA256"),
                ("x-amzn-tls-version", "TLSv1.3"),
            ],
            path_parameters: &[],
            stage_variables: Vec::new(),
        }
        .event()
    }

    /// The response to a request whose invocation ended so.
    #[must_use]
    pub fn response(&self, request: &HttpRequest, outcome: &Outcome) -> HttpResponse {
        let mut response = match outcome {
            Outcome::Payload(payload) => match self.invoke_mode {
                InvokeMode::Buffered => infer(payload, "application/json").unwrap_or_else(failed),
                InvokeMode::ResponseStream => streamed(payload),
            },
            Outcome::FunctionError | Outcome::TimedOut => failed(),
            Outcome::Throttled(reason) => {
                let body = json!({ "Reason": reason, "Type": "User", "message": "Rate Exceeded." });
                refused(429, "TooManyRequestsException", &body)
            }
            Outcome::Refused => Self::forbidden(),
            Outcome::TooLarge => Self::too_large(),
        };
        if let Some(cors) = &self.cors {
            cors.add_to(request, &mut response);
        }
        response
    }

    /// The response to a caller that may not call, and for a URL whose alias is gone (recorded:
    /// `test_lambda_permission_url_invocation`, `test_lambda_url_persists_after_alias_delete`).
    #[must_use]
    pub fn forbidden() -> HttpResponse {
        let message = "Forbidden. For troubleshooting Function URL authorization issues, see: \
                       https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";
        refused(403, "AccessDeniedException", &json!({ "Message": message }))
    }

    /// The response where there is no such URL (recorded: `test_lambda_url_non_existing_url`).
    #[must_use]
    pub fn unknown() -> HttpResponse {
        refused(403, "AccessDeniedException", &json!({ "Message": null }))
    }

    /// The head of a streamed answer, with what there is of its body: the JSON before eight zero bytes, or a plain head
    /// for an answer that does not begin so. `None` if more must come to tell; `complete` says that nothing does.
    #[must_use]
    pub fn streamed_head(begun: &[u8], complete: bool) -> Option<HttpResponse> {
        let end = begun
            .windows(PRELUDE_END.len())
            .position(|window| window == PRELUDE_END);
        if let Some(end) = end
            && let Ok(Value::Object(head)) = serde_json::from_slice(&begun[..end])
        {
            return of_format_2(&head, "application/octet-stream").map(|response| HttpResponse {
                body: Bytes::copy_from_slice(&begun[end + PRELUDE_END.len()..]),
                ..response
            });
        }
        let may_have_head = begun.first().is_none_or(|first| *first == b'{');
        (complete || !may_have_head).then(|| HttpResponse {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/octet-stream".to_owned())],
            body: Bytes::copy_from_slice(begun),
        })
    }

    /// The function, with the alias if there is one.
    #[must_use]
    pub fn target(&self) -> String {
        match &self.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.function),
            None => self.function.clone(),
        }
    }

    /// The response to a body larger than [`super::MAX_BODY`].
    #[must_use]
    pub fn too_large() -> HttpResponse {
        let message = format!(
            "Request must be smaller than {} bytes for the InvokeFunction operation",
            super::MAX_BODY
        );
        refused(
            413,
            "RequestTooLargeException",
            &json!({ "Type": "User", "Message": message }),
        )
    }
}

/// The function failed or its answer is malformed (recorded: `test_lambda_url_invocation_exception`).
fn failed() -> HttpResponse {
    HttpResponse {
        status: 502,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Bytes::from_static(b"Internal Server Error"),
    }
}

fn refused(status: u16, error: &str, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into(),
    }
    .with("x-amzn-ErrorType", error)
}

/// A streamed answer is the body, after a head in JSON if the function sent one.
fn streamed(payload: &Bytes) -> HttpResponse {
    FunctionUrl::streamed_head(payload, true).unwrap_or_else(failed)
}
