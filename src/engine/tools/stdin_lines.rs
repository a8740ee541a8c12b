//! The lines of stdin, as the tools of Java read them.

use std::io::{BufRead, IsTerminal as _};

use tokio::sync::mpsc;

use super::Exception;

/// The longest line that is read; Java would run out of memory somewhere.
const MAX_LINE_BYTES: usize = 256 * 1024 * 1024;
/// Lines that are read ahead of their use.
const LINES_AHEAD: usize = 64;

/// Reads stdin on a thread of its own, since a terminal may keep it waiting for ever; the tool ends without it.
pub(super) fn read_lines() -> mpsc::Receiver<Result<String, Exception>> {
    let ahead = if std::io::stdin().is_terminal() { 1 } else { LINES_AHEAD };
    let (sender, receiver) = mpsc::channel(ahead);
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        while let Some(line) = next_line(&mut stdin) {
            let failed = line.is_err();
            if sender.blocking_send(line).is_err() || failed {
                return;
            }
        }
    });
    receiver
}

/// The next line as `BufferedReader.readLine` gives it: ended by `\n`, `\r` or `\r\n`, in UTF-8.
fn next_line(input: &mut impl BufRead) -> Option<Result<String, Exception>> {
    let mut line = Vec::new();
    loop {
        let bytes = match input.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Some(Err(Exception::new("java.io.IOException", error.to_string()))),
        };
        if bytes.is_empty() {
            let text = String::from_utf8_lossy(&line).into_owned();
            return (!line.is_empty()).then_some(Ok(text));
        }
        let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        line.extend_from_slice(&bytes[..end.unwrap_or(bytes.len())]);
        let returned = end.is_some_and(|end| bytes[end] == b'\r');
        let used = end.map_or(bytes.len(), |end| end + 1);
        input.consume(used);
        if line.len() > MAX_LINE_BYTES {
            return Some(Err(Exception::new("java.lang.OutOfMemoryError", "Java heap space")));
        }
        if end.is_some() {
            if returned && input.fill_buf().is_ok_and(|next| next.first() == Some(&b'\n')) {
                input.consume(1);
            }
            return Some(Ok(String::from_utf8_lossy(&line).into_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_in_java() {
        let mut input = &b"a\r\n\nb\rc"[..];
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut input) {
            lines.push(line.expect("it is read"));
        }
        assert_eq!(lines, ["a", "", "b", "c"]);
    }
}
