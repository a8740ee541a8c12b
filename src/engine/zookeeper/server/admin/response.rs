//! What the AdminServer sends back: heads in Jetty's order, and Jetty's pages of errors.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

const SERVER: &str = "Jetty(9.4.52.v20230823)";
const POWERED_BY: &str = "<hr/><a href=\"https://eclipse.org/jetty\">Powered by Jetty:// 9.4.52.v20230823</a><hr/>";
const CLOSE: &str = "Connection: close\r\n";
const HTML: &str = "text/html;charset=iso-8859-1";

/// What bytes that are no request are answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bad(pub(super) u16, pub(super) Cow<'static, str>);

impl Bad {
    pub(super) fn new(code: u16, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(code, reason.into())
    }

    pub(super) fn response(&self) -> Response {
        let Self(code, reason) = self;
        let body = format!("<h1>Bad Message {code}</h1><pre>reason: {reason}</pre>");
        let headers = vec![("Content-Type", HTML.to_owned())];
        Response { status: format!("{code} {reason}").into(), headers, body, is_last: true }
    }
}

#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: Cow<'static, str>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    /// Whether the connection ends with it whatever was asked.
    pub(super) is_last: bool,
}

/// How the connection goes on after a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    On,
    /// It ends, and the head says so.
    Ends,
    /// It ends as those of HTTP/1.0 do.
    EndsUnsaid,
}

impl Response {
    /// One without a body.
    pub(super) fn empty(status: &'static str) -> Self {
        Self { status: status.into(), headers: Vec::new(), body: String::new(), is_last: false }
    }

    pub(super) fn text(&self, with_body: bool, goes: Goes) -> String {
        let mut text = format!("HTTP/1.1 {}\r\n", self.status);
        // what is no request is answered with another order of headers
        let (before, after) = match (goes, self.is_last) {
            (Goes::Ends, false) => (CLOSE, ""),
            (_, true) => ("", CLOSE),
            (Goes::On | Goes::EndsUnsaid, false) => ("", ""),
        };
        text.push_str(before);
        for (name, value) in &self.headers {
            // a String takes everything
            let _ = write!(text, "{name}: {value}\r\n");
        }
        // the end of the connection is the end of nothing, too
        if goes == Goes::On || !self.body.is_empty() {
            let _ = write!(text, "Content-Length: {}\r\n", self.body.len());
        }
        let _ = write!(text, "{after}Server: {SERVER}\r\n\r\n");
        if with_body {
            text.push_str(&self.body);
        }
        text
    }
}

/// An error that has a page, in the form that a client takes.
#[derive(Debug)]
pub(super) struct ErrorPage<'a> {
    pub(super) code: u16,
    pub(super) reason: &'static str,
    pub(super) message: &'a str,
    /// The path as it was asked for.
    pub(super) uri: &'a str,
    /// The class that answers; a JVM shows an object's number behind it.
    pub(super) servlet: &'static str,
}

impl ErrorPage<'_> {
    /// `accept` is the header of the request; what takes none of the forms gets no page.
    pub(super) fn response(&self, accept: Option<&str>) -> Response {
        let page = match accept {
            None => Some(self.html()),
            Some(accept) => by_quality(accept).into_iter().find_map(|kind| match kind {
                "text/html" | "text/*" | "*/*" => Some(self.html()),
                "application/json" | "text/json" => Some(self.json()),
                "text/plain" => Some(self.plain()),
                _ => None,
            }),
        };
        let mut headers = vec![("Cache-Control", "must-revalidate,no-cache,no-store".to_owned())];
        let body = page.map_or_else(String::new, |(kind, body)| {
            headers.push(("Content-Type", kind.to_owned()));
            body
        });
        Response { status: format!("{} {}", self.code, self.reason).into(), headers, body, is_last: false }
    }

    fn html(&self) -> (&'static str, String) {
        let Self { code, message, servlet, .. } = self;
        let uri = escaped(self.uri);
        let row = |name: &str, value: &str| format!("<tr><th>{name}:</th><td>{value}</td></tr>\n");
        let rows = [("URI", uri.as_str()), ("STATUS", &code.to_string()), ("MESSAGE", message), ("SERVLET", servlet)];
        let rows: String = rows.iter().map(|(name, value)| row(name, value)).collect();
        let head = format!(
            "<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html;charset=ISO-8859-1\"/>\n<title>Error {code} \
             {message}</title>\n</head>\n"
        );
        let body = format!("<body><h2>HTTP ERROR {code} {message}</h2>\n<table>\n{rows}</table>\n{POWERED_BY}\n\n</body>\n");
        (HTML, format!("<html>\n{head}{body}</html>\n"))
    }

    fn json(&self) -> (&'static str, String) {
        let code = self.code.to_string();
        let fields = [("servlet", self.servlet), ("message", self.message), ("url", self.uri), ("status", &code)];
        let lines = fields.map(|(name, value)| format!("\"{name}\":{}", Value::from(value)));
        ("application/json", format!("{{\n{}\n}}", lines.join(",\n")))
    }

    fn plain(&self) -> (&'static str, String) {
        let Self { code, message, uri, servlet, .. } = self;
        let body = format!("HTTP ERROR {code} {message}\nURI: {uri}\nSTATUS: {code}\nMESSAGE: {message}\nSERVLET: {servlet}\n");
        ("text/plain;charset=iso-8859-1", body)
    }
}

/// The kinds of an `Accept`, the best first.
fn by_quality(accept: &str) -> Vec<&str> {
    let mut kinds: Vec<(&str, f32)> = Vec::new();
    for kind in accept.split(',') {
        let (name, parameters) = kind.split_once(';').unwrap_or((kind, ""));
        let quality = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("q=")?.parse().ok());
        kinds.push((name.trim(), quality.unwrap_or(1.0)));
    }
    kinds.retain(|(_, quality)| *quality > 0.0);
    kinds.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    kinds.into_iter().map(|(name, _)| name).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(accept: Option<&str>) -> String {
        let servlet = "org.eclipse.jetty.servlet.ServletHandler$Default404Servlet";
        let page = ErrorPage { code: 404, reason: "Not Found", message: "Not Found", uri: "/a<b>&\"c", servlet };
        page.response(accept).text(true, Goes::Ends)
    }

    /// As Jetty answered, but for the number of the object behind the servlet's name.
    #[test]
    fn a_page_comes_in_the_form_that_is_taken() {
        let head = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nCache-Control: must-revalidate,no-cache,no-store\r\n";
        let html = page(None);
        assert!(
            html.starts_with(&format!("{head}Content-Type: text/html;charset=iso-8859-1\r\nContent-Length: 523\r\n")),
            "{html}"
        );
        assert!(html.contains("<tr><th>URI:</th><td>/a&lt;b&gt;&amp;&quot;c</td></tr>\n<tr><th>STATUS:</th><td>404</td></tr>\n"));
        assert_eq!(page(Some("image/png, text/*")), html);
        let json = page(Some("text/html;q=0.1, application/json"));
        assert!(json.contains("Content-Type: application/json\r\n"), "{json}");
        assert!(
            json.ends_with("Servlet\",\n\"message\":\"Not Found\",\n\"url\":\"/a<b>&\\\"c\",\n\"status\":\"404\"\n}"),
            "{json}"
        );
        let plain = page(Some("text/plain"));
        assert!(plain.contains("\r\n\r\nHTTP ERROR 404 Not Found\nURI: /a<b>&\"c\nSTATUS: 404\n"), "{plain}");
        assert_eq!(page(Some("image/png")), format!("{head}Server: {SERVER}\r\n\r\n"));
    }

    #[test]
    fn an_empty_answer_has_a_length_only_where_the_connection_goes_on() {
        let text = |goes| Response::empty("403 Forbidden").text(true, goes);
        assert_eq!(text(Goes::Ends), format!("HTTP/1.1 403 Forbidden\r\n{CLOSE}Server: {SERVER}\r\n\r\n"));
        assert_eq!(text(Goes::EndsUnsaid), format!("HTTP/1.1 403 Forbidden\r\nServer: {SERVER}\r\n\r\n"));
        assert_eq!(text(Goes::On), format!("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nServer: {SERVER}\r\n\r\n"));
    }
}
