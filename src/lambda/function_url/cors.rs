//! CORS of a function URL: Lambda answers preflight requests itself, and adds its headers to all other answers, beside
//! those that the function sends (Lambda Developer Guide, "Cross-origin resource sharing (CORS)").

use serde::{Deserialize, Serialize};

use crate::cloud::apigateway::{HttpRequest, HttpResponse};

/// What browsers may do with a function URL. Names are those of the Lambda API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Cors {
    /// Whether cookies and other credentials may be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_credentials: Option<bool>,
    /// Headers that a page may send, or `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_headers: Vec<String>,
    /// Methods that a page may use, or `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_methods: Vec<String>,
    /// Where pages may come from, or `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_origins: Vec<String>,
    /// Headers of an answer that a page may read, or `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expose_headers: Vec<String>,
    /// For how many seconds a browser may keep the answer of a preflight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
}

impl Cors {
    /// The answer to a preflight request; `None` if the request is none. The function is not invoked for it.
    #[must_use]
    pub fn preflight(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let wanted = request.header("access-control-request-method");
        if request.method != "OPTIONS" || request.header("origin").is_none() || wanted.is_none() {
            return None;
        }
        let mut response = HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        if self.allowed_origin(request).is_some() {
            self.add_to(request, &mut response);
            let lists = [
                ("access-control-allow-methods", &self.allow_methods),
                ("access-control-allow-headers", &self.allow_headers),
            ];
            for (name, values) in lists {
                if !values.is_empty() {
                    response = response.with(name, &values.join(","));
                }
            }
            if let Some(seconds) = self.max_age {
                response = response.with("access-control-max-age", &seconds.to_string());
            }
        }
        Some(response)
    }

    /// Adds the headers that every answer to an allowed origin carries.
    pub fn add_to(&self, request: &HttpRequest, response: &mut HttpResponse) {
        let Some(origin) = self.allowed_origin(request) else {
            return;
        };
        let headers = &mut response.headers;
        let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
        add("access-control-allow-origin", origin.to_owned());
        if origin != "*" {
            add("vary", "Origin".to_owned());
        }
        if self.allow_credentials == Some(true) {
            add("access-control-allow-credentials", "true".to_owned());
        }
        if !self.expose_headers.is_empty() {
            add("access-control-expose-headers", self.expose_headers.join(","));
        }
    }

    /// What the browser is told of the request's origin, if it is allowed.
    fn allowed_origin<'a>(&'a self, request: &'a HttpRequest) -> Option<&'a str> {
        let origin = request.header("origin")?;
        let any = self.allow_origins.iter().any(|allowed| allowed == "*");
        // With credentials a browser wants the origin itself.
        if any && self.allow_credentials != Some(true) {
            return Some("*");
        }
        let listed = self.allow_origins.iter().any(|allowed| allowed == origin);
        (any || listed).then_some(origin)
    }
}
