//! The commands that ask ZooKeeper something.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::options::{Parsed, Rules, parse};
use super::session::{Failure, Shell, message};
use super::{acl, quota, usage};
use crate::catalog::ZOOKEEPER_VERSION;
use crate::engine::tools::harness::{eprint, print};
use crate::engine::tools::{Exception, java};
use crate::engine::zookeeper::client::{Client, ClientError, NewNode, Op, Reconfiguration, RemovedWatch, first_error};
use crate::engine::zookeeper::date::java_date;
use crate::engine::zookeeper::protocol::{Acl, AddWatchMode, CreateMode, ErrorCode, Stat, WatcherType, validate_path};

/// The longest time to live (`EphemeralType.TTL`), in milliseconds.
const MAX_TTL_MS: i64 = 0xff_ffff_ffff;
/// How many deletions go into one multi.
const BATCH: i32 = 1000;

type Done = Result<(), Failure>;

/// Carries out a command; those that the shell does by itself are none.
pub(super) async fn run(shell: &mut Shell, command: &str, words: &[String]) -> Done {
    match command {
        "ls" => ls(shell, words).await,
        "get" => get(shell, words).await,
        "stat" => stat(shell, words).await,
        "set" => set(shell, words).await,
        "create" => create(shell, words).await,
        "delete" => delete(shell, words).await,
        "deleteall" => delete_all(shell, words).await,
        "getAcl" => get_acl(shell, words).await,
        "setAcl" => set_acl(shell, words).await,
        "addauth" => add_auth(shell, words).await,
        "sync" => sync(shell, words).await,
        "addWatch" => add_watch(shell, words).await,
        "removewatches" => remove_watches(shell, words).await,
        "getEphemerals" => get_ephemerals(shell, words).await,
        "getAllChildrenNumber" => get_all_children_number(shell, words).await,
        "config" => config(shell, words).await,
        "reconfig" => reconfig(shell, words).await,
        "setquota" => quota::set(shell, words).await,
        "listquota" => quota::list(shell, words).await,
        "delquota" => quota::delete(shell, words).await,
        "whoami" => who_am_i(shell).await,
        "version" => {
            let found = read(&Rules::of(&[]), words)?;
            if found.words.len() > 1 {
                return Err(Failure::told(usage::of("version")));
            }
            print(&format!("ZooKeeper CLI version: {ZOOKEEPER_VERSION}\n"));
            Ok(())
        }
        "close" => {
            shell.close().await;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Reads the words of a command by its rules.
pub(super) fn read(rules: &Rules, words: &[String]) -> Result<Parsed, Failure> {
    parse(rules, words).map_err(Failure::told)
}

/// As [`read`], with so many words at least, the command among them.
pub(super) fn read_words(rules: &Rules, words: &[String], least: usize) -> Result<Parsed, Failure> {
    let found = read(rules, words)?;
    if found.words.len() < least { Err(Failure::told(of_line(words))) } else { Ok(found) }
}

fn of_line(words: &[String]) -> String {
    usage::of(words.first().map_or("", String::as_str))
}

/// The old form of a watch, a word after the path, is told of and put where the shell puts it: over the third word.
fn with_old_watch(rules: &Rules, words: &[String], found: Parsed, forms: (&str, &str)) -> Result<Parsed, Failure> {
    if found.words.len() <= 2 {
        return Ok(found);
    }
    let mut words = words.to_vec();
    if let Some(third) = words.get_mut(2) {
        "-w".clone_into(third);
    }
    eprint(&format!("'{}' has been deprecated. Please use '{}' instead.\n", forms.0, forms.1));
    read(rules, &words)
}

/// A word; the shell looks for it after it has counted the words, and an old form may have taken one away.
fn word(found: &Parsed, at: usize) -> Result<&str, Failure> {
    found.words.get(at).map(String::as_str).ok_or_else(|| {
        let text = format!("Index {at} out of bounds for length {}", found.words.len());
        Failure::Uncaught(Exception::new("java.lang.ArrayIndexOutOfBoundsException", text))
    })
}

/// A version that is no number ends the shell.
fn version(found: &Parsed) -> Result<Option<i32>, Failure> {
    let Some(text) = found.value("v").filter(|_| found.has("v")) else { return Ok(None) };
    let number = text.parse().map_err(|_| Failure::Uncaught(Exception::number_format(text)))?;
    Ok(Some(number))
}

fn print_stat(stat: &Stat) {
    print(&format!(
        "cZxid = 0x{:x}\nctime = {}\nmZxid = 0x{:x}\nmtime = {}\npZxid = 0x{:x}\ncversion = {}\ndataVersion = {}\naclVersion = \
         {}\nephemeralOwner = 0x{:x}\ndataLength = {}\nnumChildren = {}\n",
        stat.czxid,
        java_date(stat.ctime),
        stat.mzxid,
        java_date(stat.mtime),
        stat.pzxid,
        stat.cversion,
        stat.version,
        stat.aversion,
        stat.ephemeral_owner,
        stat.data_length,
        stat.num_children
    ));
}

fn print_data(data: Option<Bytes>) {
    let text = data.map_or_else(|| "null".to_owned(), |data| String::from_utf8_lossy(&data).into_owned());
    print(&format!("{text}\n"));
}

async fn ls(shell: &mut Shell, words: &[String]) -> Done {
    const RULES: Rules = Rules::of(&[("?", false), ("s", false), ("w", false), ("R", false)]);
    let found = read(&RULES, words)?;
    if found.has("?") {
        print("usage: ls [options] path\n -?   help\n -R   recurse\n -s   stat\n -w   watch\n");
    }
    let found = with_old_watch(&RULES, words, found, ("ls path [watch]", "ls [-w] path"))?;
    if found.words.len() < 2 {
        return Err(Failure::told(of_line(words)));
    }
    let path = word(&found, 1)?.to_owned();
    let watch = found.has("w");
    if found.has("R") {
        let show = |found: &str| {
            print(&format!("{found}\n"));
        };
        return visit(shell, &path, watch, show).await;
    }
    let (mut children, stat) = shell.ask(|client| async move { children(&client, &path, watch).await }).await?;
    children.sort();
    print(&format!("[{}]\n", children.join(", ")));
    if found.has("s") {
        print_stat(&stat);
    }
    Ok(())
}

async fn children(client: &Client, path: &str, watch: bool) -> Result<(Vec<String>, Stat), ClientError> {
    if watch { client.watch_children(path).await } else { client.get_children(path).await }
}

/// The path of a child.
fn below(path: &str, child: &str) -> String {
    if path == "/" { format!("/{child}") } else { format!("{path}/{child}") }
}

/// Goes over a path and all that is below it: the children of each first, then what is below them.
pub(super) async fn visit(shell: &mut Shell, path: &str, watch: bool, mut found: impl FnMut(&str)) -> Done {
    let root = path.to_owned();
    shell.ask(|client| async move { client.read_data(&root, watch).await }).await?;
    found(path);
    let mut left = vec![path.to_owned()];
    while let Some(path) = left.pop() {
        let at = path.clone();
        let mut names = match shell.ask(|client| async move { children(&client, &at, watch).await }).await {
            Ok((names, _)) => names,
            // it has gone since it was listed
            Err(error) if error.code() == Some(ErrorCode::NoNode) => continue,
            Err(error) => return Err(error.into()),
        };
        names.sort();
        let paths: Vec<String> = names.iter().map(|name| below(&path, name)).collect();
        paths.iter().for_each(|path| found(path));
        left.extend(paths.into_iter().rev());
    }
    Ok(())
}

async fn get(shell: &mut Shell, words: &[String]) -> Done {
    const RULES: Rules = Rules::of(&[("s", false), ("w", false)]);
    let found = read_words(&RULES, words, 2)?;
    let found = with_old_watch(&RULES, words, found, ("get path [watch]", "get [-s] [-w] path"))?;
    let (path, watch) = (word(&found, 1)?.to_owned(), found.has("w"));
    let (data, stat) = shell.ask(|client| async move { client.read_data(&path, watch).await }).await?;
    print_data(data);
    if found.has("s") {
        print_stat(&stat);
    }
    Ok(())
}

async fn stat(shell: &mut Shell, words: &[String]) -> Done {
    const RULES: Rules = Rules::of(&[("w", false)]);
    let found = read_words(&RULES, words, 2)?;
    let found = with_old_watch(&RULES, words, found, ("stat path [watch]", "stat [-w] path"))?;
    let (path, watch) = (word(&found, 1)?.to_owned(), found.has("w"));
    let missing = Failure::told(format!("Node does not exist: {path}"));
    let stat = shell
        .ask(|client| async move { if watch { client.watch_exists(&path).await } else { client.exists(&path).await } })
        .await?;
    print_stat(&stat.ok_or(missing)?);
    Ok(())
}

async fn set(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[("s", false), ("v", true)]), words, 3)?;
    let version = version(&found)?;
    let (path, data) = (word(&found, 1)?.to_owned(), word(&found, 2)?.to_owned());
    let stat = shell.ask(|client| async move { client.set_data(&path, data, version).await }).await?;
    if found.has("s") {
        print_stat(&stat);
    }
    Ok(())
}

async fn create(shell: &mut Shell, words: &[String]) -> Done {
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

async fn delete(shell: &mut Shell, words: &[String]) -> Done {
    let rules = Rules::of(&[("v", true)]);
    let found = read_words(&rules, words, 2)?;
    if found.words.len() > 2 {
        eprint("'delete path [version]' has been deprecated. Please use 'delete [-v version] path' instead.\n");
    }
    let (path, version) = (word(&found, 1)?.to_owned(), version(&found)?);
    Ok(shell.ask(|client| async move { client.delete(&path, version).await }).await?)
}

async fn delete_all(shell: &mut Shell, words: &[String]) -> Done {
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

async fn get_acl(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[("s", false)]), words, 2)?;
    let path = word(&found, 1)?.to_owned();
    let (entries, stat) = shell.ask(|client| async move { client.get_acl(&path).await }).await?;
    print(&entries.iter().map(acl::shown).collect::<String>());
    if found.has("s") {
        print_stat(&stat);
    }
    Ok(())
}

async fn set_acl(shell: &mut Shell, words: &[String]) -> Done {
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

async fn add_auth(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[]), words, 2)?;
    let scheme = word(&found, 1)?.to_owned();
    let proof = found.words.get(2).map(|proof| Bytes::from(proof.clone()));
    // what the server says of it comes as an event
    let _ = shell.ask(|client| async move { client.declare_auth(&scheme, proof).await }).await;
    Ok(())
}

async fn sync(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[]), words, 2)?;
    let path = word(&found, 1)?.to_owned();
    match shell.ask(|client| async move { client.sync(&path).await }).await {
        Ok(()) => print("Sync is OK\n"),
        Err(ClientError::Code { code, .. }) => print(&format!("Sync has failed. rc={}\n", code.code())),
        Err(error) => return Err(error.into()),
    };
    Ok(())
}

async fn add_watch(shell: &mut Shell, words: &[String]) -> Done {
    let found = read(&Rules::of(&[("m", true)]), words)?;
    let mode = match found.value("m").map(str::to_uppercase).as_deref() {
        None | Some("PERSISTENT_RECURSIVE") => Some(AddWatchMode::PersistentRecursive),
        Some("PERSISTENT") => Some(AddWatchMode::Persistent),
        Some(_) => None,
    };
    let (Some(mode), 2) = (mode, found.words.len()) else { return Err(Failure::told(usage::of("addWatch"))) };
    let path = word(&found, 1)?.to_owned();
    match shell.ask(|client| async move { client.add_watch(&path, mode).await }).await {
        // here the shell forgets to catch it
        Err(ClientError::Path(error)) => Err(Failure::Uncaught(Exception::illegal_argument(error.to_string()))),
        other => Ok(other?),
    }
}

async fn remove_watches(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[("c", false), ("d", false), ("a", false), ("l", false)]), words, 2)?;
    let path = word(&found, 1)?.to_owned();
    let kind = match (found.has("c"), found.has("d")) {
        (true, _) => WatcherType::Children,
        (_, true) => WatcherType::Data,
        _ => WatcherType::Any,
    };
    let locally = found.has("l");
    let at = path.clone();
    let removed = shell.ask(|client| async move { client.remove_watches(&at, kind, locally).await }).await?;
    for sort in removed {
        let what = match sort {
            RemovedWatch::Children => "ChildWatchRemoved",
            RemovedWatch::Data => "DataWatchRemoved",
            RemovedWatch::Persistent => "PersistentWatchRemoved",
        };
        shell.announce(&format!("state:SyncConnected type:{what} path:{path}"));
    }
    Ok(())
}

async fn get_ephemerals(shell: &mut Shell, words: &[String]) -> Done {
    let found = read(&Rules::of(&[]), words)?;
    let prefix = found.words.get(1).cloned().unwrap_or_else(|| "/".to_owned());
    let paths = shell.ask(|client| async move { client.ephemerals(&prefix).await }).await?;
    print(&format!("[{}]\n", paths.join(", ")));
    Ok(())
}

async fn get_all_children_number(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[]), words, 2)?;
    let path = word(&found, 1)?.to_owned();
    let count = shell.ask(|client| async move { client.count_below(&path).await }).await?;
    print(&format!("{count}\n"));
    Ok(())
}

async fn config(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[("s", false), ("w", false), ("c", false)]), words, 1)?;
    let watch = found.has("w");
    let (data, stat) = shell.ask(|client| async move { client.read_config(watch).await }).await?;
    if found.has("c") {
        let text = data.map_or_else(|| "null".to_owned(), |data| String::from_utf8_lossy(&data).into_owned());
        print(&format!("{}\n", client_config(&text)));
    } else {
        print_data(data);
    }
    if found.has("s") {
        print_stat(&stat);
    }
    Ok(())
}

/// The version of a list of servers, and where clients reach them.
fn client_config(text: &str) -> String {
    let pairs = || text.lines().filter_map(|line| line.split_once('=')).map(|(key, value)| (key.trim(), value.trim()));
    let version = pairs().find(|(key, _)| *key == "version").map_or("", |(_, value)| value);
    let servers = pairs().filter(|(key, _)| key.starts_with("server."));
    let addresses: Vec<&str> = servers.map(|(_, value)| value.split_once(';').map_or("", |(_, client)| client)).collect();
    format!("{version} {}", addresses.join(","))
}

async fn reconfig(shell: &mut Shell, words: &[String]) -> Done {
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

async fn who_am_i(shell: &mut Shell) -> Done {
    let answer = shell.ask(|client| async move { client.who_am_i().await }).await;
    print("Auth scheme: User\n");
    for identity in answer.into_iter().flat_map(|answer| answer.client_info) {
        print(&format!("{}: {}\n", identity.auth_scheme, identity.user));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_where_servers_are() {
        let text = "server.1=a:1:2:participant;0.0.0.0:2181\nserver.2=b:1:2\nversion=100000000";
        assert_eq!(client_config(text), "100000000 0.0.0.0:2181,");
        assert_eq!(client_config(""), " ");
    }
}
