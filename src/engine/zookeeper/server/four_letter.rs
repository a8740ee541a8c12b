//! Four-letter words: a client that sends `srvr` instead of a frame gets text.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::oneshot;

use super::connection::Shared;
use super::metrics::Counter;
use super::run::ToCore;
use super::words::Word;
use crate::engine::zookeeper::java_order::PathSet;
use crate::log_info;

/// What `srvr` begins with: the version that this server speaks.
pub(super) const VERSION: &str = crate::catalog::ZOOKEEPER_VERSION;

/// The words that ZooKeeper 3.8 knows, in the order of Java's table of the numbers that their letters make.
const WORDS: [(&str, [u8; 4]); 19] = [
    ("srvr", *b"srvr"),
    ("stat", *b"stat"),
    ("wchc", *b"wchc"),
    ("dump", *b"dump"),
    ("crst", *b"crst"),
    ("srst", *b"srst"),
    ("envi", *b"envi"),
    ("conf", *b"conf"),
    ("telnet close", TELNET_CLOSE),
    ("hash", *b"hash"),
    ("wchs", *b"wchs"),
    ("wchp", *b"wchp"),
    ("dirs", *b"dirs"),
    ("cons", *b"cons"),
    ("mntr", *b"mntr"),
    ("isro", *b"isro"),
    ("ruok", *b"ruok"),
    ("gtmk", *b"gtmk"),
    ("stmk", *b"stmk"),
];

/// What is always enabled: ZooKeeper's own scripts ask it.
const ALWAYS: &str = "srvr";

/// What a telnet client sends when its user interrupts it.
const TELNET_CLOSE: [u8; 4] = [0xff, 0xf4, 0xff, 0xfd];

/// How long the eight bytes behind `stmk` may take.
const MASK_TIMEOUT: Duration = Duration::from_secs(10);

/// The answer to the first four bytes of a connection; `None` where they are no word.
pub(super) async fn answer<R: AsyncRead + Unpin>(
    head: [u8; 4],
    reader: &mut R,
    address: &SocketAddr,
    shared: &Shared,
) -> Option<String> {
    let (word, _) = *WORDS.iter().find(|(_, bytes)| *bytes == head)?;
    shared.counters.add(Counter::BytesReceived, head.len());
    let enabled = &shared.config.four_letter_words;
    shared.first_word.call_once(|| log_words(enabled));
    let answer_at_once = async |answer: String| {
        // only counted: a server that goes down tells nobody any more
        let _ = shared.core.send(ToCore::Talked).await;
        Some(answer)
    };
    if !is_enabled(word, enabled) {
        return answer_at_once(format!("{word} is not executed because it is not in the whitelist.\n")).await;
    }
    log_info!("org.apache.zookeeper.server.NIOServerCnxn", "Processing {word} command from /{address}");
    let word = match word {
        // there is no such command behind it: the bytes are taken for a length
        "telnet close" => return None,
        "ruok" => return answer_at_once("imok".to_owned()).await,
        "conf" => Word::Conf,
        "cons" => Word::Cons,
        "crst" => Word::Crst,
        "dirs" => Word::Dirs,
        "dump" => Word::Dump,
        "envi" => Word::Envi,
        "gtmk" => Word::Gtmk,
        "hash" => Word::Hash,
        "isro" => Word::Isro,
        "mntr" => Word::Mntr,
        "srst" => Word::Srst,
        "stat" => Word::Stat,
        "stmk" => {
            let mask = tokio::time::timeout(MASK_TIMEOUT, reader.read_i64()).await;
            // without a mask there is nothing to say
            let Ok(Ok(mask)) = mask else { return Some(String::new()) };
            Word::Stmk(mask)
        }
        "wchc" => Word::Wchc,
        "wchp" => Word::Wchp,
        "wchs" => Word::Wchs,
        _ => Word::Srvr,
    };
    let (reply, text) = oneshot::channel();
    shared.core.send(ToCore::Word(word, *address, reply)).await.ok()?;
    text.await.ok()
}

fn is_enabled(word: &str, enabled: &[String]) -> bool {
    word == ALWAYS || enabled.iter().any(|enabled| enabled == word || enabled == "*")
}

/// At the first word the log says which there are.
fn log_words(enabled: &[String]) {
    const LOGGER: &str = "org.apache.zookeeper.server.command.FourLetterCommands";
    log_info!(LOGGER, "The list of known four letter word commands is : [{{{}}}]", known_words());
    log_info!(LOGGER, "The list of enabled four letter word commands is : [[{}]]", enabled_words(enabled));
}

fn known_words() -> String {
    let words = WORDS.iter().map(|(word, bytes)| format!("{}={word}", i32::from_be_bytes(*bytes)));
    words.collect::<Vec<_>>().join(", ")
}

/// In the order of Java's table.
fn enabled_words(enabled: &[String]) -> String {
    let mut words = PathSet::default();
    let named = enabled.iter().take_while(|word| *word != "*").map(String::as_str).filter(|word| !word.is_empty());
    named.for_each(|word| words.insert(word));
    if enabled.iter().any(|word| word == "*") {
        WORDS.iter().for_each(|(word, _)| words.insert(word));
    }
    words.insert(ALWAYS);
    words.in_order().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(enabled: &str, expected: &str) {
        let enabled: Vec<String> = enabled.split(',').map(str::to_owned).collect();
        assert_eq!(enabled_words(&enabled), expected);
    }

    /// As ZooKeeper 3.8.2 logged them.
    #[test]
    fn the_words_are_listed_in_the_order_of_java() {
        check(
            "*",
            "wchs, stat, wchp, dirs, stmk, conf, ruok, mntr, srvr, wchc, envi, srst, isro, dump, gtmk, telnet close, crst, hash, cons",
        );
        check("srvr", "srvr");
        assert!(
            known_words().starts_with("1936881266=srvr, 1937006964=stat, ") && known_words().contains("-720899=telnet close")
        );
    }

    #[test]
    fn srvr_is_enabled_whatever_is_listed() {
        let enabled = ["ruok".to_owned()];
        assert!(is_enabled("srvr", &enabled) && is_enabled("ruok", &enabled) && !is_enabled("stat", &enabled));
    }
}
