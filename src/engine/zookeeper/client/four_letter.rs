//! Four-letter words: one question per connection, answered in plain text, without a session.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::net;

/// The longest answer that is taken, in bytes; a server with very many connections is cut off here.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Asks a server one word, as `srvr`, and returns what it says before it closes the connection.
///
/// # Errors
/// Nothing listens there, or the answer does not end within `deadline`.
pub async fn four_letter_word(host: &str, port: u16, word: &str, deadline: Duration) -> io::Result<String> {
    let ask = async {
        let mut stream = net::connect(host, port, deadline).await?;
        stream.write_all(word.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    tokio::time::timeout(deadline, ask).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
