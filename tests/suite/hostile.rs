//! Peers that mean no good, or are broken: what they send costs little, and others are served meanwhile.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{DEADLINE, raw};

/// Sends bytes as they are; gives what comes back until the broker closes the connection.
pub async fn send(port: u16, bytes: &[u8]) -> Vec<u8> {
    let mut stream = raw::connect(port).await;
    // a broker that has seen enough closes before it has read everything
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("the broker closes");
    match read {
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => panic!("{error}"),
        _ => answer,
    }
}
