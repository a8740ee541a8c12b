//! The commands that change something: `set`, `create`, `delete`, `deleteall`, `setAcl`, `addauth`, `reconfig`.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::acl;
use super::commands::{Done, of_line, print_stat, read, read_words, word};
use super::options::{Parsed, Rules};
use super::reads::{below, print_data, visit};
use super::session::{Failure, Shell, message};
use crate::engine::tools::harness::{eprint, print};
use crate::engine::tools::{Exception, java};
use crate::engine::zookeeper::client::{ClientError, NewNode, Op, Reconfiguration, first_error};
use crate::engine::zookeeper::protocol::{Acl, CreateMode, ErrorCode, validate_path};

/// The longest time to live (`EphemeralType.TTL`), in milliseconds.
const MAX_TTL_MS: i64 = 0xff_ffff_ffff;
/// How many deletions go into one multi.
const BATCH: i32 = 1000;

/// A version that is no number ends the shell.
fn version(found: &Parsed) -> Result<Option<i32>, Failure> {
    let Some(text) = found.value("v").filter(|_| found.has("v")) else { return Ok(None) };
    let number = text.parse().map_err(|_| Failure::Uncaught(Exception::number_format(text)))?;
    Ok(Some(number))
}

pub(super) async fn set(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[("s", false), ("v", true)]), words, 3)?;
    let version = version(&found)?;
    let (path, data) = (word(&found, 1)?.to_owned(), word(&found, 2)?.to_owned());
    let stat = shell.ask(|client| async move { client.set_data(&path, data, version).await }).await?;
    if found.has("s") {
        print_stat(&stat);
    }
    Ok(())
}

pub(super) async fn create(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[("e", false), ("s", false), ("c", false), ("t", true)]), words, 2)?;
    let ttl = found.value("t").filter(|_| found.has("t"));
    let (ephemeral, sequential, container) = (found.has("e"), found.has("s"), found.has("c"));
    if container && (ephemeral || sequential) {
        return Err(Failure::told("-c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential."));
    }
    let ttl: Option<i64> = match ttl.map(str::parse) {
        Some(Err(_)) => return Err(Failure::told("-t argument must be a long value")),
        Some(Ok(ttl)) => Some(ttl),
        None => None,
    };
    if ttl.is_some() && (ephemeral || container) {
        let kind = if ephemeral { "Ephemeral" } else { "Container" };
        return Err(Failure::told(format!("TTLs cannot be used with {kind} znodes")));
    }
    if ttl.is_some_and(|ttl| !(1..=MAX_TTL_MS).contains(&ttl)) {
        return Err(Failure::told(format!("ttl must be positive and cannot be larger than: {MAX_TTL_MS}")));
    }
    let mode = match (ephemeral, sequential, ttl) {
        (true, true, _) => CreateMode::EphemeralSequential,
        (true, false, _) => CreateMode::Ephemeral,
        (false, true, Some(_)) => CreateMode::PersistentSequentialWithTtl,
        (false, true, None) => CreateMode::PersistentSequential,
        (false, false, Some(_)) => CreateMode::PersistentWithTtl,
        (false, false, None) if container => CreateMode::Container,
        (false, false, None) => CreateMode::Persistent,
    };
    let node = NewNode {
        data: found.words.get(2).map(|data| Bytes::from(data.clone())),
        mode,
        acl: found.words.get(3).map_or_else(Acl::open_unsafe, |text| acl::parse(text)),
        ttl: Duration::from_millis(ttl.and_then(|ttl| ttl.try_into().ok()).unwrap_or(0)),
    };
    let path = word(&found, 1)?.to_owned();
    let created = match valid_acl(&path, &node.acl) {
        Ok(()) => shell.ask(|client| async move { client.create_node(&path, node).await }).await,
        Err(error) => Err(error),
    };
    match created {
        Ok(path) => eprint(&format!("Created {path}\n")),
        Err(error) => {
            match error.code() {
                Some(ErrorCode::EphemeralOnLocalSession) => eprint("Unable to create ephemeral node on a local session\n"),
                Some(ErrorCode::InvalidAcl) => eprint(&format!("{}\n", message(&error))),
                _ => {}
            }
            return Err(error.into());
        }
    }
    Ok(())
}

/// Without an entry an ACL is not even sent.
fn valid_acl(path: &str, acl: &[Acl]) -> Result<(), ClientError> {
    validate_path(path)?;
    match acl.is_empty() {
        true => Err(ClientError::Code { code: ErrorCode::InvalidAcl, path: String::new() }),
        false => Ok(()),
    }
}

pub(super) async fn delete(shell: &mut Shell, words: &[String]) -> Done {
    let rules = Rules::of(&[("v", true)]);
    let found = read_words(&rules, words, 2)?;
    if found.words.len() > 2 {
        eprint("'delete path [version]' has been deprecated. Please use 'delete [-v version] path' instead.\n");
    }
    let (path, version) = (word(&found, 1)?.to_owned(), version(&found)?);
    Ok(shell.ask(|client| async move { client.delete(&path, version).await }).await?)
}

pub(super) async fn delete_all(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[("b", true)]), words, 2)?;
    let batch = match found.value("b").map(str::parse) {
        Some(Err(_)) => return Err(Failure::told("-b argument must be an int value")),
        Some(Ok(batch)) => batch,
        None => BATCH,
    };
    let path = word(&found, 1)?;
    validate_path(path).map_err(ClientError::from)?;
    let (mut tree, mut queue) = (vec![path.to_owned()], VecDeque::from([path.to_owned()]));
    while let Some(path) = queue.pop_front() {
        let at = path.clone();
        let (names, _) = shell.ask(|client| async move { client.get_children(&at).await }).await?;
        for name in names {
            let child = below(&path, &name);
            tree.push(child.clone());
            queue.push_back(child);
        }
    }
    // the leaves first
    tree.reverse();
    let Some(batch) = usize::try_from(batch).ok().filter(|batch| *batch > 0) else {
        for path in tree {
            shell.ask(|client| async move { client.delete(&path, None).await }).await?;
        }
        return Ok(());
    };
    for paths in tree.chunks(batch) {
        let ops = paths.iter().map(|path| Op::Delete { path: path.clone(), version: None }).collect();
        let results = shell.ask(|client| async move { client.multi(ops).await }).await;
        if results.is_ok_and(|results| first_error(&results).is_none()) {
            continue;
        }
        eprint("Failed to delete some node(s) in the subtree!\n");
        break;
    }
    Ok(())
}

pub(super) async fn set_acl(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[("s", false), ("v", true), ("R", false)]), words, 3)?;
    let path = word(&found, 1)?.to_owned();
    let list = acl::parse(word(&found, 2)?);
    let version = version(&found)?;
    if found.has("R") {
        let mut paths = Vec::new();
        visit(shell, &path, false, |path| paths.push(path.to_owned())).await?;
        for path in paths {
            let set = match valid_acl(&path, &list) {
                Ok(()) => {
                    let list = list.clone();
                    shell.ask(|client| async move { client.set_acl(&path, list, version).await }).await.map(drop)
                }
                Err(error) => Err(error),
            };
            if let Err(error) = set {
                print(&message(&error));
            }
        }
        return Ok(());
    }
    valid_acl(&path, &list)?;
    let stat = shell.ask(|client| async move { client.set_acl(&path, list, version).await }).await?;
    if found.has("s") {
        print_stat(&stat);
    }
    Ok(())
}

pub(super) async fn add_auth(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[]), words, 2)?;
    let scheme = word(&found, 1)?.to_owned();
    let proof = found.words.get(2).map(|proof| Bytes::from(proof.clone()));
    // what the server says of it comes as an event
    let _ = shell.ask(|client| async move { client.declare_auth(&scheme, proof).await }).await;
    Ok(())
}

pub(super) async fn reconfig(shell: &mut Shell, words: &[String]) -> Done {
    const RULES: Rules =
        Rules::of(&[("s", false), ("v", true), ("file", true), ("members", true), ("add", true), ("remove", true)]);
    let found = read(&RULES, words)?;
    let whole = found.has("file") || found.has("members");
    let parts = found.has("add") || found.has("remove");
    if !whole && !parts {
        return Err(Failure::told(of_line(words)));
    }
    let version = match found.value("v").map(|text| i64::from_str_radix(text, 16)) {
        Some(Err(_)) => return Err(Failure::told("-v must be followed by a long (configuration version)")),
        Some(Ok(version)) => version,
        None => -1,
    };
    if whole && parts {
        let what = "Can't use -file or -members together with -add or -remove (mixing incremental and non-incremental modes is \
                    not allowed)";
        return Err(Failure::told(what));
    }
    if found.has("file") && found.has("members") {
        return Err(Failure::told("Can't use -file and -members together (conflicting non-incremental modes)"));
    }
    let lower = |option: &str| found.value(option).map(str::to_lowercase);
    let members = match found.value("file") {
        Some(path) => Some(members_of(path)?),
        None => lower("members"),
    };
    let wanted = Reconfiguration { joining: lower("add"), leaving: lower("remove"), members, version };
    let (data, stat) = shell.ask(|client| async move { client.reconfigure(wanted).await }).await?;
    print("Committed new configuration:\n");
    print_data(data);
    if found.has("s") {
        print_stat(&stat);
    }
    Ok(())
}

/// The servers of a file.
fn members_of(path: &str) -> Result<String, Failure> {
    let entries = java::properties_of(path).map_err(|error| {
        let reason = match error.class {
            "java.nio.file.NoSuchFileException" => format!("{path} (No such file or directory)"),
            _ => error.text().to_owned(),
        };
        Failure::told(format!("Error processing {path}{reason}"))
    })?;
    let servers = entries.into_iter().filter(|(key, _)| key.starts_with("server."));
    Ok(servers.map(|(key, value)| format!("{key}={value}\n")).collect())
}
