//! Which API or function URL an address means.

use http::Uri;

/// Where a request comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::endpoint) enum Door {
    /// An API's host.
    Api {
        /// The API's id.
        id: String,
        /// The path under the host, stage included.
        path: String,
    },
    /// A function URL's host.
    FunctionUrl {
        /// The URL's id.
        id: String,
        /// The path under the host.
        path: String,
    },
}

impl Door {
    /// The door that a host name (without port) and a path open; `None` if they are a service's.
    pub(in crate::endpoint) fn of(host: &str, uri: &Uri) -> Option<Self> {
        let path = uri.path();
        let mut labels = host.split('.');
        if let (Some(id), Some(kind)) = (labels.next(), labels.next())
            && host.ends_with(".localhost")
            && let Some(door) = Self::named(kind, id, path)
        {
            return Some(door);
        }
        let (kind, rest) = path.strip_prefix("/_aws/")?.split_once('/')?;
        let (id, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        Self::named(kind, id, path)
    }

    fn named(kind: &str, id: &str, path: &str) -> Option<Self> {
        let (id, path) = (id.to_owned(), path.to_owned());
        match kind {
            "execute-api" => Some(Self::Api { id, path }),
            "lambda-url" => Some(Self::FunctionUrl { id, path }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_paths_open_doors() {
        let of = |host: &str, uri: &str| Door::of(host, &uri.parse().unwrap());
        let api = |path: &str| {
            Some(Door::Api {
                id: "abc123".to_owned(),
                path: path.to_owned(),
            })
        };
        assert_eq!(
            of("abc123.execute-api.us-east-1.localhost", "/prod/a?b=c"),
            api("/prod/a")
        );
        assert_eq!(of("abc123.execute-api.localhost", "/"), api("/"));
        assert_eq!(
            of("127.0.0.1", "/_aws/execute-api/abc123/prod/a//b/"),
            api("/prod/a//b/")
        );
        assert_eq!(of("localhost", "/_aws/execute-api/abc123"), api("/"));
        let url = Some(Door::FunctionUrl {
            id: "abc123".to_owned(),
            path: "/x".to_owned(),
        });
        assert_eq!(of("abc123.lambda-url.us-east-1.localhost", "/x"), url);
        assert_eq!(of("127.0.0.1", "/_aws/lambda-url/abc123/x"), url);
        assert_eq!(of("bucket.localhost", "/key"), None);
        assert_eq!(of("abc123.execute-api.example.com", "/"), None);
        assert_eq!(of("127.0.0.1", "/_aws/other/abc123/x"), None);
        assert_eq!(of("127.0.0.1", "/bucket/_aws/execute-api/x"), None);
    }
}
