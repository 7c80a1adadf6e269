//! The way of one request: whose service it is for, whether it is signed, and who answers it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use s3s::service::S3Service;
use tower::Service as _;

use super::front::{Door, Front};
use super::presigned_v2;
use super::reply::{self, Protocol, Reply};
use super::s3;
use super::service::{self, Target};
use super::signature::{Refusal, Signature, text, unsigned_query};
use crate::cloud::{ApiError, Cloud, Identity};

/// Most bytes of a request to any service but S3: what a Lambda code upload may have, in base64.
const MAX_BODY: usize = 100 * 1024 * 1024;

/// Answers requests.
pub(super) struct Server {
    pub(super) cloud: Arc<Cloud>,
    front: Front,
    lambda: Router,
    s3: S3Service,
    port: u16,
}

impl Server {
    pub(super) fn new(front: Front, lambda: Router, address: SocketAddr) -> Self {
        let cloud = Arc::clone(front.cloud());
        Self {
            s3: s3::service(Arc::clone(&cloud)),
            cloud,
            front,
            lambda,
            port: address.port(),
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
                let (parts, body, identity) = match self
                    .verified(parts, body, signature, service::LAMBDA, &request_id)
                    .await
                {
                    Ok(verified) => verified,
                    Err(refused) => return own(*refused),
                };
                drop(busy);
                self.answer_lambda(parts, body, identity).await
            }
            Target::Unknown(name) => {
                let message = format!("This mock has no service {name:?}.");
                let error = ApiError::new("UnknownOperationException", message).status(501);
                own(reply::error(service::UNKNOWN, &error, &request_id))
            }
            Target::Api(kind, json) => {
                let protocol = kind.protocol(json);
                match self.verified(parts, body, signature, protocol, &request_id).await {
                    Ok((parts, body, identity)) => own(self
                        .answer_api(kind, json, &parts, &body, &identity, busy, &request_id)
                        .await),
                    Err(refused) => own(*refused),
                }
            }
        }
    }

    /// Reads the body and verifies the signature.
    async fn verified(
        &self,
        parts: Parts,
        body: Incoming,
        signature: Result<Signature, Refusal>,
        protocol: Protocol,
        request_id: &str,
    ) -> Result<(Parts, Bytes, Identity), Box<Reply>> {
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => {
                let error = if error.is::<LengthLimitError>() {
                    ApiError::new(
                        "RequestEntityTooLarge",
                        format!("The request is larger than {MAX_BODY} bytes."),
                    )
                    .status(413)
                } else {
                    ApiError::new("RequestTimeout", "The request was not received completely.")
                };
                return Err(Box::new(reply::error(protocol, &error, request_id)));
            }
        };
        let now = self.cloud.clock().now();
        let identity = signature.and_then(|signature| signature.verify(&parts, &body, &self.cloud.callers, now));
        match identity {
            Ok(identity) => Ok((parts, body, identity)),
            Err(refusal) => Err(Box::new(reply::refusal(protocol, &refusal, request_id))),
        }
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
            Ok(signature) => signature.owner(callers),
            Err(refusal) => Err(refusal),
        };
        match identity {
            Ok(identity) => {
                parts.extensions.insert(identity);
            }
            Err(refusal) => {
                let (code, status) = match refusal {
                    Refusal::Missing | Refusal::Expired => ("AccessDenied", 403),
                    Refusal::Incomplete(_) => ("AuthorizationHeaderMalformed", 400),
                    Refusal::Unknown => ("InvalidAccessKeyId", 403),
                    Refusal::Mismatch => ("SignatureDoesNotMatch", 403),
                };
                let message = match refusal {
                    Refusal::Missing => "Access Denied".to_owned(),
                    Refusal::Unknown => "The AWS Access Key Id you provided does not exist in our records.".to_owned(),
                    other => other.to_string(),
                };
                return own(reply::s3_error(code, &message, status, request_id));
            }
        }
        if presigned || presigned_v2 {
            parts.uri = without_signature(&parts.uri);
        }
        parts.extensions.insert(s3::RequestId(request_id.to_owned()));
        let request = Request::from_parts(parts, s3s::Body::from(body));
        let mut response = match self.s3.call(request).await {
            Ok(response) => response.map(Body::new),
            Err(_) => own(reply::s3_error(
                "InternalError",
                "We encountered an internal error.",
                500,
                request_id,
            )),
        };
        if let Ok(value) = HeaderValue::from_str(request_id) {
            response.headers_mut().insert("x-amz-id-2", value.clone());
            response.headers_mut().insert("x-amz-request-id", value);
        }
        response
            .headers_mut()
            .insert(header::SERVER, HeaderValue::from_static("AmazonS3"));
        response
    }

    /// Whether the request names a loopback host, so that no foreign name was made to resolve to us.
    fn is_ours(&self, request: &Request<Incoming>) -> bool {
        let Some(host) = text(request.headers(), "host") else {
            return false;
        };
        let (name, port) = host.rsplit_once(':').unwrap_or((host, "80"));
        let loopback = matches!(name, "127.0.0.1" | "localhost" | "[::1]") || name.ends_with(".localhost");
        loopback && port.parse() == Ok(self.port)
    }
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
