//! Unix sockets between programs of one user on one machine.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// Listens on a socket file that only this user may connect to (0600, in a folder that is made 0700 where it is not there). A file that is
/// left from a program that ended is replaced. Must be called within a tokio runtime.
///
/// # Errors
/// `AddrInUse` where a program listens there; otherwise as the system gives them.
pub async fn listen_local(path: &Path) -> io::Result<UnixListener> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    match connect_local(path).await {
        Ok(_) => return Err(io::ErrorKind::AddrInUse.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(_) => fs::remove_file(path)?,
    }
    // named only when it listens and is private: whoever sees the file can connect
    let unnamed = path.with_extension(format!("{}.new", std::process::id()));
    let (short, _folder) = short(&unnamed)?;
    let listener = UnixListener::bind(short)?;
    fs::set_permissions(&unnamed, Permissions::from_mode(0o600))?;
    fs::rename(&unnamed, path)?;
    Ok(listener)
}

/// Connects to a socket file.
///
/// # Errors
/// `NotFound` where there is no such file, `ConnectionRefused` where nobody listens any more.
pub async fn connect_local(path: &Path) -> io::Result<UnixStream> {
    let (short, _folder) = short(path)?;
    UnixStream::connect(short).await
}

/// A socket's path may only be 107 bytes long, a workspace's may be longer: the folder is named by an open file, kept open meanwhile.
fn short(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = File::open(path.parent().unwrap_or(Path::new(".")))?;
    Ok((PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(name), folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_long_path_is_listened_on_by_one_and_private() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("x".repeat(200)).join("socket");
        let listener = listen_local(&path).await.expect("it listens");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        connect_local(&path).await.expect("it is reached");
        assert_eq!(listen_local(&path).await.expect_err("taken").kind(), io::ErrorKind::AddrInUse);
        drop(listener);
        listen_local(&path).await.expect("what was left is replaced");
    }
}
