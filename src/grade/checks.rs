//! The checks at the end of a case: what a bucket, a table, a queue, the log and the history show.

use serde_json::{Value, json};

use super::findings::Finding;
use super::pattern::Scope;
use crate::course::case::{
    CallsCheck, Check, CheckKind, Count, InvocationsCheck, ItemCheck, LogCheck, ObjectCheck, ObjectsCheck, QueueCheck,
    TableCheck,
};
use crate::history::{Event, InvocationRecord, InvocationStatus};
use crate::region::Region;

/// What is wrong by a check, if anything is.
#[must_use]
pub fn run(check: &Check, region: &Region, scope: &mut Scope) -> Option<Finding> {
    let finding = match &check.kind {
        CheckKind::Object(object) => object_check(object, region, scope),
        CheckKind::Objects(objects) => objects_check(objects, region),
        CheckKind::Item(item) => item_check(item, region, scope),
        CheckKind::Table(table) => table_check(table, region, scope),
        CheckKind::Queue(queue) => queue_check(queue, region, scope),
        CheckKind::Invocations(invocations) => invocations_check(invocations, region),
        CheckKind::Calls(calls) => calls_check(calls, region, scope),
        CheckKind::Log(log) => log_check(log, region),
    };
    finding.map(|finding| Finding {
        look: check.look.clone(),
        ..finding
    })
}

fn object_check(check: &ObjectCheck, region: &Region, scope: &mut Scope) -> Option<Finding> {
    let place = format!("s3://{}/{}", check.bucket, check.key);
    let Some(content) = region.cloud().s3.get(&check.bucket, &check.key) else {
        if check.absent {
            return None;
        }
        let there = region.cloud().s3.list(&check.bucket, "");
        return Some(Finding {
            message: format!("There is no object {place}."),
            expected: Some(json!([check.key])),
            actual: Some(json!(there)),
            raw: Some(json!(there)),
            ..Finding::default()
        });
    };
    let text = String::from_utf8_lossy(&content).into_owned();
    if check.absent {
        return Some(Finding {
            actual: Some(json!(text)),
            ..Finding::saying(format!("{place} must not be there."))
        });
    }
    let (pattern, actual) = match (&check.json, &check.text) {
        (Some(pattern), _) => (pattern, serde_json::from_str(&text).unwrap_or(Value::String(text))),
        (None, Some(pattern)) => (pattern, Value::String(text)),
        (None, None) => return None,
    };
    differs(format!("{place} holds something else."), scope, pattern, &actual)
}

fn objects_check(check: &ObjectsCheck, region: &Region) -> Option<Finding> {
    let mut wanted = check.keys.clone();
    wanted.sort();
    let mut there = region.cloud().s3.list(&check.bucket, &check.prefix);
    there.sort();
    let message = format!("The bucket {} holds other objects.", check.bucket);
    (wanted != there).then(|| Finding {
        expected: Some(json!(wanted)),
        actual: Some(json!(there)),
        raw: Some(json!(there)),
        ..Finding::saying(message)
    })
}

fn item_check(check: &ItemCheck, region: &Region, scope: &mut Scope) -> Option<Finding> {
    let item = match region.cloud().dynamodb.get_item_plain(&check.table, &check.key) {
        Ok(item) => item,
        Err(error) => return Some(Finding::saying(format!("table {}: {error}", check.table))),
    };
    let message = |what: &str| format!("{what} in table {} under {}.", check.table, check.key);
    match (item, check.absent) {
        (None, true) => None,
        (None, false) => Some(Finding {
            expected: check.is.as_ref().map(|pattern| scope.described(pattern)),
            actual: Some(Value::Null),
            raw: Some(Value::Null),
            ..Finding::saying(message("There is no item"))
        }),
        (Some(item), true) => Some(Finding {
            actual: Some(item),
            ..Finding::saying(message("There must be no item"))
        }),
        (Some(item), false) => differs(message("There is another item"), scope, check.is.as_ref()?, &item),
    }
}

fn table_check(check: &TableCheck, region: &Region, scope: &mut Scope) -> Option<Finding> {
    let items = match region.cloud().dynamodb.scan_all(&check.table) {
        Ok(items) => items,
        Err(error) => return Some(Finding::saying(format!("table {}: {error}", check.table))),
    };
    if let Some(finding) = wrong_count(
        check.count,
        items.len(),
        &format!("items in table {}", check.table),
        &items,
    ) {
        return Some(finding);
    }
    let pattern = json!({ "$unordered": check.items.as_ref()? });
    differs(
        format!("Table {} holds other items.", check.table),
        scope,
        &pattern,
        &Value::Array(items),
    )
}

fn queue_check(check: &QueueCheck, region: &Region, scope: &mut Scope) -> Option<Finding> {
    let bodies = region.cloud().sqs.peek_all(&check.queue);
    let parse = |body: String| serde_json::from_str(&body).unwrap_or(Value::String(body));
    let bodies: Vec<Value> = bodies.into_iter().map(parse).collect();
    if let Some(finding) = wrong_count(
        check.count,
        bodies.len(),
        &format!("messages in queue {}", check.queue),
        &bodies,
    ) {
        return Some(finding);
    }
    let pattern = json!({ "$unordered": check.messages.as_ref()? });
    differs(
        format!("Queue {} holds other messages.", check.queue),
        scope,
        &pattern,
        &Value::Array(bodies),
    )
}

fn invocations_check(check: &InvocationsCheck, region: &Region) -> Option<Finding> {
    let records = region.history().choose(|entry| match &entry.event {
        Event::InvocationEnded(record) if record.function == check.function => Some(InvocationRecord::clone(record)),
        _ => None,
    });
    let count = |test: &dyn Fn(&InvocationRecord) -> bool| records.iter().filter(|record| test(record)).count();
    let shown: Vec<Value> = records.iter().map(|record| json!(one_line(record))).collect();
    let of = |what: &str| format!("{what} of {}", check.function);
    wrong_count(check.count, records.len(), &of("invocations"), &shown)
        .or_else(|| {
            wrong_count(
                check.errors,
                count(&|r| r.function_error),
                &of("failed invocations"),
                &shown,
            )
        })
        .or_else(|| wrong_count(check.cold_starts, count(&|r| r.cold_start), &of("cold starts"), &shown))
        .or_else(|| {
            let timeouts = count(&|r| r.status == InvocationStatus::Timeout);
            wrong_count(check.timeouts, timeouts, &of("timeouts"), &shown)
        })
}

fn calls_check(check: &CallsCheck, region: &Region, scope: &mut Scope) -> Option<Finding> {
    let calls = region.history().choose(|entry| match &entry.event {
        Event::ServiceCall {
            environment: Some(_),
            service,
            operation,
            parameters,
            ..
        } if *service == check.service && *operation == check.operation => Some(parameters.clone()),
        _ => None,
    });
    let calls: Vec<Value> = calls
        .into_iter()
        .filter(|parameters| {
            check
                .matching
                .as_ref()
                .is_none_or(|pattern| scope.matches(&json!({ "$open": pattern }), parameters))
        })
        .collect();
    let what = format!("calls of {} {}", check.service, check.operation);
    wrong_count(Some(check.count), calls.len(), &what, &calls)
}

fn log_check(check: &LogCheck, region: &Region) -> Option<Finding> {
    let group = format!("/aws/lambda/{}", check.function);
    let lines = region.history().choose(|entry| match &entry.event {
        Event::Logged { group: of, message, .. } if *of == group => Some(message.clone()),
        _ => None,
    });
    let shown = Some(json!(lines));
    if let Some(part) = &check.contains
        && !lines.iter().any(|line| line.contains(part))
    {
        let message = format!("The log of {} has no line with {part:?}.", check.function);
        return Some(Finding {
            expected: Some(json!(part)),
            actual: shown,
            ..Finding::saying(message)
        });
    }
    let part = check.not_contains.as_ref()?;
    let line = lines.iter().find(|line| line.contains(part))?;
    let message = format!("The log of {} must have no line with {part:?}.", check.function);
    Some(Finding {
        actual: Some(json!(line)),
        ..Finding::saying(message)
    })
}

fn differs(message: String, scope: &mut Scope, pattern: &Value, actual: &Value) -> Option<Finding> {
    (!scope.matches(pattern, actual)).then(|| Finding::compared(message, scope, pattern, actual))
}

fn wrong_count(wanted: Option<Count>, have: usize, what: &str, shown: &[Value]) -> Option<Finding> {
    let have = u64::try_from(have).unwrap_or(u64::MAX);
    let (fits, words) = match wanted? {
        Count::Exactly(count) => (have == count, format!("{count}")),
        Count::Between(bounds) => {
            let fits =
                bounds.at_least.is_none_or(|least| have >= least) && bounds.at_most.is_none_or(|most| have <= most);
            let words = match (bounds.at_least, bounds.at_most) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("at least {least}"),
                (None, Some(most)) => format!("at most {most}"),
                (None, None) => "any number".to_owned(),
            };
            (fits, words)
        }
    };
    (!fits).then(|| Finding {
        message: format!("Expected {words} {what}, but there were {have}."),
        expected: Some(json!(words)),
        actual: Some(Value::Array(shown.to_vec())),
        raw: Some(json!(have)),
        ..Finding::default()
    })
}

fn one_line(record: &InvocationRecord) -> String {
    let start = if record.cold_start { "cold" } else { "warm" };
    let end = match (&record.error_type, record.function_error) {
        (Some(kind), true) => kind.clone(),
        _ => "ok".to_owned(),
    };
    format!("{} attempt {} ({start}): {end}", record.request_id, record.attempt)
}
