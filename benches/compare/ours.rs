//! Our side of the comparisons.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lambda_course::course::{Course, Exercise};
use lambda_course::grade::{ExerciseStatus, RegionRunner, Runner, Submission};
use lambda_course::lambda::{Engine, FunctionConfig, FunctionName, Invocation};
use lambda_course::region::{Region, RegionConfig};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

/// What both sides run.
pub const HANDLER: &str = "def lambda_handler(event, context):\n    return {\"n\": event[\"n\"]}\n";
pub const EVENT: &str = r#"{"n": 1}"#;

/// The cases that the other side has as tests of pytest.
const TEN: [&str; 10] = [
    "summarises-an-upload",
    "adds-up-cents",
    "key-with-spaces",
    "several-spaces-and-signs",
    "key-in-unicode",
    "several-records",
    "skips-what-is-gone",
    "quoted-comma",
    "file-from-excel",
    "heading-only",
];

pub struct Ours<'a> {
    runtime: &'a Runtime,
    region: Arc<Region>,
    runner: RegionRunner,
    exercise: Arc<Exercise>,
    _code: TempDir,
}

impl<'a> Ours<'a> {
    pub fn new(runtime: &'a Runtime) -> Self {
        let engine = Engine::embedded(Path::new(env!("CARGO_BIN_EXE_lambda-course")));
        let code = tempfile::tempdir().expect("a folder");
        std::fs::write(code.path().join("handler.py"), HANDLER).expect("a handler");
        let region = runtime
            .block_on(Region::start(&engine, RegionConfig::default()))
            .expect("a Region");
        let name = FunctionName::new("bench").expect("a name");
        region
            .lambda()
            .create_function(FunctionConfig::new(name, code.path().to_owned()))
            .expect("a function");
        let course = Course::embedded().expect("the course");
        let mut exercise = course.exercise("03-s3-processor").expect("the exercise").clone();
        exercise.cases.retain(|case| TEN.contains(&case.id.as_str()));
        assert_eq!(exercise.cases.len(), TEN.len());
        Self {
            runtime,
            region: Arc::new(region),
            runner: RegionRunner::new(engine),
            exercise: Arc::new(exercise),
            _code: code,
        }
    }

    /// A new environment, to its first response. That the one before has gone is no part of it.
    pub fn cold_start(&self) -> Duration {
        self.region.lambda().recycle("bench").expect("the function");
        self.timed(invoke(&self.region))
    }

    /// The mean of so many invocations of one environment.
    pub fn warm(&self, count: u32) -> Duration {
        self.timed(async {
            for _ in 0..count {
                invoke(&self.region).await;
            }
        }) / count
    }

    /// So many invocations, two at a time, by two tasks as the cases of an exercise are.
    pub fn two_environments(&self, count: u32) -> (u32, Duration) {
        let invocations = |count: u32| {
            let region = self.region.clone();
            self.runtime.spawn(async move {
                for _ in 0..count {
                    invoke(&region).await;
                }
            })
        };
        let both = async |count: u32| {
            let (one, other) = tokio::join!(invocations(count), invocations(count));
            one.and(other).expect("both tasks end");
        };
        self.runtime.block_on(both(1));
        (count, self.timed(both(count / 2)))
    }

    /// Grading the ten cases.
    pub fn ten_cases(&self) -> Duration {
        self.timed(async {
            let submission = Submission::new(self.exercise.solution.clone());
            let (events, _received) = unbounded_channel();
            let verdict = self
                .runner
                .grade(self.exercise.clone(), submission, events, CancellationToken::new())
                .await;
            assert_eq!(verdict.status, ExerciseStatus::Pass);
        })
    }

    fn timed(&self, steps: impl Future<Output = ()>) -> Duration {
        let began = Instant::now();
        self.runtime.block_on(steps);
        began.elapsed()
    }
}

async fn invoke(region: &Region) {
    let invocation = Invocation {
        payload: EVENT.into(),
        ..Invocation::default()
    };
    let busy = region.clock().busy();
    let (result, _busy) = region.lambda().invoke("bench", &invocation, busy).await;
    assert!(!result.expect("an answer").function_error);
}
