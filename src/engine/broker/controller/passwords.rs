//! The passwords among the settings of brokers: encrypted in ZooKeeper, plain in the broker (`DynamicBrokerConfig`).

use kafka_protocol::ResponseError;

use super::ApiError;
use super::settings::Settings;
use crate::catalog::configs;
use crate::engine::broker::config::{BrokerConfig, PasswordEncoder, listener_base};
use crate::engine::exception::Exception;

const LOGGER: &str = "kafka.server.DynamicBrokerConfig";

/// Whether a setting is a password; those of listeners have a prefix.
fn is_password(name: &str) -> bool {
    let base = listener_base(name).unwrap_or(name);
    configs::broker().iter().any(|key| key.name == base && key.kind == "PASSWORD")
}

/// The settings with their passwords in the clear; what cannot be decrypted is left out.
pub(super) fn decoded(mut settings: Settings, config: &BrokerConfig) -> Settings {
    settings.retain(|name, value| {
        if !is_password(name) {
            return true;
        }
        match PasswordEncoder::new(config).and_then(|encoder| encoder.decode(value)) {
            Ok(password) => *value = password,
            Err(error) => {
                let cause = Exception::config(error.to_string());
                cause.log(LOGGER, format_args!("Dynamic password config {name} could not be decoded, ignoring."));
                return false;
            }
        }
        true
    });
    settings
}

/// The settings with their passwords encrypted.
///
/// # Errors
/// `INVALID_REQUEST` where there is no secret, or an algorithm is not here.
pub(super) fn encoded(mut settings: Settings, config: &BrokerConfig) -> Result<Settings, ApiError> {
    for (_, value) in settings.iter_mut().filter(|(name, _)| is_password(name)) {
        let encoded = PasswordEncoder::new(config).and_then(|encoder| encoder.encode(value));
        *value = encoded.map_err(|error| ApiError::new(ResponseError::InvalidRequest, error.to_string()))?;
    }
    Ok(settings)
}

/// The settings where `password.encoder.old.secret` decrypts passwords: encrypted anew. `None` where nothing is to be done.
pub(super) fn encoded_anew(settings: &Settings, config: &BrokerConfig) -> Option<Settings> {
    let (old, new) = (PasswordEncoder::old(config).ok()?, PasswordEncoder::new(config).ok()?);
    let mut changed = settings.clone();
    for (_, value) in changed.iter_mut().filter(|(name, _)| is_password(name)) {
        if let Ok(encoded) = old.decode(value).and_then(|password| new.encode(&password)) {
            *value = encoded;
        }
    }
    (changed != *settings).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(lines: &[(&str, &str)]) -> BrokerConfig {
        let lines = lines.iter().chain(&[("zookeeper.connect", "localhost:2181")]);
        let originals = lines.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        BrokerConfig::new(originals).expect("valid")
    }

    const NAME: &str = "listener.name.inside.ssl.key.password";

    #[test]
    fn passwords_are_encrypted_with_the_secret_and_again_with_another() {
        let plain = Settings::from([(NAME.to_owned(), "hunter2".to_owned()), ("log.retention.ms".to_owned(), "5".to_owned())]);
        let none = config(&[]);
        let refused = encoded(plain.clone(), &none).map_err(|error| error.message);
        assert_eq!(refused, Err(Some("Password encoder secret not configured".to_owned())));
        let first = config(&[("password.encoder.secret", "one")]);
        let kept = encoded(plain.clone(), &first).expect("a secret");
        assert_ne!(kept[NAME], "hunter2");
        assert_eq!(kept["log.retention.ms"], "5");
        assert_eq!(decoded(kept.clone(), &first), plain);
        assert!(!decoded(kept.clone(), &none).contains_key(NAME), "without the secret it is left out");
        assert_eq!(encoded_anew(&kept, &first), None);
        let second = config(&[("password.encoder.secret", "two"), ("password.encoder.old.secret", "one")]);
        let anew = encoded_anew(&kept, &second).expect("it is encrypted with the old secret");
        assert_eq!(decoded(anew.clone(), &second), plain);
        assert_eq!(encoded_anew(&anew, &second), None);
    }
}
