//! A request as it came, and what every kind of event takes from it.

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::Facts;

/// A request, without the stage in its path.
#[derive(Debug, Clone, Default)]
pub struct HttpRequest {
    /// As `GET`.
    pub method: String,
    /// As `/orders/7`, still percent-encoded.
    pub path: String,
    /// What comes after the question mark, still percent-encoded.
    pub query: String,
    /// The headers as they were sent.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: Bytes,
}

impl HttpRequest {
    /// A header's value, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The decoded pairs of the query, in order.
    #[must_use]
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            percent_decode_str(&text).decode_utf8_lossy().into_owned()
        };
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value))
            })
            .collect()
    }

    /// The headers as the function sees them, by name: the gateway sets the host and tells where the request came
    /// from.
    pub(super) fn forwarded_headers(&self, host: &str, facts: &Facts) -> Vec<(String, String)> {
        let forwarded_for = match self.header("x-forwarded-for") {
            Some(before) => format!("{before}, {}", facts.source_ip),
            None => facts.source_ip.clone(),
        };
        let trace = self
            .header("x-amzn-trace-id")
            .filter(|trace| trace.starts_with("Root="));
        let set = [
            ("Host", host),
            ("X-Amzn-Trace-Id", trace.unwrap_or(&facts.trace_id)),
            ("X-Forwarded-For", &forwarded_for),
            ("X-Forwarded-Port", "443"),
            ("X-Forwarded-Proto", "https"),
        ];
        let of_the_connection = ["connection", "keep-alive", "transfer-encoding", "upgrade", "te"];
        let passed = self.headers.iter().filter(|(name, _)| {
            !set.iter().any(|(own, _)| name.eq_ignore_ascii_case(own))
                && !of_the_connection.iter().any(|own| name.eq_ignore_ascii_case(own))
        });
        let mut all: Vec<_> = passed.cloned().collect();
        all.extend(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
        all.sort_by_key(|(name, _)| name.to_ascii_lowercase());
        all
    }
}

/// The first media type of a header such as `image/png, */*;q=0.8`, without its parameters.
pub(super) fn media_type(header: &str) -> &str {
    let first = header.split(',').next().unwrap_or_default();
    first.split(';').next().unwrap_or_default().trim()
}

/// Whether a body of this content type goes into an event of payload format 2.0 as text.
pub(super) fn is_text(content_type: Option<&str>) -> bool {
    let Some(kind) = content_type.map(media_type) else {
        return true;
    };
    let kind = kind.to_ascii_lowercase();
    kind.starts_with("text/")
        || matches!(
            kind.as_str(),
            "application/json" | "application/javascript" | "application/xml"
        )
        || kind == "application/x-www-form-urlencoded"
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}
