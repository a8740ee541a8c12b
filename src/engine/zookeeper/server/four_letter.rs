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
    let word = match head {
        TELNET_CLOSE => "telnet close",
        _ => std::str::from_utf8(&head).ok().filter(|word| WORDS.contains(word))?,
    };
    let allowed = |allowed: &String| allowed == word || allowed == "*";
    let answer_at_once = async |answer: String| {
        // only counted: a server that goes down tells nobody any more
        let _ = shared.core.send(ToCore::Talked).await;
        Some(answer)
    };
    if !shared.config.four_letter_words.iter().any(allowed) {
        return answer_at_once(format!("{word} is not executed because it is not in the whitelist.\n")).await;
    }
    log_info!("org.apache.zookeeper.server.NIOServerCnxn", "Processing {word} command from /{address}");
    let word = match word {
        // there is no such command behind it: the bytes are taken for a length
        "telnet close" => return None,
        "ruok" => return answer_at_once("imok".to_owned()).await,
        "isro" => return answer_at_once("rw".to_owned()).await,
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
