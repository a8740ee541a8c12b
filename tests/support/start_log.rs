//! What a coordinator logs from its start to the first four-letter word, with what differs from run to run masked.

use std::path::Path;

/// What ZooKeeper 3.8.2 logs; `KAFKALAB_RECORD=1 cargo test --test apache recorded_start` records it.
pub const RECORDED: &str = include_str!("../../fixtures/apache/zookeeper-start.txt");

/// The last line before it serves.
pub const SERVES: &str = "ZooKeeper audit is disabled.";

/// The lines of a log without their times; places, ports, durations and what the environment is are masked.
pub fn masked(log: &str, port: u16, data: &Path, config: &Path) -> Vec<String> {
    let (data, config, port) = (data.display().to_string(), config.display().to_string(), format!(":{port} "));
    let line = |line: &str| {
        let line = line.split_once("] ").map_or(line, |(_, rest)| rest);
        let line = line.replace(&data, "DATA").replace(&config, "FILE").replace(&port, ":PORT ");
        let (front, logger) = line.rsplit_once(" (").expect("a logger at the end");
        format!("{} ({logger}", masked_message(front))
    };
    // the end of whoever looked whether it serves already
    let probed = |line: &&str| !line.contains("Unable to read additional data from client");
    log.lines().filter(probed).map(line).collect()
}

fn masked_message(message: &str) -> String {
    let words = message.split(' ').scan("", |before, word| {
        let is_time = *before == "in" && word.bytes().all(|byte| byte.is_ascii_digit());
        *before = word;
        Some(if is_time { "N" } else { word })
    });
    let message = words.collect::<Vec<_>>().join(" ");
    if let Some((front, _)) = message.split_once(" from /127.0.0.1:") {
        return format!("{front} from CLIENT");
    }
    let before_what_differs = if message.starts_with("INFO Server environment:") { '=' } else { '@' };
    match message.split_once(before_what_differs) {
        Some((front, _)) => format!("{front}{before_what_differs}…"),
        None => message,
    }
}
