//! The command line: one file for each command. Commands print through the [`Context`]'s writers, so that tests can read
//! them, and return how they ended.

mod cloud;
mod context;
mod cost;
mod count;
mod desk;
mod doctor;
pub mod engine;
mod grading;
mod handler;
mod hint;
mod invoke;
mod invoke_start;
mod junit;
mod list;
mod pictures;
mod portable;
mod printable;
mod progress;
mod quiz;
mod read;
mod reset;
mod sample;
mod sheet;
mod solution;
mod story;
mod style;
mod test;
mod tui;
mod verdict;
mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use context::{Context, Runners};

/// Learn AWS Lambda in your terminal: lessons, exercises and a built-in mock Lambda. Offline.
#[derive(Debug, Parser)]
#[command(name = "lambda-course", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Globals {
    /// Open the course in this folder instead of the one built in
    #[arg(long, global = true, value_name = "DIR")]
    pub course: Option<PathBuf>,
    /// The learner's files.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "Keep your files here [default: $LAMBDA_COURSE_DIR, else ~/lambda-course]"
    )]
    pub dir: Option<PathBuf>,
    /// The folder of the progress store.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "Keep your progress here [default: $LAMBDA_COURSE_DATA, else the platform's data folder]"
    )]
    pub data: Option<PathBuf>,
    /// Draw with ASCII characters only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Plain lines without colour, symbols or columns, as for a screen reader
    #[arg(long, global = true)]
    pub plain: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::List),
    Read(read::Read),
    Test(test::Test),
    Invoke(invoke::Invoke),
    Cloud(cloud::Cloud),
    Cost(cost::Cost),
    Hint(hint::Hint),
    Solution(solution::Solution),
    Reset(reset::Reset),
    Quiz(quiz::Quiz),
    Progress(progress::Progress),
    Export(portable::Export),
    Import(portable::Import),
    Verify(verify::Verify),
    Doctor(doctor::Doctor),
    #[command(hide = true)]
    Pictures(pictures::Pictures),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what it should; all that was graded passed.
    Passed,
    /// Something that was graded or checked did not pass.
    Failed,
    /// It could not be run.
    CouldNotRun,
}

impl Exit {
    /// The exit code of the process.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::CouldNotRun => 2,
        }
    }

    fn passed_if(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }
}

/// Runs a command and prints what goes wrong.
pub fn run(cli: Cli, context: &mut Context<'_>) -> Exit {
    context.globals = cli.globals;
    let result = match cli.command {
        None => tui::run(context),
        Some(Command::List(command)) => command.run(context),
        Some(Command::Read(command)) => command.run(context),
        Some(Command::Test(command)) => command.run(context),
        Some(Command::Invoke(command)) => command.run(context),
        Some(Command::Cloud(command)) => command.run(context),
        Some(Command::Cost(command)) => command.run(context),
        Some(Command::Hint(command)) => command.run(context),
        Some(Command::Solution(command)) => command.run(context),
        Some(Command::Reset(command)) => command.run(context),
        Some(Command::Quiz(command)) => command.run(context),
        Some(Command::Progress(command)) => command.run(context),
        Some(Command::Export(command)) => command.run(context),
        Some(Command::Import(command)) => command.run(context),
        Some(Command::Verify(command)) => command.run(context),
        Some(Command::Doctor(command)) => command.run(context),
        Some(Command::Pictures(command)) => command.run(context),
    };
    let result = result.and_then(|exit| {
        context.out.flush()?;
        Ok(exit)
    });
    match result {
        Ok(exit) => exit,
        // Whoever read us, `head` perhaps, has read enough.
        Err(error) if is_broken_pipe(&error) => Exit::Passed,
        Err(error) => {
            let _ = context.out.flush();
            // If even this cannot be written, there is nobody to tell.
            let _ = writeln!(context.err, "error: {error:#}");
            Exit::CouldNotRun
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json = cause
            .downcast_ref::<serde_json::Error>()
            .and_then(serde_json::Error::io_error_kind);
        kind.or(json) == Some(std::io::ErrorKind::BrokenPipe)
    })
}
