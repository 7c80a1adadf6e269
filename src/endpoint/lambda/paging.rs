//! Long lists in pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Call;
use super::answer::Answer;
use crate::lambda::ApiError;

/// Most items of a page, whatever is asked for.
const MAX_ITEMS: usize = 50;

impl Call {
    /// Answers a page of a list. Each item comes with the key that tells the next page where to go on.
    pub(super) fn page(&self, member: &str, items: Vec<(String, Value)>) -> Result<Answer, ApiError> {
        let size = match self.queried("MaxItems") {
            None => MAX_ITEMS,
            Some(given) => match given.parse::<usize>() {
                Ok(size @ 1..=10_000) => size.min(MAX_ITEMS),
                _ => {
                    return Err(ApiError::validation(format!(
                        "Value '{given}' at 'maxItems' failed to satisfy constraint: Member must have value between \
                         1 and 10000"
                    )));
                }
            },
        };
        let first = match self.queried("Marker") {
            None => 0,
            Some(marker) => {
                let last = STANDARD
                    .decode(marker)
                    .ok()
                    .and_then(|last| String::from_utf8(last).ok());
                let at = last.and_then(|last| items.iter().position(|(key, _)| *key == last));
                at.map(|at| at + 1).ok_or_else(|| {
                    ApiError::invalid_parameter("Marker is not the one of an earlier answer.".to_owned())
                })?
            }
        };
        let more = items.len() > first + size;
        let page: Vec<(String, Value)> = items.into_iter().skip(first).take(size).collect();
        let next = page.last().filter(|_| more).map(|(key, _)| STANDARD.encode(key));
        let values: Vec<Value> = page.into_iter().map(|(_, value)| value).collect();
        let mut body = json!({ member: values });
        if let Some(next) = next {
            body["NextMarker"] = json!(next);
        }
        Ok(Answer::json(200, &body))
    }
}
