//! Damaged data directories, given to both coordinators: they take or refuse the same ones, with the same lines, and come to the same tree.

use std::fs;
use std::path::{Path, PathBuf};

use kafkalab::engine::server::{Engine, EngineError, Role};
use kafkalab::engine::trial::{Trial, TrialError};
use kafkalab::engine::zookeeper::protocol::CreateMode;

use super::{client, dump};
use crate::support::{DEADLINE, serving};
use crate::world::World;

const LINES: [(Role, &str); 2] = [(Role::Coordinator, "preAllocSize=64"), (Role::Coordinator, "snapCount=20")];
/// Lines of the log that say what was made of a directory.
const TELLING: [&str; 9] = [
    "partial",
    "Reading snapshot",
    "problem reading",
    "invalid snapshot",
    " txns loaded",
    "No snapshot found",
    "exiting abnormally",
    "Exiting JVM",
    "highest zxid",
];

/// The files of a directory that damages name, and the transactions of its last log.
struct Base {
    folder: PathBuf,
    logs: Vec<String>,
    snapshots: Vec<String>,
    /// Place and length of each.
    records: Vec<(usize, usize)>,
}

/// One damage: its name, and what it does to a copy.
type Damage = (&'static str, fn(&Base, &Path));

const DAMAGES: &[Damage] = &[
    ("none", |_, _| {}),
    ("the last transaction is cut", |base, folder| base.last_log(folder, |bytes, records| bytes.truncate(records[7].0 + 20))),
    ("the last transaction ends in zeros", |base, folder| {
        base.last_log(folder, |bytes, records| bytes[records[7].0 + 20..].fill(0))
    }),
    ("an end mark is wrong", |base, folder| {
        base.last_log(folder, |bytes, records| bytes[records[3].0 + 12 + records[3].1] = b'C')
    }),
    ("a transaction has changed", |base, folder| base.last_log(folder, |bytes, records| bytes[records[7].0 + 40] ^= 1)),
    ("a length is negative", |base, folder| {
        base.last_log(folder, |bytes, records| bytes[records[3].0 + 8..][..4].copy_from_slice(&(-2_i32).to_be_bytes()));
    }),
    ("a length is null", |base, folder| base.last_log(folder, |bytes, records| bytes[records[3].0 + 8..][..4].fill(0xff))),
    ("the log is none", |base, folder| base.last_log(folder, |bytes, _| bytes[0] = b'X')),
    ("the log is of another version", |base, folder| base.last_log(folder, |bytes, _| bytes[7] = 9)),
    ("the log is empty", |base, folder| base.last_log(folder, |bytes, _| bytes.clear())),
    ("the log has a header alone", |base, folder| base.last_log(folder, |bytes, _| bytes.truncate(16))),
    ("the log before the snapshot has changed", |base, folder| {
        change(folder, &base.logs[base.logs.len() - 2], |bytes| bytes[40] ^= 1);
    }),
    ("an older log has changed", |base, folder| change(folder, &base.logs[0], |bytes| bytes[40] ^= 1)),
    ("a log and the snapshot after it are gone", |base, folder| {
        fs::remove_file(folder.join(&base.logs[base.logs.len() - 2])).expect("removed");
        fs::remove_file(folder.join(&base.snapshots[base.snapshots.len() - 1])).expect("removed");
    }),
    ("the newest snapshot has changed", |base, folder| {
        change(folder, &base.snapshots[base.snapshots.len() - 1], |bytes| {
            // data of a znode, so that nothing but the checksum shows it
            let at = bytes.windows(20).position(|window| window == [b'x'; 20]).expect("data");
            bytes[at] = b'y';
        });
    }),
    ("the newest snapshot is cut", |base, folder| {
        change(folder, &base.snapshots[base.snapshots.len() - 1], |bytes| bytes.truncate(300));
    }),
    ("a snapshot is a folder", |_, folder| fs::create_dir(folder.join("snapshot.ffff")).expect("made")),
    ("every snapshot has changed", |base, folder| {
        base.snapshots.iter().for_each(|name| change(folder, name, |bytes| bytes[100] ^= 1));
    }),
    ("every snapshot is cut", |base, folder| {
        base.snapshots.iter().for_each(|name| change(folder, name, |bytes| bytes.truncate(90)))
    }),
    ("the folder is a file", |_, folder| {
        fs::remove_dir_all(folder).expect("removed");
        fs::write(folder, "").expect("written");
    }),
    ("the data directory is a file", |_, folder| {
        let data = folder.parent().expect("a folder");
        fs::remove_dir_all(data).expect("removed");
        fs::write(data, "").expect("written");
    }),
];

fn change(folder: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(folder.join(name)).expect("readable");
    change(&mut bytes);
    fs::write(folder.join(name), bytes).expect("written");
}

impl Base {
    /// A directory that a killed server left behind.
    async fn make(engine: &dyn Engine, folder: &Path) -> Self {
        let trial = Trial::prepare(folder, &LINES).await.expect("two free ports");
        // the second start begins a log of eight transactions, after a snapshot
        for count in [100, 7] {
            let mut server = serving(trial.start(engine, Role::Coordinator, DEADLINE).await);
            let client = client(server.port()).await;
            for number in 0..count {
                let path = format!("/{count}-{number}");
                client.create(&path, vec![b'x'; 20], CreateMode::Persistent).await.expect("created");
            }
            server.kill().await.expect("killed");
        }
        let folder = trial.data(Role::Coordinator).join("version-2");
        let names = |prefix: &str| {
            let entries = fs::read_dir(&folder).expect("readable").flatten();
            let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
            let number = |name: &String| i64::from_str_radix(name.strip_prefix(prefix)?, 16).ok();
            let mut names: Vec<String> = names.filter(|name| number(name).is_some()).collect();
            names.sort_by_key(number);
            names
        };
        let (logs, snapshots) = (names("log."), names("snapshot."));
        assert!(logs.len() > 3 && snapshots.len() > 3, "{logs:?} {snapshots:?}");
        let bytes = fs::read(folder.join(&logs[logs.len() - 1])).expect("readable");
        let (mut records, mut at) = (Vec::new(), 16);
        loop {
            let length = u32::from_be_bytes(bytes[at + 8..at + 12].try_into().expect("four bytes"));
            let length = usize::try_from(length).expect("small");
            if length == 0 {
                break;
            }
            records.push((at, length));
            at += 12 + length + 1;
        }
        assert_eq!(records.len(), 8, "a session and seven znodes");
        Self { folder, logs, snapshots, records }
    }

    fn last_log(&self, folder: &Path, damage: impl FnOnce(&mut Vec<u8>, &[(usize, usize)])) {
        change(folder, &self.logs[self.logs.len() - 1], |bytes| damage(bytes, &self.records));
    }

    /// Both say the same of a copy with this damage.
    async fn compare(&self, world: &World, damage: &Damage) -> Result<(), String> {
        let apache = self.outcome(&world.jars().engine(), damage.1).await;
        let bundled = self.outcome(world.bundled(), damage.1).await;
        // lines that only one of them has
        let only = |one: &str, other: &str| {
            one.lines()
                .filter(|line| !other.lines().any(|known| known == *line))
                .map(|line| format!("  {line}\n"))
                .collect::<String>()
        };
        let (says, answers) = (only(&apache, &bundled), only(&bundled, &apache));
        let text = format!("{}\nApache alone says:\n{says}the bundled coordinator alone says:\n{answers}", damage.0);
        if apache == bundled { Ok(()) } else { Err(text) }
    }

    /// What the log says of it, and the tree where it is served.
    async fn outcome(&self, engine: &dyn Engine, damage: fn(&Self, &Path)) -> String {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let trial = Trial::prepare(temporary.path(), &LINES).await.expect("two free ports");
        let folder = trial.data(Role::Coordinator).join("version-2");
        fs::create_dir_all(&folder).expect("made");
        for entry in fs::read_dir(&self.folder).expect("readable").flatten() {
            fs::copy(entry.path(), folder.join(entry.file_name())).expect("copied");
        }
        damage(self, &folder);
        let (tree, log) = match trial.start(engine, Role::Coordinator, DEADLINE).await {
            Ok(server) => (dump(server.port()).await, server.log().to_owned()),
            Err(TrialError::Engine(EngineError::Ended { code, log, .. })) => (format!("ended with {code}"), log),
            Err(error) => panic!("{error}"),
        };
        let log = fs::read_to_string(log).expect("readable").replace(&temporary.path().display().to_string(), "DIR");
        let lines: Vec<String> = telling(&log).map(masked).collect();
        format!("{}\n{tree}", lines.join("\n"))
    }
}

/// The telling lines, each with the exception below it.
fn telling(log: &str) -> impl Iterator<Item = &str> {
    let is_telling = |line: &str| TELLING.iter().any(|part| line.contains(part));
    let is_exception = |line: &str| line.starts_with("java.") || line.starts_with("org.apache.");
    let before = std::iter::once("").chain(log.lines());
    let pairs = log.lines().zip(before);
    pairs.filter(move |(line, before)| is_telling(line) || is_exception(line) && is_telling(before)).map(|(line, _)| line)
}

/// Without its time, and without how long something took.
fn masked(line: &str) -> String {
    let line = line.split_once("] ").map_or(line, |(time, rest)| if time.starts_with('[') { rest } else { line });
    let mut words: Vec<&str> = line.split(' ').collect();
    for at in 1..words.len() {
        if words[at].starts_with("ms") {
            words[at - 1] = "N";
        }
    }
    words.join(" ")
}

/// Every damage.
pub async fn decide_the_same(world: &World) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let base = Base::make(world.bundled(), folder.path()).await;
    let mut differences = Vec::new();
    for damage in DAMAGES {
        differences.extend(base.compare(world, damage).await.err());
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
