//! Reads the values that are told apart by one of their keys: steps, checks and counts.
//!
//! By hand, because serde's `flatten` and `untagged` lose the line and column of a mistake.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::case::{Action, Bounds, Check, CheckKind, Count, Step};

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(StepVisitor)
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum StepKey {
    Invoke,
    Request,
    PutObject,
    DeleteObject,
    PutItem,
    SendMessage,
    Publish,
    PutEvent,
    Wait,
    Recycle,
    Expect,
    Settle,
    Note,
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = Step;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step such as { \"invoke\": { ... } }")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Step, A::Error> {
        let mut action = None;
        let mut expect = None;
        let mut settle = true;
        let mut note = None;
        while let Some(key) = map.next_key()? {
            let next = match key {
                StepKey::Expect => {
                    expect = map.next_value()?;
                    continue;
                }
                StepKey::Settle => {
                    settle = map.next_value()?;
                    continue;
                }
                StepKey::Note => {
                    note = map.next_value()?;
                    continue;
                }
                StepKey::Invoke => Action::Invoke(map.next_value()?),
                StepKey::Request => Action::Request(map.next_value()?),
                StepKey::PutObject => Action::PutObject(map.next_value()?),
                StepKey::DeleteObject => Action::DeleteObject(map.next_value()?),
                StepKey::PutItem => Action::PutItem(map.next_value()?),
                StepKey::SendMessage => Action::SendMessage(map.next_value()?),
                StepKey::Publish => Action::Publish(map.next_value()?),
                StepKey::PutEvent => Action::PutEvent(map.next_value()?),
                StepKey::Wait => Action::Wait(map.next_value()?),
                StepKey::Recycle => Action::Recycle(map.next_value()?),
            };
            if action.replace(next).is_some() {
                return Err(A::Error::custom(
                    "a step does one thing; write a second step for the second",
                ));
            }
        }
        let action = action.ok_or_else(|| {
            A::Error::custom(
                "this step does nothing: it needs one of `invoke`, `request`, `put_object`, `delete_object`, `put_item`, \
                 `send_message`, `publish`, `put_event`, `wait`, `recycle`",
            )
        })?;
        Ok(Step {
            action,
            expect,
            settle,
            note,
        })
    }
}

impl<'de> Deserialize<'de> for Check {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CheckVisitor)
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum CheckKey {
    Object,
    Objects,
    Item,
    Table,
    Queue,
    Invocations,
    Calls,
    Log,
    Look,
}

struct CheckVisitor;

impl<'de> Visitor<'de> for CheckVisitor {
    type Value = Check;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a check such as { \"invocations\": { ... } }")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Check, A::Error> {
        let mut kind = None;
        let mut look = None;
        while let Some(key) = map.next_key()? {
            let next = match key {
                CheckKey::Look => {
                    look = map.next_value()?;
                    continue;
                }
                CheckKey::Object => CheckKind::Object(map.next_value()?),
                CheckKey::Objects => CheckKind::Objects(map.next_value()?),
                CheckKey::Item => CheckKind::Item(map.next_value()?),
                CheckKey::Table => CheckKind::Table(map.next_value()?),
                CheckKey::Queue => CheckKind::Queue(map.next_value()?),
                CheckKey::Invocations => CheckKind::Invocations(map.next_value()?),
                CheckKey::Calls => CheckKind::Calls(map.next_value()?),
                CheckKey::Log => CheckKind::Log(map.next_value()?),
            };
            if kind.replace(next).is_some() {
                return Err(A::Error::custom(
                    "a check looks at one thing; write a second check for the second",
                ));
            }
        }
        let kind = kind.ok_or_else(|| {
            A::Error::custom(
                "this check looks at nothing: it needs one of `object`, `objects`, `item`, `table`, `queue`, \
                 `invocations`, `calls`, `log`",
            )
        })?;
        Ok(Check { kind, look })
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl<'de> Visitor<'de> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or bounds such as { \"at_least\": 1 }")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Count, E> {
        Ok(Count::Exactly(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Count, E> {
        u64::try_from(number)
            .map(Count::Exactly)
            .map_err(|_| E::custom("a count cannot be less than 0"))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Count, A::Error> {
        Bounds::deserialize(MapAccessDeserializer::new(map)).map(Count::Between)
    }
}
