//! What the bundled coordinator tells of itself against what ZooKeeper 3.8.2 tells after the same requests: every four-letter word and
//! every command of the AdminServer, numbers masked.

use kafkalab::engine::server::{Engine, Role, Server};
use kafkalab::engine::trial::Trial;
use kafkalab::engine::zookeeper::client::{Client, ConnectString};
use kafkalab::engine::zookeeper::protocol::CreateMode;
use kafkalab::net;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::Case;
use crate::support::{DEADLINE, serving};
use crate::world::World;

pub const CASES: &[Case] = &[("zookeeper_tells_the_same_of_itself", |world| world.block_on(tells_the_same(world)))];

/// In an order in which the resets come last. `envi` has other values without a JVM; its keys are compared.
const WORDS: [&str; 18] = [
    "conf", "cons", "dirs", "dump", "envi", "gtmk", "hash", "isro", "mntr", "ruok", "srvr", "stat", "wchc", "wchp", "wchs",
    "stmk", "crst", "srst",
];
const COMMANDS: [&str; 35] = [
    "",
    "configuration",
    "connections",
    "dirs",
    "dump",
    "environment",
    "get_trace_mask",
    "hash",
    "initial_configuration",
    "is_read_only",
    "last_snapshot",
    "leader",
    "monitor",
    "observers",
    "ruok",
    "server_stats",
    "stats",
    "system_properties",
    "voting_view",
    "watch_summary",
    "watches",
    "watches_by_path",
    "zabstate",
    "set_trace_mask",
    "set_trace_mask?traceMask=x",
    "set_trace_mask?traceMask=7",
    "connection_stat_reset",
    "observer_connection_stat_reset",
    "stat_reset",
    "orst",
    "env",
    "nope",
    "ruok/x",
    "%zz",
    "a%22b",
];

/// Requests that are no command, or none at all; Jetty answers with a page of its own, or with nothing but a head.
const REFUSED: [&[u8]; 30] = [
    b"GET /nope<b>&\"c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: image/png, text/*\r\n\r\n",
    b"GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: text/html;q=0.1, application/json\r\n\r\n",
    b"GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: text/plain\r\n\r\n",
    b"GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: image/png\r\n\r\n",
    b"GET /nope HTTP/1.0\r\n\r\n",
    b"HEAD /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"POST /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    b"PUT /commands/ruok HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    b"DELETE /commands/ruok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"TRACE /commands/ruok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /a HTTP/1.1\r\n\r\n",
    b"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"GET /a HTTP/2.0\r\nHost: x\r\n\r\n",
    b"GET /a HTTP/3.0\r\nHost: x\r\n\r\n",
    b"GET /a\r\n",
    b"garbage\r\n\r\n",
    b"GET /a HTTP/1.1\r\nHost: x\r\nA B: 1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"\xe9 /a HTTP/1.1\r\nHost: x\r\n\r\n",
    b" /a HTTP/1.1\r\nHost: x\r\n\r\n",
    b"G\x00T /a HTTP/1.1\r\nHost: x\r\n\r\n",
    b"G(T /a HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET\t/a HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /a \x01TTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /a HTTP/1.1 x\r\nHost: x\r\n\r\n",
    b"GET /a HTTP/1.1\r\nX\xe9: 1\r\nHost: x\r\n\r\n",
    b"GET /a HTTP/1.1\r\n X: a\r\nHost: x\r\n\r\n",
    b"GET /commands HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
];
/// What a request may not be longer than, in a line or in all its headers, and more.
const TOO_LONG: usize = 9000;

/// A server with a session that has an ephemeral and watches.
struct Told {
    server: Server,
    admin: u16,
    client: Client,
    folder: tempfile::TempDir,
}

impl Told {
    async fn start(engine: &dyn Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let admin = net::free_port().await.expect("a free port");
        let port = format!("admin.serverPort={admin}");
        let lines = ["admin.enableServer=true", "4lw.commands.whitelist=*", "admin.serverAddress=127.0.0.1", &port];
        let trial = Trial::prepare(folder.path(), &lines.map(|line| (Role::Coordinator, line))).await.expect("two free ports");
        let server = serving(trial.start(engine, Role::Coordinator, DEADLINE).await);
        let servers: ConnectString = format!("127.0.0.1:{}", server.port()).parse().expect("an address");
        let client = Client::connect(&servers, DEADLINE, DEADLINE).await.expect("a session");
        for (path, mode) in [("/a", CreateMode::Persistent), ("/a/e", CreateMode::Ephemeral), ("/c", CreateMode::Container)] {
            client.create(path, "x", mode).await.expect("created");
        }
        client.watch_data("/a").await.expect("read");
        client.watch_children("/a").await.expect("read");
        for n in 0..140 {
            client.set_data("/c", format!("{n}"), None).await.expect("set");
        }
        Self { server, admin, client, folder }
    }

    async fn exchange(port: u16, bytes: &[u8]) -> String {
        let mut stream = net::connect("127.0.0.1", port, DEADLINE).await.expect("connected");
        stream.write_all(bytes).await.expect("written");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        String::from_utf8(answer).expect("text")
    }

    async fn word(&self, word: &str) -> String {
        let mut bytes = word.as_bytes().to_vec();
        if word == "stmk" {
            bytes.extend(306_i64.to_be_bytes());
        }
        let text = Self::exchange(self.server.port(), &bytes).await;
        let text = text.replace(self.folder.path().to_str().expect("text"), "DIR");
        let keys = |separator: char| text.lines().map(move |line| line.split(separator).next().unwrap_or_default().to_owned());
        match word {
            "envi" => keys('=').collect::<Vec<_>>().join("\n"),
            "mntr" => sorted_namespaces(keys('\t').collect()).join("\n"),
            // the connections are in the order of a hash table
            "cons" | "stat" => {
                let mut lines: Vec<String> = text.lines().map(masked).collect();
                lines.sort();
                lines.join("\n")
            }
            // who expires together is a matter of time
            "dump" => masked(&text).lines().filter(|line| !line.contains(" expire at ")).collect::<Vec<_>>().join("\n"),
            _ => masked(&text),
        }
    }

    async fn command(&self, command: &str) -> String {
        let request = format!("GET /commands/{command} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let text = Self::exchange(self.admin, request.as_bytes()).await;
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let head: Vec<&str> =
            head.lines().map(|line| if line.starts_with("HTTP") { line } else { line.split(':').next().unwrap_or("") }).collect();
        let body = match serde_json::from_str(body) {
            Ok(value) => {
                assert!(body.lines().count() > 2, "{command} is printed over lines: {body}");
                shape(&value)
            }
            Err(_) => body.to_owned(),
        };
        format!("{}\n{body}", head.join("\n"))
    }
}

/// Without the number of the object that Jetty puts behind the name of a servlet, which differs from start to start, and without the length of
/// a page that names one (told by its head alone, too).
fn without_object(request: &[u8], answer: &str) -> String {
    let mut parts = answer.split("Servlet-");
    let first = parts.next().unwrap_or_default().to_owned();
    let text = parts.fold(first, |text, part| text + "Servlet" + part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    let names_one = text.contains("Servlet") || request.starts_with(b"HEAD");
    text.split_inclusive('\n').filter(|line| !(names_one && line.starts_with("Content-Length: "))).collect()
}

/// The metrics of namespaces are in the order of a hash table.
fn sorted_namespaces(mut keys: Vec<String>) -> Vec<String> {
    let first = keys.iter().position(|key| key.ends_with("_per_namespace")).unwrap_or(keys.len());
    keys[first..].sort();
    keys
}

/// Each number, decimal or not, as one `#`; dates and names of time zones as well.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '.') {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_hex = bare.strip_prefix("0x").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit()));
        let is_number = !bare.is_empty() && (is_hex || bare.chars().all(|c| c.is_ascii_digit() || c == '.'));
        masked.push_str(if is_number { "#" } else { bare });
        masked.push_str(&word[bare.len()..]);
    }
    masked
}

/// A value with names and types instead of texts and numbers.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => if number.is_f64() { "decimal" } else { "whole" }.to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(values) => format!("[{}]", values.iter().map(shape).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            // what only a JVM has
            let is_jvm = |key: &str| fields.contains_key("zookeeper.admin.serverPort") && !key.starts_with("zookeeper.");
            let fields = fields.iter().filter(|(key, _)| !is_jvm(key) || matches!(key.as_str(), "command" | "error"));
            let fields = fields.map(|(key, value)| match key.as_str() {
                "expiry_time_to_session_ids" => format!("{key}: {}", together(value)),
                _ => format!("{}: {}", masked(key), shape(value)),
            });
            let mut fields = sorted_namespace_fields(fields.collect());
            // these are in the order in which a JVM happens to give the methods of a class
            if fields.iter().any(|field| field.starts_with("provider_null: ")) {
                fields.sort();
            }
            fields.join("\n")
        }
    }
}

/// All sessions, whatever the times at which they expire: who expires together is a matter of time.
fn together(buckets: &Value) -> String {
    let ids = buckets.as_object().into_iter().flatten().filter_map(|(_, ids)| ids.as_array()).flatten();
    ids.map(shape).collect::<Vec<_>>().join(", ")
}

fn sorted_namespace_fields(mut fields: Vec<String>) -> Vec<String> {
    let is_of_namespace = |field: &String| field.contains("_per_namespace: ");
    if let Some(first) = fields.iter().position(is_of_namespace) {
        let end = fields.iter().rposition(is_of_namespace).map_or(first, |last| last + 1);
        fields[first..end].sort();
    }
    fields
}

/// Fails with the first line that differs.
#[track_caller]
fn same_lines(what: &str, ours: &str, theirs: &str) {
    for (line, (ours, theirs)) in ours.lines().zip(theirs.lines()).enumerate() {
        assert_eq!(ours, theirs, "{what}, line {line}: the bundled coordinator, then ZooKeeper");
    }
    assert_eq!(ours, theirs, "{what}: the bundled coordinator, then ZooKeeper");
}

async fn tells_the_same(world: &World) {
    let apache = Told::start(&world.jars().engine()).await;
    let bundled = Told::start(world.bundled()).await;
    for word in WORDS {
        same_lines(word, &bundled.word(word).await, &apache.word(word).await);
    }
    for command in COMMANDS {
        let (ours, theirs) = (bundled.command(command).await, apache.command(command).await);
        same_lines(command, &ours, &theirs);
    }
    let long_uri = [b"GET /".as_slice(), &[b'a'; TOO_LONG], b" HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
    let long_header = [b"GET / HTTP/1.1\r\nHost: x\r\nX: ".as_slice(), &[b'a'; TOO_LONG], b"\r\n\r\n"].concat();
    for request in REFUSED.into_iter().chain([long_uri.as_slice(), &long_header]) {
        let answer = async |port| without_object(request, &Told::exchange(port, request).await);
        let what = String::from_utf8_lossy(&request[..request.len().min(100)]);
        same_lines(&what, &answer(bundled.admin).await, &answer(apache.admin).await);
    }
    for told in [apache, bundled] {
        told.client.close().await;
    }
}
