//! Who ran which tool: where `KAFKALAB_WITNESS` names a Unix datagram socket, each tool tells it when it starts and when it
//! ends. Nothing is printed, nothing waits, and a tool works the same when nobody listens.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use crate::net;

/// The environment variable that names the socket.
pub const WITNESS_VARIABLE: &str = "KAFKALAB_WITNESS";
/// The longest datagram that is sent; of a longer line the words that do not fit are left out.
pub const MAX_DATAGRAM_BYTES: usize = 64 * 1024;

/// One datagram, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Invocation {
    /// A tool has started.
    Started {
        /// Its process id.
        pid: u32,
        /// The Java class that it stands for, as `kafka.admin.TopicCommand`.
        main_class: String,
        /// Its arguments.
        argv: Vec<String>,
        /// Its working directory.
        cwd: PathBuf,
    },
    /// A tool is about to end.
    Exited {
        /// Its process id.
        pid: u32,
        /// Its exit code.
        code: u8,
    },
}

impl Invocation {
    /// Reads a datagram.
    ///
    /// # Errors
    /// Where it is not what a tool sends.
    pub fn decode(datagram: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(datagram)
    }
}

/// Tells of one run of one tool.
pub(super) struct Witness {
    socket: Option<UnixDatagram>,
    pid: u32,
}

impl Witness {
    /// Tells that the tool has started, if anyone wants to know.
    pub(super) fn started(main_class: &str, args: &[String]) -> Self {
        let witness = Self { socket: connect(), pid: std::process::id() };
        let cwd = std::env::current_dir().unwrap_or_default();
        witness.send(&Invocation::Started { pid: witness.pid, main_class: main_class.to_owned(), argv: fitting(args), cwd });
        witness
    }

    /// Tells that the tool ends.
    pub(super) fn exited(self, code: u8) {
        self.send(&Invocation::Exited { pid: self.pid, code });
    }

    fn send(&self, event: &Invocation) {
        let Some(socket) = &self.socket else { return };
        // best effort: whoever listens may be gone, or slow
        if let Ok(datagram) = serde_json::to_vec(event) {
            let _ = socket.send(&datagram);
        }
    }
}

fn connect() -> Option<UnixDatagram> {
    let path = std::env::var_os(WITNESS_VARIABLE).filter(|path| !path.is_empty())?;
    net::connect_datagram(Path::new(&path)).ok()
}

fn fitting(args: &[String]) -> Vec<String> {
    let mut room = MAX_DATAGRAM_BYTES / 2;
    let fits = args.iter().take_while(|word| {
        let fits = word.len() < room;
        room = room.saturating_sub(word.len() + 3);
        fits
    });
    fits.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_one_json_object_each() {
        let started = Invocation::Started {
            pid: 7,
            main_class: "kafka.admin.TopicCommand".to_owned(),
            argv: vec!["--list".to_owned()],
            cwd: PathBuf::from("/tmp"),
        };
        let text = serde_json::to_string(&started).expect("plain data");
        assert_eq!(text, r#"{"event":"started","pid":7,"main_class":"kafka.admin.TopicCommand","argv":["--list"],"cwd":"/tmp"}"#);
        assert_eq!(Invocation::decode(text.as_bytes()).expect("just written"), started);
        let exited = Invocation::decode(br#"{"event":"exited","pid":7,"code":130}"#).expect("the documented form");
        assert_eq!(exited, Invocation::Exited { pid: 7, code: 130 });
        assert!(Invocation::decode(b"{}").is_err());
    }
}
