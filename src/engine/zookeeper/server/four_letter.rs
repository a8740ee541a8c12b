//! Four-letter words: a client that sends `srvr` instead of a frame gets text.

use std::net::SocketAddr;

use tokio::sync::oneshot;

use super::connection::Shared;
use super::run::ToCore;
use super::words::Word;
use crate::log_info;

/// What `srvr` begins with: the version that this server speaks.
pub(super) const VERSION: &str = "3.8.2-139d619b58292d7734b4fc83a0f44be4e7b0c986, built on 2023-07-05 19:24 UTC";

/// The words that ZooKeeper 3.8 knows.
const WORDS: [&str; 18] = [
    "conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "hash", "isro", "mntr", "ruok", "srst", "srvr", "stat", "stmk",
    "wchc", "wchp", "wchs",
];

/// The answer to the first four bytes of a connection; `None` where they are no word.
pub(super) async fn answer(head: [u8; 4], address: &SocketAddr, shared: &Shared) -> Option<String> {
    let word = std::str::from_utf8(&head).ok().filter(|word| WORDS.contains(word))?;
    log_info!("org.apache.zookeeper.server.NIOServerCnxn", "Processing {word} command from /{address}");
    let allowed = |allowed: &String| allowed == word || allowed == "*";
    if !shared.four_letter_words.iter().any(allowed) {
        return Some(format!("{word} is not executed because it is not in the whitelist.\n"));
    }
    let word = match word {
        "ruok" => return Some("imok".to_owned()),
        "isro" => return Some("rw".to_owned()),
        "conf" => Word::Conf,
        "crst" => Word::Crst,
        "dirs" => Word::Dirs,
        "mntr" => Word::Mntr,
        "srst" => Word::Srst,
        "srvr" => Word::Srvr,
        "stat" => Word::Stat(*address),
        "wchc" => Word::Wchc,
        "wchp" => Word::Wchp,
        "wchs" => Word::Wchs,
        _ => return Some(format!("{word} is not executed because this server does not know it yet.\n")),
    };
    let (reply, text) = oneshot::channel();
    shared.core.send(ToCore::Word(word, reply)).await.ok()?;
    text.await.ok()
}
