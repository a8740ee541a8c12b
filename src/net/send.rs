//! Sending: bytes in memory, and ranges of files without a copy in user space.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use rustix::io::Errno;
use tokio::io::{AsyncWriteExt, Interest};
use tokio::net::TcpStream;

/// How much is read at once where the kernel cannot send from the file.
const COPY_BYTES: usize = 64 * 1024;

/// Sends `length` bytes of `file` from `offset` to the socket with sendfile(2), or by reading where that is not supported.
///
/// # Errors
/// The socket's or the file's; `UnexpectedEof` where the file is shorter.
pub async fn send_file(socket: &mut TcpStream, file: &File, mut offset: u64, length: usize) -> io::Result<()> {
    let mut left = length;
    while left > 0 {
        let sent =
            socket.async_io(Interest::WRITABLE, || Ok(rustix::fs::sendfile(&*socket, file, Some(&mut offset), left)?)).await;
        match sent {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(sent) => left -= sent,
            Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::INVAL | Errno::NOSYS)) => {
                return copy_file(socket, file, offset, left).await;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn copy_file(socket: &mut TcpStream, file: &File, mut offset: u64, mut left: usize) -> io::Result<()> {
    let mut buffer = vec![0_u8; COPY_BYTES.min(left)];
    while left > 0 {
        let part = buffer.len().min(left);
        file.read_exact_at(&mut buffer[..part], offset)?;
        socket.write_all(&buffer[..part]).await?;
        offset += part as u64;
        left -= part;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    async fn check(length: usize, offset: u64, expected: Result<&[u8], io::ErrorKind>) {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"0123456789").expect("written");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("bound");
        let (client, server) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (mut client, mut server) = (client.expect("connected"), server.expect("accepted").0);
        let sent = send_file(&mut server, &file, offset, length).await;
        drop(server);
        let mut received = Vec::new();
        client.read_to_end(&mut received).await.expect("received");
        match expected {
            Ok(bytes) => assert_eq!((sent.is_ok(), received.as_slice()), (true, bytes)),
            Err(kind) => assert_eq!(sent.expect_err("too short").kind(), kind),
        }
    }

    #[tokio::test]
    async fn a_range_of_a_file_arrives_whole() {
        check(10, 0, Ok(b"0123456789")).await;
        check(3, 4, Ok(b"456")).await;
        check(0, 4, Ok(b"")).await;
        check(11, 0, Err(io::ErrorKind::UnexpectedEof)).await;
    }
}
