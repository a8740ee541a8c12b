//! `addWatch` and `removewatches`.

use super::commands::{Done, read, read_words, word};
use super::options::Rules;
use super::session::{Failure, Shell};
use super::usage;
use crate::engine::tools::Exception;
use crate::engine::zookeeper::client::{ClientError, RemovedWatch};
use crate::engine::zookeeper::protocol::{AddWatchMode, WatcherType};

pub(super) async fn add_watch(shell: &mut Shell, words: &[String]) -> Done {
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

pub(super) async fn remove_watches(shell: &mut Shell, words: &[String]) -> Done {
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
