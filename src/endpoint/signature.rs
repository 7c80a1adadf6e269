//! AWS Signature Version 4: who signed a request, and whether what arrived is what was signed.
//!
//! Follows the IAM User Guide, "Create a signed AWS API request". Callers inside live in virtual time and callers
//! outside do not, so a request may be dated by either clock. Presigned URLs expire in virtual time.

use hmac::{Hmac, Mac};
use http::HeaderMap;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::cloud::{Callers, Credentials, Identity};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What RFC 3986 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');
const PRESIGNED_BODY: &str = "UNSIGNED-PAYLOAD";
/// How far from now a request may be dated, in seconds.
const MAX_SKEW: u64 = 15 * 60;
/// Most seconds for which a presigned URL holds: a week.
const MAX_EXPIRES: u64 = 604_800;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// Nothing is signed.
    #[error("Request is missing Authentication Token")]
    Missing,
    /// The header does not have its form.
    #[error("{0}")]
    Incomplete(String),
    /// The parameters of a presigned URL do not have their form.
    #[error("{0}")]
    BadQuery(String),
    /// Nobody has this access key, or not with this token.
    #[error("The security token included in the request is invalid.")]
    Unknown,
    /// The session is over that these credentials are of.
    #[error("The security token included in the request is expired")]
    ExpiredToken,
    /// Something else was signed.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
    /// It was signed for another day than it was made on, or without its host.
    #[error("{0}")]
    Misfit(String),
    /// It is dated too far from now.
    #[error("{0}")]
    Skewed(String),
    /// A presigned URL is too old.
    #[error("Request has expired")]
    Expired,
}

/// What the signature says, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    access_key_id: String,
    date: String,
    region: String,
    /// The service that the request was signed for, as `s3`.
    pub(super) service: String,
    signed_headers: Vec<String>,
    digest: String,
    timestamp: String,
    token: Option<String>,
    /// The seconds for which a presigned URL holds; `None` for a signed header.
    presigned: Option<u64>,
}

impl Signature {
    /// Whether the signature stands in the URL.
    pub(super) fn is_presigned(&self) -> bool {
        self.presigned.is_some()
    }

    /// Reads the signature of a request from its `Authorization` header or its query.
    pub(super) fn of(parts: &Parts) -> Result<Self, Refusal> {
        let query = parts.uri.query().unwrap_or_default();
        let in_query = query.contains("X-Amz-Signature=");
        let mut in_headers = parts.headers.get_all("authorization").iter();
        match (in_headers.next(), in_headers.next(), in_query) {
            (None, _, false) => Err(Refusal::Missing),
            (None, _, true) => Self::in_query(query),
            (Some(authorization), None, false) => {
                Self::in_header(authorization.to_str().unwrap_or_default(), &parts.headers)
            }
            _ => Err(Refusal::Incomplete(
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                 parameter or the Authorization header should be specified"
                    .to_owned(),
            )),
        }
    }

    fn in_header(authorization: &str, headers: &HeaderMap) -> Result<Self, Refusal> {
        let incomplete = |what: &str| {
            Refusal::Incomplete(format!(
                "Authorization header requires '{what}' parameter. Authorization={ALGORITHM}"
            ))
        };
        let Some(fields) = authorization.strip_prefix(ALGORITHM) else {
            let kind = authorization.split(' ').next().unwrap_or_default().to_owned();
            return Err(Refusal::Incomplete(format!("Unsupported authorization type: {kind}")));
        };
        let field = |name: &str| {
            let mut fields = fields.split(',').filter_map(|field| field.trim().split_once('='));
            fields.find(|(found, _)| *found == name).map(|(_, value)| value)
        };
        let credential = field("Credential").ok_or_else(|| incomplete("Credential"))?;
        let signed_headers = field("SignedHeaders").ok_or_else(|| incomplete("SignedHeaders"))?;
        let signature = field("Signature").ok_or_else(|| incomplete("Signature"))?;
        let date = text(headers, "x-amz-date").or_else(|| text(headers, "date"));
        let timestamp = date.ok_or_else(|| {
            Refusal::Incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".into(),
            )
        })?;
        let token = text(headers, "x-amz-security-token").map(str::to_owned);
        Self::assemble(credential, signed_headers, signature, timestamp, token, None)
    }

    fn in_query(query: &str) -> Result<Self, Refusal> {
        let field = |name: &str| {
            let found = pairs(query).find(|(key, _)| key == name).map(|(_, value)| value);
            found.ok_or_else(|| Refusal::BadQuery(format!("AWS query-string parameters must include {name}.")))
        };
        let expires = field("X-Amz-Expires")?;
        let expires: i64 = expires
            .parse()
            .map_err(|_| Refusal::BadQuery("X-Amz-Expires should be a number".to_owned()))?;
        let expires =
            u64::try_from(expires).map_err(|_| Refusal::BadQuery("X-Amz-Expires must be non-negative".to_owned()))?;
        if expires > MAX_EXPIRES {
            let message = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be \
                           less than 604800 seconds";
            return Err(Refusal::BadQuery(message.to_owned()));
        }
        Self::assemble(
            &field("X-Amz-Credential")?,
            &field("X-Amz-SignedHeaders")?,
            &field("X-Amz-Signature")?,
            &field("X-Amz-Date")?,
            field("X-Amz-Security-Token").ok(),
            Some(expires),
        )
    }

    fn assemble(
        credential: &str,
        signed_headers: &str,
        signature: &str,
        timestamp: &str,
        token: Option<String>,
        presigned: Option<u64>,
    ) -> Result<Self, Refusal> {
        let mut scope = credential.rsplitn(5, '/');
        let (Some("aws4_request"), Some(service), Some(region), Some(date), Some(key)) =
            (scope.next(), scope.next(), scope.next(), scope.next(), scope.next())
        else {
            let message = format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
            );
            return Err(Refusal::Incomplete(message));
        };
        Ok(Self {
            access_key_id: key.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers: signed_headers.split(';').map(str::to_ascii_lowercase).collect(),
            digest: signature.to_owned(),
            timestamp: timestamp.to_owned(),
            token,
            presigned,
        })
    }

    /// The owner of the access key, if the token is the one that belongs to it and the date can be right.
    pub(super) fn owner(&self, callers: &Callers, now: Timestamp) -> Result<Identity, Refusal> {
        let identity = owner(callers, &self.access_key_id, self.token.as_deref(), now)?;
        self.check_scope()?;
        if self.presigned.is_none() {
            self.check_date(now)?;
        }
        Ok(identity)
    }

    fn check_scope(&self) -> Result<(), Refusal> {
        if !self.signed_headers.iter().any(|name| name == "host") {
            let message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
            return Err(Refusal::Misfit(message.to_owned()));
        }
        if self.timestamp.get(..8) != Some(self.date.as_str()) {
            return Err(Refusal::Misfit(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', \
                 from '{}'.",
                self.date,
                self.timestamp.get(..8).unwrap_or_default(),
                self.timestamp
            )));
        }
        Ok(())
    }

    fn check_date(&self, now: Timestamp) -> Result<(), Refusal> {
        let signed = self.signed_at().ok_or_else(|| {
            Refusal::Incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/wiki/ISO_8601",
                self.timestamp
            ))
        })?;
        let near = |clock: Timestamp| clock.as_secs().abs_diff(signed) <= MAX_SKEW;
        if near(now) || near(Timestamp::system()) {
            return Ok(());
        }
        let basic = |seconds: u64| Timestamp::from_micros(seconds * 1_000_000).format("%Y%m%dT%H%M%SZ");
        let (now, given) = (now.as_secs(), &self.timestamp);
        Err(Refusal::Skewed(if signed < now {
            let earliest = basic(now - MAX_SKEW);
            format!(
                "Signature expired: {given} is now earlier than {earliest} ({} - 15 min.)",
                basic(now)
            )
        } else {
            let latest = basic(now + MAX_SKEW);
            format!(
                "Signature not yet current: {given} is still later than {latest} ({} + 15 min.)",
                basic(now)
            )
        }))
    }

    /// When the request was signed, in seconds since the epoch.
    fn signed_at(&self) -> Option<u64> {
        let signed = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", &self.timestamp).ok()?;
        let signed = signed.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        u64::try_from(signed.timestamp().as_second()).ok()
    }

    /// Verifies the signature over a request with this body.
    pub(super) fn verify(
        &self,
        parts: &Parts,
        body: &[u8],
        callers: &Callers,
        now: Timestamp,
    ) -> Result<Identity, Refusal> {
        let identity = self.owner(callers, now)?;
        let canonical = self.canonical_request(parts, &self.payload(parts, body));
        let expected = self.sign(&canonical, &identity.credentials.secret_access_key);
        if expected != self.digest {
            return Err(Refusal::Mismatch);
        }
        if self.presigned.is_some_and(|seconds| self.has_expired(seconds, now)) {
            return Err(Refusal::Expired);
        }
        Ok(identity)
    }

    /// What stands for the body in what is signed.
    fn payload(&self, parts: &Parts, body: &[u8]) -> String {
        let presigned_s3 = self.is_presigned() && self.service == "s3";
        if presigned_s3 || text(&parts.headers, "x-amz-content-sha256") == Some(PRESIGNED_BODY) {
            PRESIGNED_BODY.to_owned()
        } else {
            hex::encode(Sha256::digest(body))
        }
    }

    fn canonical_request(&self, parts: &Parts, payload: &str) -> String {
        let raw = parts.uri.path();
        let path = if self.service == "s3" {
            let decoded = percent_decode_str(raw).collect::<Vec<u8>>();
            percent_encoding::percent_encode(&decoded, RESERVED_IN_PATH).to_string()
        } else {
            utf8_percent_encode(raw, RESERVED_IN_PATH).to_string()
        };
        let query = canonical_query(parts.uri.query().unwrap_or_default());
        let headers = self.canonical_headers(&parts.headers);
        let names = self.signed_headers.join(";");
        format!("{}\n{path}\n{query}\n{headers}\n{names}\n{payload}", parts.method)
    }

    fn sign(&self, canonical: &str, secret: &str) -> String {
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let digest = hex::encode(Sha256::digest(canonical));
        let to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{digest}", self.timestamp);
        let mut key = hmac(format!("AWS4{secret}").as_bytes(), &self.date);
        for part in [self.region.as_str(), self.service.as_str(), "aws4_request"] {
            key = hmac(&key, part);
        }
        hex::encode(hmac(&key, &to_sign))
    }

    fn canonical_headers(&self, headers: &HeaderMap) -> String {
        let mut canonical = String::new();
        for name in &self.signed_headers {
            let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            let values: Vec<_> = values
                .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            canonical.push_str(name);
            canonical.push(':');
            canonical.push_str(&values.join(","));
            canonical.push('\n');
        }
        canonical
    }

    fn has_expired(&self, seconds: u64, now: Timestamp) -> bool {
        self.signed_at().is_none_or(|signed| now.as_secs() > signed + seconds)
    }
}

/// The owner of an access key, if the token is the one that belongs to it, and still holds.
pub(super) fn owner(callers: &Callers, key: &str, token: Option<&str>, now: Timestamp) -> Result<Identity, Refusal> {
    let identity = callers.lookup(key).ok_or(Refusal::Unknown)?;
    if identity.credentials.session_token.as_deref() != token {
        return Err(Refusal::Unknown);
    }
    if identity.has_expired(now) {
        return Err(Refusal::ExpiredToken);
    }
    Ok(identity)
}

/// The parameters of a query, decoded.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    })
}

/// A request's query without what the signature added.
pub(super) fn unsigned_query(query: &str) -> String {
    let signing = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "AWSAccessKeyId",
        "Expires",
        "Signature",
        "x-amz-security-token",
    ];
    let kept = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !signing.contains(&name)
    });
    kept.collect::<Vec<_>>().join("&")
}

fn canonical_query(query: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let mut all: Vec<_> = pairs(query)
        .filter(|(key, _)| key != "X-Amz-Signature")
        .map(|(key, value)| (encode(&key), encode(&value)))
        .collect();
    all.sort();
    let all: Vec<_> = all.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    all.join("&")
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length is valid.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A URL that anybody who has it can get, for some seconds.
pub(super) fn presigned(
    service: &str,
    region: &str,
    host: &str,
    path: &str,
    credentials: &Credentials,
    now: Timestamp,
    seconds: u64,
) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let timestamp = now.format("%Y%m%dT%H%M%SZ");
    let day = timestamp.split('T').next().unwrap_or_default().to_owned();
    let key = &credentials.access_key_id;
    let mut query = format!(
        "X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={}&X-Amz-Date={timestamp}&X-Amz-Expires={seconds}\
         &X-Amz-SignedHeaders=host",
        encode(&format!("{key}/{day}/{region}/{service}/aws4_request"))
    );
    if let Some(token) = &credentials.session_token {
        query.push_str("&X-Amz-Security-Token=");
        query.push_str(&encode(token));
    }
    let signature = Signature {
        access_key_id: key.clone(),
        date: day,
        region: region.to_owned(),
        service: service.to_owned(),
        signed_headers: vec!["host".to_owned()],
        digest: String::new(),
        timestamp,
        token: credentials.session_token.clone(),
        presigned: Some(seconds),
    };
    let request = http::Request::builder()
        .uri(format!("{path}?{query}"))
        .header("host", host)
        .body(());
    // A host that is no header value was not asked for either: such an address leads nowhere.
    let digest = request.map_or_else(
        |_| String::new(),
        |request| {
            let parts = request.into_parts().0;
            let canonical = signature.canonical_request(&parts, &signature.payload(&parts, b""));
            signature.sign(&canonical, &credentials.secret_access_key)
        },
    );
    format!("http://{host}{path}?{query}&X-Amz-Signature={digest}")
}

/// Signs a request as a client does, for tests of the endpoint.
#[cfg(test)]
pub(super) fn authorization(parts: &Parts, body: &[u8], key: &str, secret: &str, service: &str) -> String {
    let timestamp = text(&parts.headers, "x-amz-date").unwrap();
    let scope = format!("{key}/{}/us-east-1/{service}/aws4_request", &timestamp[..8]);
    let mut names: Vec<_> = parts.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    let names = names.join(";");
    let signature = Signature::assemble(&scope, &names, "", timestamp, None, None).unwrap();
    // S3 says in a header what stands for the body, if only that it comes in signed chunks.
    let payload = text(&parts.headers, "x-amz-content-sha256").map(str::to_owned);
    let payload = payload.unwrap_or_else(|| signature.payload(parts, body));
    let digest = signature.sign(&signature.canonical_request(parts, &payload), secret);
    format!("{ALGORITHM} Credential={scope}, SignedHeaders={names}, Signature={digest}")
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(authorization: &str) -> Parts {
        let request = Request::builder()
            .header("authorization", authorization)
            .header("x-amz-date", "20260101T000000Z");
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_scope_names_the_service() {
        let parts = parts(
            "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host;x-amz-date, Signature=00",
        );
        assert_eq!(Signature::of(&parts).unwrap().service, "sqs");
    }

    /// `get-vanilla` of AWS's Signature Version 4 test suite.
    #[test]
    fn the_signature_is_the_one_of_the_test_suite() {
        let request = Request::builder()
            .uri("/")
            .header("host", "example.amazonaws.com")
            .header("x-amz-date", "20150830T123600Z");
        let parts = request.body(()).unwrap().into_parts().0;
        let header = authorization(
            &parts,
            b"",
            "AKIDEXAMPLE",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "service",
        );
        assert!(
            header.ends_with("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            "{header}"
        );
    }

    #[test]
    fn malformed_headers_are_refused() {
        for authorization in [
            "Basic x",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=h, Signature=s",
        ] {
            assert!(
                matches!(Signature::of(&parts(authorization)), Err(Refusal::Incomplete(_))),
                "{authorization}"
            );
        }
    }

    #[test]
    fn the_query_is_sorted_and_encoded() {
        assert_eq!(canonical_query("b=2&a=x%20y&a=/&c"), "a=%2F&a=x%20y&b=2&c=");
        assert_eq!(
            unsigned_query("x-id=GetObject&X-Amz-Date=1&versionId=2"),
            "x-id=GetObject&versionId=2"
        );
    }
}
