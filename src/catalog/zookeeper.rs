//! The keys of `zookeeper.properties`: those that the server reads itself, and those that reach it as system properties.

use std::sync::OnceLock;

use super::configs::ConfigKey;

/// The keys that ZooKeeper reads from the file, with Kafka's names for their types: `INT`, `LONG`, `BOOLEAN`, `STRING`.
pub fn keys() -> &'static [ConfigKey] {
    static ALL: OnceLock<Vec<ConfigKey>> = OnceLock::new();
    ALL.get_or_init(|| {
        super::table::rows::<5>(include_str!("data/zookeeper-configs.tsv"))
            .filter(|row| !row[0].contains(['(', '*']) && !matches!(row[0], "server.N" | "group.N" | "weight.N"))
            .map(|row| ConfigKey {
                name: row[0],
                kind: match row[1] {
                    "int" => "INT",
                    "long" => "LONG",
                    "boolean" => "BOOLEAN",
                    _ => "STRING",
                },
                default: None,
                required: row[0] == "dataDir",
                valid: "",
                importance: "",
                scope: "",
                internal: false,
            })
            .collect()
    })
}

/// The keys that the file does not define and that still mean something: each becomes the system property `zookeeper.<key>`. One
/// that ends in a dot is the beginning of many.
pub fn passed_through() -> impl Iterator<Item = &'static str> {
    super::table::rows::<2>(include_str!("data/zookeeper-passthrough.tsv")).map(|row| row[0])
}

/// Whether ZooKeeper 3.8 does anything with a key.
pub fn is_known(key: &str) -> bool {
    let numbered = ["server.", "group.", "weight.", "metricsProvider."];
    numbered.iter().any(|prefix| key.starts_with(prefix))
        || keys().iter().any(|known| known.name == key)
        || passed_through().any(|known| known == key || (known.ends_with('.') && key.starts_with(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_however_they_reach_the_server() {
        for key in ["dataDir", "server.1", "admin.enableServer", "ssl.keyStore.location", "4lw.commands.whitelist", "group.1"] {
            assert!(is_known(key), "{key}");
        }
        for key in ["datadir", "broker.id", "clientport", "(any other key)"] {
            assert!(!is_known(key), "{key}");
        }
    }
}
