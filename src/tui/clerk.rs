//! Keeps progress and files, and makes sample events, one job after the other, away from the screen.
//!
//! Where the learner is, and edits that are not saved, change with every key. Of these only the last is written, once
//! the keys rest for a moment or something else is to be written.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::msg::Msg;
use super::ports::{Change, Store};
use crate::clock::Timestamp;
use crate::course::Exercise;
use crate::region::samples::Sample;

/// Keys rest when none has been pressed for so long.
const REST: Duration = Duration::from_millis(300);

/// Something to keep or to read.
pub enum Job {
    /// Keep a change.
    Record(Change),
    /// Read the learner's files.
    Load(Arc<Exercise>),
    /// Write a file.
    Save {
        /// The exercise.
        exercise: Arc<Exercise>,
        /// The file.
        file: String,
        /// Its text.
        text: String,
    },
    /// Put the starter back.
    Reset(Arc<Exercise>),
    /// Make a sample event.
    Sample(Sample),
    /// Say when everything before this is done.
    Flush(Sender<()>),
}

/// Keeps progress and files on a thread of its own.
pub struct Clerk {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Clerk {
    /// Starts the thread. Without one nothing is kept, and the learner is told.
    #[must_use]
    pub fn start(store: Arc<dyn Store>, answers: &UnboundedSender<Msg>) -> Self {
        let (jobs, todo) = mpsc::channel();
        let desk = Desk {
            store,
            answers: answers.clone(),
            held: BTreeMap::new(),
        };
        match std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || desk.work(&todo))
        {
            Ok(thread) => Self {
                jobs: Some(jobs),
                thread: Some(thread),
            },
            Err(problem) => {
                let _ = answers.send(Msg::NotKept(problem.to_string()));
                Self {
                    jobs: None,
                    thread: None,
                }
            }
        }
    }

    /// Hands a job over.
    pub fn give(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }

    /// Waits until everything given so far is done.
    pub fn flush(&self) {
        let (sender, done) = mpsc::channel();
        self.give(Job::Flush(sender));
        let _ = done.recv();
    }

    /// Does what is left and ends.
    pub fn finish(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Desk {
    store: Arc<dyn Store>,
    answers: UnboundedSender<Msg>,
    /// Changes that the next of their kind replaces.
    held: BTreeMap<String, Change>,
}

impl Desk {
    fn work(mut self, todo: &Receiver<Job>) {
        loop {
            let job = if self.held.is_empty() {
                todo.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                todo.recv_timeout(REST)
            };
            match job {
                Ok(Job::Record(change)) => {
                    if let Some(kind) = held_as(&change) {
                        self.held.insert(kind, change);
                    } else {
                        self.write_held();
                        self.record(&change);
                    }
                }
                Ok(job) => {
                    self.write_held();
                    self.other(job);
                }
                Err(RecvTimeoutError::Timeout) => self.write_held(),
                Err(RecvTimeoutError::Disconnected) => return self.write_held(),
            }
        }
    }

    fn write_held(&mut self) {
        for change in std::mem::take(&mut self.held).into_values() {
            self.record(&change);
        }
    }

    fn record(&self, change: &Change) {
        if let Err(problem) = self.store.record(change) {
            self.answer(Msg::NotKept(format!("{problem:#}")));
        }
    }

    fn other(&self, job: Job) {
        match job {
            Job::Record(change) => self.record(&change),
            Job::Load(exercise) => {
                let files = self.store.files(&exercise).map_err(|problem| format!("{problem:#}"));
                self.answer(Msg::Files(exercise.id.clone(), files));
            }
            Job::Save { exercise, file, text } => {
                let problem = self
                    .store
                    .save(&exercise, &file, &text)
                    .err()
                    .map(|problem| format!("{problem:#}"));
                self.answer(Msg::Saved {
                    exercise: exercise.id.clone(),
                    file,
                    text,
                    problem,
                });
            }
            Job::Reset(exercise) => {
                let reset = self
                    .store
                    .reset(&exercise)
                    .and_then(|backup| Ok((backup, self.store.files(&exercise)?)));
                self.answer(Msg::WasReset(
                    exercise.id.clone(),
                    reset.map_err(|problem| format!("{problem:#}")),
                ));
            }
            Job::Sample(sample) => self.answer(Msg::Sampled(
                sample,
                made(sample).map_err(|problem| format!("{problem:#}")),
            )),
            Job::Flush(done) => {
                let _ = done.send(());
            }
        }
    }

    fn answer(&self, msg: Msg) {
        let _ = self.answers.send(msg);
    }
}

fn made(sample: Sample) -> anyhow::Result<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let event = runtime.block_on(sample.event(Timestamp::system()))?;
    Ok(format!("{event:#}\n"))
}

/// The kind of which only the last change counts.
fn held_as(change: &Change) -> Option<String> {
    match change {
        Change::Place(_) => Some("place".to_owned()),
        Change::Draft { exercise, file, .. } => Some(format!("draft {exercise} {file}")),
        _ => None,
    }
}
