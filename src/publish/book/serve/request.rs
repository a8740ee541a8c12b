//! The head of a request for a page: what is asked for, or the status of the refusal.

use crate::net::http::{canonical, decode};

/// The longest head, in bytes: browsers send the cookies of every program that was ever served at this address.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;
/// The most header lines.
const HEADERS_MAX: usize = 100;

/// A request that can be answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// Whether the head of the answer is all that is wanted.
    pub is_head: bool,
    /// The path from the root, decoded, without `.` and `..`.
    pub path: String,
    /// The last part of the path as it was written.
    pub name: String,
}

/// The status of a request that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused(pub &'static str);

/// Neither GET nor HEAD.
pub const METHOD: Refused = Refused("405 Method Not Allowed");
const BAD: Refused = Refused("400 Bad Request");
const LONG: Refused = Refused("431 Request Header Fields Too Large");
const VERSION: Refused = Refused("505 HTTP Version Not Supported");

/// The request at the beginning of what was read; `None` where more must be read.
///
/// # Errors
/// The refusal, at the latest when [`HEAD_BYTES_MAX`] bytes are no head.
pub fn parse(bytes: &[u8]) -> Result<Option<Request>, Refused> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let parsed = request.parse(&bytes[..bytes.len().min(HEAD_BYTES_MAX)]).map_err(|error| match error {
        httparse::Error::TooManyHeaders => LONG,
        httparse::Error::Version => VERSION,
        _ => BAD,
    })?;
    if parsed.is_partial() {
        return if bytes.len() < HEAD_BYTES_MAX { Ok(None) } else { Err(LONG) };
    }
    // RFC 9112, section 3.2
    if request.version == Some(1) && !request.headers.iter().any(|header| header.name.eq_ignore_ascii_case("host")) {
        return Err(BAD);
    }
    let is_head = match request.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Err(METHOD),
    };
    let written = request.path.and_then(path).ok_or(BAD)?;
    let path = decode(written).as_deref().and_then(canonical).ok_or(BAD)?;
    let name = written.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Some(Request { is_head, path, name }))
}

/// The path of a target, which may name the host too (RFC 9112, section 3.2.2).
fn path(target: &str) -> Option<&str> {
    let path = target.split(['?', '#']).next()?;
    match path.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("http://")) {
        Some(scheme) => {
            let rest = &path[scheme.len()..];
            Some(rest.find('/').map_or("/", |at| &rest[at..]))
        }
        None => Some(path).filter(|path| path.starts_with('/')),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What comes of bytes: whether it is HEAD, the path, the name.
    #[track_caller]
    fn check(bytes: &[u8], expected: Result<Option<(bool, &str, &str)>, Refused>) {
        let found = parse(bytes);
        let found =
            found.as_ref().map(|found| found.as_ref().map(|found| (found.is_head, found.path.as_str(), found.name.as_str())));
        assert_eq!(found, expected.as_ref().copied(), "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(200)]));
    }

    #[test]
    fn requests_are_told_from_what_is_none() {
        check(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nmore", Ok(Some((false, "/", ""))));
        check(b"HEAD /labs/01.html?x=/y HTTP/1.0\r\n\r\n", Ok(Some((true, "/labs/01.html", "01.html"))));
        check(b"GET http://localhost:3000/a HTTP/1.1\r\nhost: x\r\n\r\n", Ok(Some((false, "/a", "a"))));
        check(b"GET http://localhost HTTP/1.1\r\nhost: x\r\n\r\n", Ok(Some((false, "/", ""))));
        check("GET /%ED%95%9C%20a HTTP/1.0\r\n\r\n".as_bytes(), Ok(Some((false, "/한 a", "%ED%95%9C%20a"))));
        check(b"", Ok(None));
        check(b"GET / HTTP/1.1\r\nHost", Ok(None));
        check(b"GET / HTTP/1.1\r\n\r\n", Err(BAD));
        check(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", Err(METHOD));
        check(b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", Err(METHOD));
        check(b"GET * HTTP/1.1\r\nHost: x\r\n\r\n", Err(BAD));
        check(b"GET / HTTP/2.0\r\n\r\n", Err(VERSION));
        check(b"\x16\x03\x01\x02\x00\x01\x00", Err(BAD));
        check(&[b"GET /".as_slice(), &vec![b'a'; HEAD_BYTES_MAX]].concat(), Err(LONG));
        check(&[b"GET / HTTP/1.1\r\n".as_slice(), &b"a: b\r\n".repeat(HEADERS_MAX + 1), b"\r\n"].concat(), Err(LONG));
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        check(b"GET /a/../b HTTP/1.0\r\n\r\n", Ok(Some((false, "/b", "b"))));
        check(b"GET /../b HTTP/1.0\r\n\r\n", Err(BAD));
        check(b"GET /%2e%2E/b HTTP/1.0\r\n\r\n", Err(BAD));
        check(b"GET /a/..%2f..%2fb HTTP/1.0\r\n\r\n", Err(BAD));
        check(b"GET /%252e%252e/b HTTP/1.0\r\n\r\n", Ok(Some((false, "/%2e%2e/b", "b"))));
        check(b"GET /%zz HTTP/1.0\r\n\r\n", Err(BAD));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
            let _ = parse(&[b"GET /".as_slice(), &bytes, b" HTTP/1.0\r\n\r\n"].concat());
        }
    }
}
