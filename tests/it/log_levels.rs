//! Which of a function's own log lines its `ApplicationLogLevel` lets through, on every engine.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lambda_course::lambda::{ApplicationLogLevel, Engine, FunctionConfig, LogFormat, Runtime};
use serde_json::Value;

use crate::engines::python;
use crate::lab::{Lab, PROGRAM, block_on, limits, own_engine};

const HANDLER: &str = r#"
import json, logging
def say(name, level, **more):
    print(json.dumps({"message": name, "level": level, "timestamp": "2026-09-01T10:00:00.5Z", **more}))
def levels(event, context):
    # What the code sets does not count against what the function is configured for.
    logging.getLogger().setLevel(logging.DEBUG)
    logging.debug("logged debug")
    logging.warning("logged warning")
    say("printed debug", "debug")
    say("printed warn", "WARN")
    say("printed critical", "CRITICAL")
    say("at no time", "error", timestamp="soon")
    print('{"message": "nothing said"}')
    print("plain")
    raise ValueError("uncaught")
"#;

/// The same for what brings its own executable, as far as it goes: it prints, and ends.
const BOOTSTRAP: &str = r#"#!/bin/sh
echo '{"message": "printed debug", "level": "debug", "time": "2026-09-01T10:00:00Z"}'
echo '{"message": "printed warn", "level": "warn", "time": "2026-09-01T10:00:00Z"}'
echo plain
exit 1
"#;

/// What the function logs itself.
async fn logged(
    lab: &Lab,
    level: Option<ApplicationLogLevel>,
    change: impl FnOnce(&mut FunctionConfig),
) -> Vec<String> {
    lab.function("levels", |config| {
        limits(512, 20)(config);
        config.logging.format = level.map_or(LogFormat::Text, |_| LogFormat::Json);
        config.logging.application_level = level;
        change(config);
    });
    lab.invoke("levels", "{}").await;
    let own = lab.own_log("levels").into_iter();
    own.filter_map(|line| match serde_json::from_str::<Value>(&line) {
        Ok(object)
            if object["type"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("platform.")) =>
        {
            None
        }
        Ok(object) => {
            let text = object["message"].as_str().or(object["errorMessage"].as_str());
            text.map(str::to_owned)
        }
        Err(_) => Some(line),
    })
    .collect()
}

#[test]
fn printed_json_is_filtered_as_logged_records_are() {
    block_on(async {
        let mut engines = vec![own_engine()];
        engines.extend(python().map(|python| Engine::cpython(Path::new(PROGRAM), &python).unwrap()));
        for engine in engines {
            let at = async |level| {
                let lab = Lab::on(&engine, &[("handler.py", HANDLER)]).await;
                logged(&lab, Some(level), |_| {}).await
            };
            let (warning, warn, critical) = ("logged warning", "printed warn", "printed critical");
            let (untimed, nothing) = ("at no time", "nothing said");
            let (debug, printed) = ("logged debug", "printed debug");
            let all = [
                debug, warning, printed, warn, critical, untimed, nothing, "plain", "uncaught",
            ];
            assert_eq!(at(ApplicationLogLevel::Debug).await, all);
            let info = [warning, warn, critical, untimed, nothing, "plain", "uncaught"];
            assert_eq!(at(ApplicationLogLevel::Info).await, info);
            let important = [warning, warn, critical, "plain", "uncaught"];
            assert_eq!(at(ApplicationLogLevel::Warn).await, important);
            assert_eq!(at(ApplicationLogLevel::Error).await, [critical, "plain", "uncaught"]);
            assert_eq!(at(ApplicationLogLevel::Fatal).await, [critical, "plain"]);
        }
    });
}

#[test]
fn the_text_format_filters_nothing() {
    block_on(async {
        let lab = Lab::with(&[("handler.py", HANDLER)]).await;
        let lines = logged(&lab, None, |_| {}).await;
        assert!(lines.iter().any(|line| line == "printed debug"), "{lines:#?}");
        assert!(lines.iter().any(|line| line == "nothing said"), "{lines:#?}");
    });
}

#[test]
fn an_executable_of_ones_own_is_filtered_too() {
    block_on(async {
        let lab = Lab::on(&Engine::provided(Path::new(PROGRAM)), &[("bootstrap", BOOTSTRAP)]).await;
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(lab.code().join("bootstrap"), executable).unwrap();
        let provided = |config: &mut FunctionConfig| config.runtime = Runtime::provided();
        let lines = logged(&lab, Some(ApplicationLogLevel::Info), provided).await;
        // Once before the invocation, and once within it.
        assert_eq!(lines, ["printed warn", "plain", "printed warn", "plain"]);
    });
}
