//! What S3's errors say besides a code: the message that goes with it, and the key, the bucket or the condition that
//! it is about (Amazon S3 API Reference, "Error responses").

use std::fmt::Write as _;

use http::request::Parts;
use percent_encoding::percent_decode_str;
use quick_xml::escape::escape;

use super::bucket_in_host;
use crate::cloud::Cloud;
use crate::endpoint::signature::{pairs, text};

/// The conditions that a request may carry, with the names that S3 gives them in errors.
const CONDITIONS: &[(&str, &str)] = &[
    ("x-amz-copy-source-if-match", "x-amz-copy-source-If-Match"),
    ("x-amz-copy-source-if-none-match", "x-amz-copy-source-If-None-Match"),
    (
        "x-amz-copy-source-if-unmodified-since",
        "x-amz-copy-source-If-Unmodified-Since",
    ),
    (
        "x-amz-copy-source-if-modified-since",
        "x-amz-copy-source-If-Modified-Since",
    ),
    ("if-match", "If-Match"),
    ("if-none-match", "If-None-Match"),
    ("if-unmodified-since", "If-Unmodified-Since"),
    ("if-modified-since", "If-Modified-Since"),
];

/// What a request is about.
#[derive(Debug, Clone, Default)]
pub(in crate::endpoint) struct Subject {
    bucket: String,
    key: String,
    upload_id: Option<String>,
    condition: Option<&'static str>,
    range: Option<String>,
}

impl Subject {
    /// Of a request in path or in host style; of a copy, what it copies.
    pub(in crate::endpoint) fn of(parts: &Parts) -> Self {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let copied = text(&parts.headers, "x-amz-copy-source").map(|source| source.split('?').next().unwrap_or(source));
        let place = copied.unwrap_or(parts.uri.path()).trim_start_matches('/');
        let in_host = text(&parts.headers, "host").and_then(bucket_in_host);
        let (bucket, key) = match in_host {
            Some(bucket) if copied.is_none() => (bucket, place),
            _ => place.split_once('/').unwrap_or((place, "")),
        };
        let query = parts.uri.query().unwrap_or_default();
        Self {
            bucket: decode(bucket),
            key: decode(key),
            upload_id: pairs(query).find(|(name, _)| name == "uploadId").map(|(_, id)| id),
            condition: CONDITIONS
                .iter()
                .find(|(header, _)| parts.headers.contains_key(*header))
                .map(|(_, name)| *name),
            range: text(&parts.headers, "range").map(str::to_owned),
        }
    }

    /// An error's body with all that S3 would say in it; `None` if it is no error that can be read.
    pub(in crate::endpoint) fn explain(&self, body: &str, cloud: &Cloud, host_id: &str) -> Option<String> {
        let (_, rest) = body.split_once("<Code>")?;
        let (code, _) = rest.split_once("</Code>")?;
        let end = body.find("<RequestId>").or_else(|| body.find("</Error>"))?;
        let mut explained = body[..end].to_owned();
        let mut say = |name: &str, value: &str| {
            let _ = write!(explained, "<{name}>{}</{name}>", escape(value));
        };
        if !body.contains("<Message>") {
            say("Message", message(code));
        }
        match code {
            "NoSuchKey" => say("Key", &self.key),
            "NoSuchBucket" | "BucketNotEmpty" | "NoSuchTagSet" | "NoSuchBucketPolicy" | "InvalidBucketName" => {
                say("BucketName", &self.bucket);
            }
            "NoSuchUpload" => say("UploadId", self.upload_id.as_deref().unwrap_or_default()),
            "PreconditionFailed" => say("Condition", self.condition.unwrap_or_default()),
            "InvalidRange" => {
                say("RangeRequested", self.range.as_deref().unwrap_or_default());
                if let Ok(object) = cloud.s3.get_object(&self.bucket, &self.key, None) {
                    say("ActualObjectSize", &object.body.len().to_string());
                }
            }
            "KeyTooLongError" => {
                say("Size", &self.key.len().to_string());
                say("MaxSizeAllowed", "1024");
            }
            _ => {}
        }
        explained.push_str(body[end..].strip_suffix("</Error>")?);
        let _ = write!(explained, "<HostId>{}</HostId></Error>", escape(host_id));
        Some(explained)
    }
}

/// The message that S3 gives with a code, for errors that the protocol's reader found.
fn message(code: &str) -> &'static str {
    match code {
        "AccessDenied" => "Access Denied",
        "EntityTooLarge" => "Your proposed upload exceeds the maximum allowed size",
        "IncompleteBody" => "You did not provide the number of bytes specified by the Content-Length HTTP header",
        "InternalError" => "We encountered an internal error. Please try again.",
        "InvalidArgument" => "Invalid Argument",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "KeyTooLongError" => "Your key is too long",
        "MalformedXML" => "The XML you provided was not well-formed or did not validate against our published schema",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "NotImplemented" => "A header you provided implies functionality that is not implemented",
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. Check your key and signing \
             method."
        }
        "XAmzContentSHA256Mismatch" => "The provided 'x-amz-content-sha256' header does not match what was computed.",
        _ => "Invalid Request",
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn subject(request: http::request::Builder) -> Subject {
        Subject::of(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_subject_is_found_in_path_host_and_copy() {
        let found = subject(Request::get("/b/a%20b/c?uploadId=u").header("range", "bytes=1-2"));
        assert_eq!((found.bucket.as_str(), found.key.as_str()), ("b", "a b/c"));
        assert_eq!(
            (found.upload_id.as_deref(), found.range.as_deref()),
            (Some("u"), Some("bytes=1-2"))
        );
        let found = subject(Request::get("/k").header("host", "b.s3.localhost:80"));
        assert_eq!((found.bucket.as_str(), found.key.as_str()), ("b", "k"));
        let found = subject(Request::put("/b/k").header("x-amz-copy-source", "/from/x%2Fy?versionId=1"));
        assert_eq!((found.bucket.as_str(), found.key.as_str()), ("from", "x/y"));
    }
}
