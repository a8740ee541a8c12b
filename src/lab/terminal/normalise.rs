//! Makes the text of two runs the same where only time, numbers that the system gave, or the place on disk differ, and where a JVM and the
//! bundled programs differ by design. Pure.

/// What differs from run to run, beyond what can be told from the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Normaliser {
    places: Vec<(String, String)>,
    ports: Vec<(u16, u16)>,
}

/// The first port that the kernel gives to connecting sockets; below it a port was chosen by somebody.
const EPHEMERAL_PORT_FIRST: u32 = 32768;
/// The length of Kafka's own form of a UUID (base64 without padding), in characters.
const KAFKA_UUID_CHARS: usize = 22;

impl Normaliser {
    /// Replaces a path, such as the distribution's by `<KAFKA>` and the learner's home by `<HOME>`. The longest path wins.
    pub fn place(mut self, path: impl Into<String>, name: impl Into<String>) -> Self {
        let path: String = path.into();
        let path = path.trim_end_matches('/');
        if !path.is_empty() {
            self.places.push((path.to_owned(), name.into()));
            self.places.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        }
        self
    }

    /// Replaces a port that was picked for this run by the one that the lab's text says.
    pub fn port(mut self, actual: u16, canonical: u16) -> Self {
        self.ports.push((actual, canonical));
        self
    }

    /// The whole text, line by line; lines that only a JVM writes are left out. Spaces at the end of a line are kept: Kafka writes some.
    pub fn text(&self, text: &str) -> String {
        let lines: Vec<String> = text.lines().filter_map(|line| self.line(line)).collect();
        lines.join("\n")
    }

    /// A server's text, reduced to its signature: what came before the first log line, then for each of `keep`, in that order, the first
    /// line that holds it. Threads may log in another order from run to run, and engines log different other lines.
    pub fn signature(&self, text: &str, keep: &[String]) -> String {
        let lines: Vec<String> = text.lines().filter_map(|line| self.line(line)).collect();
        let first_log_line = lines.iter().position(|line| is_log_line(line));
        let mut kept: Vec<&String> = match first_log_line {
            Some(first) => lines[..first].iter().collect(),
            // part of a log entry that began in an earlier step, or no server at all
            None => lines.iter().filter(|_| !keep.is_empty()).collect(),
        };
        let log = &lines[first_log_line.unwrap_or(lines.len())..];
        for pattern in keep {
            let wanted = self.line(pattern).unwrap_or_default();
            if let Some(line) = log.iter().find(|line| line.contains(&wanted)).filter(|line| !kept.contains(line)) {
                kept.push(line);
            }
        }
        kept.into_iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// One line; `None` where it is left out.
    fn line(&self, line: &str) -> Option<String> {
        // the echo of the key lands wherever the program is writing
        let unechoed = line.trim_start_matches("^C");
        if is_jvm_line(unechoed) || (unechoed.is_empty() && !line.is_empty()) {
            return None;
        }
        let mut placed = unechoed.to_owned();
        for (path, name) in &self.places {
            placed = replace_path(&placed, path, name);
        }
        Some(self.rewrite(&placed))
    }

    fn rewrite(&self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut at = 0;
        while let Some(char) = line[at..].chars().next() {
            let (before, rest) = line.split_at(at);
            let found = PATTERNS.iter().find_map(|pattern| pattern(before, rest)).map(|(length, name)| (length, name.to_owned()));
            match found.or_else(|| self.port_at(before, rest)) {
                Some((length, replacement)) => {
                    out.push_str(&replacement);
                    at += length;
                }
                None => {
                    out.push(char);
                    at += char.len_utf8();
                }
            }
        }
        out
    }

    fn port_at(&self, before: &str, rest: &str) -> Option<(usize, String)> {
        let length = digits(rest);
        if !(1..=5).contains(&length) || before.ends_with(|char: char| char.is_alphanumeric() || matches!(char, '.' | '-' | '_'))
        {
            return None;
        }
        let port: u32 = rest[..length].parse().ok()?;
        if let Some((_, canonical)) = self.ports.iter().find(|(actual, _)| u32::from(*actual) == port) {
            return Some((length, canonical.to_string()));
        }
        let address = before.strip_suffix(':')?.rsplit(['/', ' ', '[']).next()?;
        let connecting = port >= EPHEMERAL_PORT_FIRST && address.parse::<std::net::Ipv4Addr>().is_ok();
        connecting.then(|| (length, "<PORT>".to_owned()))
    }
}

/// What stands at the start of the second text, after the first: its length in bytes, and what to write instead.
type Pattern = fn(&str, &str) -> Option<(usize, &'static str)>;

const PATTERNS: &[Pattern] =
    &[timestamp, create_time, process_number, broker_epoch, duration, group_number, uuid, kafka_uuid, session_id, object_hash];

/// log4j's `[2026-11-23 01:02:03,456]`.
fn timestamp(_: &str, rest: &str) -> Option<(usize, &'static str)> {
    const SHAPE: &str = "[0000-00-00 00:00:00,000]";
    let found = rest.get(..SHAPE.len())?;
    let fits = found.bytes().zip(SHAPE.bytes()).all(|(byte, shape)| byte == shape || (shape == b'0' && byte.is_ascii_digit()));
    fits.then_some((SHAPE.len(), "[<TS>]"))
}

/// The time of a record as the console consumer and the log dump print it, in ms.
fn create_time(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    const MILLISECONDS_DIGITS: usize = 13;
    let named = ["CreateTime:", "LogAppendTime:", "CreateTime: "].iter().any(|name| before.ends_with(name));
    (named && digits(rest) == MILLISECONDS_DIGITS).then_some((MILLISECONDS_DIGITS, "<TS>"))
}

fn process_number(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    let length = digits(rest);
    if length == 0 {
        return None;
    }
    let named = ["pid ", "pid=", "pid: ", "PID ", "PID: "].iter().any(|name| before.ends_with(name));
    // bash on starting a job in the background: [1] 12345
    let job = before.strip_prefix('[').and_then(|rest| rest.strip_suffix("] "));
    let is_job = job.is_some_and(|job| !job.is_empty() && digits(job) == job.len()) && length == rest.len();
    (named || is_job).then_some((length, "<PID>"))
}

/// The transaction that registered a broker: how many came before it depends on the engine.
fn broker_epoch(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    let length = digits(rest);
    (length > 0 && before.ends_with("czxid (broker epoch): ")).then_some((length, "<N>"))
}

/// How long something took; a configured time (`set to 60000 ms`) is not one.
fn duration(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    let length = digits(rest);
    let unit = &rest[length..];
    let measured = ["in ", "after ", "took "].iter().any(|word| before.ends_with(word));
    let is_time = ["ms", " ms", " milliseconds"].iter().any(|name| unit.starts_with(name));
    (length > 0 && measured && is_time).then_some((length, "<N>"))
}

/// The console consumer's own group.
fn group_number(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    let length = digits(rest);
    (length > 0 && before.ends_with("console-consumer-")).then_some((length, "<N>"))
}

/// A UUID with dashes, or as 32 hexadecimal digits (a deleted log's folder).
fn uuid(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    if before.ends_with(|char: char| char.is_ascii_alphanumeric()) {
        return None;
    }
    let fits = |shape: &[usize]| {
        let mut at = 0;
        for (number, length) in shape.iter().enumerate() {
            if number > 0 {
                at += usize::from(rest[at..].starts_with('-'));
            }
            if hexadecimal(&rest[at..]) != *length {
                return None;
            }
            at += length;
        }
        Some(at)
    };
    // with dashes it is 36 characters long; the shape also fits less, so the length decides
    let dashed = fits(&[8, 4, 4, 4, 12]).filter(|length| *length == 36);
    dashed.or_else(|| fits(&[32])).map(|length| (length, "<UUID>"))
}

/// Kafka's own form of a UUID: any 22 letters look like one, so what stands before it tells.
fn kafka_uuid(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    const NAMES: &[&str] =
        &["TopicId: ", "topic_id: ", "topicId=", "topic id ", "Cluster ID = ", "Cluster ID: ", "cluster.id=", "clusterId="];
    let named = NAMES.iter().any(|name| before.ends_with(name)) || before.ends_with("with id ");
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    (named && length == KAFKA_UUID_CHARS).then_some((length, "<UUID>"))
}

/// A ZooKeeper session: `0x` and the number.
fn session_id(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    const DIGITS_MIN: usize = 9;
    let length = hexadecimal(rest.strip_prefix("0x")?);
    (length >= DIGITS_MIN && !before.ends_with(|char: char| char.is_ascii_alphanumeric())).then_some((length + 2, "<SESSION>"))
}

/// The hash in a Java object's default name: `Watcher$@1b2c3d`.
fn object_hash(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    let length = hexadecimal(rest);
    let whole = !rest[length..].starts_with(|char: char| char.is_ascii_alphanumeric());
    (before.ends_with('@') && (5..=8).contains(&length) && whole).then_some((length, "<HASH>"))
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn hexadecimal(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_hexdigit).count()
}

fn is_log_line(line: &str) -> bool {
    line.starts_with("[<TS>] ")
}

/// What only a JVM writes: stack frames, and warnings about its own options.
fn is_jvm_line(line: &str) -> bool {
    let frame = line.trim_start_matches('\t');
    let is_frame =
        frame.len() < line.len() && (frame.starts_with("at ") || (frame.starts_with("... ") && frame.ends_with(" more")));
    is_frame
        || ["OpenJDK 64-Bit Server VM warning:", "Java HotSpot(TM)", "Picked up "].iter().any(|start| line.starts_with(start))
}

/// Replaces `path` where a whole path ends there, or goes on below it.
fn replace_path(line: &str, path: &str, name: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(path) {
        let after = &rest[at + path.len()..];
        out.push_str(&rest[..at]);
        let goes_on = after.starts_with(|char: char| char.is_alphanumeric() || matches!(char, '_' | '-'));
        let inside = rest[..at].ends_with(|char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | '~' | '>'));
        out.push_str(if goes_on || inside { path } else { name });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normaliser() -> Normaliser {
        Normaliser::default()
            .place("/home/kim/", "<HOME>")
            .place("/home/kim/lab/kafka_2.13-3.6.0", "<KAFKA>")
            .port(41092, 9092)
            .port(42181, 2181)
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(normaliser().text(text), expected, "{text:?}");
        assert_eq!(normaliser().text(expected), expected, "twice is as once");
    }

    #[test]
    fn times_numbers_and_ids_are_named() {
        check(
            "PLAINTEXT://localhost:9092, czxid (broker epoch): 28 (x)",
            "PLAINTEXT://localhost:9092, czxid (broker epoch): <N> (x)",
        );
        check("[2026-11-23 01:02:03,456] INFO x (a.B)", "[<TS>] INFO x (a.B)");
        check("[2026-11-23 01:02:03] no", "[2026-11-23 01:02:03] no");
        check("CreateTime:1700000000000\thello", "CreateTime:<TS>\thello");
        check("[1] 12345", "[1] <PID>");
        check("[1]+  Done  sleep 1", "[1]+  Done  sleep 1");
        check("broker (pid 4242)", "broker (pid <PID>)");
        check("returned successfully after 12ms in 3 ms", "returned successfully after <N>ms in <N> ms");
        check("maxSessionTimeout set to 60000 ms", "maxSessionTimeout set to 60000 ms");
        check("group console-consumer-12345", "group console-consumer-<N>");
        check("Configs: ", "Configs: ");
    }

    #[test]
    fn ids_are_named_and_what_looks_like_one_is_not() {
        check("Topic: t\tTopicId: 3Hb3oX1pQ1aBcD-_efGhIj\tPartitionCount: 1", "Topic: t\tTopicId: <UUID>\tPartitionCount: 1");
        check("Cluster ID = 3Hb3oX1pQ1aBcD-_efGhIj (kafka.server.KafkaServer)", "Cluster ID = <UUID> (kafka.server.KafkaServer)");
        check("t-0.0123456789abcdef0123456789abcdef-delete", "t-0.<UUID>-delete");
        check("id 01234567-89ab-cdef-0123-456789abcdef.", "id <UUID>.");
        check("01234567-89ab-cdef-0123-456789abcdef0", "01234567-89ab-cdef-0123-456789abcdef0");
        check("session id = 0x100012345670000, timeout", "session id = <SESSION>, timeout");
        check("Snapshotting: 0x0 to x", "Snapshotting: 0x0 to x");
        check("Watcher$@1b2c3d4e (a.B)", "Watcher$@<HASH> (a.B)");
        check("a-topic-of-22-letters-", "a-topic-of-22-letters-");
    }

    #[test]
    fn places_and_ports_are_those_of_the_text() {
        check("in /home/kim/lab/kafka_2.13-3.6.0/config", "in <KAFKA>/config");
        check("in /home/kim/x, /home/kimberly", "in <HOME>/x, /home/kimberly");
        check("--bootstrap-server localhost:41092", "--bootstrap-server localhost:9092");
        check("clientPort=42181, 0.0.0.0/0.0.0.0:42181", "clientPort=2181, 0.0.0.0/0.0.0.0:2181");
        check("tcp6 0 0 :::41092 :::* LISTEN", "tcp6 0 0 :::9092 :::* LISTEN");
        check("offset 410920", "offset 410920");
        check(
            "client: /127.0.0.1:50123, server: localhost/127.0.0.1:42181",
            "client: /127.0.0.1:<PORT>, server: localhost/127.0.0.1:2181",
        );
        check("한글 localhost:41092 글", "한글 localhost:9092 글");
    }

    #[test]
    fn what_only_a_jvm_writes_is_left_out() {
        check(
            "java.lang.X: no\n\tat a.B.c(D.java:1)\n\t... 3 more\nCaused by: y\n\tLeader: at 0",
            "java.lang.X: no\nCaused by: y\n\tLeader: at 0",
        );
        check("OpenJDK 64-Bit Server VM warning: x\nshown", "shown");
        check("typed\n^C\nProcessed a total of 2 messages", "typed\nProcessed a total of 2 messages");
    }

    #[test]
    fn a_signature_is_in_the_order_that_is_asked_for() {
        let keep: Vec<String> = ["Registered broker 0", "listening on port 9092", "never"].map(str::to_owned).into();
        let one = "[2026-11-23 01:02:03,456] INFO listening on port 41092 (a)\n[2026-11-23 01:02:03,457] INFO Registered broker 0 (b)\n";
        let other = "OpenJDK 64-Bit Server VM warning: x\n[2026-11-23 01:02:04,456] INFO Registered broker 0 (b)\nmore\n[2026-11-23 01:02:04,456] INFO new (c)\n\
                     [2026-11-23 01:02:05,456] INFO listening on port 41092 (a)\n[2026-11-23 01:02:05,456] INFO listening on port 41092 (again)";
        let expected = "[<TS>] INFO Registered broker 0 (b)\n[<TS>] INFO listening on port 9092 (a)";
        assert_eq!(normaliser().signature(one, &keep), expected);
        assert_eq!(normaliser().signature(other, &keep), expected);
        assert_eq!(normaliser().signature("no such file\n", &keep), "no such file");
        assert_eq!(normaliser().signature("[2026-11-23 01:02:03,456] INFO x\n", &[]), "");
    }

    proptest::proptest! {
        #[test]
        fn what_is_normalised_stays_as_it_is(text in "([0-9a-f]{1,9}|[-:./@ \\t^C한]|0x|pid |localhost:41092|/home/kim|in 3 ms|console-consumer-){0,12}") {
            let once = normaliser().text(&text);
            proptest::prop_assert_eq!(normaliser().text(&once), once);
        }
    }
}
