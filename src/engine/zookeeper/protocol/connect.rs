//! The first frame of a connection in each direction.

use bytes::Bytes;

use super::jute::{DecodeError, Field, Reader, Record, Writer, record};

/// Length of a session's password.
pub const PASSWORD_BYTES: usize = 16;

/// What a client opens with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRequest {
    /// Always 0.
    pub protocol_version: i32,
    /// The last transaction that this client has seen; a server that is behind refuses it.
    pub last_zxid_seen: i64,
    /// The session timeout that the client asks for, in ms.
    pub timeout: i32,
    /// The session to take up again; 0 asks for a new one.
    pub session_id: i64,
    /// The session's password.
    pub password: Option<Bytes>,
    /// Whether a read-only server would do; `None` from a client older than 3.4, whose request ends before it.
    pub read_only: Option<bool>,
}

impl Field for ConnectRequest {
    fn encode(&self, writer: &mut Writer) {
        writer.write(&self.protocol_version).write(&self.last_zxid_seen).write(&self.timeout).write(&self.session_id);
        writer.write(&self.password);
        if let Some(read_only) = self.read_only {
            writer.write(&read_only);
        }
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            protocol_version: reader.read()?,
            last_zxid_seen: reader.read()?,
            timeout: reader.read()?,
            session_id: reader.read()?,
            password: reader.read()?,
            read_only: if reader.remaining() == 0 { None } else { Some(reader.read()?) },
        })
    }
}
impl Record for ConnectRequest {}

record! {
    /// What a server answers.
    pub struct ConnectResponse {
        /// Always 0.
        pub protocol_version: i32,
        /// The negotiated session timeout in ms; 0 says that the session has expired.
        pub timeout: i32,
        /// The session.
        pub session_id: i64,
        /// The session's password.
        pub password: Option<Bytes>,
        /// Whether this server is read-only.
        pub read_only: bool,
    }
}
