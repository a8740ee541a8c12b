//! KL411 and KL414 to KL417: how `zookeeper.connect` is written.

use super::file::Judgement;
use crate::engine::zookeeper::client::ConnectString;
use crate::judge::diagnostic::{Edit, Severity};
use crate::judge::rules::Rule;
use crate::text::Message;
use crate::text::config::{labels, storage as text};

/// It is not there.
pub static MISSING: Rule = Rule::refused(
    "KL410",
    "zookeeper-connect-missing",
    text::CONNECT_MISSING,
    &["Missing required configuration `zookeeper.connect`"],
    &[KEY],
);
/// It is empty.
pub static EMPTY: Rule = Rule::file("KL411", "zookeeper-connect-empty", Severity::Error, text::CONNECT_EMPTY)
    .says(&["A HostProvider may not be empty!"]);
/// It begins as an address of the web.
pub static SCHEME: Rule = Rule::file("KL414", "zookeeper-connect-scheme", Severity::Error, text::CONNECT_SCHEME);
/// A port is no number, or out of range.
pub static PORT: Rule = Rule::file("KL415", "zookeeper-connect-port", Severity::Error, text::CONNECT_PORT);
/// A path before the last server.
pub static CHROOT: Rule = Rule::file("KL416", "zookeeper-connect-chroot", Severity::Warning, text::CONNECT_CHROOT);
/// Something other than a comma between servers.
pub static SEPARATOR: Rule = Rule::file("KL417", "zookeeper-connect-separator", Severity::Error, text::CONNECT_SEPARATOR);

const KEY: &str = "zookeeper.connect";

/// What ZooKeeper's client has against a value of `zookeeper.connect`; nothing for other keys.
pub(super) fn refusal(key: &str, value: &str) -> Option<String> {
    let refused = value.trim().parse::<ConnectString>().err().filter(|_| key == KEY);
    refused.map(|error| error.to_string())
}

/// Looks at the value.
pub(super) fn check(judged: &mut Judgement<'_>) {
    let Some(index) = judged.sound(KEY).filter(|_| !judged.has("process.roles")) else { return };
    let value = judged.entries[index].value.trim();
    if value.is_empty() {
        let finding = judged.at_value(&EMPTY, index, labels::CONNECT_EMPTY);
        return judged.blame(index, finding);
    }
    if let Some(at) = value.find("://") {
        let place = judged.part(index, 0..at + 3);
        let removal = Edit { range: place.clone(), text: String::new() };
        let finding = judged.found(&SCHEME, place, labels::CONNECT_SCHEME);
        let finding = if judged.is_plain(index) { finding.fixed_by(vec![removal], true) } else { finding };
        return judged.blame(index, finding);
    }
    if chroot(judged, index, value) || separator(judged, index, value) {
        return;
    }
    if let Some(said) = refusal(KEY, value) {
        let finding = judged.at_value(&PORT, index, labels::CONNECT_PORT).in_kafkas_words(&said);
        return judged.blame(index, finding);
    }
    if let Some(finding) = super::zookeeper_connect::own_port_in_file(judged, index) {
        judged.blame(index, finding);
    }
}

/// `h1:2181/kafka,h2:2181/kafka`.
fn chroot(judged: &mut Judgement<'_>, index: usize, value: &str) -> bool {
    let Some((first, path)) = value.find('/').map(|at| value.split_at(at)) else { return false };
    let Some((chroot, rest)) = path.split_once(',') else { return false };
    let hosts = rest.split(',').map(|server| server.split('/').next().unwrap_or("").trim());
    let mut servers = vec![first.to_owned()];
    for host in hosts {
        if host.is_empty() {
            return false;
        }
        servers.push(host.to_owned());
    }
    let place = judged.part(index, first.len()..first.len() + chroot.len());
    let label = Message::new(labels::CONNECT_CHROOT).with("path", path);
    let right = format!("{}{chroot}", servers.join(","));
    let finding = judged.found(&CHROOT, place, label).fixed_by(vec![judged.new_value(index, &right)], false);
    judged.blame(index, finding);
    true
}

/// `h1:2181;h2:2181` and `h1:2181 h2:2181`.
fn separator(judged: &mut Judgement<'_>, index: usize, value: &str) -> bool {
    let hosts = value.split('/').next().unwrap_or(value);
    let servers: Vec<&str> = hosts
        .split(|c: char| matches!(c, ';' | ',') || c.is_whitespace())
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let listed = hosts.split(',').any(|server| server.trim().contains(|c: char| c == ';' || c.is_whitespace()));
    let address =
        |server: &&str| server.rsplit_once(':').is_none_or(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if !listed || servers.len() < 2 || !servers.iter().all(address) {
        return false;
    }
    let right = format!("{}{}", servers.join(","), &value[hosts.len()..]);
    let finding = judged.at_value(&SEPARATOR, index, labels::COMMA_WANTED).fixed_by(vec![judged.new_value(index, &right)], true);
    judged.blame(index, finding);
    true
}
