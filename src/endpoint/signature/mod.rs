//! AWS Signature Version 4: who signed a request, and whether what arrived is what was signed.
//!
//! Follows the IAM User Guide, "Create a signed AWS API request". Callers inside live in virtual time and callers
//! outside do not, so a request may be dated by either clock. Presigned URLs expire in virtual time.

mod canonical;
mod url;

use http::HeaderMap;
use http::request::Parts;

pub(super) use self::url::{pairs, presigned, unsigned_query};
use crate::clock::Timestamp;
use crate::cloud::{Callers, Identity};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
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

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
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
mod tests;
