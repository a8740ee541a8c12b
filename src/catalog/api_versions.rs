//! The APIs of Kafka 3.6.0 and the versions that a broker in ZooKeeper mode advertises (`data/api-versions.tsv`, read from a
//! running broker).

use std::ops::RangeInclusive;
use std::sync::OnceLock;

/// One API of the Kafka protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// The API key on the wire.
    pub key: i16,
    /// Kafka's name for it, as `PRODUCE`.
    pub name: &'static str,
    /// The versions that a 3.6.0 broker in ZooKeeper mode advertises; `None` where it advertises none.
    pub advertised: Option<RangeInclusive<i16>>,
    /// The versions that 3.6.0 itself knows.
    pub known: RangeInclusive<i16>,
    /// Whether brokers answer it to clients, in either mode; the others are between controllers.
    pub for_clients: bool,
    /// The first version with flexible (tagged) fields; `None` where there is none.
    pub flexible_from: Option<i16>,
}

/// Every API by key.
pub fn all() -> &'static [Api] {
    static ALL: OnceLock<Vec<Api>> = OnceLock::new();
    ALL.get_or_init(|| {
        super::table::rows::<14>(include_str!("data/api-versions.tsv"))
            .filter_map(|row| {
                let advertised = match (row[2], row[3].parse(), row[4].parse()) {
                    ("y", Ok(min), Ok(max)) => Some(min..=max),
                    _ => None,
                };
                Some(Api {
                    key: row[0].parse().ok()?,
                    name: row[1],
                    advertised,
                    known: row[5].parse().ok()?..=row[6].parse().ok()?,
                    for_clients: row[8].contains("broker"),
                    flexible_from: row[9].parse().ok(),
                })
            })
            .collect()
    })
}

/// The API with that key.
pub fn by_key(key: i16) -> Option<&'static Api> {
    all().iter().find(|api| api.key == key)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted_and_whole() {
        let keys: Vec<i16> = super::all().iter().map(|api| api.key).collect();
        assert!(keys.is_sorted());
        assert_eq!(super::all().iter().filter(|api| api.advertised.is_some()).count(), 60);
        assert_eq!(super::by_key(1).and_then(|api| api.advertised.clone()), Some(0..=15));
    }
}
