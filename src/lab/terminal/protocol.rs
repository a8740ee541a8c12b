//! What a runner and a terminal host say to each other: frames of a length and JSON, over a Unix socket.

use std::io;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::{Decision, Foreground, OpenTerminal, Size};
use crate::net::{FrameError, read_frame};
use crate::process::table::Identity;

/// The largest frame, in bytes: the replay of many terminals at once.
pub(super) const FRAME_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The most that is typed at once, in bytes.
pub(super) const WRITE_BYTES_MAX: usize = 1024 * 1024;
/// How many events may be under way to a runner that has not taken them.
pub(super) const EVENTS_UNDER_WAY_MAX: usize = 256;

/// From the runner.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ToHost {
    /// Something to do; answered by [`FromHost::Reply`] with the same number.
    Call { number: u64, call: Call },
    /// A line's verdict.
    Verdict { terminal: String, id: u64, decision: Decision },
    /// One event was taken by the runner.
    Taken,
}

/// Something for the host to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Call {
    Open(OpenTerminal),
    Write {
        terminal: String,
        bytes: Bytes,
    },
    Resize {
        terminal: String,
        size: Size,
    },
    Foreground {
        terminal: String,
    },
    Close {
        terminal: String,
        grace_ms: u64,
    },
    CloseAll {
        grace_ms: u64,
    },
    /// Go on when the runner leaves.
    Keep,
}

/// From the host.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FromHost {
    /// The first frame: what is there.
    Hello {
        terminals: Vec<Attached>,
    },
    /// The only frame, where another runner is attached.
    Busy,
    Reply {
        number: u64,
        answer: Result<Answer, String>,
    },
    Event(Event),
}

/// The answer to a call.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer {
    Done,
    Foreground(Foreground),
    /// What could not be stopped.
    Left(Vec<Identity>),
    /// There is no terminal of that name.
    NotOpen,
    /// A terminal's private folder could not be made: the system's number for why.
    Folder {
        folder: PathBuf,
        code: i32,
    },
}

/// From a window that looks at one terminal; the first frame is [`ToView::Look`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ToView {
    Look { terminal: String, size: Size },
    Type(Bytes),
    Resize(Size),
}

/// To such a window.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FromView {
    /// The first frame: the last of what the terminal showed.
    Screen(Bytes),
    /// The only frame, where there is no such terminal: those there are.
    NoSuch(Vec<String>),
    Output {
        bytes: Bytes,
        /// Whether a runner answers what programs ask of a terminal.
        answered: bool,
    },
    /// The shell has ended.
    Closed,
}

/// [`super::TerminalEvent`], as it travels.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Event {
    Output { terminal: String, bytes: Bytes },
    Prompt { terminal: String, cwd: PathBuf, exit_code: Option<i32> },
    Line { terminal: String, id: u64, line: String, cwd: PathBuf },
    Closed { terminal: String, status: i32 },
}

/// A terminal that was there when the runner attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Its name.
    pub terminal: String,
    /// The last of what it showed.
    pub replay: Bytes,
    /// What the program in it has asked of the terminal while nobody was there to answer.
    #[serde(default)]
    pub unanswered: Bytes,
    /// What it is doing.
    pub foreground: Foreground,
}

/// Bytes that travel as base64.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Sends one frame.
pub(in crate::lab) async fn send<W: AsyncWrite + Unpin>(stream: &mut W, frame: &impl Serialize) -> io::Result<()> {
    let body = serde_json::to_vec(frame)?;
    let length = i32::try_from(body.len()).ok().filter(|_| body.len() <= FRAME_BYTES_MAX).ok_or(io::ErrorKind::InvalidInput)?;
    let mut bytes = Vec::with_capacity(body.len() + 4);
    bytes.extend(length.to_be_bytes());
    bytes.extend(body);
    stream.write_all(&bytes).await?;
    stream.flush().await
}

/// Receives one frame; `None` where the other side is gone.
pub(in crate::lab) async fn receive<T: DeserializeOwned, R: AsyncRead + Unpin>(stream: &mut R) -> io::Result<Option<T>> {
    match read_frame(stream, FRAME_BYTES_MAX).await {
        Ok(Some(body)) => Ok(Some(serde_json::from_slice(&body)?)),
        Ok(None) => Ok(None),
        Err(FrameError::Io(error)) => Err(error),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_travel_and_garbage_is_an_error() {
        let mut wire = Vec::new();
        let event = Event::Output { terminal: "client".into(), bytes: Bytes(vec![0, 255, b'x']) };
        send(&mut wire, &FromHost::Event(event)).await.expect("written");
        let back: Option<FromHost> = receive(&mut wire.as_slice()).await.expect("read");
        assert!(matches!(back, Some(FromHost::Event(Event::Output { bytes, .. })) if bytes.0 == [0, 255, b'x']));
        for wire in [&b"\0\0\0\x02{}"[..], b"\x7f\xff\xff\xff", b"\0\0\0\x09{\"Call\""] {
            receive::<ToHost, _>(&mut &wire[..]).await.expect_err("no frame");
        }
        assert!(receive::<ToHost, _>(&mut &b""[..]).await.expect("the end").is_none());
    }
}
