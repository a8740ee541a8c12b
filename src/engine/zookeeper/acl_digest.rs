//! The digests that the scheme `digest` makes of user and password (`DigestAuthenticationProvider.digestAlg`).

use md5::Md5;
use sha1::{Digest, Sha1};
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

macro_rules! algorithms {
    ($($variant:ident $hasher:ident $($name:literal)*;)*) => {
        /// An algorithm of Java's `MessageDigest`.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the names are Java's")]
        pub enum DigestAlgorithm { $($variant,)* #[default] Sha1 }

        impl DigestAlgorithm {
            /// The algorithm that Java knows by this name, in whatever case; `None` where it knows none (or MD2).
            pub fn by_name(name: &str) -> Option<Self> {
                let names: &[(Self, &[&str])] =
                    &[$((Self::$variant, &[$($name),*]),)* (Self::Sha1, &["SHA-1", "SHA1", "SHA"])];
                let known = names.iter().find(|(_, names)| names.iter().any(|known| known.eq_ignore_ascii_case(name)));
                known.map(|(algorithm, _)| *algorithm)
            }

            /// The digest of the bytes.
            pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
                match self {
                    $(Self::$variant => $hasher::digest(bytes).to_vec(),)*
                    Self::Sha1 => Sha1::digest(bytes).to_vec(),
                }
            }
        }
    };
}

algorithms! {
    Md5 Md5 "MD5";
    Sha224 Sha224 "SHA-224" "SHA224";
    Sha256 Sha256 "SHA-256" "SHA256";
    Sha384 Sha384 "SHA-384" "SHA384";
    Sha512 Sha512 "SHA-512" "SHA512";
    Sha512With224 Sha512_224 "SHA-512/224" "SHA512/224";
    Sha512With256 Sha512_256 "SHA-512/256" "SHA512/256";
    Sha3With224 Sha3_224 "SHA3-224";
    Sha3With256 Sha3_256 "SHA3-256";
    Sha3With384 Sha3_384 "SHA3-384";
    Sha3With512 Sha3_512 "SHA3-512";
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn algorithms_have_the_names_and_the_digests_of_java() {
        // what MessageDigest makes of it in Java 17
        for (name, expected) in [
            ("MD5", "yzhcGieXAe2NBWh0Znxa3g=="),
            ("SHA", "D/InIHSb7yEEbrWz8b9l71RjZJU="),
            ("sha-1", "D/InIHSb7yEEbrWz8b9l71RjZJU="),
            ("SHA224", "opwh3FU/0WUpM+8JAOS98bsQFC+823kv438mIg=="),
            ("SHA-256", "wjySwxg860UATFtciuZ1lpzrCHrPeov6SPu/ZD56uig="),
            ("sha384", "FA/2SgoedA21NnGcUl5C1HBsMwuibAPXlAq/FqXTuUQPExUJgxpf8gWeD4eOupjP"),
            ("SHA512", "cMAGk13FCMtJkaVQImGEKhjqoGELCiVjYdIhiD8stB1FnIpdGeFvKwAHh5mf4tUYmBR2ZY9181dZTXEHMlkVhg=="),
            ("SHA-512/224", "Jbob8j2c9tikAuLuqxcIJr3TG4aS6fcELZsiHw=="),
            ("SHA512/256", "GV6U44a5U7SXgFZS9GkWgmwq2+im64wGlYXjCHia3mo="),
            ("SHA3-224", "774X6Nz1d3BUO6raVFndfjoMF6e1LHrnHVv5IA=="),
            ("sha3-256", "cRy/KPYuDpW/dtsepniTMpuiuupnWgdU9txltIfv3hA="),
            ("SHA3-384", "a3efqz9Fj+qRHgJMpOPAzqpMP86/aPKowwZfSsm/gM+qBf87ZmeQYtueLs53P8Rw"),
            ("SHA3-512", "AdTSPtJYC1bEo1Z0UG5z1VXkw2AEUReEjF0RV0jap6VKcDva8ZPEO/WxrOy888alfiJyM5cm5BKhrI4X/YFcTg=="),
        ] {
            let digest = DigestAlgorithm::by_name(name).map(|algorithm| STANDARD.encode(algorithm.digest(b"super:test")));
            assert_eq!(digest.as_deref(), Some(expected), "{name}");
        }
        for unknown in ["", "SHA3256", "SHA3_256", "SHA256x"] {
            assert_eq!(DigestAlgorithm::by_name(unknown), None, "{unknown}");
        }
    }
}
