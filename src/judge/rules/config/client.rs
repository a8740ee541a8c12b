//! KL703 to KL707: the files of producers and consumers.

use super::file::Judgement;
use super::kind::Kind;
use crate::engine::broker::config::split_list;
use crate::judge::diagnostic::Severity;
use crate::judge::rules::Rule;
use crate::text::Message;
use crate::text::config::{client as text, labels};

/// An address that is none.
pub static BOOTSTRAP: Rule = Rule::file("KL703", "bootstrap-servers-malformed", Severity::Error, text::BOOTSTRAP)
    .says(&["Invalid url in bootstrap.servers", "Please provide valid host:port"]);
/// ZooKeeper's port.
pub static BOOTSTRAP_ZOOKEEPER: Rule =
    Rule::file("KL704", "bootstrap-servers-is-zookeeper", Severity::Warning, text::BOOTSTRAP_ZOOKEEPER);
/// What an idempotent producer cannot do with.
pub static IDEMPOTENCE: Rule = Rule::file("KL705", "idempotence-conflict", Severity::Error, text::IDEMPOTENCE).says(&[
    "in order to use the idempotent producer",
    "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer",
    "to use the idempotent producer",
    "Cannot set a transactional.id without also enabling idempotence",
]);
/// Less time than one try takes.
pub static DELIVERY_TIMEOUT: Rule = Rule::file("KL706", "delivery-timeout-too-short", Severity::Error, text::DELIVERY_TIMEOUT)
    .says(&["delivery.timeout.ms should be equal to or larger than"]);
/// A heartbeat that comes too late.
pub static HEARTBEAT: Rule = Rule::file("KL707", "heartbeat-too-long", Severity::Error, text::HEARTBEAT)
    .says(&["Heartbeat must be set lower than the session timeout"]);

/// Looks at the file.
pub(super) fn check(judged: &mut Judgement<'_>) {
    if !matches!(judged.file.kind, Kind::Producer | Kind::Consumer) {
        return;
    }
    bootstrap(judged);
    if judged.file.kind == Kind::Producer {
        idempotence(judged);
        delivery_timeout(judged);
    } else {
        heartbeat(judged);
    }
}

fn bootstrap(judged: &mut Judgement<'_>) {
    let Some(index) = judged.sound("bootstrap.servers") else { return };
    let value = &judged.entries[index].value;
    for server in split_list(value).filter(|server| !server.is_empty()) {
        let start = server.as_ptr() as usize - value.as_ptr() as usize;
        let place = judged.part(index, start..start + server.len());
        let port = server.rsplit_once(':').map(|(_, port)| port);
        let finding = match port {
            Some("2181") => judged.found(&BOOTSTRAP_ZOOKEEPER, place, labels::ZOOKEEPER_PORT),
            Some(port) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => continue,
            _ => {
                let said = format!("Invalid url in bootstrap.servers: {server}");
                judged.found(&BOOTSTRAP, place, labels::HOST_AND_PORT).in_kafkas_words(&said)
            }
        };
        judged.claim(index);
        judged.tell(finding);
    }
}

fn idempotence(judged: &mut Judgement<'_>) {
    if judged.value("enable.idempotence").is_none_or(|value| !value.eq_ignore_ascii_case("true")) {
        return;
    }
    let acks = judged.value("acks").filter(|acks| !["all", "-1"].contains(acks)).map(|_| "acks");
    let retries = (judged.number("retries") == Some(0)).then_some("retries");
    let in_flight = "max.in.flight.requests.per.connection";
    let in_flight = judged.number(in_flight).filter(|requests| *requests > 5).map(|_| in_flight);
    for key in [retries, acks, in_flight].into_iter().flatten() {
        let Some(index) = judged.sound(key) else { continue };
        let finding = judged.at_value(&IDEMPOTENCE, index, labels::REFUSED);
        judged.blame(index, finding);
    }
}

fn delivery_timeout(judged: &mut Judgement<'_>) {
    let Some(index) = judged.sound("delivery.timeout.ms") else { return };
    let numbers = ["delivery.timeout.ms", "linger.ms", "request.timeout.ms"].map(|key| judged.number(key));
    let [Some(delivery), Some(linger), Some(request)] = numbers else { return };
    let least = linger.saturating_add(request).min(i64::from(i32::MAX));
    if delivery < least {
        let label = Message::new(labels::AT_LEAST).with("least", least);
        let finding = judged.at_value(&DELIVERY_TIMEOUT, index, label);
        judged.blame(index, finding);
    }
}

fn heartbeat(judged: &mut Judgement<'_>) {
    let (Some(heartbeat), Some(session)) = (judged.number("heartbeat.interval.ms"), judged.number("session.timeout.ms")) else {
        return;
    };
    let place = judged.sound("heartbeat.interval.ms").or_else(|| judged.sound("session.timeout.ms"));
    // with no group there is nothing to be alive in
    if let Some(index) = place.filter(|_| heartbeat >= session && judged.has("group.id")) {
        let label = Message::new(labels::HEARTBEAT).with("heartbeat", heartbeat).with("session", session);
        let finding = judged.at_value(&HEARTBEAT, index, label);
        judged.blame(index, finding);
    }
}
