//! How likely something is.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// How likely something is, from 0 (never) to 1 (always). Written as a number, or as `false` or `true`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Probability(f64);

/// A number that is no probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a number from 0 (never) to 1 (always)")]
pub struct NoProbability;

impl Probability {
    /// Always.
    pub const ALWAYS: Self = Self(1.0);

    /// A probability from 0 to 1.
    ///
    /// # Errors
    ///
    /// If it is no number from 0 to 1.
    pub fn new(number: f64) -> Result<Self, NoProbability> {
        if (0.0..=1.0).contains(&number) {
            Ok(Self(number))
        } else {
            Err(NoProbability)
        }
    }

    /// From 0 to 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl From<bool> for Probability {
    fn from(always: bool) -> Self {
        Self(f64::from(u8::from(always)))
    }
}

impl FromStr for Probability {
    type Err = NoProbability;

    fn from_str(text: &str) -> Result<Self, NoProbability> {
        text.parse().map_err(|_| NoProbability).and_then(Self::new)
    }
}

impl Serialize for Probability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ProbabilityVisitor)
    }
}

struct ProbabilityVisitor;

impl Visitor<'_> for ProbabilityVisitor {
    type Value = Probability;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false or a number from 0 to 1")
    }

    fn visit_bool<E: Error>(self, always: bool) -> Result<Probability, E> {
        Ok(always.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Probability, E> {
        Probability::new(number).map_err(|error| E::custom(format!("{number} is no probability: {error}")))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Probability, E> {
        match number {
            0 | 1 => Ok((number == 1).into()),
            _ => Err(E::custom(format!("{number} is no probability: {NoProbability}"))),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Probability, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl JsonSchema for Probability {
    fn schema_name() -> Cow<'static, str> {
        "Probability".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "How likely something is: `true`, `false` or a number from 0 to 1.",
            "anyOf": [{ "type": "boolean" }, { "type": "number", "minimum": 0, "maximum": 1 }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_a_number_or_as_yes_or_no() {
        let read = |text: &str| serde_json::from_str::<Probability>(text).map(Probability::get);
        for (text, number) in [
            ("true", 1.0),
            ("false", 0.0),
            ("0", 0.0),
            ("1", 1.0),
            ("0.25", 0.25),
            ("1.0", 1.0),
        ] {
            assert!((read(text).unwrap() - number).abs() < f64::EPSILON, "{text}");
        }
        for text in ["2", "-1", "1.5", "-0.1", "\"0.5\"", "null"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!("0.5".parse() == Probability::new(0.5) && "NaN".parse::<Probability>().is_err());
        let kept = serde_json::to_string(&Probability::ALWAYS).unwrap();
        assert_eq!(serde_json::from_str::<Probability>(&kept).unwrap(), Probability::ALWAYS);
    }
}
