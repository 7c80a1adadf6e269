//! The S3 protocol, read and written by `s3s`, onto [`crate::cloud::s3`].

#![allow(clippy::unused_async, reason = "all operations are called alike")]
#![allow(clippy::wildcard_imports, reason = "the protocol has hundreds of types")]

mod amend;
mod backend;
mod bucket;
mod convert;
mod explain;
mod form;
mod list;
mod multipart;
mod notify;
mod object;
mod read;

use std::sync::Arc;

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::host::{S3Host, VirtualHost};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3Result, s3_error};

pub(super) use self::amend::Amendment;
use self::backend::Backend;
pub(super) use self::explain::Subject;
pub(super) use self::form::with_file_name;
use crate::cloud::{Cloud, Identity};

/// Most bytes of a file that a form brings.
const MAX_POST: u64 = 100 * 1024 * 1024;

/// Most bytes of a form, with its fields.
pub(super) const MAX_FORM: usize = 102 * 1024 * 1024;

/// The request's id, among its extensions.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

/// Among the extensions of an upload by an HTML form.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByForm;

/// The S3 service of a cloud.
pub(super) fn service(cloud: Arc<Cloud>) -> S3Service {
    let mut builder = S3ServiceBuilder::new(Backend {
        cloud: Arc::clone(&cloud),
    });
    let mut config = S3Config::default();
    // Callers inside live in virtual time: see the `signature` module.
    config.presigned_url_max_skew_time_secs = u32::MAX;
    // A form is read before it is known who sent it.
    config.post_object_max_file_size = MAX_POST;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    builder.set_auth(Keys(Arc::clone(&cloud)));
    builder.set_access(Identified(cloud));
    builder.set_host(Loopback);
    builder.build()
}

/// Buckets in the host's name, as `bucket.localhost`, besides those in the path.
struct Loopback;

impl S3Host for Loopback {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let found = VirtualHost::new(host);
        Ok(match bucket_in_host(host) {
            Some(bucket) => found.with_bucket(bucket),
            None => found,
        })
    }
}

/// The bucket that a host's name begins with, if it does.
fn bucket_in_host(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.strip_suffix(".s3.localhost")
        .or_else(|| name.strip_suffix(".localhost"))
}

/// What S3 says of a session that is over ("Error responses" in the Amazon S3 API Reference).
pub(super) const EXPIRED_TOKEN: &str = "The provided token has expired.";

/// Whose keys forms are signed with.
struct Keys(Arc<Cloud>);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let identity = self.0.callers.lookup(access_key);
        let identity = identity.ok_or_else(|| {
            s3_error!(
                InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records."
            )
        })?;
        if identity.has_expired(self.0.clock().now()) {
            return Err(s3_error!(ExpiredToken, "{EXPIRED_TOKEN}"));
        }
        Ok(identity.credentials.secret_access_key.into())
    }
}

/// Lets in whom the server identified, or who signed the form.
struct Identified(Arc<Cloud>);

#[async_trait::async_trait]
impl S3Access for Identified {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if context.extensions_mut().get::<Identity>().is_some() {
            return Ok(());
        }
        let signer = context.credentials().map(|credentials| credentials.access_key.clone());
        let identity = signer.and_then(|key| self.0.callers.lookup(&key));
        let identity = identity.ok_or_else(|| s3_error!(AccessDenied, "Access Denied"))?;
        context.extensions_mut().insert(identity);
        Ok(())
    }
}
