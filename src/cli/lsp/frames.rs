//! The frames of the protocol: headers, an empty line, and as many bytes as the headers say; none larger than a limit.

use std::io::{self, BufRead, Read as _};

/// The largest message that is taken, in bytes: sixteen times the largest file that is looked at.
pub(super) const FRAME_MAX: u64 = 16 * 1024 * 1024;
/// The longest header; what is longer is none.
const HEADER_MAX: u64 = 1024;

/// What stood in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The body of a message.
    Frame(Vec<u8>),
    /// A message of this many bytes, which was left out.
    TooLarge(u64),
    /// The stream has ended, in the middle of a message or after it.
    End,
}

/// Reads the next message. Lines that are no headers are passed over, until one says how long a message is.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Read> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        input.by_ref().take(HEADER_MAX).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(Read::End);
        }
        match (line.trim_ascii().is_empty(), length) {
            (true, Some(length)) => return body(input, length),
            (true, None) => {}
            (false, _) => length = content_length(&line).or(length),
        }
    }
}

fn body(input: &mut impl BufRead, length: u64) -> io::Result<Read> {
    let mut rest = input.take(length);
    if length > FRAME_MAX {
        let left_out = io::copy(&mut rest, &mut io::sink())?;
        return Ok(if left_out == length { Read::TooLarge(length) } else { Read::End });
    }
    let mut body = Vec::new();
    rest.read_to_end(&mut body)?;
    Ok(if body.len() as u64 == length { Read::Frame(body) } else { Read::End })
}

/// The length that a header tells; `None` where it is another one.
fn content_length(line: &[u8]) -> Option<u64> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    name.trim().eq_ignore_ascii_case("Content-Length").then_some(value)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &[u8], expected: &[Read]) {
        let mut input = input;
        for expected in expected {
            assert_eq!(&read(&mut input).unwrap(), expected);
        }
        assert_eq!(read(&mut input).unwrap(), Read::End);
    }

    fn frame(body: &str) -> Read {
        Read::Frame(body.as_bytes().to_vec())
    }

    #[test]
    fn bodies_are_as_long_as_the_header_says() {
        check(b"", &[]);
        check(b"Content-Length: 2\r\n\r\n{}Content-Length: 1\r\n\r\n1", &[frame("{}"), frame("1")]);
        check(b"content-length:2\nContent-Type: x\n\n{}", &[frame("{}")]);
        check(b"Content-Length: 0\r\n\r\n", &[frame("")]);
    }

    #[test]
    fn what_is_no_message_is_passed_over() {
        check(b"hello\r\n\r\n\xff\x00\r\nContent-Length: 2\r\n\r\n{}", &[frame("{}")]);
        check(b"Content-Length: -1\r\n\r\nContent-Length: 99999999999999999999999\r\n\r\n", &[]);
        check(b"Content-Length: 5\r\n\r\n{}", &[]);
        let mut long = vec![b'x'; 5000];
        long.extend_from_slice(b"\nContent-Length: 2\r\n\r\n{}");
        check(&long, &[frame("{}")]);
    }

    #[test]
    fn a_message_that_is_too_large_is_left_out_and_the_next_one_read() {
        let large = FRAME_MAX + 1;
        let mut input = format!("Content-Length: {large}\r\n\r\n").into_bytes();
        input.resize(input.len() + usize::try_from(large).unwrap(), b' ');
        input.extend_from_slice(b"Content-Length: 2\r\n\r\n{}");
        check(&input, &[Read::TooLarge(large), frame("{}")]);
        check(format!("Content-Length: {}\r\n\r\nabc", u64::MAX).as_bytes(), &[]);
    }
}
