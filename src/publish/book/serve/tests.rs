//! A small book, served to peers of every kind.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;

const CALL: Duration = Duration::from_secs(60);

/// A book whose one page is its source; a source that says `wrong` cannot be made.
fn make(folder: &Path) -> Result<Edition, String> {
    let sources = Sources { places: vec![folder.join("src")], output: folder.join("book") };
    let seen = sources.look();
    let source = fs::read_to_string(folder.join("src")).map_err(|error| error.to_string())?;
    if source.starts_with("wrong") {
        return Err(format!("cannot be made: {source}"));
    }
    fs::write(folder.join("book/index.html"), source).map_err(|error| error.to_string())?;
    Ok(Edition { folder: folder.join("book"), sources, seen })
}

struct Served {
    folder: TempDir,
    port: u16,
    shutdown: Shutdown,
    server: JoinHandle<()>,
}

impl Served {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("book/deep")).expect("made");
        for (name, text) in [("src", "one"), ("book/deep/index.html", "deep"), ("book/404.html", "lost"), ("book/a.css", "a{}")] {
            fs::write(folder.path().join(name), text).expect("written");
        }
        let listener = net::bind("127.0.0.1", 0, 50).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let shutdown = Shutdown::new();
        let path = folder.path().to_owned();
        let site = Site::new(make(&path).expect("it can be made"), move || make(&path));
        let server = tokio::spawn(serve(listener, Arc::new(site), shutdown.clone()));
        Self { folder, port, shutdown, server }
    }

    fn write(&self, source: &str) {
        fs::write(self.folder.path().join("src"), source).expect("written");
    }

    /// All that is answered to these bytes: what stands before the blank line, and what comes behind it.
    async fn send(&self, bytes: &[u8]) -> (String, String) {
        let mut stream = net::connect("127.0.0.1", self.port, CALL).await.expect("it listens");
        stream.write_all(bytes).await.expect("sent");
        let mut answer = String::new();
        tokio::time::timeout(CALL, stream.read_to_string(&mut answer)).await.expect("it answers").expect("as text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.to_owned(), body.to_owned())
    }

    /// Asks for a path and holds the answer's status line, one of its headers and its body against what is expected.
    async fn check(&self, path: &str, status: &str, header: &str, body: &str) {
        let (head, found) = self.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")) && head.contains(header), "{path}: {head}");
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{path}: {head}");
        assert_eq!(found, body, "{path}");
    }

    async fn end(self) {
        self.shutdown.cancel();
        tokio::time::timeout(CALL, self.server).await.expect("it ends").expect("it did not panic");
    }
}

#[tokio::test]
async fn pages_and_what_belongs_to_them_are_served() {
    let book = Served::start().await;
    let html = "Content-Type: text/html; charset=utf-8";
    book.check("/", "200 OK", html, "one").await;
    book.check("/a.css?v=1", "200 OK", "Content-Type: text/css; charset=utf-8", "a{}").await;
    book.check("/deep/", "200 OK", html, "deep").await;
    book.check("//deep", "301 Moved Permanently", "Location: ./deep/\r\n", "301 Moved Permanently\n").await;
    book.check("/away.html", "404 Not Found", html, "lost").await;
    book.check("/../src", "400 Bad Request", "Connection: close", "400 Bad Request\n").await;
    book.check("/%2e%2e/src", "400 Bad Request", "Connection: close", "400 Bad Request\n").await;
    let (head, body) = book.send(b"HEAD / HTTP/1.0\r\n\r\n").await;
    assert!(head.contains("\r\nContent-Length: 3\r\n") && body.is_empty(), "{head}");
    let post = [b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n".as_slice(), &[b'x'; 60_000]].concat();
    let (head, _) = book.send(&post).await;
    assert!(head.starts_with("HTTP/1.1 405 ") && head.contains("\r\nAllow: GET, HEAD\r\n"), "{head}");
    book.end().await;
}

#[tokio::test]
async fn what_changed_is_there_with_the_next_page() {
    let book = Served::start().await;
    let html = "Content-Type: text/html; charset=utf-8";
    book.write("second");
    book.check("/a.css", "200 OK", "text/css", "a{}").await;
    let page = || fs::read_to_string(book.folder.path().join("book/index.html")).expect("it is there");
    assert_eq!(page(), "one", "only a page makes it anew");
    book.check("/", "200 OK", html, "second").await;
    book.write("wrong third");
    for path in ["/", "/deep/"] {
        book.check(path, "500 Internal Server Error", "Content-Type: text/plain", "cannot be made: wrong third").await;
    }
    book.check("/a.css", "200 OK", "text/css", "a{}").await;
    book.write("fourth time");
    book.check("/", "200 OK", html, "fourth time").await;
    book.end().await;
}

#[tokio::test]
async fn a_large_file_arrives_whole() {
    let book = Served::start().await;
    let large = "0123456789".repeat(300_000);
    fs::write(book.folder.path().join("book/large.js"), &large).expect("written");
    let (_, body) = book.send(b"GET /large.js HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(body == large, "{} bytes", body.len());
    book.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_sends_no_head_is_given_up() {
    let book = Served::start().await;
    for begun in ["", "GET / HTTP/1.1\r\nHost"] {
        let mut stream = net::connect("127.0.0.1", book.port, CALL * 60).await.expect("it listens");
        stream.write_all(begun.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("the connection ends");
        assert!(answer.is_empty());
    }
    book.end().await;
}
