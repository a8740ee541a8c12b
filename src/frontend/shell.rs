//! One of the lab's terminals in another window: keys and output passed through, as large as this window.

use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::fitted::Fitted;
use super::paint::{is_dumb, screen_size};
use crate::lab::terminal::{Shown, Size, Viewer};

/// Ctrl-], which a key of ours follows.
const PREFIX: u8 = 0x1d;
/// What is set back when the window is given back: the first screen, no mouse, usual keys, a cursor, no colours.
const AS_BEFORE: &[u8] = b"\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1l\x1b>\x1b[?2004l\x1b[?25h\x1b[m";

/// How looking at a terminal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShellEnd {
    /// The learner left; the shell goes on.
    Left,
    /// The shell has ended.
    Closed,
}

/// Shows a terminal until the learner leaves it or its shell ends.
///
/// # Errors
/// This window is gone.
pub async fn shell(viewer: &mut Viewer, keyboard: &mut mpsc::Receiver<Vec<u8>>, out: impl Write) -> io::Result<ShellEnd> {
    let mut out = Fitted::new(out, is_dumb());
    let mut resized = signal(SignalKind::window_change())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let mut keys = Keys::default();
    let end = loop {
        tokio::select! {
            shown = viewer.next() => match shown {
                Shown::Output(bytes) => {
                    out.write_all(&bytes)?;
                    out.flush()?;
                }
                Shown::Closed => break ShellEnd::Closed,
            },
            bytes = keyboard.recv() => {
                let Some((typed, leaves)) = bytes.map(|bytes| keys.take(&bytes)) else { break ShellEnd::Left };
                if leaves {
                    break ShellEnd::Left;
                }
                // a host that is gone is told of above
                if !typed.is_empty() && viewer.write(&typed).await.is_err() {
                    break ShellEnd::Closed;
                }
            }
            _ = resized.recv() => {
                let (columns, rows) = screen_size().unwrap_or((80, 24));
                if viewer.resize(Size { columns, rows }).await.is_err() {
                    break ShellEnd::Closed;
                }
            }
            _ = terminated.recv() => break ShellEnd::Left,
            _ = hung_up.recv() => return Ok(ShellEnd::Left),
        }
    };
    out.write_all(AS_BEFORE)?;
    out.flush()?;
    Ok(end)
}

/// The keys, with the one that leaves.
#[derive(Debug, Default)]
struct Keys {
    after_prefix: bool,
}

impl Keys {
    /// What is for the shell, and whether the learner leaves.
    fn take(&mut self, bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut typed = Vec::new();
        for &byte in bytes {
            match (std::mem::take(&mut self.after_prefix), byte) {
                (true, b'q' | b'Q') => return (typed, true),
                (true, PREFIX) => typed.push(PREFIX),
                (true, other) => typed.extend([PREFIX, other]),
                (false, PREFIX) => self.after_prefix = true,
                (false, other) => typed.push(other),
            }
        }
        (typed, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_prefix_and_its_letter_leave() {
        let check = |bytes: &[u8], typed: &[u8], leaves: bool| {
            assert_eq!(Keys::default().take(bytes), (typed.to_vec(), leaves), "{bytes:?}");
        };
        check(b"q\x03\x1b[A", b"q\x03\x1b[A", false);
        check(b"ls\x1dq", b"ls", true);
        check(b"\x1d\x1d", b"\x1d", false);
        check(b"\x1dx", b"\x1dx", false);
        let mut keys = Keys::default();
        assert_eq!(keys.take(b"\x1d"), (Vec::new(), false));
        assert_eq!(keys.take(b"q"), (Vec::new(), true));
    }
}
