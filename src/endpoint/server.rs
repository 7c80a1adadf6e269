//! The way of one request: whose service it is for, whether it is signed, and who answers it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use s3s::service::S3Service;
use tower::Service as _;

use super::front::{Door, Front};
use super::patience::{Idle, Patient};
use super::presigned_v2;
use super::reply::{self, Protocol, Reply};
use super::s3;
use super::service::{self, Target};
use super::signature::{Refusal, Signature, text, unsigned_query};
use crate::cloud::{ApiError, Cloud, Identity};

/// Most bytes of a request to Lambda: what a code upload may have, in base64.
const MAX_CODE: usize = 100 * 1024 * 1024;
/// Most bytes of a request to the services of the JSON and query protocols: what DynamoDB takes at once, in base64.
const MAX_BODY: usize = 24 * 1024 * 1024;

/// Answers requests.
pub(super) struct Server {
    pub(super) cloud: Arc<Cloud>,
    front: Front,
    lambda: Router,
    s3: S3Service,
    port: u16,
    patience: Duration,
}

impl Server {
    /// For connections to an address, by clients that may be silent for so long.
    pub(super) fn new(front: Front, lambda: Router, address: SocketAddr, patience: Duration) -> Self {
        let cloud = Arc::clone(front.cloud());
        Self {
            s3: s3::service(Arc::clone(&cloud)),
            cloud,
            front,
            lambda,
            port: address.port(),
            patience,
        }
    }

    /// Answers one request. Virtual time does not jump meanwhile, unless the operation itself waits.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let busy = self.cloud.clock().busy();
        let request_id = self.cloud.request_id();
        if !self.is_ours(&request) {
            let message = "This endpoint only answers requests to a loopback host.";
            return own(reply::s3_error("AccessDenied", message, 403, &request_id));
        }
        let (parts, body) = request.into_parts();
        let signature = Signature::of(&parts);
        let host = text(&parts.headers, "host").map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
        if let Some(door) = Door::of(host.unwrap_or_default(), &parts.uri) {
            return self.front.answer(door, parts, body, signature, busy).await;
        }
        let target = Target::of(&parts, signature.as_ref().ok());
        match target {
            Target::S3 => self.answer_s3(parts, body, signature, &request_id).await,
            Target::Lambda => {
                let (parts, body, identity) =
                    match self.verified(parts, body, signature, None, MAX_CODE, &request_id).await {
                        Ok(verified) => verified,
                        Err(refused) => return own(*refused),
                    };
                drop(busy);
                self.answer_lambda(parts, body, identity).await
            }
            Target::ApiGateway => match self.verified(parts, body, signature, None, MAX_BODY, &request_id).await {
                Ok((parts, body, identity)) => own(self.answer_apigateway(&parts, &body, &identity, &request_id)),
                Err(refused) => own(*refused),
            },
            Target::Unknown(name) => {
                let message = format!("This mock has no service {name:?}.");
                let error = ApiError::new("UnknownOperationException", message).status(501);
                own(reply::error(service::UNKNOWN, &error, &request_id))
            }
            Target::Api(kind, json) => {
                let protocol = Some(kind.protocol(json));
                let verified = self.verified(parts, body, signature, protocol, MAX_BODY, &request_id);
                match verified.await {
                    Ok((parts, body, identity)) => own(self
                        .answer_api(kind, json, &parts, &body, &identity, busy, &request_id)
                        .await),
                    Err(refused) => own(*refused),
                }
            }
        }
    }

    /// Reads the body and verifies the signature. Nothing is read for somebody unknown. Without a protocol, what goes
    /// wrong is answered over REST.
    async fn verified(
        &self,
        parts: Parts,
        body: Incoming,
        signature: Result<Signature, Refusal>,
        protocol: Option<Protocol>,
        limit: usize,
        request_id: &str,
    ) -> Result<(Parts, Bytes, Identity), Box<Reply>> {
        let refused = |refusal: Refusal| Box::new(reply::refusal(protocol, &refusal, request_id));
        let callers = &self.cloud.callers;
        let signature = signature.map_err(refused)?;
        signature.owner(callers, self.cloud.clock().now()).map_err(refused)?;
        let body = self.read(body, limit).await.map_err(|error| match protocol {
            Some(protocol) => Box::new(reply::error(protocol, &error, request_id)),
            None => Box::new(reply::rest_error(&error, request_id)),
        })?;
        let identity = signature
            .verify(&parts, &body, callers, self.cloud.clock().now())
            .map_err(refused)?;
        Ok((parts, body, identity))
    }

    /// A whole body, if it is not too large and does come.
    async fn read(&self, body: Incoming, limit: usize) -> Result<Bytes, ApiError> {
        let too_large = || {
            let message = format!("The request is larger than {limit} bytes.");
            ApiError::new("RequestEntityTooLarge", message).status(413)
        };
        if body.size_hint().lower() > limit as u64 {
            return Err(too_large());
        }
        let body = Limited::new(Patient::new(body, self.patience), limit);
        body.collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .map_err(|error| {
                if error.is::<LengthLimitError>() {
                    too_large()
                } else if Idle::caused(error.as_ref()) {
                    ApiError::new("RequestTimeout", Idle.to_string())
                } else {
                    ApiError::new("IncompleteBody", "The request was not received completely.")
                }
            })
    }

    async fn answer_lambda(&self, parts: Parts, body: Bytes, identity: Identity) -> Response<Body> {
        let mut request = Request::from_parts(parts, Body::from(body));
        request.extensions_mut().insert(identity);
        match self.lambda.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    async fn answer_s3(
        &self,
        mut parts: Parts,
        body: Incoming,
        signature: Result<Signature, Refusal>,
        request_id: &str,
    ) -> Response<Body> {
        // A signature in the URL is verified here, because it expires in virtual time; one in the headers by `s3s`,
        // because it reaches into the body.
        let presigned = signature.as_ref().is_ok_and(Signature::is_presigned);
        let presigned_v2 = presigned_v2::is_signed(&parts);
        let now = self.cloud.clock().now();
        let callers = &self.cloud.callers;
        let identity = match signature {
            _ if presigned_v2 => presigned_v2::verify(&parts, callers, now),
            Ok(signature) if presigned => signature.verify(&parts, b"", callers, now),
            Ok(signature) => signature.owner(callers, now),
            Err(refusal) => Err(refusal),
        };
        let (subject, amendment) = (s3::Subject::of(&parts), s3::Amendment::of(&parts));
        match identity {
            Ok(identity) => {
                parts.extensions.insert(identity);
            }
            // The signature is in the form.
            Err(Refusal::Missing) if is_form(&parts) => {}
            Err(refusal) => {
                let (code, status) = match refusal {
                    Refusal::Missing | Refusal::Expired => ("AccessDenied", 403),
                    Refusal::Incomplete(_) => ("AuthorizationHeaderMalformed", 400),
                    Refusal::BadQuery(_) => ("AuthorizationQueryParametersError", 400),
                    Refusal::Unknown => ("InvalidAccessKeyId", 403),
                    Refusal::ExpiredToken => ("ExpiredToken", 400),
                    Refusal::Mismatch | Refusal::Misfit(_) => ("SignatureDoesNotMatch", 403),
                    Refusal::Skewed(_) => ("RequestTimeTooSkewed", 403),
                };
                let message = match refusal {
                    Refusal::Missing => "Access Denied".to_owned(),
                    Refusal::Unknown => "The AWS Access Key Id you provided does not exist in our records.".to_owned(),
                    Refusal::ExpiredToken => s3::EXPIRED_TOKEN.to_owned(),
                    Refusal::Skewed(_) => {
                        "The difference between the request time and the current time is too large.".to_owned()
                    }
                    other => other.to_string(),
                };
                return own(reply::s3_error(code, &message, status, request_id));
            }
        }
        if presigned || presigned_v2 {
            parts.uri = without_signature(&parts.uri);
        }
        parts.extensions.insert(s3::RequestId(request_id.to_owned()));
        let body = if is_form(&parts) {
            parts.extensions.insert(s3::ByForm);
            match self.read(body, s3::MAX_FORM).await {
                Ok(form) => {
                    let form = s3::with_file_name(form);
                    parts.headers.insert(header::CONTENT_LENGTH, form.len().into());
                    s3s::Body::from(form)
                }
                Err(error) if error.status == 413 => {
                    let message = "Your proposed upload exceeds the maximum allowed size";
                    return own(reply::s3_error("EntityTooLarge", message, 400, request_id));
                }
                Err(error) => return own(reply::s3_error(&error.code, &error.message, error.status, request_id)),
            }
        } else {
            s3s::Body::http_body_unsync(Patient::new(body, self.patience))
        };
        let request = Request::from_parts(parts, body);
        let mut response = match self.s3.call(request).await {
            Ok(response) => response.map(Body::new),
            Err(_) => own(reply::s3_error(
                "InternalError",
                "We encountered an internal error.",
                500,
                request_id,
            )),
        };
        if response.status().is_client_error() || response.status().is_server_error() {
            response = self.explained(response, &subject, request_id).await;
        } else if let Some(amendment) = amendment {
            response = amendment.apply(response).await;
        }
        if let Ok(value) = HeaderValue::from_str(request_id) {
            response.headers_mut().insert("x-amz-id-2", value.clone());
            response.headers_mut().insert("x-amz-request-id", value);
        }
        response
            .headers_mut()
            .insert(header::SERVER, HeaderValue::from_static("AmazonS3"));
        response
    }

    /// An error with what S3 tells of its subject.
    async fn explained(&self, response: Response<Body>, subject: &s3::Subject, host_id: &str) -> Response<Body> {
        let (mut parts, body) = response.into_parts();
        let Ok(body) = body.collect().await else {
            return Response::from_parts(parts, Body::empty());
        };
        let body = body.to_bytes();
        let explained = std::str::from_utf8(&body)
            .ok()
            .and_then(|text| subject.explain(text, &self.cloud, host_id));
        let body = explained.map_or(body, Bytes::from);
        if parts.headers.contains_key(header::CONTENT_LENGTH) {
            parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
        }
        Response::from_parts(parts, Body::from(body))
    }

    /// Whether the request names a loopback host, so that no foreign name was made to resolve to us.
    fn is_ours(&self, request: &Request<Incoming>) -> bool {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        // A request for a proxy names its host twice.
        let target = request.uri().authority().map(http::uri::Authority::as_str);
        let hosts = [host.to_str().ok(), target.or(host.to_str().ok())];
        hosts.iter().all(|host| host.is_some_and(|host| self.is_loopback(host)))
    }

    fn is_loopback(&self, host: &str) -> bool {
        let (name, port) = host.rsplit_once(':').unwrap_or((host, "80"));
        let loopback = matches!(name, "127.0.0.1" | "localhost" | "[::1]") || name.ends_with(".localhost");
        loopback && port.parse() == Ok(self.port)
    }
}

/// Whether a browser's form brings an object.
fn is_form(parts: &Parts) -> bool {
    let kind = text(&parts.headers, "content-type").unwrap_or_default();
    parts.method == http::Method::POST && kind.starts_with("multipart/form-data")
}

fn own(reply: Reply) -> Response<Body> {
    reply.map(Body::new)
}

fn without_signature(uri: &Uri) -> Uri {
    let query = unsigned_query(uri.query().unwrap_or_default());
    let text = if query.is_empty() {
        uri.path().to_owned()
    } else {
        format!("{}?{query}", uri.path())
    };
    text.parse().unwrap_or_else(|_| uri.clone())
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}
