//! One file for each screen: its state, what its keys do, how it is drawn.

pub mod home;
pub mod quiz;
pub mod reader;
pub mod reader_page;
pub mod welcome;
pub mod workspace;
