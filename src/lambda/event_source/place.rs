//! How far a lane of a stream was worked off.

use serde::{Deserialize, Serialize};

use super::OpenWindow;
use crate::cloud::dynamodb::StreamPosition;

/// Where a lane of a stream goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// Behind the records that were done with.
    At(StreamPosition),
    /// There too, with a tumbling window that is open.
    InWindow {
        /// Behind the records that were done with.
        position: StreamPosition,
        /// What the function made of those in the window.
        window: OpenWindow,
    },
}

impl Place {
    pub(super) fn new(position: StreamPosition, window: Option<OpenWindow>) -> Self {
        match window {
            Some(window) => Self::InWindow { position, window },
            None => Self::At(position),
        }
    }

    /// Behind which records.
    #[must_use]
    pub const fn position(&self) -> StreamPosition {
        match self {
            Self::At(position) | Self::InWindow { position, .. } => *position,
        }
    }

    pub(super) fn into_window(self) -> Option<OpenWindow> {
        match self {
            Self::At(_) => None,
            Self::InWindow { window, .. } => Some(window),
        }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::At(StreamPosition::default())
    }
}
