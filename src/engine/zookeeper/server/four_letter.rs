//! Four-letter words: a client that sends `srvr` instead of a frame gets text.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::oneshot;

use super::connection::Shared;
use super::run::ToCore;
use super::words::Word;
use crate::log_info;

/// What `srvr` begins with: the version that this server speaks.
pub(super) const VERSION: &str = crate::catalog::ZOOKEEPER_VERSION;

/// The words that ZooKeeper 3.8 knows.
const WORDS: [&str; 18] = [
    "conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "hash", "isro", "mntr", "ruok", "srst", "srvr", "stat", "stmk",
    "wchc", "wchp", "wchs",
];

/// How long the eight bytes behind `stmk` may take.
const MASK_TIMEOUT: Duration = Duration::from_secs(10);

/// The answer to the first four bytes of a connection; `None` where they are no word.
pub(super) async fn answer<R: AsyncRead + Unpin>(
    head: [u8; 4],
    reader: &mut R,
    address: &SocketAddr,
    shared: &Shared,
) -> Option<String> {
    let word = std::str::from_utf8(&head).ok().filter(|word| WORDS.contains(word))?;
    log_info!("org.apache.zookeeper.server.NIOServerCnxn", "Processing {word} command from /{address}");
    let allowed = |allowed: &String| allowed == word || allowed == "*";
    if !shared.config.four_letter_words.iter().any(allowed) {
        return Some(format!("{word} is not executed because it is not in the whitelist.\n"));
    }
    let word = match word {
        "ruok" => return Some("imok".to_owned()),
        "isro" => return Some("rw".to_owned()),
        "conf" => Word::Conf,
        "cons" => Word::Cons,
        "crst" => Word::Crst,
        "dirs" => Word::Dirs,
        "dump" => Word::Dump,
        "envi" => Word::Envi,
        "gtmk" => Word::Gtmk,
        "hash" => Word::Hash,
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
