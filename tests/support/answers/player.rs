//! Plays a script to a broker.

use bytes::{BufMut, BytesMut};
use kafkalab::net;
use kafkalab::process::wait;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::readable::{Masks, Seen};
use super::{Script, Step};
use crate::support::DEADLINE;

/// The longest answer.
const ANSWER_BYTES_MAX: usize = 4 << 20;
const CORRELATION_ID: i32 = 7;
const CLIENT_ID: &[u8] = b"t";

/// Sends every request of the script; gives one line for each: what it is, API, version, and the answer.
pub async fn play(script: &Script, port: u16, masks: &Masks) -> String {
    let mut player = Player { port, stream: None, seen: Seen::default(), masks };
    let mut lines = String::new();
    for step in &script.steps {
        let answer = match step.until {
            None => player.ask(step).await,
            Some(text) => player.ask_until(step, text).await,
        };
        let api = kafkalab::catalog::api_versions::by_key(step.key).map_or("", |api| api.name);
        lines.push_str(&format!("{}\t{api}\tv{}\t{answer}\n", step.what, step.version));
    }
    lines
}

struct Player<'a> {
    port: u16,
    stream: Option<TcpStream>,
    seen: Seen,
    masks: &'a Masks,
}

impl Player<'_> {
    /// The masked answer.
    async fn ask(&mut self, step: &Step) -> String {
        let request = self.request(step);
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => net::connect("127.0.0.1", self.port, DEADLINE).await.expect("the broker listens"),
        };
        let exchange = async {
            stream.write_all(&request).await.ok()?;
            net::read_frame(&mut stream, ANSWER_BYTES_MAX).await.ok().flatten()
        };
        let Ok(answer) = tokio::time::timeout(DEADLINE, exchange).await else { return "no answer".to_owned() };
        let Some(mut answer) = answer else { return "closed".to_owned() };
        self.stream = Some(stream);
        // correlation id, and the number of tagged fields
        let head = 4 + usize::from(step.header_versions.1 > 0);
        assert!(answer.len() >= head, "{}: an answer without a header", step.what);
        let body = answer.split_off(head);
        let length = body.len();
        let text = (step.show)(body, step.version);
        let shown = self.seen.masked(&text, self.masks);
        if step.sized { format!("{shown} ({length} bytes)") } else { shown }
    }

    async fn ask_until(&mut self, step: &Step, text: &str) -> String {
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

    fn request(&self, step: &Step) -> BytesMut {
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
