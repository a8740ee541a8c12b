//! Frames: a four-byte big-endian length and that many bytes, as the Kafka and ZooKeeper protocols send them.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much memory is taken before bytes have arrived to fill it; a frame that only claims to be long costs no more than this.
const FIRST_RESERVE_BYTES: usize = 64 * 1024;
/// How many times the bytes that have arrived there is room for from then on. The less often a frame grows, the less it is copied.
const GROWTH: usize = 8;

/// Why a frame could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The length is negative or above the limit; nothing after it was read.
    #[error("frame of {found} bytes: expected 0 to {limit}")]
    Length {
        /// The length as it was sent.
        found: i32,
        /// The largest length allowed here, in bytes.
        limit: usize,
    },
    /// The peer went away in the middle of a frame, or the socket failed.
    #[error("failed to read a frame")]
    Io(#[from] io::Error),
}

/// Reads one frame of at most `limit` bytes; `None` where the peer closed between frames.
///
/// # Errors
/// [`FrameError::Length`] before any memory is taken for the frame, [`FrameError::Io`] when the stream ends inside it.
pub async fn read_frame<R: AsyncRead + Unpin>(stream: &mut R, limit: usize) -> Result<Option<Bytes>, FrameError> {
    read_frame_unless_idle(stream, limit, None).await
}

/// As [`read_frame`], from a peer that may not be silent for as long as `idle`.
///
/// # Errors
/// As [`read_frame`]; `TimedOut` where nothing came for so long.
pub async fn read_frame_unless_idle<R: AsyncRead + Unpin>(
    stream: &mut R,
    limit: usize,
    idle: Option<Duration>,
) -> Result<Option<Bytes>, FrameError> {
    let mut head = [0_u8; 4];
    let mut filled = 0;
    while filled < head.len() {
        match within(idle, stream.read(&mut head[filled..])).await? {
            0 if filled == 0 => return Ok(None),
            0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            n => filled += n,
        }
    }
    let found = i32::from_be_bytes(head);
    let length = usize::try_from(found).ok().filter(|length| *length <= limit).ok_or(FrameError::Length { found, limit })?;
    let mut body = BytesMut::with_capacity(length.min(FIRST_RESERVE_BYTES));
    let mut rest = stream.take(length as u64);
    while body.len() < length {
        if body.len() == body.capacity() {
            body.reserve((body.len() * (GROWTH - 1)).min(length - body.len()));
        }
        if within(idle, rest.read_buf(&mut body)).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    Ok(Some(body.freeze()))
}

/// Waits for what the peer does, but no longer than `idle`.
///
/// # Errors
/// Its own, or `TimedOut`.
pub async fn within<T>(idle: Option<Duration>, done: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match idle {
        Some(idle) => tokio::time::timeout(idle, done).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
        None => done.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_is_silent_for_too_long_is_given_up() {
        let (mut ours, mut theirs) = tokio::io::duplex(64);
        tokio::io::AsyncWriteExt::write_all(&mut theirs, b"\0\0\0\x03ab").await.expect("room");
        let read = read_frame_unless_idle(&mut ours, 8, Some(Duration::from_secs(600))).await;
        assert!(matches!(read, Err(FrameError::Io(error)) if error.kind() == io::ErrorKind::TimedOut));
    }

    async fn check(input: &[u8], expected: Result<Option<&[u8]>, &str>) {
        let mut stream = input;
        match (read_frame(&mut stream, 8).await, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found.as_deref(), expected),
            (Err(found), Err(expected)) => assert_eq!(found.to_string(), expected),
            (found, expected) => panic!("expected {expected:?}, found {found:?}"),
        }
    }

    #[tokio::test]
    async fn frames_are_read_within_the_limit() {
        check(b"", Ok(None)).await;
        check(b"\0\0\0\0", Ok(Some(b""))).await;
        check(b"\0\0\0\x03abcd", Ok(Some(b"abc"))).await;
        check(b"\0\0\0\x09123456789", Err("frame of 9 bytes: expected 0 to 8")).await;
        check(b"\xff\xff\xff\xffabc", Err("frame of -1 bytes: expected 0 to 8")).await;
        check(b"\0\0", Err("failed to read a frame")).await;
        check(b"\0\0\0\x03ab", Err("failed to read a frame")).await;
    }
}
