//! SCRAM credentials (RFC 5802, KIP-84): passwords salted as clients send them, and what a broker keeps of them in ZooKeeper.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Mac, SimpleHmac};
use sha2::digest::core_api::BlockSizeUser;
use sha2::{Digest, Sha256, Sha512};

/// A SCRAM mechanism.
#[derive(Debug)]
pub struct Mechanism {
    /// Its name, as `SCRAM-SHA-256`.
    pub name: &'static str,
    /// Kafka's word for it in code, which messages show.
    pub word: &'static str,
    /// Its number on the wire.
    pub code: i8,
    salt: fn(&[u8], &[u8], u32) -> Vec<u8>,
    keys: fn(&[u8]) -> [Vec<u8>; 2],
}

/// Every mechanism, by number.
pub static MECHANISMS: [Mechanism; 2] = [
    Mechanism { name: "SCRAM-SHA-256", word: "SCRAM_SHA_256", code: 1, salt: salted::<Sha256>, keys: keys::<Sha256> },
    Mechanism { name: "SCRAM-SHA-512", word: "SCRAM_SHA_512", code: 2, salt: salted::<Sha512>, keys: keys::<Sha512> },
];

/// The fewest iterations that Kafka takes.
pub const MIN_ITERATIONS: i32 = 4096;
/// The most iterations that a broker takes.
pub const MAX_ITERATIONS: i32 = 16_384;

/// The mechanism with that number on the wire.
pub fn by_code(code: i8) -> Option<&'static Mechanism> {
    MECHANISMS.iter().find(|mechanism| mechanism.code == code)
}

/// The mechanism with that name.
pub fn by_name(name: &str) -> Option<&'static Mechanism> {
    MECHANISMS.iter().find(|mechanism| mechanism.name == name)
}

impl Mechanism {
    /// The password as it goes over the wire: salted, and hashed as often as `iterations` says.
    pub fn salted(&self, password: &str, salt: &[u8], iterations: u32) -> Vec<u8> {
        (self.salt)(password.as_bytes(), salt, iterations)
    }

    /// A credential as ZooKeeper keeps it (`ScramCredentialUtils.credentialToString`).
    pub fn stored(&self, salt: &[u8], salted_password: &[u8], iterations: i32) -> String {
        let [stored, server] = (self.keys)(salted_password).map(|key| BASE64.encode(key));
        format!("salt={},stored_key={stored},server_key={server},iterations={iterations}", BASE64.encode(salt))
    }
}

/// The iterations of a credential as ZooKeeper keeps it; `None` where it is none.
pub fn iterations(stored: &str) -> Option<i32> {
    stored.split(',').find_map(|item| item.strip_prefix("iterations="))?.parse().ok()
}

/// `Hi` of RFC 5802: one block of PBKDF2.
fn salted<D: Digest + BlockSizeUser + Clone + Sync>(password: &[u8], salt: &[u8], iterations: u32) -> Vec<u8> {
    let mut salted = vec![0; <D as Digest>::output_size()];
    // it fails on a password that is no key of an HMAC, and there is none
    let _ = pbkdf2::pbkdf2::<SimpleHmac<D>>(password, salt, iterations, &mut salted);
    salted
}

/// The keys with which a server checks a client and proves itself.
fn keys<D: Digest + BlockSizeUser>(salted: &[u8]) -> [Vec<u8>; 2] {
    [D::digest(hmac::<D>(salted, b"Client Key")).to_vec(), hmac::<D>(salted, b"Server Key")]
}

#[expect(clippy::expect_used, reason = "an HMAC takes a key of any length")]
fn hmac<D: Digest + BlockSizeUser>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mac: SimpleHmac<D> = Mac::new_from_slice(key).expect("any length");
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_salted_as_rfc_7677_shows() {
        // the example of RFC 7677: user "user", password "pencil"
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").expect("base64");
        let salted = MECHANISMS[0].salted("pencil", &salt, 4096);
        let [_, server_key] = keys::<Sha256>(&salted);
        let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                       s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let signature = hmac::<Sha256>(&server_key, message.as_bytes());
        assert_eq!(BASE64.encode(signature), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn what_is_kept_tells_the_iterations() {
        for mechanism in &MECHANISMS {
            let stored = mechanism.stored(b"salt", b"salted", 8192);
            assert!(stored.starts_with("salt=c2FsdA==,stored_key="), "{stored}");
            assert_eq!(iterations(&stored), Some(8192));
        }
        assert_eq!(iterations("salt=x"), None);
        assert_eq!(iterations("iterations=x"), None);
    }
}
