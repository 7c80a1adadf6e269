//! How long the mock takes: a cold start to its first response, a warm invocation, a hundred on eight environments,
//! grading an exercise.
//!
//! `cargo bench --locked` measures with the release profile. Machines differ and are noisy: compare ratios.

#![allow(clippy::expect_used)] // A bench that cannot begin has nothing to measure.

use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use futures::{StreamExt, stream};
use lambda_course::course::Course;
use lambda_course::grade::{RegionRunner, Runner, Submission};
use lambda_course::lambda::{Engine, FunctionConfig, FunctionName, Invocation};
use lambda_course::region::{Region, RegionConfig};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lambda-course");
const HANDLER: &str = "def lambda_handler(event, context):\n    return {\"n\": event[\"n\"]}\n";

async fn region(engine: &Engine, code: &Path) -> Region {
    let region = Region::start(engine, RegionConfig::default()).await.expect("a Region");
    let name = FunctionName::new("bench").expect("a name");
    region
        .lambda()
        .create_function(FunctionConfig::new(name, code.to_owned()))
        .expect("a function");
    region
}

async fn invoke(region: &Region) {
    let invocation = Invocation {
        payload: r#"{"n": 1}"#.into(),
        ..Invocation::default()
    };
    let (result, _busy) = region
        .lambda()
        .invoke("bench", &invocation, region.clock().busy())
        .await;
    assert!(!result.expect("an answer").function_error);
}

fn invocations(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let engine = Engine::embedded(Path::new(PROGRAM));
    let code = tempfile::tempdir().expect("a folder");
    std::fs::write(code.path().join("handler.py"), HANDLER).expect("a handler");
    let region = runtime.block_on(region(&engine, code.path()));
    runtime.block_on(invoke(&region));
    criterion.bench_function("cold start to first response", |bencher| {
        bencher.iter(|| {
            region.lambda().recycle("bench").expect("the function");
            runtime.block_on(invoke(&region));
        });
    });
    criterion.bench_function("warm invocation", |bencher| {
        bencher.iter(|| runtime.block_on(invoke(&region)));
    });
    criterion.bench_function("100 invocations on 8 environments", |bencher| {
        bencher.iter(|| runtime.block_on(stream::iter(0..100).for_each_concurrent(8, |_| invoke(&region))));
    });
}

fn grading(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let runner = RegionRunner::new(Engine::embedded(Path::new(PROGRAM)));
    let course = Course::embedded().expect("the course");
    let mut group = criterion.benchmark_group("grade the solution");
    group.sample_size(10);
    for exercise in course.exercises {
        let exercise = Arc::new(exercise);
        group.bench_function(&exercise.id, |bencher| {
            bencher.iter(|| {
                let submission = Submission::new(exercise.solution.clone());
                let (events, _received) = unbounded_channel();
                runtime.block_on(runner.grade(
                    exercise.clone(),
                    submission,
                    events,
                    tokio_util::sync::CancellationToken::new(),
                ))
            });
        });
    }
}

criterion_group!(benches, invocations, grading);
criterion_main!(benches);
