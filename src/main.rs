//! The `lambda-course` program: it becomes a host of Python where it is asked to, or else carries a command out.

use std::process::ExitCode;

use lambda_course::cli;
use lambda_course::python::{host, launch};
use lambda_course::sandbox::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    match std::env::args_os().nth(1) {
        Some(argument) if argument == host::ARGUMENT => host::main(),
        Some(argument) if argument == launch::ARGUMENT => launch::main(),
        _ => cli::main(),
    }
}
