//! The `lambda-course` program.

fn main() {}
