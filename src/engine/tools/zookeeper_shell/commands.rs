//! The commands that ask ZooKeeper something: which there are, and what their lines have in common.

use super::options::{Parsed, Rules, parse};
use super::session::{Failure, Shell};
use super::{quota, reads, usage, watches, writes};
use crate::catalog::ZOOKEEPER_VERSION;
use crate::engine::tools::Exception;
use crate::engine::tools::harness::print;
use crate::engine::zookeeper::date::java_date;
use crate::engine::zookeeper::protocol::Stat;

/// What comes of a command.
pub(super) type Done = Result<(), Failure>;

/// Carries out a command; those that the shell does by itself are none.
pub(super) async fn run(shell: &mut Shell, command: &str, words: &[String]) -> Done {
    match command {
        "ls" => reads::ls(shell, words).await,
        "get" => reads::get(shell, words).await,
        "stat" => reads::stat(shell, words).await,
        "set" => writes::set(shell, words).await,
        "create" => writes::create(shell, words).await,
        "delete" => writes::delete(shell, words).await,
        "deleteall" => writes::delete_all(shell, words).await,
        "getAcl" => reads::get_acl(shell, words).await,
        "setAcl" => writes::set_acl(shell, words).await,
        "addauth" => writes::add_auth(shell, words).await,
        "sync" => reads::sync(shell, words).await,
        "addWatch" => watches::add_watch(shell, words).await,
        "removewatches" => watches::remove_watches(shell, words).await,
        "getEphemerals" => reads::get_ephemerals(shell, words).await,
        "getAllChildrenNumber" => reads::get_all_children_number(shell, words).await,
        "config" => reads::config(shell, words).await,
        "reconfig" => writes::reconfig(shell, words).await,
        "setquota" => quota::set(shell, words).await,
        "listquota" => quota::list(shell, words).await,
        "delquota" => quota::delete(shell, words).await,
        "whoami" => reads::who_am_i(shell).await,
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

/// The usage of a line's command.
pub(super) fn of_line(words: &[String]) -> String {
    usage::of(words.first().map_or("", String::as_str))
}

/// A word; the shell looks for it after it has counted the words, and an old form may have taken one away.
pub(super) fn word(found: &Parsed, at: usize) -> Result<&str, Failure> {
    found.words.get(at).map(String::as_str).ok_or_else(|| {
        let text = format!("Index {at} out of bounds for length {}", found.words.len());
        Failure::Uncaught(Exception::new("java.lang.ArrayIndexOutOfBoundsException", text))
    })
}

/// Shows the statistics of a znode.
pub(super) fn print_stat(stat: &Stat) {
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
