//! The real runner: every case and every block in a Region of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::case::{self, blank, problem_of};
use super::pattern::Scope;
use super::runner::{RunReport, Runner, StepReport};
use super::steps::{Stage, StepOutcome};
use super::verdict::{CaseStatus, CaseVerdict, ExerciseStatus, ExerciseVerdict, GradeEvent, Submission};
use crate::course::Exercise;
use crate::course::case::Step;
use crate::course::case::{Action, Invoke};
use crate::course::exercise::Files;
use crate::course::lesson::Scenario;
use crate::course::resources::{Function, Resources};
use crate::lambda::Engine;
use crate::region::{Content, Region, RegionConfig, RegionError};

/// Grades and runs on an engine.
#[derive(Debug, Clone)]
pub struct RegionRunner {
    engine: Engine,
}

impl RegionRunner {
    /// A runner on this engine.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }

    async fn run_steps(
        &self,
        resources: &Resources,
        content: Content<'_>,
        events: &Files,
        steps: &[Step],
    ) -> Result<RunReport, RegionError> {
        let region = Region::start(&self.engine, RegionConfig::default()).await?;
        region.create(resources, content)?;
        let stage = Stage {
            region: &region,
            resources,
            events,
            data: content.data,
        };
        stage.ready().await;
        let mut report = RunReport::default();
        let mut scope = Scope::default();
        for step in steps {
            let outcome = stage.run(step).await;
            let problem = problem_of(step, &outcome, &mut scope);
            report.steps.push(step_report(&outcome));
            if problem.is_some() {
                report.problem = problem;
                break;
            }
        }
        Ok(report)
    }
}

#[async_trait]
impl Runner for RegionRunner {
    async fn warm_up(&self) {
        // What fails here fails again at the first run, where somebody is told.
        let _ = self.engine.warm_up().await;
    }

    async fn grade(
        &self,
        exercise: Arc<Exercise>,
        submission: Submission,
        events: UnboundedSender<GradeEvent>,
        cancel: CancellationToken,
    ) -> ExerciseVerdict {
        let began = Instant::now();
        let tell = |event| {
            // Whoever asked may have gone; the verdict is returned all the same.
            let _ = events.send(event);
        };
        tell(GradeEvent::Started {
            cases: exercise.cases.len(),
        });
        let mut verdicts: Vec<CaseVerdict> = exercise
            .cases
            .iter()
            .map(|case| blank(case, CaseStatus::Skipped))
            .collect();
        let at_once = std::thread::available_parallelism()
            .map_or(2, std::num::NonZero::get)
            .max(2);
        let (places, submission) = (Arc::new(Semaphore::new(at_once)), Arc::new(submission));
        let mut running = JoinSet::new();
        for index in 0..exercise.cases.len() {
            let (runner, places, events) = (self.clone(), places.clone(), events.clone());
            let (exercise, submission) = (exercise.clone(), submission.clone());
            running.spawn(async move {
                // The semaphore is never closed; without a place the case would only run a little earlier.
                let _place = places.acquire().await;
                let _ = events.send(GradeEvent::CaseStarted { index });
                let verdict = case::grade(&runner.engine, &exercise, &exercise.cases[index], &submission).await;
                (index, verdict)
            });
        }
        loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => break,
                finished = running.join_next() => match finished {
                    Some(Ok((index, verdict))) => {
                        tell(GradeEvent::CaseFinished { index, verdict: Box::new(verdict.clone()) });
                        verdicts[index] = verdict;
                    }
                    // A case that panicked stays without a verdict; the others go on.
                    Some(Err(_)) => {}
                    None => break,
                },
            }
        }
        drop(running);
        let (status, message) = whole(&verdicts);
        ExerciseVerdict {
            exercise: exercise.id.clone(),
            status,
            message,
            cases: verdicts,
            duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    async fn run_block(&self, scenario: Scenario, code: String, cancel: CancellationToken) -> RunReport {
        let code: Files = [("handler.py".to_owned(), code.into_bytes())].into();
        let resources = with_handler(&scenario);
        let steps = if scenario.steps.is_empty() {
            vec![invoke(Invoke::default())]
        } else {
            scenario.steps
        };
        let content = Content {
            code: &code,
            layers: &BTreeMap::new(),
            data: &Files::new(),
        };
        let nothing = Files::new();
        let run = self.run_steps(&resources, content, &nothing, &steps);
        until_cancelled(run, &cancel).await
    }

    async fn run_event(
        &self,
        exercise: Arc<Exercise>,
        submission: Submission,
        function: Option<String>,
        event: String,
        cancel: CancellationToken,
    ) -> RunReport {
        let content = Content {
            code: &submission.files,
            layers: &exercise.layers,
            data: &exercise.data,
        };
        let mut step = invoke(Invoke {
            function,
            event_text: Some(event),
            ..Invoke::default()
        });
        // Whatever comes back is right here: nothing is graded.
        step.expect = None;
        let steps = [step];
        let run = self.run_steps(&exercise.manifest.resources, content, &exercise.events, &steps);
        let mut report = until_cancelled(run, &cancel).await;
        if !report.steps.is_empty() && report.steps.iter().all(|step| step.function_error.is_some()) {
            report.problem = None;
        }
        report
    }
}

async fn until_cancelled(
    run: impl Future<Output = Result<RunReport, RegionError>>,
    cancel: &CancellationToken,
) -> RunReport {
    let failed = |problem: String| RunReport {
        steps: Vec::new(),
        problem: Some(problem),
    };
    tokio::select! {
        biased;
        () = cancel.cancelled() => failed("cancelled".to_owned()),
        result = run => result.unwrap_or_else(|error| failed(error.to_string())),
    }
}

fn invoke(invoke: Invoke) -> Step {
    Step {
        action: Action::Invoke(invoke),
        expect: None,
        settle: true,
        note: None,
    }
}

/// The scenario's resources with the block's own function in front.
fn with_handler(scenario: &Scenario) -> Resources {
    const NAME: &str = "handler";
    let mut resources = scenario.resources.clone();
    if !resources.functions.iter().any(|function| function.name == NAME) {
        let function = Function {
            name: NAME.to_owned(),
            handler: scenario.handler.clone(),
            memory: scenario.memory,
            timeout: scenario.timeout,
            environment: scenario.environment.clone(),
            ..Function::default()
        };
        resources.functions.insert(0, function);
    }
    resources
}

fn step_report(outcome: &StepOutcome) -> StepReport {
    let last = outcome.invocations.last();
    let payload = match (&outcome.response, last) {
        (Some(response), _) => String::from_utf8_lossy(&response.body).into_owned(),
        (None, Some(_)) => {
            let all = outcome
                .invocations
                .iter()
                .map(|record| String::from_utf8_lossy(&record.payload).into_owned());
            all.collect::<Vec<_>>().join("\n")
        }
        (None, None) => String::new(),
    };
    StepReport {
        sent: outcome.sent.clone(),
        payload,
        http_status: outcome.response.as_ref().map(|response| response.status),
        function_error: last
            .filter(|record| record.function_error)
            .map(|_| "Unhandled".to_owned()),
        log: outcome.log().map(str::to_owned).collect(),
    }
}

/// The status of the whole, and why nothing could be run if the code cannot be loaded.
fn whole(verdicts: &[CaseVerdict]) -> (ExerciseStatus, Option<String>) {
    if verdicts.iter().all(|verdict| verdict.status == CaseStatus::Pass) {
        return (ExerciseStatus::Pass, None);
    }
    let load_error = verdicts
        .iter()
        .flat_map(|verdict| &verdict.invocations)
        .find(|invocation| {
            invocation.error_type.as_deref().is_some_and(|kind| {
                [
                    "Runtime.UserCodeSyntaxError",
                    "Runtime.ImportModuleError",
                    "Runtime.HandlerNotFound",
                ]
                .contains(&kind)
            })
        });
    if let Some(invocation) = load_error {
        let error: serde_json::Value = serde_json::from_str(&invocation.payload).unwrap_or_default();
        let message = error["errorMessage"].as_str().unwrap_or("the code cannot be loaded");
        return (ExerciseStatus::Error, Some(message.to_owned()));
    }
    if let Some(broken) = verdicts.iter().find(|verdict| verdict.status == CaseStatus::Error) {
        return (ExerciseStatus::Error, broken.message.clone());
    }
    (ExerciseStatus::Fail, None)
}
