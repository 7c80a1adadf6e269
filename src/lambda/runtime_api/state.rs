//! Where a runtime stands, and which calls it may make there (states and names as in AWS's own supervisor, published
//! with its runtime interface emulator: `internal/lambda/core/states.go`).

use std::sync::Arc;

use super::NextInvocation;

/// Where the runtime stands.
#[derive(Debug, Default)]
pub(super) enum State {
    /// It runs, and has called nothing yet.
    #[default]
    Started,
    /// It reported that initialisation failed.
    InitError,
    /// It waits for an invocation.
    Ready,
    /// It has an invocation and hasn't answered.
    Running(Arc<NextInvocation>),
    /// It is sending a response.
    InvocationResponse(Arc<NextInvocation>),
    /// It is sending an error.
    InvocationErrorResponse(Arc<NextInvocation>),
    /// It has answered.
    ResponseSent(Arc<NextInvocation>),
    /// It waits to be restored from a snapshot.
    RestoreReady,
    /// It was restored, and has not asked for an invocation yet.
    Restoring,
    /// It reported that its hooks failed after it was restored.
    RestoreError,
}

/// What a call would make of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// `next`.
    Ready,
    /// `response`.
    Respond,
    /// `error`.
    Fail,
    /// `init/error`.
    FailInit,
    /// `restore/next`.
    WaitForRestore,
    /// `restore/error`.
    FailRestore,
}

/// A call that the runtime may not make where it stands: the names of both states.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("State transition from {from} to {to} failed for runtime. Error: State transition is not allowed")]
pub(super) struct NotAllowed {
    from: &'static str,
    to: &'static str,
}

impl State {
    fn name(&self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::InitError => "InitError",
            Self::Ready => "Ready",
            Self::Running(_) => "Running",
            Self::InvocationResponse(_) => "InvocationResponse",
            Self::InvocationErrorResponse(_) => "InvocationErrorResponse",
            Self::ResponseSent(_) => "RuntimeResponseSentState",
            Self::RestoreReady => "RestoreReady",
            Self::Restoring => "Restoring",
            Self::RestoreError => "RuntimeRestoreErrorState",
        }
    }

    /// The invocation that the runtime has or had last.
    pub(super) fn invocation(&self) -> Option<&Arc<NextInvocation>> {
        match self {
            Self::Running(invocation)
            | Self::InvocationResponse(invocation)
            | Self::InvocationErrorResponse(invocation)
            | Self::ResponseSent(invocation) => Some(invocation),
            _ => None,
        }
    }

    /// Takes a step, if it is allowed here. `next` while an invocation runs changes nothing: it is handed out again.
    pub(super) fn step(&mut self, step: Step) -> Result<(), NotAllowed> {
        let next = match (&*self, step) {
            (Self::Started | Self::Restoring | Self::Ready | Self::ResponseSent(_), Step::Ready) => Self::Ready,
            (Self::Running(_), Step::Ready) => return Ok(()),
            (Self::Running(invocation), Step::Respond) => Self::InvocationResponse(invocation.clone()),
            (Self::Running(invocation), Step::Fail) => Self::InvocationErrorResponse(invocation.clone()),
            (Self::Started, Step::FailInit) => Self::InitError,
            (Self::Restoring, Step::FailInit | Step::FailRestore) => Self::RestoreError,
            (Self::Started, Step::WaitForRestore) => Self::RestoreReady,
            (_, step) => {
                return Err(NotAllowed {
                    from: self.name(),
                    to: step.target(),
                });
            }
        };
        *self = next;
        Ok(())
    }

    /// The answer has come.
    pub(super) fn answered(&mut self) {
        if let Self::InvocationResponse(invocation) | Self::InvocationErrorResponse(invocation) = self {
            *self = Self::ResponseSent(invocation.clone());
        }
    }
}

impl Step {
    /// The state that an error names as the one that was wanted.
    fn target(self) -> &'static str {
        match self {
            Self::Ready | Self::WaitForRestore => "Ready",
            Self::Respond => "InvocationResponse",
            Self::Fail => "InvocationErrorResponse",
            Self::FailInit => "InitError",
            Self::FailRestore => "RuntimeRestoreErrorState",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Step; 6] = [
        Step::Ready,
        Step::Respond,
        Step::Fail,
        Step::FailInit,
        Step::WaitForRestore,
        Step::FailRestore,
    ];

    fn invocation() -> Arc<NextInvocation> {
        Arc::new(NextInvocation::example("r"))
    }

    fn allowed(state: impl Fn() -> State) -> Vec<Step> {
        ALL.into_iter().filter(|step| state().step(*step).is_ok()).collect()
    }

    #[test]
    fn each_state_allows_what_awss_own_does() {
        assert_eq!(
            allowed(|| State::Started),
            [Step::Ready, Step::FailInit, Step::WaitForRestore]
        );
        assert_eq!(allowed(|| State::InitError), []);
        assert_eq!(allowed(|| State::Ready), [Step::Ready]);
        let running = || State::Running(invocation());
        assert_eq!(allowed(running), [Step::Ready, Step::Respond, Step::Fail]);
        assert_eq!(allowed(|| State::InvocationResponse(invocation())), []);
        assert_eq!(allowed(|| State::InvocationErrorResponse(invocation())), []);
        assert_eq!(allowed(|| State::ResponseSent(invocation())), [Step::Ready]);
        assert_eq!(allowed(|| State::RestoreReady), []);
        assert_eq!(
            allowed(|| State::Restoring),
            [Step::Ready, Step::FailInit, Step::FailRestore]
        );
        assert_eq!(allowed(|| State::RestoreError), []);
    }

    #[test]
    fn a_refusal_names_both_states() {
        let mut state = State::ResponseSent(invocation());
        assert_eq!(
            state.step(Step::Respond).unwrap_err().to_string(),
            "State transition from RuntimeResponseSentState to InvocationResponse failed for runtime. Error: State \
             transition is not allowed"
        );
    }
}
