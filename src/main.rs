//! The `lambda-course` program: it becomes a host of Python where it is asked to, or else carries a command out.

use std::io::{self, BufReader, BufWriter, IsTerminal};
use std::process::ExitCode;

use clap::Parser;
use lambda_course::cli::{self, Cli, Context, Globals, engine};
use lambda_course::python::{host, launch};
use lambda_course::sandbox::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    match std::env::args_os().nth(1) {
        Some(argument) if argument == host::ARGUMENT => host::main(),
        Some(argument) if argument == launch::ARGUMENT => launch::main(),
        _ => command(),
    }
}

fn command() -> ExitCode {
    let cli = Cli::parse();
    let (stdin, stdout) = (io::stdin(), io::stdout());
    let (out_is_terminal, input_is_terminal) = (stdout.is_terminal(), stdin.is_terminal());
    let size = if out_is_terminal {
        crossterm::terminal::size().ok()
    } else {
        None
    };
    let exit = cli::run(
        cli,
        &mut Context {
            out: &mut BufWriter::new(stdout),
            err: &mut io::stderr(),
            input: &mut BufReader::new(stdin),
            out_is_terminal,
            input_is_terminal,
            size,
            variable: &|name| std::env::var_os(name),
            now: &jiff::Zoned::now,
            runners: &engine::runner,
            globals: Globals::default(),
        },
    );
    ExitCode::from(exit.code())
}
