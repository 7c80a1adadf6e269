//! What keeps a handler's process in its place: process group, limits, file access, counted memory.
//!
//! Nothing here knows of Lambda. The parent keeps the deadline; these are the fences inside the process.

pub mod confine;
pub mod memory;

pub use confine::{Confinement, confine, end_with_parent};
pub use memory::{CountingAllocator, MemoryAccount};
