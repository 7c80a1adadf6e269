//! Python: the embedded interpreter and the worker processes that host it.
//!
//! [`Zygote`] is the program's side: it keeps one pre-warmed interpreter process and asks it to fork workers.
//! [`host`] is the other side: what that process does. They talk over pipes, in lines of JSON.

mod embedded;
mod forks;
pub mod host;
mod huge_pages;
mod json;
pub mod launch;
mod native;
mod orders;
mod pipes;
mod processes;
mod run_queue;
mod runtime_client;
mod virtual_clock;
mod worker;
mod zygote;

pub use embedded::{INSTALLED_CLIENT, unpack_bootstrap};
pub use forks::{Forks, Ordered};
pub use orders::{Enter, Mount, Order};
pub use worker::{Exit, Worker};
pub use zygote::{WorkerError, Zygote};
