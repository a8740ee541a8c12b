//! The book for a browser: its folder over HTTP, made anew when a page is asked for and a source is not as it was. One request to a
//! connection; what a peer may ask, hold and delay has limits.

mod page;
mod request;
mod sources;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::net::{self, Shutdown, http, send_file, within};
use page::{Found, Page};
use request::{Refused, Request};
pub use sources::{Seen, Sources};

/// Connections that are served at once; others wait.
const CONNECTIONS_MAX: usize = 64;
/// How long a head may take to come, and a part of a page to go.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of a file has to go within the patience, in bytes.
const PART_BYTES: u64 = 64 * 1024;
/// How long the peer has to close after the answer, and how much it may send until then, in bytes.
const GOODBYE: Duration = Duration::from_secs(2);
const GOODBYE_BYTES_MAX: u64 = 64 * 1024;

/// A book that was made.
#[derive(Debug)]
pub struct Edition {
    /// Where its pages are.
    pub folder: PathBuf,
    /// What it was made of.
    pub sources: Sources,
    /// How they were, seen before they were read.
    pub seen: Seen,
}

/// Makes the book anew.
type Make = dyn Fn() -> Result<Edition, String> + Send + Sync;

/// The last book that could be made, and why there is no newer one.
struct Shown {
    edition: Edition,
    wrong: Option<String>,
}

/// A book, and how to make it anew.
pub struct Site {
    make: Box<Make>,
    shown: RwLock<Shown>,
}

impl Site {
    /// A book that was made, and what makes it anew; where that fails it gives the sentence for whoever asked for a page.
    pub fn new(edition: Edition, make: impl Fn() -> Result<Edition, String> + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), shown: RwLock::new(Shown { edition, wrong: None }) }
    }

    fn answer(&self, request: &Request) -> Answer {
        let is_page = page::is_page(&request.path);
        if is_page {
            self.renew();
        }
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        match (&shown.wrong, page::open(&shown.edition.folder, &request.path)) {
            (Some(reason), _) if is_page => Answer::text("500 Internal Server Error", reason.clone()),
            (_, Found::File(page)) => Answer::page("200 OK", page),
            (_, Found::Folder) => {
                // seen from the page that was asked for, so that no name of a host can come of it
                Answer { location: Some(format!("./{}/", request.name)), ..Answer::of("301 Moved Permanently") }
            }
            (_, Found::Nothing) => match page::open(&shown.edition.folder, "/404.html") {
                Found::File(page) => Answer::page("404 Not Found", page),
                Found::Folder | Found::Nothing => Answer::of("404 Not Found"),
            },
        }
    }

    /// Makes the book anew where a source is not as it was; who asks meanwhile waits, as there may be no pages.
    fn renew(&self) {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let seen = shown.edition.sources.look();
        if seen == shown.edition.seen {
            return;
        }
        match (self.make)() {
            Ok(edition) => *shown = Shown { edition, wrong: None },
            Err(reason) => {
                shown.edition.seen = seen;
                shown.wrong = Some(reason);
            }
        }
    }
}

/// Serves a book until the shutdown.
pub async fn serve(listener: TcpListener, site: Arc<Site>, shutdown: Shutdown) {
    let serve = |stream| {
        let site = Arc::clone(&site);
        async move {
            // who asked has gone, or takes too long: there is nobody to tell
            let _ = connection(stream, site).await;
        }
    };
    net::serve_each(listener, CONNECTIONS_MAX, shutdown, serve).await;
}

async fn connection(mut stream: TcpStream, site: Arc<Site>) -> Option<()> {
    let asked = tokio::time::timeout(PATIENCE, head(&mut stream)).await.ok()??;
    let is_head = asked.as_ref().is_ok_and(|request| request.is_head);
    let answer = match asked {
        Ok(request) => {
            let answered = tokio::task::spawn_blocking(move || site.answer(&request)).await;
            answered.unwrap_or_else(|_| Answer::of("500 Internal Server Error"))
        }
        Err(Refused(status)) => Answer::of(status),
    };
    within(Some(PATIENCE), stream.write_all(answer.head().as_bytes())).await.ok()?;
    match answer.body {
        _ if is_head => {}
        Body::Text(text) => within(Some(PATIENCE), stream.write_all(text.as_bytes())).await.ok()?,
        Body::Page(page) => send(&mut stream, &page).await?,
    }
    stream.shutdown().await.ok()?;
    // closed with something unread, the connection would be reset, and the answer lost
    let mut rest = stream.take(GOODBYE_BYTES_MAX);
    let _ = tokio::time::timeout(GOODBYE, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
    Some(())
}

/// The head of a request; `None` where the peer went away.
async fn head(stream: &mut TcpStream) -> Option<Result<Request, Refused>> {
    let mut bytes = BytesMut::new();
    loop {
        match request::parse(&bytes) {
            Ok(Some(request)) => return Some(Ok(request)),
            Ok(None) => {}
            Err(refused) => return Some(Err(refused)),
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn send(stream: &mut TcpStream, page: &Page) -> Option<()> {
    let mut sent = 0;
    while sent < page.length {
        let part = PART_BYTES.min(page.length - sent);
        // no more than PART_BYTES
        within(Some(PATIENCE), send_file(stream, &page.file, sent, part as usize)).await.ok()?;
        sent += part;
    }
    Some(())
}

enum Body {
    Text(String),
    Page(Page),
}

struct Answer {
    status: &'static str,
    location: Option<String>,
    body: Body,
}

impl Answer {
    /// One that says no more than its status.
    fn of(status: &'static str) -> Self {
        Self::text(status, format!("{status}\n"))
    }

    fn text(status: &'static str, text: String) -> Self {
        Self { status, location: None, body: Body::Text(text) }
    }

    fn page(status: &'static str, page: Page) -> Self {
        Self { status, location: None, body: Body::Page(page) }
    }

    fn head(&self) -> String {
        let (kind, length) = match &self.body {
            Body::Text(text) => ("text/plain; charset=utf-8", text.len() as u64),
            Body::Page(page) => (page.kind, page.length),
        };
        let location = self.location.as_ref().map(|location| format!("Location: {location}\r\n")).unwrap_or_default();
        let allow = if self.status == request::METHOD.0 { "Allow: GET, HEAD\r\n" } else { "" };
        format!(
            "HTTP/1.1 {}\r\nDate: {}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{location}{allow}\
             Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
            self.status,
            http::date(),
        )
    }
}
