//! `kafkalab book` on a machine without mdBook: served by a build with the feature `book`, refused with what to do by one without.

use std::fs;
use std::path::Path;

use kafkalab::process::spawn::Command;

/// A book of one chapter that refers to a rule.
fn written(folder: &Path) {
    fs::create_dir_all(folder.join("book/src")).expect("made");
    fs::create_dir_all(folder.join("bin")).expect("made");
    let toml = "[book]\nlanguage = \"en\"\n[preprocessor.kafkalab]\nbefore = [\"links\"]\n";
    for (name, text) in
        [("book.toml", toml), ("src/SUMMARY.md", "- [One](one.md)\n"), ("src/one.md", "# One\n\n{{#rule KL203}}\n")]
    {
        fs::write(folder.join("book").join(name), text).expect("written");
    }
}

fn book(folder: &Path, arguments: &[&str]) -> Command {
    let command = Command::new(env!("CARGO_BIN_EXE_kafkalab")).default_signals().arg("book").args(arguments.iter().copied());
    // no mdBook is found there
    command.arg(folder.join("book")).env("PATH", folder.join("bin")).env("HOME", folder).env("LC_ALL", "C.UTF-8")
}

#[cfg(not(feature = "book"))]
#[tokio::test]
async fn without_mdbook_and_the_feature_it_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    for arguments in [&["build"][..], &["serve"], &["serve", "--port", "3001"]] {
        let output = book(folder.path(), arguments).output(b"", 1 << 20, crate::support::DEADLINE).await.expect("it ends");
        assert_eq!(output.ended.code(), 2, "{}", output.stderr.text());
        for expected in ["error[mdbook-missing]", "cargo install mdbook", "--features book"] {
            assert!(output.stderr.text().contains(expected), "{}", output.stderr.text());
        }
    }
}

#[cfg(feature = "book")]
mod served {
    use kafkalab::net;
    use kafkalab::process::signal::Signal;
    use kafkalab::process::spawn::{Stream, exit_code};
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

    use super::*;
    use crate::support::DEADLINE;

    /// The answer to one request, head and body.
    async fn get(port: u16, path: &str) -> String {
        let mut stream = net::connect("127.0.0.1", port, DEADLINE).await.expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("it answers").expect("whole");
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_feature_serves_the_book_and_makes_it_anew_until_it_is_interrupted() {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path());
        let port = net::free_port().await.expect("a port");
        let number = port.to_string();
        let serve = || book(folder.path(), &["serve", "--port", &number]);
        let mut child = serve().stdout(Stream::Piped).kill_group_on_drop().spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("in time").expect("read").expect("a line");
        assert!(line.contains(&format!("http://127.0.0.1:{port}/")), "{line}");

        for path in ["/", "/one.html"] {
            let page = get(port, path).await;
            assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("KL203"), "{page}");
        }
        assert!(get(port, "/away.html").await.starts_with("HTTP/1.1 404 Not Found\r\n"));
        assert!(get(port, "/../book.toml").await.starts_with("HTTP/1.1 400 Bad Request\r\n"));

        let chapter = folder.path().join("book/src/one.md");
        fs::write(&chapter, "# One\n\nchanged {{#rule KL203}}\n").expect("written");
        assert!(get(port, "/one.html").await.contains("changed"));
        fs::write(&chapter, "# One\n\n{{#rule KL000}}\n").expect("written");
        let wrong = get(port, "/one.html").await;
        assert!(wrong.starts_with("HTTP/1.1 500 ") && wrong.contains("cannot be made"), "{wrong}");
        fs::write(&chapter, "# One\n\nright again\n").expect("written");
        assert!(get(port, "/one.html").await.contains("right again"));

        let second = serve().output(b"", 1 << 20, DEADLINE).await.expect("it ends");
        assert!(second.ended.code() == 2 && second.stderr.text().contains("error[port]"), "{}", second.stderr.text());

        child.signal(Signal::Interrupt).expect("it runs");
        let ended = tokio::time::timeout(DEADLINE, child.wait()).await.expect("it ends");
        assert_eq!(exit_code(ended.expect("it was started here")), 0);
    }
}
