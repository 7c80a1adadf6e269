//! Where the protocol's writer departs from what S3 answers.

use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode, header};
use http_body_util::BodyExt as _;

/// An operation whose answer must be put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoint) enum Amendment {
    /// `PutBucketTagging` answers 204.
    NoContent,
    /// `GetObjectAttributes` gives the entity tag without quotation marks.
    BareTag,
}

impl Amendment {
    /// Of a request; `None` for nearly all.
    pub(in crate::endpoint) fn of(parts: &Parts) -> Option<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let asks = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
        let of_bucket = !parts.uri.path().trim_matches('/').contains('/');
        match parts.method {
            Method::PUT if of_bucket && asks("tagging") => Some(Self::NoContent),
            Method::GET if asks("attributes") => Some(Self::BareTag),
            _ => None,
        }
    }

    /// The answer as S3 gives it.
    pub(in crate::endpoint) async fn apply(self, response: Response<Body>) -> Response<Body> {
        if response.status() != StatusCode::OK {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        if self == Self::NoContent {
            parts.status = StatusCode::NO_CONTENT;
            return Response::from_parts(parts, Body::empty());
        }
        let Ok(body) = body.collect().await else {
            return Response::from_parts(parts, Body::empty());
        };
        let body = body.to_bytes();
        let bare = std::str::from_utf8(&body).ok().and_then(without_quotes);
        let body = bare.map_or(body, Bytes::from);
        if parts.headers.contains_key(header::CONTENT_LENGTH) {
            parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
        }
        Response::from_parts(parts, Body::from(body))
    }
}

fn without_quotes(text: &str) -> Option<String> {
    let (before, rest) = text.split_once("<ETag>")?;
    let (tag, after) = rest.split_once("</ETag>")?;
    let tag = tag.replace("&quot;", "").replace('"', "");
    Some(format!("{before}<ETag>{tag}</ETag>{after}"))
}
