use std::path::PathBuf;

use super::*;
use crate::history::Restore;
use crate::lambda::{FunctionName, LoggingConfig};

const AT: Timestamp = Timestamp::from_micros(1_791_444_629_470_000);

fn log(kind: InitializationType, change: impl FnOnce(&mut FunctionConfig)) -> SystemLog {
    let mut function = FunctionConfig::new(FunctionName::new("tenner-notifier").unwrap(), PathBuf::new());
    function.logging.format = LogFormat::Json;
    function.memory = crate::lambda::MemorySize::new(256).unwrap();
    change(&mut function);
    SystemLog::new(
        Arc::new(function),
        kind,
        "2026/10/08/tenner-notifier[$LATEST]22be53a8cfde4e68b844f8ec293b2543".to_owned(),
        "python:3.14.v12".to_owned(),
        "arn:aws:lambda:eu-central-1::runtime:775d".to_owned(),
    )
}

fn trace() -> Trace {
    Trace {
        root: "1-62e900b2-710d76f009d6e7785905449a".to_owned(),
        segment: "0efbd19962d95b05".to_owned(),
        sampled: true,
    }
}

fn record() -> InvocationRecord {
    InvocationRecord {
        function: "tenner-notifier".to_owned(),
        version: "$LATEST".to_owned(),
        environment: "22be".to_owned(),
        request_id: "79b5e81f".to_owned(),
        attempt: 1,
        cold_start: true,
        provisioned: false,
        memory_size: 256,
        duration: Duration::from_micros(1_233_960),
        billed_ms: 1698,
        init: Some(Duration::from_micros(463_512)),
        restore: None,
        max_memory_used: 123,
        status: InvocationStatus::Success,
        error_type: None,
        function_error: false,
        event: bytes::Bytes::new(),
        payload: bytes::Bytes::from_static(b"null"),
        usage: crate::price::Usage::default(),
    }
}

fn only(log: &SystemLog, event: &SystemEvent<'_>) -> String {
    let (first, second) = log.events(AT, event);
    assert_eq!(second, None);
    first.unwrap()
}

#[test]
fn objects_have_the_recorded_shapes() {
    // Recorded from CloudWatch, 2026-10-08, but for names and runtime.
    let log = log(InitializationType::OnDemand, |_| {});
    assert_eq!(
        only(&log, &SystemEvent::InitStart { phase: Phase::Init }),
        r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.initStart","record":{"initializationType":"on-demand","phase":"init","runtimeVersion":"python:3.14.v12","runtimeVersionArn":"arn:aws:lambda:eu-central-1::runtime:775d","functionName":"tenner-notifier","functionVersion":"$LATEST","instanceId":"2026/10/08/tenner-notifier[$LATEST]22be53a8cfde4e68b844f8ec293b2543","instanceMaxMemory":268435456}}"#
    );
    let start = SystemEvent::Start {
        request_id: "79b5e81f",
        function_arn: "arn:aws:lambda:eu-central-1:825765399535:function:tenner-notifier",
        trace: &trace(),
    };
    assert_eq!(
        only(&log, &start),
        r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.start","record":{"requestId":"79b5e81f","functionArn":"arn:aws:lambda:eu-central-1:825765399535:function:tenner-notifier","version":"$LATEST"}}"#
    );
    let report = SystemEvent::Report {
        record: &record(),
        trace: &trace(),
    };
    assert_eq!(
        only(&log, &report),
        r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.report","record":{"requestId":"79b5e81f","metrics":{"durationMs":1233.96,"billedDurationMs":1698,"memorySizeMB":256,"maxMemoryUsedMB":123,"initDurationMs":463.512},"status":"success"}}"#
    );
}

#[test]
fn a_timeout_is_told_as_recorded() {
    let log = log(InitializationType::OnDemand, |_| {});
    let mut record = record();
    (record.status, record.init) = (InvocationStatus::Timeout, None);
    (record.duration, record.billed_ms) = (Duration::from_secs(5), 5000);
    let (record, trace) = (&record, &trace());
    assert_eq!(
        only(&log, &SystemEvent::RuntimeDone { record, trace }),
        r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.runtimeDone","record":{"requestId":"79b5e81f","status":"timeout","metrics":{"durationMs":5000.0,"producedBytes":0}}}"#
    );
    assert_eq!(
        only(&log, &SystemEvent::Report { record, trace }),
        r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.report","record":{"requestId":"79b5e81f","metrics":{"durationMs":5000.0,"billedDurationMs":5000,"memorySizeMB":256,"maxMemoryUsedMB":123},"status":"timeout"}}"#
    );
    let init = SystemEvent::InitReport {
        phase: Phase::Init,
        took: Duration::from_micros(10_000_487),
        outcome: &Outcome::Timeout,
    };
    assert_eq!(
        only(&log, &init),
        r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.initReport","record":{"initializationType":"on-demand","phase":"init","status":"timeout","metrics":{"durationMs":10000.487}}}"#
    );
}

#[test]
fn levels_follow_awss_table() {
    use SystemLogLevel::{Debug, Info, Warn};
    let (on_demand, provisioned) = (
        log(InitializationType::OnDemand, |_| {}),
        log(InitializationType::ProvisionedConcurrency, |_| {}),
    );
    let failed = Outcome::Error("Runtime.Unknown".to_owned());
    let took = Duration::ZERO;
    let report = |outcome| SystemEvent::InitReport {
        phase: Phase::Init,
        took,
        outcome,
    };
    let done = |outcome| SystemEvent::InitRuntimeDone {
        phase: Phase::Init,
        outcome,
    };
    assert_eq!(on_demand.level(&SystemEvent::InitStart { phase: Phase::Init }), Info);
    assert_eq!(on_demand.level(&SystemEvent::InitStart { phase: Phase::Invoke }), Debug);
    assert_eq!(on_demand.level(&done(&Outcome::Success)), Debug);
    assert_eq!(on_demand.level(&done(&failed)), Warn);
    assert_eq!(on_demand.level(&report(&Outcome::Success)), Debug);
    assert_eq!(provisioned.level(&report(&Outcome::Success)), Info);
    assert_eq!(provisioned.level(&report(&failed)), Warn);
    let (record, trace) = (&record(), &trace());
    assert_eq!(on_demand.level(&SystemEvent::RuntimeDone { record, trace }), Debug);
    assert_eq!(on_demand.level(&SystemEvent::Report { record, trace }), Info);
}

#[test]
fn the_level_filters() {
    let shown = |level, event: &SystemEvent<'_>| {
        log(InitializationType::OnDemand, |function| {
            function.logging.system_level = Some(level);
        })
        .events(AT, event)
        .0
        .is_some()
    };
    let done = SystemEvent::InitRuntimeDone {
        phase: Phase::Init,
        outcome: &Outcome::Success,
    };
    assert!(shown(SystemLogLevel::Debug, &done));
    assert!(!shown(SystemLogLevel::Info, &done));
    assert!(shown(
        SystemLogLevel::Info,
        &SystemEvent::InitStart { phase: Phase::Init }
    ));
    assert!(!shown(
        SystemLogLevel::Warn,
        &SystemEvent::InitStart { phase: Phase::Init }
    ));
}

#[test]
fn active_tracing_is_told() {
    let log = log(InitializationType::OnDemand, |function| function.tracing = true);
    let start = SystemEvent::Start {
        request_id: "r",
        function_arn: "arn",
        trace: &trace(),
    };
    assert!(only(&log, &start).ends_with(
        r#""version":"$LATEST","tracing":{"spanId":"0efbd19962d95b05","type":"X-Amzn-Trace-Id","value":"Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05;Sampled=1"}}}"#
    ));
}

#[test]
fn text_has_lines_for_what_a_reader_needs() {
    let text = |kind| log(kind, |function| function.logging = LoggingConfig::default());
    let went_well = SystemEvent::InitReport {
        phase: Phase::Init,
        took: Duration::from_millis(120),
        outcome: &Outcome::Success,
    };
    assert_eq!(text(InitializationType::OnDemand).events(AT, &went_well), (None, None));
    assert_eq!(
        only(&text(InitializationType::ProvisionedConcurrency), &went_well),
        "INIT_REPORT Init Duration: 120.00 ms"
    );
    let mut record = record();
    (record.init, record.restore) = (
        None,
        Some(Restore {
            duration: Duration::from_millis(200),
            billed_ms: 21,
        }),
    );
    let (end, report) = text(InitializationType::SnapStart).events(
        AT,
        &SystemEvent::Report {
            record: &record,
            trace: &trace(),
        },
    );
    assert_eq!(end.unwrap(), "END RequestId: 79b5e81f");
    assert!(
        report
            .unwrap()
            .ends_with("\tRestore Duration: 200.00 ms\tBilled Restore Duration: 21 ms\t")
    );
}
