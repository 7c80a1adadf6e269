//! Functions that bring their own executable, and what there is instead of one.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lambda_course::history::InvocationRecord;
use lambda_course::lambda::{Engine, Runtime};

use crate::lab::{Lab, PROGRAM, block_on, text};

/// A file's content and mode.
type File<'a> = (&'a [u8], u32);

/// What an invocation of a function with this `bootstrap` gives.
async fn with_bootstrap(content: Option<File<'_>>) -> (InvocationRecord, Vec<String>) {
    let lab = Lab::on(&Engine::provided(Path::new(PROGRAM)), &[]).await;
    if let Some((content, mode)) = content {
        let path = lab.code().join("bootstrap");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    lab.function("f", |config| config.runtime = Runtime::provided());
    let record = lab.invoke("f", "{}").await;
    (record, lab.log("f"))
}

#[test]
fn a_bootstrap_that_cannot_be_started_is_told_in_awss_words() {
    let cases: [(Option<File<'_>>, &str); 4] = [
        (
            None,
            "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
        ),
        (
            Some((b"#!/bin/sh\n", 0o644)),
            "fork/exec /var/task/bootstrap: permission denied",
        ),
        (
            Some((b"#!/not/there\n", 0o755)),
            "fork/exec /var/task/bootstrap: no such file or directory",
        ),
        (
            Some((b"\x7fELF but no program", 0o755)),
            "fork/exec /var/task/bootstrap: exec format error",
        ),
    ];
    block_on(async {
        for (content, reason) in cases {
            let (record, log) = with_bootstrap(content).await;
            let id = &record.request_id;
            assert_eq!(
                text(&record),
                format!(
                    r#"{{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: {id} Error: {reason}"}}"#
                )
            );
            // Recorded from AWS, 2025: the same twice, before and within the invocation.
            let end = "\tStatus: error\tError Type: Runtime.InvalidEntrypoint";
            assert!(log[1].ends_with(&format!("\tPhase: init{end}")), "{log:#?}");
            assert!(log[2].ends_with(&format!("\tPhase: invoke{end}")), "{log:#?}");
            assert!(log.last().unwrap().ends_with(end), "{log:#?}");
        }
    });
}
