//! One call, as it comes and as the operations see it.

use std::collections::BTreeMap;

use axum::RequestExt as _;
use axum::body::Body;
use axum::extract::{Extension, FromRequest, Path, Request};
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, Response};
use serde_json::{Map, Value, json};

use super::answer::{gone, refused};
use super::input::{self, Input};
use super::{Api, Operation};
use crate::cloud::Identity;
use crate::endpoint::signature::pairs;
use crate::history::Event;
use crate::lambda::registry::Sources;
use crate::lambda::{ApiError, FunctionRef, Lambda};

/// One call of an operation.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) lambda: Lambda,
    pub(super) sources: Sources,
    pub(super) caller: Identity,
    /// Parameters from the path, decoded.
    pub(super) path: BTreeMap<String, String>,
    /// Parameters from the query, decoded.
    pub(super) query: Vec<(String, String)>,
    /// The host that was asked, with its port.
    pub(super) host: String,
    /// The body: an object, empty where there was none.
    pub(super) body: Value,
}

/// A call whose body is not read yet: parameters, or an event for a function.
pub(super) struct Received {
    pub(super) call: Call,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl FromRequest<Api> for Received {
    type Rejection = Response<Body>;

    async fn from_request(mut request: Request, api: &Api) -> Result<Self, Self::Rejection> {
        let lambda = api.lambda.upgrade().ok_or_else(gone)?;
        let caller = request.extract_parts::<Extension<Identity>>().await;
        let Extension(caller) = caller.map_err(IntoResponse::into_response)?;
        let path = request.extract_parts::<Path<BTreeMap<String, String>>>().await;
        let Path(path) = path.map_err(IntoResponse::into_response)?;
        let query = pairs(request.uri().query().unwrap_or_default()).collect();
        let headers = std::mem::take(request.headers_mut());
        let host = headers.get("host").and_then(|host| host.to_str().ok());
        let call = Call {
            lambda,
            sources: api.sources.clone(),
            caller,
            path,
            query,
            host: host.unwrap_or("localhost").to_owned(),
            body: json!({}),
        };
        let body = Bytes::from_request(request, api).await;
        Ok(Self {
            call,
            headers,
            body: body.map_err(IntoResponse::into_response)?,
        })
    }
}

impl Call {
    /// Runs an operation, and records the call. Virtual time does not jump meanwhile.
    pub(super) fn run(mut self, name: &str, operation: Operation, body: &[u8]) -> Response<Body> {
        let _busy = self.lambda.platform().clock().busy();
        let result = input::parse(body).and_then(|body| {
            self.body = body;
            operation(&self)
        });
        self.lambda.platform().record(Event::ServiceCall {
            environment: self.caller.caller.environment(),
            service: "lambda".to_owned(),
            operation: name.to_owned(),
            parameters: self.parameters(),
            error: result.as_ref().err().map(|error| error.code().to_owned()),
        });
        match result {
            Ok(answer) => answer.response(&self.lambda.platform().chance().uuid()),
            Err(error) => self.refused(&error),
        }
    }

    /// The answer to a call that failed.
    pub(super) fn refused(&self, error: &ApiError) -> Response<Body> {
        refused(error, &self.lambda.platform().chance().uuid())
    }

    /// The parameters of the body.
    pub(super) fn input(&self) -> Input<'_> {
        Input::of(&self.body)
    }

    /// A parameter of the path.
    pub(super) fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A parameter of the query; nothing where it is empty.
    pub(super) fn queried(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The function, version or alias that the call is about.
    pub(super) fn function(&self) -> Result<FunctionRef, ApiError> {
        self.lambda
            .reference(self.part("FunctionName"), self.queried("Qualifier"))
    }

    /// What the history keeps: everything but code.
    fn parameters(&self) -> Value {
        let mut all = Map::new();
        for (key, value) in self
            .path
            .iter()
            .chain(self.query.iter().map(|(key, value)| (key, value)))
        {
            all.insert(key.clone(), json!(value));
        }
        if let Some(body) = self.body.as_object() {
            let kept = body
                .iter()
                .filter(|(key, _)| !matches!(key.as_str(), "ZipFile" | "Code" | "Content"));
            all.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
        }
        Value::Object(all)
    }
}
