//! The steps and checks of cases and lessons: names that are there, patterns that are well-formed, one form of each value.

use std::collections::BTreeSet;

use serde_json::Value;

use super::account::{Account, Supplies};
use super::document::Document;
use super::unknown;
use crate::course::case::{Action, Check, CheckKind, Expectation, Invoke, Request, Step, parse_wait};
use crate::course::pattern;
use crate::course::problem::Problem;

/// Checks the steps that stand at `pointer`.
pub(super) fn check(
    document: &Document,
    pointer: &str,
    steps: &[Step],
    account: &Account,
    supplies: &Supplies,
    problems: &mut Vec<Problem>,
) {
    let mut visit = Visit {
        document,
        account,
        problems,
    };
    for (index, step) in steps.iter().enumerate() {
        visit.step(&format!("{pointer}/{index}"), step, supplies);
    }
}

/// Checks the checks that stand at `pointer`.
pub(super) fn check_checks(
    document: &Document,
    pointer: &str,
    checks: &[Check],
    account: &Account,
    problems: &mut Vec<Problem>,
) {
    let mut visit = Visit {
        document,
        account,
        problems,
    };
    for (index, check) in checks.iter().enumerate() {
        visit.check(&format!("{pointer}/{index}"), check);
    }
}

/// Adds the faults of a pattern that stands at `pointer`.
pub(super) fn pattern_faults(
    document: &Document,
    pointer: &str,
    faults: Vec<pattern::Fault>,
    problems: &mut Vec<Problem>,
) {
    for fault in faults {
        let mut problem = document.problem(&format!("{pointer}/{}", fault.pointer), fault.message);
        problem.help = fault.help;
        problems.push(problem);
    }
}

struct Visit<'a> {
    document: &'a Document,
    account: &'a Account,
    problems: &'a mut Vec<Problem>,
}

impl Visit<'_> {
    fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        self.problems.push(self.document.problem(pointer, message));
    }

    fn known(&mut self, pointer: &str, what: &str, name: &str, known: &BTreeSet<String>) {
        if !known.contains(name) {
            self.problems.push(unknown(self.document, pointer, what, name, known));
        }
    }

    fn one_form(&mut self, pointer: &str, forms: &[(&str, bool)], at_least_one: bool) {
        let given = forms.iter().filter(|(_, given)| *given).count();
        if given > 1 || (at_least_one && given == 0) {
            let names: Vec<String> = forms.iter().map(|(name, _)| format!("`{name}`")).collect();
            let how_many = if at_least_one { "exactly" } else { "at most" };
            self.fault(pointer, format!("give {how_many} one of {}", names.join(", ")));
        }
    }

    fn pattern(&mut self, pointer: &str, value: &Value) {
        pattern_faults(self.document, pointer, pattern::faults(value), self.problems);
    }

    fn patterns(&mut self, pointer: &str, values: &[Value]) {
        for (index, value) in values.iter().enumerate() {
            self.pattern(&format!("{pointer}/{index}"), value);
        }
    }

    fn step(&mut self, at: &str, step: &Step, supplies: &Supplies) {
        let account = self.account;
        match &step.action {
            Action::Invoke(invoke) => self.invoke(&format!("{at}/invoke"), invoke, supplies),
            Action::Request(request) => self.request(&format!("{at}/request"), request),
            Action::PutObject(put) => {
                let at = format!("{at}/put_object");
                self.known(&format!("{at}/bucket"), "bucket", &put.bucket, &account.buckets);
                let forms = [
                    ("text", put.text.is_some()),
                    ("json", put.json.is_some()),
                    ("base64", put.base64.is_some()),
                    ("file", put.file.is_some()),
                ];
                self.one_form(&at, &forms, true);
                if let Some(file) = &put.file {
                    self.known(&format!("{at}/file"), "file under files/", file, &supplies.data);
                }
            }
            Action::DeleteObject(name) => {
                self.known(
                    &format!("{at}/delete_object/bucket"),
                    "bucket",
                    &name.bucket,
                    &account.buckets,
                );
            }
            Action::PutItem(put) => self.known(&format!("{at}/put_item/table"), "table", &put.table, &account.tables),
            Action::SendMessage(send) => {
                let at = format!("{at}/send_message");
                self.known(&format!("{at}/queue"), "queue", &send.queue, &account.queues);
                self.one_form(
                    &at,
                    &[("body", send.body.is_some()), ("json", send.json.is_some())],
                    true,
                );
            }
            Action::Publish(publish) => {
                let at = format!("{at}/publish");
                self.known(&format!("{at}/topic"), "topic", &publish.topic, &account.topics);
                self.one_form(
                    &at,
                    &[("message", publish.message.is_some()), ("json", publish.json.is_some())],
                    true,
                );
            }
            Action::PutEvent(put) => {
                if let Some(bus) = &put.bus {
                    self.known(&format!("{at}/put_event/bus"), "bus", bus, &account.buses);
                }
            }
            Action::Wait(time) => {
                if parse_wait(time).is_none() {
                    self.fault(
                        &format!("{at}/wait"),
                        format!("`{time}` is not a time; write it as 90s, 5m, 2h or 1d"),
                    );
                }
            }
            Action::Recycle(name) => self.known(&format!("{at}/recycle"), "function", name, &account.functions),
        }
        if let Some(expect) = &step.expect {
            self.expectation(&format!("{at}/expect"), expect, &step.action);
        }
    }

    fn invoke(&mut self, at: &str, invoke: &Invoke, supplies: &Supplies) {
        let account = self.account;
        match &invoke.function {
            Some(name) => self.known(&format!("{at}/function"), "function", name, &account.functions),
            None if account.functions.is_empty() => self.fault(at, "there is no function to invoke"),
            None => {}
        }
        let forms = [
            ("event", invoke.event.is_some()),
            ("event_text", invoke.event_text.is_some()),
            ("event_file", invoke.event_file.is_some()),
        ];
        self.one_form(at, &forms, false);
        if let Some(file) = &invoke.event_file {
            self.known(
                &format!("{at}/event_file"),
                "file under events/",
                file,
                &supplies.events,
            );
        }
        for (key, number) in [("times", invoke.times), ("concurrency", invoke.concurrency)] {
            if number == Some(0) {
                self.fault(&format!("{at}/{key}"), "this is at least 1");
            }
        }
    }

    fn request(&mut self, at: &str, request: &Request) {
        let account = self.account;
        match &request.api {
            Some(name) => self.known(&format!("{at}/api"), "API", name, &account.apis),
            None if account.apis.is_empty() => self.fault(at, "there is no API to send the request to"),
            None => {}
        }
        if !request.path.starts_with('/') {
            self.fault(&format!("{at}/path"), "a path begins with `/`");
        }
        let forms = [
            ("body", request.body.is_some()),
            ("json", request.json.is_some()),
            ("base64", request.base64.is_some()),
        ];
        self.one_form(at, &forms, false);
    }

    fn expectation(&mut self, at: &str, expect: &Expectation, action: &Action) {
        let of_invoke = [
            ("response", expect.response.is_some()),
            ("error", expect.error.is_some()),
            ("cold_start", expect.cold_start.is_some()),
            ("log", !expect.log.is_empty()),
            ("not_log", !expect.not_log.is_empty()),
        ];
        let of_request = [
            ("headers", !expect.headers.is_empty()),
            ("json", expect.json.is_some()),
            ("body", expect.body.is_some()),
        ];
        let (misplaced, step): (&[(&str, bool)], &str) = match action {
            Action::Invoke(_) => (&of_request, "request"),
            Action::Request(_) => (&of_invoke, "invoke"),
            _ => {
                self.fault(
                    at,
                    "only `invoke` and `request` give something back; look at the rest in the case's `expect`",
                );
                return;
            }
        };
        for (key, _) in misplaced.iter().filter(|(_, given)| *given) {
            self.fault(&format!("{at}/{key}"), format!("`{key}` belongs to `{step}`"));
        }
        self.one_form(
            at,
            &[
                ("response", expect.response.is_some()),
                ("error", expect.error.is_some()),
            ],
            false,
        );
        for (key, value) in [
            ("response", &expect.response),
            ("status", &expect.status),
            ("json", &expect.json),
            ("body", &expect.body),
        ] {
            if let Some(value) = value {
                self.pattern(&format!("{at}/{key}"), value);
            }
        }
        if let Some(error) = &expect.error {
            for (key, value) in [("type", &error.kind), ("message", &error.message)] {
                if let Some(value) = value {
                    self.pattern(&format!("{at}/error/{key}"), value);
                }
            }
        }
        self.patterns(&format!("{at}/log"), &expect.log);
        self.patterns(&format!("{at}/not_log"), &expect.not_log);
        for (name, value) in &expect.headers {
            if *name != name.to_lowercase() {
                self.fault(
                    &format!("{at}/headers/{name}"),
                    "header names are written in lower case",
                );
            }
            if !pattern::is_absent(value) {
                self.pattern(&format!("{at}/headers/{name}"), value);
            }
        }
    }

    fn check(&mut self, at: &str, check: &Check) {
        let account = self.account;
        match &check.kind {
            CheckKind::Object(object) => {
                let at = format!("{at}/object");
                self.known(&format!("{at}/bucket"), "bucket", &object.bucket, &account.buckets);
                let forms = [
                    ("json", object.json.is_some()),
                    ("text", object.text.is_some()),
                    ("absent", object.absent),
                ];
                self.one_form(&at, &forms, true);
                for (key, value) in [("json", &object.json), ("text", &object.text)] {
                    if let Some(value) = value {
                        self.pattern(&format!("{at}/{key}"), value);
                    }
                }
            }
            CheckKind::Objects(objects) => {
                self.known(
                    &format!("{at}/objects/bucket"),
                    "bucket",
                    &objects.bucket,
                    &account.buckets,
                );
            }
            CheckKind::Item(item) => {
                let at = format!("{at}/item");
                self.known(&format!("{at}/table"), "table", &item.table, &account.tables);
                self.one_form(&at, &[("is", item.is.is_some()), ("absent", item.absent)], true);
                if let Some(value) = &item.is {
                    self.pattern(&format!("{at}/is"), value);
                }
            }
            CheckKind::Table(table) => {
                let at = format!("{at}/table");
                self.known(&format!("{at}/table"), "table", &table.table, &account.tables);
                self.patterns(&format!("{at}/items"), table.items.as_deref().unwrap_or_default());
            }
            CheckKind::Queue(queue) => {
                let at = format!("{at}/queue");
                self.known(&format!("{at}/queue"), "queue", &queue.queue, &account.queues);
                self.patterns(&format!("{at}/messages"), queue.messages.as_deref().unwrap_or_default());
            }
            CheckKind::Invocations(invocations) => {
                self.known(
                    &format!("{at}/invocations/function"),
                    "function",
                    &invocations.function,
                    &account.functions,
                );
            }
            CheckKind::Calls(calls) => {
                if let Some(value) = &calls.matching {
                    pattern_faults(
                        self.document,
                        &format!("{at}/calls/match"),
                        pattern::open_faults(value),
                        self.problems,
                    );
                }
            }
            CheckKind::Log(log) => {
                let at = format!("{at}/log");
                self.known(&format!("{at}/function"), "function", &log.function, &account.functions);
                let forms = [
                    ("contains", log.contains.is_some()),
                    ("not_contains", log.not_contains.is_some()),
                ];
                self.one_form(&at, &forms, true);
            }
        }
    }
}
