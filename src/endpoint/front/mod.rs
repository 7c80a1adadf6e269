//! The side of the endpoint that any HTTP client may use, as `curl` or a browser: stages of APIs and function URLs.
//!
//! An address has the form of AWS's, under `localhost`, as `http://ID.execute-api.us-east-1.localhost:PORT/STAGE/PATH` and
//! `http://ID.lambda-url.us-east-1.localhost:PORT/PATH`; or, for clients that do not resolve such names, that of a path, as
//! `http://127.0.0.1:PORT/_aws/execute-api/ID/STAGE/PATH` and `http://127.0.0.1:PORT/_aws/lambda-url/ID/PATH`.

mod door;
mod exchange;
mod streaming;

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

pub(super) use self::door::Door;

use super::heard::Head;
use super::patience::{PATIENCE, Patient};
use super::signature::{Refusal, Signature};
use crate::clock::Busy;
use crate::cloud::Cloud;
use crate::cloud::apigateway::{self, Api, HttpRequest, HttpResponse, Kind};
use crate::history::{EntryId, Event};
use crate::lambda::Lambda;
use crate::lambda::function_url::{self, AuthType, Caller, FunctionUrl, InvokeMode};
use crate::lambda::service::WeakLambda;

/// Takes requests to APIs and function URLs.
#[derive(Debug, Clone)]
pub struct Front {
    cloud: Arc<Cloud>,
    lambda: WeakLambda,
}

impl Front {
    /// The front of a cloud whose functions a service runs.
    #[must_use]
    pub fn new(cloud: Arc<Cloud>, lambda: WeakLambda) -> Self {
        Self { cloud, lambda }
    }

    pub(super) fn cloud(&self) -> &Arc<Cloud> {
        &self.cloud
    }

    /// Answers a request that came in by a door.
    pub(super) async fn answer(
        &self,
        door: Door,
        parts: Parts,
        body: Incoming,
        signature: Result<Signature, Refusal>,
        busy: Busy,
    ) -> Response<Body> {
        match door {
            Door::Api { id, path } => to_http(self.answer_api(&id, &path, &parts, body, busy).await),
            Door::FunctionUrl { id, path } => self.answer_url(&id, &path, &parts, body, signature, busy).await,
        }
    }

    async fn answer_api(&self, id: &str, path: &str, parts: &Parts, body: Incoming, busy: Busy) -> HttpResponse {
        let Some((api, path)) = self.cloud.apis.find(id, path) else {
            return self.no_stage(id);
        };
        let body = match read(body, apigateway::MAX_BODY).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return api.too_large(),
            Err(Unread::Incomplete) => return HttpResponse::message(408, "Request Timeout"),
        };
        let request = request(parts, path, body);
        let response = match self.lambda.upgrade() {
            Some(lambda) => self.request(&lambda, &api, &request, busy).await.unwrap_or_else(broken),
            None => api.no_route(),
        };
        match api.kind {
            Kind::Rest => response,
            Kind::Http => response.with("apigw-requestid", &self.cloud.request_id()),
        }
    }

    /// What a client gets for a stage that is not there.
    fn no_stage(&self, id: &str) -> HttpResponse {
        let is_http = self
            .cloud
            .apis
            .all()
            .iter()
            .any(|api| api.id == id && api.kind == Kind::Http);
        if is_http {
            HttpResponse::message(404, "Not Found")
        } else {
            HttpResponse::message(403, "Forbidden").with("x-amzn-ErrorType", "ForbiddenException")
        }
    }

    async fn answer_url(
        &self,
        id: &str,
        path: &str,
        parts: &Parts,
        body: Incoming,
        signature: Result<Signature, Refusal>,
        busy: Busy,
    ) -> Response<Body> {
        let Some((lambda, url)) = self
            .lambda
            .upgrade()
            .and_then(|lambda| lambda.function_urls().get(id).map(|url| (lambda, url)))
        else {
            return to_http(FunctionUrl::unknown());
        };
        let body = match read(body, function_url::MAX_BODY).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return to_http(FunctionUrl::too_large()),
            Err(Unread::Incomplete) => return to_http(HttpResponse::message(408, "Request Timeout")),
        };
        let request = request(parts, path.to_owned(), body);
        if let Some(preflight) = url.cors.as_ref().and_then(|cors| cors.preflight(&request)) {
            return to_http(preflight);
        }
        let caller = match url.auth {
            AuthType::None => None,
            AuthType::AwsIam => match self.caller(parts, &request.body, signature) {
                Some(caller) => Some(caller),
                None => return to_http(FunctionUrl::forbidden()),
            },
        };
        self.request_url(&lambda, &url, &request, caller.as_ref(), busy)
            .await
            .unwrap_or_else(|error| to_http(broken(error)))
    }

    /// Who signed a request for Lambda.
    fn caller(&self, parts: &Parts, body: &Bytes, signature: Result<Signature, Refusal>) -> Option<Caller> {
        let signature = signature.ok().filter(|signature| signature.service == "lambda")?;
        let now = self.cloud.clock().now();
        let identity = signature.verify(parts, body, &self.cloud.callers, now).ok()?;
        Some(Caller {
            access_key: identity.credentials.access_key_id,
            name: identity.name,
        })
    }

    /// Sends a request to an API.
    ///
    /// # Errors
    /// Where the mock itself fails.
    pub async fn request(
        &self,
        lambda: &Lambda,
        api: &Api,
        request: &HttpRequest,
        busy: Busy,
    ) -> Result<HttpResponse, Broken> {
        let Some(found) = api.route(&request.method, &request.path) else {
            return Ok(api.no_route());
        };
        let facts = self.cloud.request_facts();
        let from = self
            .cloud
            .account()
            .arn("execute-api", &format!("{}/{}", api.id, api.stage));
        let cause = self.record(from, &found.route.function, request);
        let event = api.event(request, &found, &facts);
        let timeout = found.route.timeout;
        let timeout = timeout.unwrap_or_else(|| apigateway::integration_timeout(api.kind));
        let (outcome, busy) = exchange::invoke(lambda, &found.route.function, &event, cause, Some(timeout), busy).await;
        let response = api.response(request, &outcome?);
        drop(busy);
        Ok(match api.kind {
            Kind::Http => response,
            Kind::Rest => response
                .with("x-amzn-RequestId", &facts.request_id)
                .with("x-amz-apigw-id", &facts.extended_request_id)
                .with("X-Amzn-Trace-Id", &facts.trace_id),
        })
    }

    /// Sends a request to a function URL.
    async fn request_url(
        &self,
        lambda: &Lambda,
        url: &FunctionUrl,
        request: &HttpRequest,
        caller: Option<&Caller>,
        busy: Busy,
    ) -> Result<Response<Body>, Broken> {
        let facts = self.cloud.request_facts();
        let cause = self.record(url.url(&facts.account.region), &url.function, request);
        let event = url.event(request, caller, &facts);
        let finish = |response: HttpResponse| {
            response
                .with("x-amzn-RequestId", &facts.request_id)
                .with("X-Amzn-Trace-Id", &facts.trace_id)
        };
        if url.invoke_mode == InvokeMode::ResponseStream {
            return streaming::respond(lambda, url, &event, cause, request, busy, finish).await;
        }
        let (outcome, busy) = exchange::invoke(lambda, &url.target(), &event, cause, None, busy).await;
        let response = url.response(request, &outcome?);
        drop(busy);
        Ok(to_http(finish(response)))
    }

    /// Puts on record that a request is handed on.
    fn record(&self, from: String, function: &str, request: &HttpRequest) -> EntryId {
        let event = Event::Delivered {
            from,
            to: self
                .cloud
                .account()
                .arn("lambda", &format!("function:{}", Lambda::name_of(function))),
            records: 1,
            what: format!("{} {}", request.method, request.path),
        };
        let at = self.cloud.clock().now();
        self.cloud.history().record(at, None, event)
    }
}

/// The mock itself failed; a sentence says how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

#[expect(clippy::needless_pass_by_value, reason = "the form that `unwrap_or_else` takes")]
fn broken(error: Broken) -> HttpResponse {
    HttpResponse::message(500, &error.0)
}

/// Why there is no body.
enum Unread {
    /// It is larger than may be.
    TooLarge,
    /// It did not come to its end.
    Incomplete,
}

/// A whole body.
async fn read(body: Incoming, limit: usize) -> Result<Bytes, Unread> {
    let body = Limited::new(Patient::new(body, PATIENCE), limit).collect().await;
    match body {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Incomplete),
    }
}

fn request(parts: &Parts, path: String, body: Bytes) -> HttpRequest {
    let head = parts.extensions.get::<Head>();
    let mut names = head.map(|head| head.names(parts.method.as_str())).unwrap_or_default();
    let headers = parts.headers.iter();
    HttpRequest {
        method: parts.method.to_string(),
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (names.take(name.as_str()), value)
            })
            .collect(),
        body,
    }
}

/// The response on the wire. Headers that HTTP does not allow, or that frame the message, are left out.
fn to_http(response: HttpResponse) -> Response<Body> {
    let mut http = Response::new(Body::from(response.body));
    *http.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in response.headers {
        let framing = [
            "connection",
            "content-length",
            "transfer-encoding",
            "upgrade",
            "keep-alive",
        ];
        let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) else {
            continue;
        };
        if !framing.contains(&name.as_str()) {
            http.headers_mut().append(name, value);
        }
    }
    http
}
