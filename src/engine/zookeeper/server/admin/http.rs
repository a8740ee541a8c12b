//! HTTP/1.1 as far as a server of small answers needs it: bounded requests without bodies, connections that stay open or close.

use std::sync::Arc;

use bytes::{Buf, BytesMut};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

use super::answers::{COMMANDS, primary_name};
use super::response::{Bad, ErrorPage, Goes, Response};
use super::{AdminConfig, Question, json};
use crate::engine::zookeeper::server::run::ToCore;
use crate::net::http::{canonical, date, decode};
use crate::net::{Shutdown, serve_each};

/// The longest head of a request, as Jetty's.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// The most header lines of a request.
const HEADERS_MAX: usize = 100;
/// The longest body that is passed over; a longer one ends the connection.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Connections that are served at once; others wait.
const CONNECTIONS_MAX: usize = 200;
/// What answers commands, and what all else.
const COMMAND_SERVLET: &str = "org.apache.zookeeper.server.admin.JettyAdminServer$CommandServlet";
const OTHER_SERVLET: &str = "org.eclipse.jetty.servlet.ServletHandler$Default404Servlet";

/// A request without what nobody looks at.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    method: String,
    target: String,
    /// Whether the connection ends with the answer.
    is_last: bool,
    /// Whether it is of HTTP/1.0.
    is_old: bool,
    /// What it takes for an answer.
    accept: Option<String>,
    /// Bytes of body to pass over.
    body: usize,
}

pub(super) async fn serve(listener: TcpListener, config: AdminConfig, core: mpsc::Sender<ToCore>, shutdown: Shutdown) {
    let config = Arc::new(config);
    let serve = |stream| {
        let (config, core) = (Arc::clone(&config), core.clone());
        async move {
            // who asked has gone, or speaks no HTTP: there is nobody to tell
            let _ = connection(stream, &config, &core).await;
        }
    };
    serve_each(listener, CONNECTIONS_MAX, shutdown, serve).await;
}

async fn connection(mut stream: TcpStream, config: &AdminConfig, core: &mpsc::Sender<ToCore>) -> Option<()> {
    let mut bytes = BytesMut::new();
    loop {
        let parsed = loop {
            match parse(&bytes) {
                Ok(Some((request, length))) => {
                    bytes.advance(length);
                    break Ok(request);
                }
                Ok(None) => {}
                Err(bad) => break Err(bad),
            }
            let read = tokio::time::timeout(config.idle_timeout, stream.read_buf(&mut bytes)).await.ok()?.ok()?;
            if read == 0 {
                return None;
            }
        };
        let (response, with_body) = match &parsed {
            Ok(request) => (respond(request, config, core).await?, request.method != "HEAD"),
            Err(bad) => (bad.response(), true),
        };
        let goes = match &parsed {
            // a body that is not there yet is not waited for
            Ok(request) if !request.is_last && !response.is_last && request.body <= bytes.len() => Goes::On,
            Ok(request) if request.is_old => Goes::EndsUnsaid,
            _ => Goes::Ends,
        };
        let text = response.text(with_body, goes);
        tokio::time::timeout(config.idle_timeout, stream.write_all(text.as_bytes())).await.ok()?.ok()?;
        let Some(request) = parsed.ok().filter(|_| goes == Goes::On) else {
            return stream.shutdown().await.ok();
        };
        bytes.advance(request.body);
    }
}

/// The request at the beginning of what was read, and its length; `None` where more must be read.
fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, Bad> {
    // empty lines before a request are passed over
    let skipped = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let head = &bytes[skipped..];
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let status = request.parse(&head[..head.len().min(HEAD_BYTES_MAX)]).map_err(|error| bad(error, head))?;
    let httparse::Status::Complete(length) = status else {
        return match head.len() {
            HEAD_BYTES_MAX.. if !head[..HEAD_BYTES_MAX].contains(&b'\n') => Err(Bad::new(414, "URI Too Long")),
            HEAD_BYTES_MAX.. => Err(Bad::new(431, "Request Header Fields Too Large")),
            _ => Ok(None),
        };
    };
    let value = |name: &str| {
        let header = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        header.map(|header| String::from_utf8_lossy(header.value).trim().to_owned())
    };
    let is_old = request.version == Some(0);
    if !is_old && value("host").is_none() {
        return Err(Bad::new(400, "No Host"));
    }
    let body = match value("content-length").map(|text| text.parse::<usize>()) {
        None => 0,
        Some(Ok(length)) => length,
        Some(Err(_)) => return Err(Bad::new(400, "Invalid Content-Length Value")),
    };
    let connection = value("connection").unwrap_or_default().to_ascii_lowercase();
    let stays = if is_old { connection == "keep-alive" } else { connection != "close" };
    let is_last = !stays || body > BODY_BYTES_MAX || value("transfer-encoding").is_some();
    let parsed = Request {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        is_last,
        is_old,
        accept: value("accept"),
        body,
    };
    Ok(Some((parsed, skipped + length)))
}

/// Jetty's word for what is wrong.
fn bad(error: httparse::Error, head: &[u8]) -> Bad {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let words = line.split(|byte| *byte == b' ').count();
    let illegal = illegal(head);
    match error {
        httparse::Error::TooManyHeaders => Bad::new(431, "Request Header Fields Too Large"),
        _ if let Some(reason) = illegal => Bad::new(400, reason),
        httparse::Error::Version if line.ends_with(b" HTTP/2.0") => Bad::new(426, "Upgrade Required"),
        _ if words == 1 => Bad::new(400, "No URI"),
        _ if words == 2 => Bad::new(505, "HTTP/0.9 not supported"),
        httparse::Error::Version => Bad::new(505, "Unknown Version"),
        _ => Bad::new(400, "Bad Request"),
    }
}

/// What of a head is a byte that may not stand where it does, as Jetty names it.
fn illegal(head: &[u8]) -> Option<String> {
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let (method, rest) = split_at_first(lines.next()?, b' ');
    let (uri, version) = split_at_first(rest, b' ');
    // a method of another character alone is one that nobody has
    let odd_method = method.iter().enumerate().find(|(at, byte)| !is_token(**byte) && (*at > 0 || !byte.is_ascii_graphic()));
    let in_method = if method.is_empty() && !rest.is_empty() { Some(b' ') } else { odd_method.map(|(_, byte)| *byte) };
    let control = |bytes: &[u8]| bytes.iter().copied().find(|byte| byte.is_ascii_control() && *byte != b'\t');
    let in_version = version.iter().copied().find(|byte| !byte.is_ascii_graphic());
    if let Some(byte) = in_method.or_else(|| control(uri)).or(in_version) {
        return Some(named(byte));
    }
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = split_at_first(line, b':');
        if name.is_empty() || matches!(name[0], b' ' | b'\t') {
            return Some("Header Folding".to_owned());
        }
        if let Some(byte) = name.iter().copied().find(|byte| !is_token(*byte)).or_else(|| control(value)) {
            return Some(named(byte));
        }
    }
    None
}

fn split_at_first(bytes: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let at = bytes.iter().position(|byte| *byte == separator);
    at.map_or((bytes, &[]), |at| (&bytes[..at], &bytes[at + 1..]))
}

/// Whether a byte may stand in the name of a method or a header (RFC 9110, `tchar`).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn named(byte: u8) -> String {
    match byte {
        b'\r' => "Bad EOL".to_owned(),
        b'\t' => "Illegal character HTAB=0x9".to_owned(),
        b' ' => "Illegal character SPACE=' '".to_owned(),
        0x80.. => format!("Illegal character OTEXT={byte:#x}"),
        _ if byte.is_ascii_control() => format!("Illegal character CNTL={byte:#x}"),
        _ => format!("Illegal character VCHAR='{}'", char::from(byte)),
    }
}

async fn respond(request: &Request, config: &AdminConfig, core: &mpsc::Sender<ToCore>) -> Option<Response> {
    let (uri, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let Some(path) = decode(uri).as_deref().and_then(canonical) else { return Some(Bad::new(400, "Bad Request").response()) };
    let rest = path.strip_prefix(config.command_url.trim_end_matches('/'));
    let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let servlet = if rest.is_some() { COMMAND_SERVLET } else { OTHER_SERVLET };
    let date = ("Date", date());
    match request.method.as_str() {
        "GET" | "HEAD" => {}
        "OPTIONS" => {
            let headers = vec![date, ("Allow", "GET, HEAD, TRACE, OPTIONS".to_owned())];
            return Some(Response { headers, ..Response::empty("200 OK") });
        }
        "TRACE" => return Some(Response::empty("403 Forbidden")),
        "POST" => {
            let message = "HTTP method POST is not supported by this URL";
            let page = ErrorPage { code: 405, reason: "Method Not Allowed", message, uri, servlet };
            return Some(page.response(request.accept.as_deref()));
        }
        "PUT" | "DELETE" => return Some(Response::empty("405 Method Not Allowed")),
        _ => return Some(Response::empty("501 Not Implemented")),
    }
    let Some(rest) = rest else {
        let page = ErrorPage { code: 404, reason: "Not Found", message: "Not Found", uri, servlet };
        return Some(page.response(request.accept.as_deref()));
    };
    let command = rest.strip_prefix('/').unwrap_or_default();
    if command.is_empty() {
        let link = |name: &str| format!("<a href=\"{}/{name}\">{name}</a>\n<br/>\n", config.command_url);
        let body = COMMANDS.iter().map(|(name, _)| link(name)).collect();
        return Some(Response { headers: vec![date], body, ..Response::empty("200 OK") });
    }
    let value = match primary_name(command) {
        Some(name) => {
            let (reply, value) = oneshot::channel();
            let question = Question { command: name.to_owned(), query: query.to_owned(), reply };
            core.send(ToCore::Admin(question)).await.ok()?;
            value.await.ok()?
        }
        None => json!({ "command": command, "error": format!("Unknown command: {command}") }),
    };
    let headers = vec![date, ("Content-Type", "application/json".to_owned())];
    Some(Response { headers, body: json::text(&value), ..Response::empty("200 OK") })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8], expected: Result<Option<(&str, &str, bool, usize)>, Bad>) {
        let found = parse(bytes);
        let found = found
            .as_ref()
            .map(|found| found.as_ref().map(|(r, length)| (r.method.as_str(), r.target.as_str(), r.is_last, *length)));
        assert_eq!(found, expected.as_ref().map(|expected| *expected), "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn requests_are_told_from_what_is_none() {
        check(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET", Ok(Some(("GET", "/a", false, 28))));
        check(b"\r\nGET /a HTTP/1.0\r\n\r\n", Ok(Some(("GET", "/a", true, 21))));
        check(b"GET /a HTTP/1.1\r\nhost: x\r\nConnection: Close\r\n\r\n", Ok(Some(("GET", "/a", true, 47))));
        check(b"GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", Ok(Some(("GET", "/a", true, 56))));
        check(b"GET /a HTTP/1.1\r\nHost", Ok(None));
        check(b"GET /a HTTP/1.1\r\n\r\n", Err(Bad::new(400, "No Host")));
        check(b"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", Err(Bad::new(400, "Invalid Content-Length Value")));
        check(b"GET /a HTTP/2.0\r\nHost: x\r\n\r\n", Err(Bad::new(426, "Upgrade Required")));
        check(b"GET /a HTTP/3.0\r\nHost: x\r\n\r\n", Err(Bad::new(505, "Unknown Version")));
        check(b"GET /a\r\n", Err(Bad::new(505, "HTTP/0.9 not supported")));
        check(b"garbage\r\n\r\n", Err(Bad::new(400, "No URI")));
        check(b"GET /a HTTP/1.1\r\nHost: x\r\nA B: 1\r\n\r\n", Err(Bad::new(400, "Illegal character SPACE=' '")));
        check(b"\x16\x03\x01\x02\x00\x01\x00", Err(Bad::new(400, "Illegal character CNTL=0x16")));
        check(b"\xe9 /a HTTP/1.1\r\nHost: x\r\n\r\n", Err(Bad::new(400, "Illegal character OTEXT=0xe9")));
        check(b"GET /a HTTP/1.1\r\nX(: 1\r\nHost: x\r\n\r\n", Err(Bad::new(400, "Illegal character VCHAR='('")));
        check(b"GET /a HTTP/1.1\r\nX: a\x02\r\nHost: x\r\n\r\n", Err(Bad::new(400, "Illegal character CNTL=0x2")));
        check(b"GET /a HTTP/1.1\r\n X: 1\r\nHost: x\r\n\r\n", Err(Bad::new(400, "Header Folding")));
        check(&[b"GET /".as_slice(), &[b'a'; 9000]].concat(), Err(Bad::new(414, "URI Too Long")));
        let long = [b"GET / HTTP/1.1\r\nHost: x\r\nX: ".as_slice(), &[b'a'; 9000], b"\r\n\r\n"].concat();
        check(&long, Err(Bad::new(431, "Request Header Fields Too Large")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }
    }
}
