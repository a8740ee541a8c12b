//! What a request of the client can end with.

use std::time::Duration;

use crate::engine::zookeeper::protocol::{DecodeError, ErrorCode, KeeperState, PathError};

/// Why a request or a connect failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The server refused the request, or the client gave it up: `ConnectionLoss` (it may or may not have been done),
    /// `SessionExpired` (it was not, and no later one will be), `AuthFailed`.
    #[error("KeeperErrorCode = {code} for {path}")]
    Code {
        /// The error code.
        code: ErrorCode,
        /// The path of the request.
        path: String,
    },
    /// No session within the deadline.
    #[error("no session with ZooKeeper within {waited:?}: last state {state:?}")]
    ConnectTimeout {
        /// The deadline that passed.
        waited: Duration,
        /// The state then.
        state: KeeperState,
    },
    /// A path that no server would take.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The server's answer is no such record.
    #[error("failed to read the server's answer")]
    Answer(#[from] DecodeError),
}

impl ClientError {
    pub(super) fn code_for(code: ErrorCode, path: &str) -> Self {
        Self::Code { code, path: path.to_owned() }
    }

    /// The error code, where there is one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Code { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the connection was lost under the request: it may or may not have been done, and can be sent again once connected.
    pub fn is_connection_loss(&self) -> bool {
        self.code() == Some(ErrorCode::ConnectionLoss)
    }

    /// Whether the session is gone: a new client is needed.
    pub fn is_session_expired(&self) -> bool {
        self.code() == Some(ErrorCode::SessionExpired)
    }
}
