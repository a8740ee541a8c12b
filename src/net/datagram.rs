//! Datagrams between processes of one machine.

use std::io;
use std::path::Path;

use tokio::net::UnixDatagram;

/// Receives at a socket file that only this user may write to; one that is left from before is replaced. Must be called within a
/// tokio runtime.
///
/// # Errors
/// The path is too long for a socket, or its folder cannot be written.
pub fn unix_datagram(path: &Path) -> io::Result<UnixDatagram> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let socket = UnixDatagram::bind(path)?;
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(socket)
}
