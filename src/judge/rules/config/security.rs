//! KL519 to KL522: SSL and SASL settings, and the listeners that they are for.

use super::file::Judgement;
use crate::judge::diagnostic::Severity;
use crate::judge::rules::Rule;
use crate::text::config::{labels, listeners as text};

/// SSL settings that nothing uses.
pub static SSL_UNUSED: Rule = Rule::file("KL519", "ssl-unused", Severity::Warning, text::SSL_UNUSED);
/// SASL settings that nothing uses.
pub static SASL_UNUSED: Rule = Rule::file("KL520", "sasl-unused", Severity::Warning, text::SASL_UNUSED);
/// An SSL listener without a certificate.
pub static NO_KEYSTORE: Rule = Rule::file("KL521", "ssl-without-keystore", Severity::Warning, text::NO_KEYSTORE)
    .says(&["No available authentication scheme"]);
/// The mechanism between brokers is not enabled.
pub static SASL_MECHANISM: Rule = Rule::refused(
    "KL522",
    "sasl-mechanism-not-enabled",
    text::SASL_MECHANISM,
    &["sasl.mechanism.inter.broker.protocol must be included in sasl.enabled.mechanisms"],
    &["sasl.mechanism.inter.broker.protocol", "sasl.enabled.mechanisms"],
);

/// Compares the settings with the listeners that Kafka's validation makes of the file.
pub(super) fn check(judged: &mut Judgement<'_>) {
    let Some(config) = judged.config.as_ref() else { return };
    let speaks = |part: &str| config.listeners().iter().any(|listener| listener.protocol.contains(part));
    let (ssl, sasl) = (speaks("SSL"), speaks("SASL"));
    let inter_broker = config.inter_broker_listener().to_owned();
    let between = config.listeners().iter().find(|listener| listener.name == inter_broker);
    let ssl_between = between.is_some_and(|listener| listener.protocol == "SSL");
    if !ssl && let Some(index) = ["ssl.keystore.location", "ssl.keystore.key"].iter().find_map(|key| judged.sound(key)) {
        let finding = judged.at_key(&SSL_UNUSED, index, labels::NO_SUCH_LISTENER);
        judged.tell(finding);
    }
    if !sasl && let Some(index) = ["sasl.enabled.mechanisms", "sasl.jaas.config"].iter().find_map(|key| judged.sound(key)) {
        let finding = judged.at_key(&SASL_UNUSED, index, labels::NO_SUCH_LISTENER);
        judged.tell(finding);
    }
    let has_keys =
        judged.entries.iter().any(|entry| entry.key.contains("ssl.keystore.") || entry.key.contains("ssl.engine.factory"));
    if ssl
        && !has_keys
        && !judged.has("config.providers")
        && let Some(index) = judged.sound("listeners")
    {
        let severity = if ssl_between { Severity::Error } else { Severity::Warning };
        let finding = judged.at_value(&NO_KEYSTORE, index, labels::NO_KEYSTORE).mattering(severity);
        judged.tell(finding);
    }
}
