//! The `lambda-course` program.

use std::process::ExitCode;

use lambda_course::python::{host, launch};
use lambda_course::sandbox::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == host::ARGUMENT)
    {
        return host::main();
    }
    ExitCode::SUCCESS
}
