//! The host's side of windows that look at one terminal: what it shows goes to all of them, what is typed in any goes to its shell, and it is
//! as large as the smallest of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use super::Size;
use super::host::Host;
use super::protocol::{self, Bytes, FromView, ToView};

/// How many frames wait at most for a window; one that takes no more of them is let go.
const FRAMES_MAX: usize = 1024;
/// How many windows there may be at once.
const VIEWS_MAX: usize = 32;

/// The windows, and how large each terminal is wanted.
#[derive(Default)]
pub(super) struct Views(Mutex<State>);

#[derive(Default)]
struct State {
    next: u64,
    views: BTreeMap<u64, View>,
    /// What the runner wants of each terminal.
    sizes: BTreeMap<String, Size>,
}

struct View {
    terminal: String,
    size: Size,
    frames: mpsc::Sender<FromView>,
}

/// One window, as the task that serves it knows it.
pub(super) struct Watching {
    id: u64,
    frames: mpsc::Receiver<FromView>,
}

impl Views {
    fn state(&self) -> MutexGuard<'_, State> {
        // what is behind this lock is valid after every statement
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new window.
    pub(super) fn add(&self, terminal: &str, size: Size) -> Watching {
        let (sender, frames) = mpsc::channel(FRAMES_MAX);
        let mut state = self.state();
        let id = state.next;
        state.next += 1;
        state.views.insert(id, View { terminal: terminal.to_owned(), size, frames: sender });
        Watching { id, frames }
    }

    /// The size that a terminal is to have now that the runner wants this one.
    pub(super) fn runner_wants(&self, terminal: &str, size: Size) -> Size {
        let mut state = self.state();
        state.sizes.insert(terminal.to_owned(), size);
        state.size_of(terminal).unwrap_or(size)
    }

    fn size_of(&self, terminal: &str) -> Option<Size> {
        self.state().size_of(terminal)
    }

    /// Whether any window looks at a terminal.
    pub(super) fn are_at(&self, terminal: &str) -> bool {
        self.state().views.values().any(|view| view.terminal == terminal)
    }

    /// A terminal showed something.
    pub(super) fn show(&self, terminal: &str, bytes: &[u8], answered: bool) {
        let mut state = self.state();
        state.views.retain(|_, view| {
            let frame = || FromView::Output { bytes: Bytes(bytes.to_vec()), answered };
            view.terminal != terminal || view.frames.try_send(frame()).is_ok()
        });
    }

    /// A terminal's shell has ended.
    pub(super) fn closed(&self, terminal: &str) {
        let mut state = self.state();
        for (_, view) in state.views.extract_if(.., |_, view| view.terminal == terminal) {
            // a window that takes nothing learns it from the end of its connection
            let _ = view.frames.try_send(FromView::Closed);
        }
    }
}

impl State {
    fn size_of(&self, terminal: &str) -> Option<Size> {
        let windows = self.views.values().filter(|view| view.terminal == terminal).map(|view| view.size);
        windows
            .chain(self.sizes.get(terminal).copied())
            .reduce(|one, other| Size { columns: one.columns.min(other.columns), rows: one.rows.min(other.rows) })
    }
}

impl Host {
    /// Takes windows for as long as it is polled.
    pub(super) async fn serve_views(self: Arc<Self>, listener: UnixListener) {
        while let Ok((stream, _)) = listener.accept().await {
            if self.views.state().views.len() < VIEWS_MAX {
                tokio::spawn(Arc::clone(&self).view(stream));
            }
        }
        // without new windows the terminals go on
        std::future::pending().await
    }

    async fn view(self: Arc<Self>, stream: UnixStream) {
        let (mut read, mut write) = stream.into_split();
        let Ok(Some(ToView::Look { terminal, size })) = protocol::receive(&mut read).await else { return };
        let names = self.terminals.names();
        if !names.contains(&terminal) {
            // whoever asked may have gone
            let _ = protocol::send(&mut write, &FromView::NoSuch(names)).await;
            return;
        }
        let (screen, Watching { id, mut frames }) = self.look(&terminal, size);
        self.apply_size(&terminal).await;
        let writing = async {
            protocol::send(&mut write, &FromView::Screen(Bytes(screen))).await?;
            while let Some(frame) = frames.recv().await {
                protocol::send(&mut write, &frame).await?;
            }
            std::io::Result::Ok(())
        };
        let reading = async {
            while let Ok(Some(frame)) = protocol::receive::<ToView, _>(&mut read).await {
                match frame {
                    // a shell that has just ended takes nothing
                    ToView::Type(bytes) => drop(self.terminals.write(&terminal, &bytes.0).await),
                    ToView::Resize(size) => {
                        if let Some(view) = self.views.state().views.get_mut(&id) {
                            view.size = size;
                        }
                        self.apply_size(&terminal).await;
                    }
                    ToView::Look { .. } => return,
                }
            }
        };
        tokio::select! {
            _ = writing => {}
            () = reading => {}
        }
        self.views.state().views.remove(&id);
        self.apply_size(&terminal).await;
    }

    async fn apply_size(&self, terminal: &str) {
        if let Some(size) = self.views.size_of(terminal) {
            // its shell may have ended
            let _ = self.terminals.resize(terminal, size).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(columns: u16, rows: u16) -> Size {
        Size { columns, rows }
    }

    #[test]
    fn a_terminal_is_as_large_as_its_smallest_window() {
        let views = Views::default();
        assert_eq!(views.runner_wants("broker", size(71, 38)), size(71, 38));
        let wide = views.add("broker", size(120, 30));
        assert_eq!(views.size_of("broker"), Some(size(71, 30)));
        assert_eq!(views.runner_wants("broker", size(200, 50)), size(120, 30));
        views.add("client", size(10, 10));
        assert_eq!(views.size_of("broker"), Some(size(120, 30)));
        views.state().views.remove(&wide.id);
        assert_eq!(views.size_of("broker"), Some(size(200, 50)));
        assert_eq!(views.size_of("other"), None);
    }

    #[test]
    fn a_window_that_takes_nothing_is_let_go() {
        let views = Views::default();
        let mut stuck = views.add("broker", size(80, 24));
        let mut other = views.add("client", size(80, 24));
        for _ in 0..=FRAMES_MAX {
            views.show("broker", b"x", true);
        }
        assert_eq!(views.state().views.len(), 1);
        assert!(stuck.frames.try_recv().is_ok() && other.frames.try_recv().is_err());
        views.closed("client");
        assert!(matches!(other.frames.try_recv(), Ok(FromView::Closed)));
    }
}
