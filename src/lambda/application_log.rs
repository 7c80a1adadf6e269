//! The level of what a function logs, by which Lambda keeps it or drops it.
//!
//! "Your function code must output log events to stdout or stderr as JSON formatted objects that contain a key value
//! pair with the key `level`. If the `level` value field is invalid or missing, Lambda will assign the log output the
//! level INFO. If you don't supply a valid timestamp, Lambda will assign the log the level INFO" (developer guide,
//! "Log-level filtering"). It goes by the key also for what runtimes write themselves (AWS's own issue 220 of the Python
//! runtime client). Text that is no JSON object has no level, and stays. Metrics in the Embedded Metric Format have no
//! `level` either; no page makes an exception for them, so they are INFO too.

use serde::Deserialize;
use serde_json::Value;

use super::function::ApplicationLogLevel;

/// What of a JSON object says how important it is.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    level: Value,
    #[serde(default)]
    timestamp: Value,
    /// The name that Go and Rust give it.
    #[serde(default)]
    time: Value,
}

/// The level of a log event; `None` for text that is no JSON object.
pub(super) fn level_of(message: &str) -> Option<ApplicationLogLevel> {
    if !message.trim_start().starts_with('{') {
        return None;
    }
    let head: Head = serde_json::from_str(message).ok()?;
    let is_timed = [&head.timestamp, &head.time]
        .into_iter()
        .filter_map(Value::as_str)
        .any(is_rfc3339);
    let level = head.level.as_str().filter(|_| is_timed);
    Some(
        level
            .and_then(ApplicationLogLevel::named)
            .unwrap_or(ApplicationLogLevel::Info),
    )
}

/// Whether a text is a time as in RFC 3339: a date, `T`, a time of day, and `Z` or the offset of its zone.
fn is_rfc3339(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '0'
            } else {
                c.to_ascii_uppercase()
            }
        })
        .collect();
    let Some(rest) = shape.strip_prefix("0000-00-00T00:00:00") else {
        return false;
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with('0') => fraction.trim_start_matches('0'),
        Some(_) => return false,
        None => rest,
    };
    matches!(zone, "Z" | "+00:00" | "-00:00") && text.parse::<jiff::Timestamp>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_says_its_level() {
        use ApplicationLogLevel::{Debug, Error, Fatal, Info, Trace, Warn};
        let time = r#""timestamp": "2024-11-02T16:51:31.587199Z""#;
        for (level, expected) in [
            ("trace", Trace),
            ("debug", Debug),
            ("DEBUG", Debug),
            ("Info", Info),
            ("WARN", Warn),
            ("WARNING", Warn),
            ("error", Error),
            ("FATAL", Fatal),
            ("CRITICAL", Fatal),
            ("loud", Info),
        ] {
            // The first is the developer guide's example.
            let line = format!(r#"{{"level": "{level}", "msg": "my log", {time}}}"#);
            assert_eq!(level_of(&line), Some(expected), "{line}");
        }
        for line in [
            format!("{{{time}}}"),
            format!(r#"{{"level": 50, {time}}}"#),
            format!(r#"{{"log_level": "ERROR", {time}}}"#),
            r#"{"level": "error"}"#.to_owned(),
            r#"{"level": "error", "timestamp": "yesterday"}"#.to_owned(),
            r#"{"level": "error", "timestamp": 1730566291}"#.to_owned(),
            r#"{"_aws": {"Timestamp": 1730566291000, "CloudWatchMetrics": []}, "orders": 1}"#.to_owned(),
        ] {
            assert_eq!(level_of(&line), Some(Info), "{line}");
        }
        let rust = r#"{"time": "2024-11-02T16:51:31+01:00", "level": "error"}"#;
        assert_eq!(level_of(rust), Some(Error));
    }

    #[test]
    fn other_text_has_none() {
        for line in ["", "plain", "{not json}", r#"["level"]"#, r#""level""#, "7", "{} {}"] {
            assert_eq!(level_of(line), None, "{line}");
        }
    }

    #[test]
    fn times_are_those_of_rfc_3339() {
        for text in [
            "2024-11-02T16:51:31Z",
            "2024-11-02t16:51:31.5z",
            "2024-11-02T16:51:31.587199+05:30",
        ] {
            assert!(is_rfc3339(text), "{text}");
        }
        for text in [
            "2024-11-02",
            "2024-11-02 16:51:31Z",
            "2024-11-02T16:51:31",
            "2024-11-02T16:51:31.Z",
            "2024-11-02T16:51:31+0530",
            "2024-13-02T16:51:31Z",
            "2024-11-02 16:51:31,587+0000",
        ] {
            assert!(!is_rfc3339(text), "{text}");
        }
    }
}
