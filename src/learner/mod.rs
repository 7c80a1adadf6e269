//! The learner's own files: one folder for each exercise, begun from the starter and never overwritten.

mod atomic;
mod files;
mod not_code;
mod watch;

pub use atomic::write as write_atomically;
pub use files::{LearnerError, LearnerFiles, read_folder};
pub use not_code::NotCode;
pub use watch::FolderWatch;
