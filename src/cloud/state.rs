//! The state of the services, to be kept and taken up again by another run of the program.
//!
//! Each service gives a *part* in JSON. What is large, as the content of an object, stands in a part only by its
//! SHA-256; the bytes are in [`Contents`]. What is bound to this run (calls that wait, causes, timers) is not kept:
//! timers follow from the rest.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Cloud;
use super::callers::Credentials;

/// Parts by the name of what they are of.
pub type Parts = BTreeMap<String, Value>;

/// Why a state cannot be kept or taken up.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A part is not what it should be.
    #[error("the state of {part} is damaged: {message}")]
    Damaged {
        /// Whose state.
        part: String,
        /// What is wrong.
        message: String,
    },
    /// A part names bytes that are not there.
    #[error("the content {digest} is missing")]
    Missing {
        /// Its SHA-256.
        digest: String,
    },
    /// The database of DynamoDB cannot be copied.
    #[error("the tables cannot be copied: {0}")]
    Tables(String),
}

impl StateError {
    /// A part that cannot be read.
    pub fn damaged(part: &str, why: &impl ToString) -> Self {
        Self::Damaged {
            part: part.to_owned(),
            message: why.to_string(),
        }
    }
}

/// Bytes by their SHA-256.
#[derive(Debug, Default)]
pub struct Contents {
    all: BTreeMap<String, Bytes>,
    /// Digests of what was put before, by where it lies, so that nothing is hashed twice. The bytes are held, so that
    /// nothing else can lie there.
    known: HashMap<(usize, usize), (Bytes, String)>,
    /// Digests by the names that were given.
    named: HashMap<String, String>,
    used: BTreeSet<String>,
}

impl Contents {
    /// Adds bytes that were read.
    ///
    /// # Errors
    /// If they are not those that the digest says.
    pub fn add(&mut self, digest: String, content: Bytes) -> Result<(), StateError> {
        if digest_of(&content) != digest {
            return Err(StateError::damaged(
                &format!("the content {digest}"),
                &"it has other bytes",
            ));
        }
        self.all.insert(digest, content);
        Ok(())
    }

    /// Keeps bytes; answers their digest.
    pub fn put(&mut self, content: &Bytes) -> String {
        let place = (content.as_ptr().addr(), content.len());
        let known = self.known.get(&place).map(|(_, digest)| digest.clone());
        let digest = known.unwrap_or_else(|| digest_of(content));
        self.known.insert(place, (content.clone(), digest.clone()));
        self.all.entry(digest.clone()).or_insert_with(|| content.clone());
        self.used.insert(digest.clone());
        digest
    }

    /// Keeps bytes that never change under a name, and makes them only if they are not there; answers their digest.
    ///
    /// # Errors
    /// If they cannot be made.
    pub fn put_once<E>(&mut self, name: &str, make: impl FnOnce() -> Result<Bytes, E>) -> Result<String, E> {
        if let Some(digest) = self.named.get(name).cloned()
            && self.keep(&digest)
        {
            return Ok(digest);
        }
        let digest = self.put(&make()?);
        self.named.insert(name.to_owned(), digest.clone());
        Ok(digest)
    }

    /// Goes on keeping what was put before; whether it is there.
    pub fn keep(&mut self, digest: &str) -> bool {
        let there = self.all.contains_key(digest);
        if there {
            self.used.insert(digest.to_owned());
        }
        there
    }

    /// The bytes with a digest.
    ///
    /// # Errors
    /// If there are none.
    pub fn get(&self, digest: &str) -> Result<&Bytes, StateError> {
        self.all.get(digest).ok_or_else(|| StateError::Missing {
            digest: digest.to_owned(),
        })
    }

    /// Forgets what nobody has put or kept since the last call, and gives the rest.
    pub fn swept(&mut self) -> &BTreeMap<String, Bytes> {
        let used = std::mem::take(&mut self.used);
        self.all.retain(|digest, _| used.contains(digest));
        self.known.retain(|_, (_, digest)| used.contains(digest));
        self.named.retain(|_, digest| used.contains(digest));
        &self.all
    }
}

/// The SHA-256 in hexadecimal.
#[must_use]
pub fn digest_of(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// Reads a part.
pub(crate) fn read<T: DeserializeOwned>(part: &str, value: Value) -> Result<T, StateError> {
    serde_json::from_value(value).map_err(|error| StateError::damaged(part, &error))
}

/// Writes a part. Only a map whose keys are no texts could fail, and there is none.
pub(crate) fn write(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

impl Cloud {
    /// The state of all services as it is now.
    ///
    /// # Errors
    /// If the tables cannot be copied.
    pub fn save(&self, contents: &mut Contents) -> Result<Parts, StateError> {
        Ok(Parts::from([
            ("credentials".to_owned(), write(&self.callers.outside())),
            ("s3".to_owned(), self.s3.save(contents)),
            ("dynamodb".to_owned(), self.dynamodb.save(contents)?),
            ("sqs".to_owned(), self.sqs.save()),
            ("sns".to_owned(), self.sns.save()),
            ("events".to_owned(), self.events.save()),
            ("logs".to_owned(), self.logs.save()),
            ("cloudwatch".to_owned(), self.cloudwatch.save()),
            ("apis".to_owned(), self.apis.save()),
        ]))
    }

    /// Takes a state up. The services must be as new; parts of others are left alone.
    ///
    /// # Errors
    /// If a part or a content is missing or damaged.
    pub fn restore(&self, parts: &mut Parts, contents: &Contents) -> Result<(), StateError> {
        let mut take = |part: &str| parts.remove(part);
        if let Some(value) = take("credentials") {
            self.callers.set_outside(read::<Credentials>("credentials", value)?);
        }
        if let Some(value) = take("s3") {
            self.s3.restore(value, contents)?;
        }
        if let Some(value) = take("dynamodb") {
            self.dynamodb.restore(value, contents)?;
        }
        if let Some(value) = take("sqs") {
            self.sqs.restore(value)?;
        }
        if let Some(value) = take("sns") {
            self.sns.restore(value)?;
        }
        if let Some(value) = take("events") {
            self.events.restore(value)?;
        }
        if let Some(value) = take("logs") {
            self.logs.restore(value)?;
        }
        if let Some(value) = take("cloudwatch") {
            self.cloudwatch.restore(value)?;
        }
        if let Some(value) = take("apis") {
            self.apis.restore(value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
