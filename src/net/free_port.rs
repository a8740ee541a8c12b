//! Free ports that stay free: from below the range that the kernel gives to connecting sockets, so that no client of any program takes
//! one while its server is being restarted.

use std::collections::HashSet;
use std::io;
use std::sync::{Mutex, PoisonError};

use super::listen;

/// Ports below this are for well-known servers.
const FIRST: u16 = 10_000;
/// Where the kernel's own range begins when it does not say.
const KERNEL_FIRST: u16 = 32_768;
/// How many ports are tried before the machine counts as full.
const TRIES: u32 = 500;

/// The ports that were given: a client that outlives its server must not find another one behind its port.
static GIVEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);

/// A port that nobody listens on, anywhere on this machine, chosen at random and given once. Must be called within a tokio runtime.
///
/// # Errors
/// None was found.
pub async fn free_port() -> io::Result<u16> {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let kernel_first = range.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(KERNEL_FIRST);
    let room = u128::from(kernel_first.saturating_sub(FIRST).max(1));
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..TRIES {
        // less than the room, which is less than 2^16
        let port = FIRST + (uuid::Uuid::new_v4().as_u128() % room) as u16;
        match listen::bind("", port, 1).await {
            Ok(_) if GIVEN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(port) => {
                return Ok(port);
            }
            Ok(_) => {}
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_free_port_can_be_listened_on_and_differs_from_the_next() {
        let port = free_port().await.expect("a port");
        let held = listen::bind("", port, 1).await.expect("it is free");
        assert_ne!(free_port().await.expect("another"), port);
        drop(held);
    }
}
