//! The commands that read: `ls`, `get`, `stat`, `getAcl`, `sync`, `getEphemerals`, `getAllChildrenNumber`, `config`, `whoami`.

use bytes::Bytes;

use super::acl;
use super::commands::{Done, of_line, print_stat, read, read_words, word};
use super::options::{Parsed, Rules};
use super::session::{Failure, Shell};
use crate::engine::tools::harness::{eprint, print};
use crate::engine::zookeeper::client::{Client, ClientError};
use crate::engine::zookeeper::protocol::{ErrorCode, Stat};

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

/// Shows the data of a znode; null is a word.
pub(super) fn print_data(data: Option<Bytes>) {
    let text = data.map_or_else(|| "null".to_owned(), |data| String::from_utf8_lossy(&data).into_owned());
    print(&format!("{text}\n"));
}

pub(super) async fn ls(shell: &mut Shell, words: &[String]) -> Done {
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
pub(super) fn below(path: &str, child: &str) -> String {
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

pub(super) async fn get(shell: &mut Shell, words: &[String]) -> Done {
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

pub(super) async fn stat(shell: &mut Shell, words: &[String]) -> Done {
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

pub(super) async fn get_acl(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[("s", false)]), words, 2)?;
    let path = word(&found, 1)?.to_owned();
    let (entries, stat) = shell.ask(|client| async move { client.get_acl(&path).await }).await?;
    print(&entries.iter().map(acl::shown).collect::<String>());
    if found.has("s") {
        print_stat(&stat);
    }
    Ok(())
}

pub(super) async fn sync(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[]), words, 2)?;
    let path = word(&found, 1)?.to_owned();
    match shell.ask(|client| async move { client.sync(&path).await }).await {
        Ok(()) => print("Sync is OK\n"),
        Err(ClientError::Code { code, .. }) => print(&format!("Sync has failed. rc={}\n", code.code())),
        Err(error) => return Err(error.into()),
    };
    Ok(())
}

pub(super) async fn get_ephemerals(shell: &mut Shell, words: &[String]) -> Done {
    let found = read(&Rules::of(&[]), words)?;
    let prefix = found.words.get(1).cloned().unwrap_or_else(|| "/".to_owned());
    let paths = shell.ask(|client| async move { client.ephemerals(&prefix).await }).await?;
    print(&format!("[{}]\n", paths.join(", ")));
    Ok(())
}

pub(super) async fn get_all_children_number(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&Rules::of(&[]), words, 2)?;
    let path = word(&found, 1)?.to_owned();
    let count = shell.ask(|client| async move { client.count_below(&path).await }).await?;
    print(&format!("{count}\n"));
    Ok(())
}

pub(super) async fn config(shell: &mut Shell, words: &[String]) -> Done {
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

pub(super) async fn who_am_i(shell: &mut Shell) -> Done {
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
