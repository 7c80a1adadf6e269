use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::{Account, ApiError, Call, Cloud};
use crate::history::tests::{lasting, started};
use crate::history::{Event, History, Limit};

const START: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

fn cloud() -> Arc<Cloud> {
    Cloud::new(
        Clock::new(START),
        &Chance::seeded(1),
        History::default(),
        Account::default(),
    )
}

fn ask(cloud: &Cloud, operation: &str, input: &Value) -> Result<Value, ApiError> {
    cloud.cloudwatch.execute(&mut Call::outside(), operation, input)
}

fn log(cloud: &Cloud, line: &str) {
    cloud.logs.append("/aws/lambda/f", "s", START, line);
}

/// A line with so many metrics, and sets with so many dimensions.
fn line(metrics: usize, dimensions: usize) -> String {
    let names: Vec<_> = (0..metrics)
        .map(|number| json!({ "Name": format!("m{number}") }))
        .collect();
    let set: Vec<_> = (0..dimensions).map(|number| format!("d{number}")).collect();
    let mut line = json!({
        "_aws": { "Timestamp": START.as_millis(), "CloudWatchMetrics": [
            { "Namespace": "App", "Dimensions": [set], "Metrics": names },
        ] },
    });
    for number in 0..metrics {
        line[format!("m{number}")] = json!(number);
    }
    for number in 0..dimensions {
        line[format!("d{number}")] = json!("x");
    }
    line.to_string()
}

#[test]
fn a_line_in_the_embedded_format_becomes_metrics() {
    let cloud = cloud();
    let line = json!({
        "_aws": { "Timestamp": START.as_millis(), "CloudWatchMetrics": [{
            "Namespace": "App",
            "Dimensions": [["Service"], [], ["Service", "Absent"]],
            "Metrics": [{ "Name": "ProcessingTime", "Unit": "Milliseconds" }, { "Name": "Absent" }],
        }] },
        "Service": "orders",
        "ProcessingTime": [42, 58],
    });
    log(&cloud, &line.to_string());
    log(&cloud, "METRIC|ProcessingTime|42|Milliseconds");
    assert_eq!(cloud.cloudwatch.all().len(), 2);
    let input = json!({
        "Namespace": "App",
        "MetricName": "ProcessingTime",
        "Dimensions": [{ "Name": "Service", "Value": "orders" }],
        "StartTime": "2026-01-01T00:00:00Z",
        "EndTime": "2026-01-01T01:00:00Z",
        "Period": 60,
        "Statistics": ["Average", "SampleCount"],
        "ExtendedStatistics": ["p90"],
    });
    let answer = ask(&cloud, "GetMetricStatistics", &input).unwrap();
    let point = &answer["Datapoints"][0];
    assert_eq!((&point["Average"], &point["SampleCount"]), (&json!(50.0), &json!(2.0)));
    assert_eq!(point["ExtendedStatistics"]["p90"], 58.0);
    assert_eq!(point["Unit"], "Milliseconds");
}

#[test]
fn the_embedded_format_has_limits() {
    let count = |line: &str| {
        let cloud = cloud();
        log(&cloud, line);
        cloud.cloudwatch.all().len()
    };
    assert_eq!(count(&line(100, 30)), 100);
    assert_eq!(count(&line(101, 1)), 0);
    assert_eq!(count(&line(1, 31)), 0);
    let many = json!((0..101).collect::<Vec<_>>());
    let mut too_long: Value = serde_json::from_str(&line(1, 0)).unwrap();
    too_long["m0"] = many;
    assert_eq!(count(&too_long.to_string()), 0);
    let mut undated: Value = serde_json::from_str(&line(1, 0)).unwrap();
    undated["_aws"].as_object_mut().unwrap().remove("Timestamp");
    assert_eq!(count(&undated.to_string()), 0);
}

#[test]
fn metric_data_comes_newest_first() {
    let cloud = cloud();
    for minute in 0..3 {
        let at = START.as_secs() + minute * 60;
        let datum = json!({ "MetricName": "Orders", "Value": minute, "Timestamp": at });
        ask(
            &cloud,
            "PutMetricData",
            &json!({ "Namespace": "Shop", "MetricData": [datum] }),
        )
        .unwrap();
    }
    let query = |period: u64| {
        json!({
            "StartTime": START.as_secs(),
            "EndTime": START.as_secs() + 600,
            "MetricDataQueries": [{
                "Id": "q1",
                "MetricStat": { "Metric": { "Namespace": "Shop", "MetricName": "Orders" }, "Period": period, "Stat": "Sum" },
            }],
        })
    };
    let answer = ask(&cloud, "GetMetricData", &query(60)).unwrap();
    let result = &answer["MetricDataResults"][0];
    assert_eq!(
        (&result["Id"], &result["StatusCode"]),
        (&json!("q1"), &json!("Complete"))
    );
    assert_eq!(result["Values"], json!([2.0, 1.0, 0.0]));
    let answer = ask(&cloud, "GetMetricData", &query(300)).unwrap();
    assert_eq!(answer["MetricDataResults"][0]["Values"], json!([3.0]));
    let math = json!({ "StartTime": 1, "EndTime": 2, "MetricDataQueries": [{ "Id": "e1", "Expression": "q1 * 2" }] });
    assert_eq!(ask(&cloud, "GetMetricData", &math).unwrap_err().code, "ValidationError");
    let backwards = json!({ "StartTime": 2, "EndTime": 1, "MetricDataQueries": [] });
    assert_eq!(
        ask(&cloud, "GetMetricData", &backwards).unwrap_err().code,
        "InvalidParameterValue"
    );
}

#[test]
fn lambda_sends_metrics_of_its_own() {
    let cloud = cloud();
    for _ in 0..2 {
        let event = Event::Throttled {
            function: "f".to_owned(),
            reason: "ReservedFunctionConcurrentInvocationLimitExceeded".to_owned(),
        };
        cloud.history().record(START, None, event);
    }
    let listed = ask(&cloud, "ListMetrics", &json!({ "Namespace": "AWS/Lambda" })).unwrap();
    let names = listed["Metrics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|metric| &metric["MetricName"]);
    assert_eq!(names.collect::<Vec<_>>(), ["Throttles", "Throttles"]);
    let input = json!({
        "Namespace": "AWS/Lambda",
        "MetricName": "Throttles",
        "Dimensions": [{ "Name": "FunctionName", "Value": "f" }],
        "StartTime": START.as_secs(),
        "EndTime": START.as_secs() + 60,
        "Period": 60,
        "Statistics": ["Sum"],
    });
    let answer = ask(&cloud, "GetMetricStatistics", &input).unwrap();
    assert_eq!(answer["Datapoints"][0]["Sum"], 2.0);
}

#[test]
fn what_the_history_drops_stays_in_the_metrics() {
    let cloud = cloud();
    let all = ["SampleCount", "Sum", "Minimum", "Maximum"];
    let durations = || {
        let input = json!({
            "Namespace": "AWS/Lambda",
            "MetricName": "Duration",
            "Dimensions": [{ "Name": "FunctionName", "Value": "f" }],
            "StartTime": START.as_secs(),
            "EndTime": START.as_secs() + 180,
            "Period": 60,
            "Statistics": all,
        });
        let mut points = ask(&cloud, "GetMetricStatistics", &input).unwrap()["Datapoints"]
            .as_array()
            .unwrap()
            .clone();
        points.sort_by_key(|point| point["Timestamp"].to_string());
        let numbers = |point: &Value| all.map(|name| point[name].as_f64().unwrap().round());
        points.iter().map(numbers).collect::<Vec<_>>()
    };
    for millis in 1..=200_u32 {
        let at = START + Duration::from_millis(u64::from(millis) * 600);
        let start = cloud.history().record(at, None, started("e", "r", 1));
        let end = lasting("e", "r", Duration::from_millis(u64::from(millis)));
        cloud.history().record(at, Some(start), end);
    }
    let before = durations();
    // 600 ms apart: a hundred a minute.
    assert_eq!(json!(before[0]), json!([99.0, 4_950.0, 1.0, 99.0]));
    cloud.history().keep(Limit {
        entries: 100,
        ..Limit::STAYING
    });
    assert_eq!(cloud.history().all().len(), 100);
    assert_eq!(durations(), before);
    cloud.history().keep(Limit {
        entries: 1,
        ..Limit::STAYING
    });
    assert_eq!(durations(), before);
}
