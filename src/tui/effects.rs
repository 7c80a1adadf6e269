//! The one place where effects are carried out. Everything comes back as a [`Msg`] on one channel.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::FutureExt;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Options;
use super::clerk::{Clerk, Job};
use super::msg::{Effect, Msg, RunId};
use super::ports::Store;
use crate::course::Exercise;
use crate::grade::{Runner, Submission};

/// A run is worth a word when it takes so long, and again every so often.
const WORTH_A_WORD: Duration = Duration::from_millis(500);
const EVERY: Duration = Duration::from_millis(200);
/// How often the learner's files are looked at: by time and size, which works on every file system.
const LOOK: Duration = Duration::from_millis(700);

/// Carries effects out.
pub struct Effects {
    runner: Arc<dyn Runner>,
    store: Arc<dyn Store>,
    clerk: Clerk,
    messages: UnboundedSender<Msg>,
    runs: HashMap<RunId, (CancellationToken, JoinHandle<()>)>,
    watch: Option<JoinHandle<()>>,
}

impl Effects {
    /// Carries effects out with what the program was given. Needs a tokio runtime around it.
    #[must_use]
    pub fn new(options: &Options, messages: UnboundedSender<Msg>) -> Self {
        Self {
            runner: options.runner.clone(),
            store: options.store.clone(),
            clerk: Clerk::start(options.store.clone(), &messages),
            messages,
            runs: HashMap::new(),
            watch: None,
        }
    }

    /// Begins an effect; its outcome comes as a message. Leaving and lending the terminal are not ours.
    pub fn execute(&mut self, effect: Effect) {
        match effect {
            Effect::Record(change) => self.clerk.give(Job::Record(change)),
            Effect::Load(exercise) => self.clerk.give(Job::Load(exercise)),
            Effect::Save { exercise, file, text } => self.clerk.give(Job::Save { exercise, file, text }),
            Effect::Reset(exercise) => self.clerk.give(Job::Reset(exercise)),
            Effect::Sample(sample) => self.clerk.give(Job::Sample(sample)),
            Effect::Watch(exercise) => self.watch(exercise),
            Effect::Grade(id, exercise, submission) => self.grade(id, exercise, submission),
            Effect::RunBlock(id, scenario, code) => {
                let (runner, cancel) = (self.runner.clone(), CancellationToken::new());
                let token = cancel.clone();
                self.run(id, cancel, async move {
                    Msg::Ran(id, Box::new(runner.run_block(*scenario, code, token).await))
                });
            }
            Effect::RunEvent(id, exercise, submission, event) => {
                let (runner, cancel) = (self.runner.clone(), CancellationToken::new());
                let token = cancel.clone();
                self.run(id, cancel, async move {
                    Msg::Ran(
                        id,
                        Box::new(runner.run_event(exercise, submission, None, event, token).await),
                    )
                });
            }
            Effect::Stop(id) => {
                if let Some((cancel, task)) = self.runs.remove(&id) {
                    cancel.cancel();
                    task.abort();
                }
            }
            Effect::OwnEditor { .. } | Effect::Quit => {}
        }
    }

    /// Waits until everything that was to be kept is kept.
    pub fn flush(&self) {
        self.clerk.flush();
    }

    /// Reads a file at once, as after the learner's own editor had it.
    pub fn look(&self, exercise: &Exercise, file: &str) {
        if let Some(msg) = read(&self.store.path(exercise, file), &exercise.id, file) {
            let _ = self.messages.send(msg);
        }
    }

    /// Stops what runs and keeps what is left to be kept.
    pub fn finish(&mut self) {
        for (cancel, task) in std::mem::take(&mut self.runs).into_values() {
            cancel.cancel();
            task.abort();
        }
        if let Some(watch) = self.watch.take() {
            watch.abort();
        }
        self.clerk.finish();
    }

    fn grade(&mut self, id: RunId, exercise: Arc<Exercise>, submission: Submission) {
        let (runner, messages, cancel) = (self.runner.clone(), self.messages.clone(), CancellationToken::new());
        let token = cancel.clone();
        self.run(id, cancel, async move {
            let (events, mut heard) = mpsc::unbounded_channel();
            let grading = runner.grade(exercise, submission, events, token);
            tokio::pin!(grading);
            let verdict = loop {
                tokio::select! {
                    biased;
                    Some(event) = heard.recv() => { let _ = messages.send(Msg::Grading(id, event)); }
                    verdict = &mut grading => break verdict,
                }
            };
            while let Ok(event) = heard.try_recv() {
                let _ = messages.send(Msg::Grading(id, event));
            }
            Msg::Graded(id, Box::new(verdict))
        });
    }

    /// Runs to the end or until it is stopped, saying now and then that it still runs.
    fn run(&mut self, id: RunId, cancel: CancellationToken, work: impl Future<Output = Msg> + Send + 'static) {
        let messages = self.messages.clone();
        self.runs.retain(|_, (_, task)| !task.is_finished());
        let task = tokio::spawn(async move {
            let begun = tokio::time::Instant::now();
            let mut clock = tokio::time::interval_at(begun + WORTH_A_WORD, EVERY);
            let work = AssertUnwindSafe(work).catch_unwind();
            tokio::pin!(work);
            loop {
                tokio::select! {
                    msg = &mut work => {
                        let broke = |_| Msg::Broke(id, "an error in the program itself".to_owned());
                        let _ = messages.send(msg.unwrap_or_else(broke));
                        return;
                    }
                    _ = clock.tick() => {
                        let _ = messages.send(Msg::StillRunning(id, begun.elapsed()));
                    }
                }
            }
        });
        self.runs.insert(id, (cancel, task));
    }

    fn watch(&mut self, exercise: Option<Arc<Exercise>>) {
        if let Some(watch) = self.watch.take() {
            watch.abort();
        }
        let Some(exercise) = exercise else { return };
        let files = exercise.manifest.files.iter();
        let mut watched: Vec<Watched> = files
            .map(|file| Watched::new(file, self.store.path(&exercise, file)))
            .collect();
        let messages = self.messages.clone();
        self.watch = Some(tokio::spawn(async move {
            let mut clock = tokio::time::interval(LOOK);
            loop {
                clock.tick().await;
                for file in &mut watched {
                    if file.has_changed().await
                        && let Some(msg) = read(&file.path, &exercise.id, &file.name)
                    {
                        let _ = messages.send(msg);
                    }
                }
            }
        }));
    }
}

/// A file as it was when it was looked at last.
struct Watched {
    name: String,
    path: PathBuf,
    seen: Option<(SystemTime, u64)>,
    looked: bool,
}

impl Watched {
    fn new(name: &str, path: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            path,
            seen: None,
            looked: false,
        }
    }

    /// The first look only remembers; a file that is away for a moment, as while it is renamed, has not changed.
    async fn has_changed(&mut self) -> bool {
        let Ok(data) = tokio::fs::metadata(&self.path).await else {
            return false;
        };
        let now = data.modified().ok().map(|time| (time, data.len()));
        let changed = self.looked && now != self.seen;
        (self.seen, self.looked) = (now, true);
        changed
    }
}

fn read(path: &Path, exercise: &str, file: &str) -> Option<Msg> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(Msg::Seen {
        exercise: exercise.to_owned(),
        file: file.to_owned(),
        text,
    })
}
