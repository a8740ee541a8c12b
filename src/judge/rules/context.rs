//! What a rule may look at: the line, the folder it is typed in, files, and what runs on this machine.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::process::table::Identity;
use crate::properties;

/// The most names that are looked at in one folder.
pub const LISTED_MAX: usize = 4096;

/// A line, typed somewhere.
#[derive(Clone, Copy)]
pub struct CommandContext<'a> {
    /// The line as it was typed.
    pub line: &'a str,
    /// The folder of the shell.
    pub cwd: &'a Path,
    /// The shell's variables, as far as they are known.
    pub variables: &'a BTreeMap<String, String>,
    /// The files as they are now.
    pub files: &'a dyn FileView,
    /// What runs now; asked only when a rule needs it.
    pub system: &'a dyn SystemView,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Nothing is there.
    Missing,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// It cannot be seen: no permission, an odd name.
    Unknown,
}

/// The file system, as the shell of the learner sees it.
pub trait FileView {
    /// What a path leads to, links followed.
    fn kind(&self, path: &Path) -> FileKind;
    /// The names in a folder, at most [`LISTED_MAX`]; none where it cannot be read.
    fn list(&self, folder: &Path) -> Vec<String>;
    /// What a file holds; `None` where it cannot be read or is larger than [`properties::MAX_BYTES`].
    fn read(&self, path: &Path) -> Option<Vec<u8>>;
    /// Where a symbolic link leads, as it is written in it; `None` where the path is none.
    fn link(&self, _path: &Path) -> Option<PathBuf> {
        None
    }
    /// Whether nothing is looked at: the line stands in a text, and each script it names is taken to be where it should.
    fn are_assumed(&self) -> bool {
        false
    }
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// A name or an address, as it was written.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Whether a host is this machine by its loopback, as a name or as an address with or without brackets.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Who answers at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// Nothing listens there: a connection is refused.
    Nobody,
    /// ZooKeeper's protocol is spoken there.
    Coordinator,
    /// Kafka's protocol is spoken there.
    Broker,
    /// Something listens there that is certainly neither.
    Other,
    /// It could not be found out.
    Unknown,
}

/// A process that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listening {
    /// The port.
    pub port: u16,
    /// Its process, where it can be seen.
    pub pid: Option<u32>,
    /// What it speaks.
    pub speaker: Speaker,
}

/// What a process is, as far as a rule has to tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessRole {
    /// The lab's coordinator.
    Coordinator,
    /// A broker of the lab's.
    Broker,
    /// One of the lab's console clients.
    Client,
    /// The shell of a terminal.
    Shell,
    /// Another one, or one that cannot be seen.
    Unknown,
}

/// A server that is to be ended now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Which.
    pub role: ProcessRole,
    /// Whether it is to end by itself once it is asked to.
    pub cleanly: bool,
}

/// What was typed into a command until it was ended with Ctrl-C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// When its line was taken.
    pub since: SystemTime,
    /// The lines, in their order.
    pub lines: Vec<TypedLine>,
}

/// A line that was typed into a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedLine {
    /// How long before the Ctrl-C its Enter was pressed.
    pub before: Duration,
    /// Whether Enter alone was pressed.
    pub is_empty: bool,
}

/// How a line ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// The end of what was printed meanwhile, without colours.
    pub printed: String,
    /// What was typed, where all of it was seen.
    pub typed: Option<Typed>,
    /// The topics that this line or one before it has deleted while clients were attached to them.
    pub deleted: Vec<Deleted>,
}

/// A topic that was to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Its name.
    pub topic: String,
    /// The id that it had (KIP-516): one that is made anew has another.
    pub id: Uuid,
}

/// What a broker says of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// There is none of that name.
    Missing,
    /// Its partitions: the first offset that is kept, and the one that the next record gets.
    Is(BTreeMap<i32, (i64, i64)>),
}

/// What a broker says of a consumer group and a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// How many members it has.
    pub members: usize,
    /// What it has committed of the topic, by partition.
    pub committed: BTreeMap<i32, i64>,
}

/// What runs on the learner's machine. Answers may take a moment; a rule asks only when everything else fits.
pub trait SystemView {
    /// The ports that are listened on, and what is spoken on each.
    fn listening(&self) -> Vec<Listening>;
    /// Who answers at an address.
    fn speaker(&self, address: &Address) -> Speaker;
    /// Whether a process has that number.
    fn runs(&self, pid: u32) -> bool {
        Identity::of(pid).is_some()
    }
    /// What the process of that number is.
    fn role(&self, _pid: u32) -> ProcessRole {
        ProcessRole::Unknown
    }
    /// The servers that the learner is to end now; none where that is not what is asked for.
    fn to_be_ended(&self) -> &[Ending] {
        &[]
    }
    /// How the line ran; `None` before it does, and where that is not known.
    fn ran(&self) -> Option<&Ran> {
        None
    }
    /// What one of the brokers (`host:port,…`) says of a topic; `None` where none answers soon.
    fn topic(&self, _brokers: &str, _topic: &str) -> Option<Topic> {
        None
    }
    /// How many records a topic was given since a moment, by their own time. Looks again for a short while until there are `awaited`.
    fn written(&self, _brokers: &str, _topic: &str, _since: SystemTime, _awaited: usize) -> Option<usize> {
        None
    }
    /// The process of a client that is still attached to a topic which was deleted, where the topic is there anew; `awaited`: looks again for
    /// a short while.
    fn returned(&self, _brokers: &str, _deleted: &Deleted, _awaited: bool) -> Option<u32> {
        None
    }
    /// What one of the brokers says of a group and a topic; `None` where none answers soon.
    fn group(&self, _brokers: &str, _group: &str, _topic: &str) -> Option<Group> {
        None
    }
}

/// The files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskFiles;

impl FileView for DiskFiles {
    fn kind(&self, path: &Path) -> FileKind {
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => FileKind::Folder,
            Ok(found) if found.is_file() => FileKind::File,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound) => FileKind::Missing,
            _ => FileKind::Unknown,
        }
    }

    fn list(&self, folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().take(LISTED_MAX);
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
    }

    fn link(&self, path: &Path) -> Option<PathBuf> {
        std::fs::read_link(path).ok()
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        if self.kind(path) != FileKind::File {
            return None;
        }
        let mut bytes = Vec::new();
        std::fs::File::open(path).ok()?.take(properties::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() <= properties::MAX_BYTES).then_some(bytes)
    }
}

/// What a text about Kafka is about: no machine is looked at, so of no file anything is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct AssumedMachine;

impl FileView for AssumedMachine {
    fn kind(&self, _: &Path) -> FileKind {
        FileKind::Unknown
    }

    fn list(&self, _: &Path) -> Vec<String> {
        Vec::new()
    }

    fn read(&self, _: &Path) -> Option<Vec<u8>> {
        None
    }

    fn are_assumed(&self) -> bool {
        true
    }
}

impl SystemView for AssumedMachine {
    fn listening(&self) -> Vec<Listening> {
        Vec::new()
    }

    fn speaker(&self, _: &Address) -> Speaker {
        Speaker::Unknown
    }
}

/// `path` as seen from `folder`, its `.` and `..` taken out.
pub fn resolve(folder: &Path, path: &str) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                resolved.pop();
            }
            part => resolved.push(part),
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_names() {
        for host in ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "example.com", "10.0.0.1", "127.0.0.1.example.com", "localhost.example.com"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn the_disk_is_seen_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.properties");
        std::fs::write(&file, "a=1\n").unwrap();
        assert_eq!(DiskFiles.kind(&file), FileKind::File);
        assert_eq!(DiskFiles.kind(folder.path()), FileKind::Folder);
        assert_eq!(DiskFiles.kind(&folder.path().join("no")), FileKind::Missing);
        assert_eq!(DiskFiles.list(folder.path()), ["server.properties"]);
        assert_eq!(DiskFiles.read(&file), Some(b"a=1\n".to_vec()));
        assert_eq!(DiskFiles.read(folder.path()), None);
        std::fs::write(&file, vec![b'a'; properties::MAX_BYTES + 1]).unwrap();
        assert_eq!(DiskFiles.read(&file), None);
    }

    #[test]
    fn paths_are_seen_from_the_folder() {
        assert_eq!(resolve(Path::new("/a/b"), "../c/./d"), Path::new("/a/c/d"));
        assert_eq!(resolve(Path::new("/a"), "../../.."), Path::new("/"));
    }
}
