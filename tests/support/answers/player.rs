//! Plays a script to a broker.

use std::collections::BTreeMap;
use std::path::Path;

use bytes::{BufMut, BytesMut};
use kafkalab::engine::server::Role;
use kafkalab::net;
use kafkalab::process::wait;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::readable::{Masks, Seen};
use super::{Asking, Exchange, Script, Step, masks};
use crate::support::{DEADLINE, Pair};

/// The longest answer.
const ANSWER_BYTES_MAX: usize = 4 << 20;
const CORRELATION_ID: i32 = 7;
const CLIENT_ID: &[u8] = b"t";

/// Sends every request of the script; gives one line for each: what it is, API, version, and the answer.
pub async fn play(script: &Script, pair: &Pair) -> String {
    let (port, masks) = (pair.broker.port(), masks(pair));
    let mut player = Player { port, streams: BTreeMap::new(), seen: Seen::default(), masks };
    let mut lines = String::new();
    for step in &script.steps {
        match step {
            Step::Request(step) => {
                let answer = match (step.exchange, step.until) {
                    (Exchange::Whole, Some(text)) => {
                        let answer = player.ask_until(step, text).await;
                        if step.hidden { text.to_owned() } else { answer }
                    }
                    (Exchange::Whole, None) => player.ask(step).await,
                    (Exchange::Send, _) => {
                        player.send(step).await;
                        "sent".to_owned()
                    }
                    (Exchange::Take, _) => player.take(step).await,
                };
                let api = kafkalab::catalog::api_versions::by_key(step.key).map_or("", |api| api.name);
                lines.push_str(&format!("{}\t{api}\tv{}\t{answer}\n", step.what, step.version));
            }
            Step::Segments { what, log } => {
                let found = segments(&pair.trial.data(Role::Broker).join(log));
                lines.push_str(&format!("{what}\tsegments of {log}\t\t{}\n", found.join(", ")));
            }
        }
    }
    lines
}

/// The segments in the folder of a log by the first offset of each.
fn segments(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let shown = entries.filter_map(|entry| {
        let entry = entry.expect("the folder can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        Some((name.strip_suffix(".log")?.parse::<u64>().ok()?, entry.metadata().ok()?.len()))
    });
    let found: BTreeMap<u64, u64> = shown.collect();
    found.into_iter().map(|(offset, bytes)| format!("{offset}{}", if bytes == 0 { " (empty)" } else { "" })).collect()
}

struct Player {
    port: u16,
    streams: BTreeMap<usize, TcpStream>,
    seen: Seen,
    masks: Masks,
}

impl Player {
    async fn ask(&mut self, step: &Asking) -> String {
        self.send(step).await;
        self.take(step).await
    }

    async fn send(&mut self, step: &Asking) {
        let request = self.request(step);
        if !self.streams.contains_key(&step.connection) {
            let stream = net::connect("127.0.0.1", self.port, DEADLINE).await.expect("the broker listens");
            self.streams.insert(step.connection, stream);
        }
        let stream = self.streams.get_mut(&step.connection).expect("it is connected");
        if stream.write_all(&request).await.is_err() {
            // the end is what there is to take
            let _ = stream.shutdown().await;
        }
    }

    /// The masked answer.
    async fn take(&mut self, step: &Asking) -> String {
        let mut stream = self.streams.remove(&step.connection).expect("something was sent");
        let exchange = async { net::read_frame(&mut stream, ANSWER_BYTES_MAX).await.ok().flatten() };
        let Ok(answer) = tokio::time::timeout(DEADLINE, exchange).await else { return "no answer".to_owned() };
        let Some(mut answer) = answer else { return "closed".to_owned() };
        self.streams.insert(step.connection, stream);
        // correlation id, and the number of tagged fields
        let head = 4 + usize::from(step.header_versions.1 > 0);
        assert!(answer.len() >= head, "{}: an answer without a header", step.what);
        let body = answer.split_off(head);
        let length = body.len();
        let text = (step.show)(body, step.version);
        let shown = self.seen.masked(&text, &self.masks);
        if step.sized { format!("{shown} ({length} bytes)") } else { shown }
    }

    async fn ask_until(&mut self, step: &Asking, text: &str) -> String {
        let player = tokio::sync::Mutex::new((self, String::new()));
        let asked = wait::until(DEADLINE, text, || async {
            let mut player = player.lock().await;
            let answer = player.0.ask(step).await;
            let holds = answer.contains(text);
            player.1 = answer;
            holds.then_some(())
        });
        let came = asked.await;
        let (_, last) = player.into_inner();
        assert!(came.is_ok(), "{}: {text} does not come, but {last}", step.what);
        last
    }

    fn request(&self, step: &Asking) -> BytesMut {
        let mut request = BytesMut::new();
        request.put_i32(0);
        request.put_i16(step.key);
        request.put_i16(step.version);
        request.put_i32(CORRELATION_ID);
        request.put_i16(1);
        request.put_slice(CLIENT_ID);
        if step.header_versions.0 > 1 {
            request.put_u8(0); // no tagged fields
        }
        request.put(((step.body)(&self.seen)).as_ref());
        let size = i32::try_from(request.len() - 4).expect("a short request");
        request[..4].copy_from_slice(&size.to_be_bytes());
        request
    }
}
