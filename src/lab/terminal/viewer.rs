//! A window's side of looking at one terminal of a host.

use std::io;
use std::path::Path;

use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::protocol::{self, Bytes, FromView, ToView, WRITE_BYTES_MAX};
use super::queries::Queries;
use super::{Size, TerminalError};
use crate::net::connect_local;

/// How many things that were shown wait at most.
const SHOWN_MAX: usize = 256;

/// A terminal that is looked at; the shell goes on when this is dropped.
#[derive(Debug)]
pub struct Viewer {
    write: OwnedWriteHalf,
    shown: mpsc::Receiver<Shown>,
    reading: AbortHandle,
}

/// What came of looking.
#[derive(Debug)]
pub enum Looked {
    /// The terminal.
    At(Viewer),
    /// There is no such terminal; these are there.
    NoSuch(Vec<String>),
}

/// What happens at the terminal.
#[derive(Debug, PartialEq, Eq)]
pub enum Shown {
    /// Bytes for the screen. Where somebody else answers what programs ask of a terminal, the questions are left out.
    Output(Vec<u8>),
    /// The shell has ended, or the host is gone.
    Closed,
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl Viewer {
    /// Looks at a terminal from a window of that size.
    ///
    /// # Errors
    /// There is no host, or it is gone.
    pub async fn look(socket: &Path, terminal: &str, size: Size) -> Result<Looked, TerminalError> {
        let unreachable = |source| TerminalError::Unreachable { socket: socket.to_owned(), source };
        let (mut read, mut write) = connect_local(socket).await.map_err(unreachable)?.into_split();
        protocol::send(&mut write, &ToView::Look { terminal: terminal.to_owned(), size }).await.map_err(unreachable)?;
        let mut queries = Queries::default();
        let screen = match protocol::receive(&mut read).await.map_err(unreachable)? {
            Some(FromView::Screen(bytes)) => queries.leave_out(&bytes.0),
            Some(FromView::NoSuch(known)) => return Ok(Looked::NoSuch(known)),
            _ => return Err(unreachable(io::ErrorKind::UnexpectedEof.into())),
        };
        let (sender, shown) = mpsc::channel(SHOWN_MAX);
        let reading = tokio::spawn(async move {
            let mut next = Some(Shown::Output(screen));
            while let Some(shown) = next.take() {
                if sender.send(shown).await.is_err() {
                    return;
                }
                next = Some(match protocol::receive(&mut read).await {
                    Ok(Some(FromView::Output { bytes, answered: true })) => Shown::Output(queries.leave_out(&bytes.0)),
                    Ok(Some(FromView::Output { bytes, answered: false })) => Shown::Output(bytes.0),
                    _ => Shown::Closed,
                });
            }
        });
        Ok(Looked::At(Self { write, shown, reading: reading.abort_handle() }))
    }

    /// What happens next. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Shown {
        self.shown.recv().await.unwrap_or(Shown::Closed)
    }

    /// Types at the terminal.
    ///
    /// # Errors
    /// The host is gone.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for part in bytes.chunks(WRITE_BYTES_MAX) {
            protocol::send(&mut self.write, &ToView::Type(Bytes(part.to_vec()))).await?;
        }
        Ok(())
    }

    /// The window has another size.
    ///
    /// # Errors
    /// The host is gone.
    pub async fn resize(&mut self, size: Size) -> io::Result<()> {
        protocol::send(&mut self.write, &ToView::Resize(size)).await
    }
}
