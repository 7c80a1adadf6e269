//! The whole program, driven by keys, with a runner and a store that keep to memory.

mod course;
mod doubles;
mod driver;
mod flows;
mod keys;
mod pictures;
mod screens;
mod sizes;
