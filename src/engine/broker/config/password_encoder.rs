//! Passwords as ZooKeeper keeps them among a broker's settings (`PasswordEncoder`): encrypted with `password.encoder.secret`.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use aes::{Aes128, Aes192, Aes256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

use super::BrokerConfig;

/// The only cipher here: Kafka's default.
const CIPHER: &str = "AES/CBC/PKCS5Padding";
/// Kafka's default way from the secret to a key.
const KEY_FACTORY: &str = "PBKDF2WithHmacSHA512";
const SALT_BYTES: usize = 256;
const IV_BYTES: usize = 16;
/// The longest encrypted password that is read, in characters.
const TEXT_MAX: usize = 64 * 1024;
/// The most iterations that an encrypted password may ask for.
const ITERATIONS_MAX: u32 = 10_000_000;

/// Why a password is not encrypted, or what was encrypted is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// There is no secret.
    #[error("Password encoder secret not configured")]
    NoSecret,
    /// An algorithm or a length that is not here.
    #[error("{what} {found} is not available: expected {expected}")]
    Unavailable {
        /// What it is for.
        what: &'static str,
        /// What was asked for.
        found: String,
        /// What there is.
        expected: &'static str,
    },
    /// A text that no encoder wrote.
    #[error("expected an encrypted password, found one without a right {0}")]
    Malformed(&'static str),
    /// It was encrypted with another secret.
    #[error("Password could not be decoded")]
    OtherSecret,
}

/// Encrypts and decrypts with one secret.
#[derive(Clone, Debug)]
pub struct PasswordEncoder {
    secret: String,
    key_factory: String,
    cipher: String,
    key_bits: u32,
    iterations: u32,
}

impl PasswordEncoder {
    /// With `password.encoder.secret`.
    ///
    /// # Errors
    /// [`PasswordError::NoSecret`].
    pub fn new(config: &BrokerConfig) -> Result<Self, PasswordError> {
        Self::with(config, "password.encoder.secret")
    }

    /// With `password.encoder.old.secret`.
    ///
    /// # Errors
    /// [`PasswordError::NoSecret`].
    pub fn old(config: &BrokerConfig) -> Result<Self, PasswordError> {
        Self::with(config, "password.encoder.old.secret")
    }

    fn with(config: &BrokerConfig, secret: &str) -> Result<Self, PasswordError> {
        let text = |name: &str| config.string(name).map(str::to_owned);
        Ok(Self {
            secret: text(secret).ok_or(PasswordError::NoSecret)?,
            key_factory: text("password.encoder.keyfactory.algorithm").unwrap_or_else(|| KEY_FACTORY.to_owned()),
            cipher: text("password.encoder.cipher.algorithm").unwrap_or_else(|| CIPHER.to_owned()),
            key_bits: config.int("password.encoder.key.length").unsigned_abs(),
            iterations: config.int("password.encoder.iterations").unsigned_abs(),
        })
    }

    /// The password as ZooKeeper keeps it.
    ///
    /// # Errors
    /// [`PasswordError::Unavailable`] for algorithms that are not here.
    pub fn encode(&self, password: &str) -> Result<String, PasswordError> {
        let (salt, iv) = (random(SALT_BYTES), random(IV_BYTES));
        let key = key(&self.secret, &self.key_factory, &self.cipher, self.key_bits, &salt, self.iterations)?;
        let encrypted = encrypt(&key, &iv, password.as_bytes()).ok_or_else(|| no_length(self.key_bits))?;
        let (encrypted, iv, salt) = (BASE64.encode(encrypted), BASE64.encode(iv), BASE64.encode(salt));
        Ok(format!(
            "encryptedPassword:{encrypted},keyLength:{},cipherAlgorithm:{},initializationVector:{iv},keyFactoryAlgorithm:{},\
             passwordLength:{},salt:{salt},iterations:{}",
            self.key_bits,
            self.cipher,
            self.key_factory,
            password.encode_utf16().count(),
            self.iterations
        ))
    }

    /// The password that a text holds; its algorithms are those of the text.
    ///
    /// # Errors
    /// [`PasswordError`] where it is no such text, or another secret's.
    pub fn decode(&self, text: &str) -> Result<String, PasswordError> {
        let text = Some(text).filter(|text| text.len() <= TEXT_MAX).ok_or(PasswordError::Malformed("length"))?;
        let field = |name: &'static str| {
            let found = text.split(',').find_map(|item| item.split_once(':').filter(|(key, _)| *key == name));
            found.map(|(_, value)| value).ok_or(PasswordError::Malformed(name))
        };
        let number = |name| field(name)?.parse::<u32>().map_err(|_| PasswordError::Malformed(name));
        let bytes = |name| BASE64.decode(field(name)?).map_err(|_| PasswordError::Malformed(name));
        let iterations = number("iterations")?;
        if !(1..=ITERATIONS_MAX).contains(&iterations) {
            return Err(PasswordError::Malformed("iterations"));
        }
        let (factory, cipher, key_bits) = (field("keyFactoryAlgorithm")?, field("cipherAlgorithm")?, number("keyLength")?);
        let key = key(&self.secret, factory, cipher, key_bits, &bytes("salt")?, iterations)?;
        let decrypted = decrypt(&key, &bytes("initializationVector")?, &bytes("encryptedPassword")?);
        let password = decrypted.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(PasswordError::OtherSecret)?;
        let length = usize::try_from(number("passwordLength")?).unwrap_or(usize::MAX);
        if password.encode_utf16().count() == length { Ok(password) } else { Err(PasswordError::OtherSecret) }
    }
}

fn no_length(bits: u32) -> PasswordError {
    PasswordError::Unavailable { what: "key length", found: bits.to_string(), expected: "128, 192 or 256" }
}

fn key(secret: &str, factory: &str, cipher: &str, bits: u32, salt: &[u8], iterations: u32) -> Result<Vec<u8>, PasswordError> {
    if cipher != CIPHER {
        return Err(PasswordError::Unavailable { what: "cipher", found: cipher.to_owned(), expected: CIPHER });
    }
    let length = match bits {
        128 => 16,
        192 => 24,
        256 => 32,
        other => return Err(no_length(other)),
    };
    let mut key = vec![0; length];
    let secret = secret.as_bytes();
    match factory {
        KEY_FACTORY => pbkdf2_hmac::<Sha512>(secret, salt, iterations, &mut key),
        "PBKDF2WithHmacSHA256" => pbkdf2_hmac::<Sha256>(secret, salt, iterations, &mut key),
        "PBKDF2WithHmacSHA1" => pbkdf2_hmac::<Sha1>(secret, salt, iterations, &mut key),
        other => {
            return Err(PasswordError::Unavailable { what: "key factory", found: other.to_owned(), expected: KEY_FACTORY });
        }
    }
    Ok(key)
}

/// `None` where no key has that length.
fn encrypt(key: &[u8], iv: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    Some(match key.len() {
        16 => cbc::Encryptor::<Aes128>::new_from_slices(key, iv).ok()?.encrypt_padded_vec_mut::<Pkcs7>(plain),
        24 => cbc::Encryptor::<Aes192>::new_from_slices(key, iv).ok()?.encrypt_padded_vec_mut::<Pkcs7>(plain),
        _ => cbc::Encryptor::<Aes256>::new_from_slices(key, iv).ok()?.encrypt_padded_vec_mut::<Pkcs7>(plain),
    })
}

/// `None` where the key is not the one it was encrypted with.
fn decrypt(key: &[u8], iv: &[u8], encrypted: &[u8]) -> Option<Vec<u8>> {
    match key.len() {
        16 => cbc::Decryptor::<Aes128>::new_from_slices(key, iv).ok()?.decrypt_padded_vec_mut::<Pkcs7>(encrypted).ok(),
        24 => cbc::Decryptor::<Aes192>::new_from_slices(key, iv).ok()?.decrypt_padded_vec_mut::<Pkcs7>(encrypted).ok(),
        _ => cbc::Decryptor::<Aes256>::new_from_slices(key, iv).ok()?.decrypt_padded_vec_mut::<Pkcs7>(encrypted).ok(),
    }
}

fn random(length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        // an id has bits that are always the same; its hash has not
        bytes.extend(Sha256::digest([*Uuid::new_v4().as_bytes(), *Uuid::new_v4().as_bytes()].concat()));
    }
    bytes.truncate(length);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoder(lines: &[(&str, &str)]) -> Result<PasswordEncoder, PasswordError> {
        let lines = lines.iter().chain(&[("zookeeper.connect", "localhost:2181")]);
        let originals = lines.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        PasswordEncoder::new(&BrokerConfig::new(originals).expect("valid"))
    }

    /// What Kafka 3.6.0 wrote for `hunter2` with the secret `topsecret`.
    const KAFKAS: &str = "encryptedPassword:Ds9PimtWjddq8kAtPHgtoA==,keyLength:128,cipherAlgorithm:AES/CBC/PKCS5Padding,\
        initializationVector:I0hAMJc7BJFeOtJxAyshNg==,keyFactoryAlgorithm:PBKDF2WithHmacSHA512,passwordLength:7,salt:\
        YoD2ie8CX3jajUkhrgHefa8x2cz4AfreD/kgsE/AXjj2kHarKGqbF7XQaRqBClH3sTZjRNbY9oAMPmqcsqSuOKnAu/jU3BmQcCuKhF3ZjIFCRG+Q6UjuGcNw\
        2YlxK6Z+I3J5bt5Zq3gdHx6Fta340XQwJsNrHDfcFc/fNHK3PQnKtU8CscKuLN/X5QFQHArnP+eK8TqVOCOpGlYpDDIAiYRFJ88dcAleu7YC8CGIDv2Jh92u\
        3ibXmZKzxq0k5Z9zKPyU1jd4FDQKtLqBscMlvE9+zhg1OwhB3AWEe7VLOJwDSYJi0px7/T609e4YXNoVjaI6T8EJgGq8+1afMCr2Mw==,iterations:4096";

    #[test]
    fn what_kafka_wrote_is_read() {
        let secret = ("password.encoder.secret", "topsecret");
        assert_eq!(encoder(&[secret]).and_then(|it| it.decode(KAFKAS)), Ok("hunter2".to_owned()));
        let other = encoder(&[("password.encoder.secret", "other")]).expect("a secret");
        assert_eq!(other.decode(KAFKAS), Err(PasswordError::OtherSecret));
        assert_eq!(encoder(&[]).err(), Some(PasswordError::NoSecret));
    }

    #[test]
    fn what_is_written_is_read_again_and_hides_the_password() {
        for (name, value) in [
            ("password.encoder.key.length", "256"),
            ("password.encoder.key.length", "192"),
            ("password.encoder.iterations", "1024"),
            ("password.encoder.keyfactory.algorithm", "PBKDF2WithHmacSHA1"),
            ("password.encoder.keyfactory.algorithm", "PBKDF2WithHmacSHA256"),
        ] {
            let encoder = encoder(&[("password.encoder.secret", "비밀"), (name, value)]).expect("a secret");
            for password in ["", "hunter2", "암호 with sixteen"] {
                let encoded = encoder.encode(password).expect("an algorithm that is here");
                assert_eq!(encoder.decode(&encoded).as_deref(), Ok(password));
                assert!(password.is_empty() || !encoded.contains(password));
                assert_ne!(encoder.encode(password), Ok(encoded));
            }
        }
    }

    #[test]
    fn what_is_not_here_is_said_and_what_is_damaged_is_refused() {
        let gcm = encoder(&[("password.encoder.secret", "s"), ("password.encoder.cipher.algorithm", "AES/GCM/NoPadding")]);
        let refused = gcm.and_then(|encoder| encoder.encode("x")).map_err(|error| error.to_string());
        assert_eq!(refused, Err("cipher AES/GCM/NoPadding is not available: expected AES/CBC/PKCS5Padding".to_owned()));
        let encoder = encoder(&[("password.encoder.secret", "topsecret")]).expect("a secret");
        for (from, to, what) in [
            ("iterations:4096", "iterations:4294967295", "iterations"),
            ("iterations:4096", "iterations:0", "iterations"),
            ("salt:", "salt:!", "salt"),
            ("keyLength:128", "keyLength:x", "keyLength"),
            ("encryptedPassword:", "password:", "encryptedPassword"),
        ] {
            assert_eq!(encoder.decode(&KAFKAS.replace(from, to)), Err(PasswordError::Malformed(what)), "{to}");
        }
        assert_eq!(encoder.decode(&KAFKAS.replace("passwordLength:7", "passwordLength:8")), Err(PasswordError::OtherSecret));
        assert_eq!(encoder.decode(&"x".repeat(TEXT_MAX + 1)), Err(PasswordError::Malformed("length")));
    }
}
