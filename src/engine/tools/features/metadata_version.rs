//! The versions of a cluster's metadata and their levels (`MetadataVersion`): the versions are those of
//! `inter.broker.protocol.version`, and levels are counted from 3.0-IV1 on.

use crate::catalog::configs;

/// The setting whose values are the versions, oldest first.
const SETTING: &str = "inter.broker.protocol.version";
/// The version with level 1; older ones have none.
const FIRST_WITH_A_LEVEL: &str = "3.0-IV1";
/// The oldest version that a cluster without ZooKeeper can begin with.
const FIRST_SUPPORTED: &str = "3.3-IV0";
/// The level of versions that have none.
const NO_LEVEL: i16 = -1;

fn versions() -> Vec<&'static str> {
    let setting = configs::broker().iter().find(|key| key.name == SETTING);
    setting.map_or_else(Vec::new, |key| key.valid.trim_matches(['[', ']']).split(", ").collect())
}

/// Every version with its level.
fn levels() -> impl Iterator<Item = (&'static str, i16)> {
    let versions = versions();
    let first = versions.iter().position(|version| *version == FIRST_WITH_A_LEVEL).unwrap_or(versions.len());
    let older = versions.clone().into_iter().take(first).map(|version| (version, NO_LEVEL));
    older.chain(versions.into_iter().skip(first).zip(1..))
}

/// The version with a level.
pub(super) fn of_level(level: i16) -> Option<&'static str> {
    levels().find(|(_, found)| *found == level).map(|(version, _)| version)
}

/// The level of a version: a whole one as `3.6-IV2`, or a release as `3.6` or `3.6.1`, which means its last; -1 where the version is
/// older than levels.
pub(super) fn level_of(text: &str) -> Option<i16> {
    let segments = if text.starts_with("0.") { 3 } else { 2 };
    let key = text.split('.').take(segments).collect::<Vec<_>>().join(".");
    let release = |version: &str| version.split("-IV").next() == Some(key.as_str());
    let exact = levels().find(|(version, _)| *version == key);
    exact.or_else(|| levels().filter(|(version, _)| release(version)).last()).map(|(_, level)| level)
}

/// The versions that the tool offers.
pub(super) fn supported() -> Vec<&'static str> {
    versions().into_iter().skip_while(|version| *version != FIRST_SUPPORTED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_kafkas_levels() {
        let check = |text: &str, expected: Option<i16>| assert_eq!(level_of(text), expected, "{text}");
        check("3.6", Some(14));
        check("3.6-IV0", Some(12));
        check("3.6.0", Some(14));
        check("3.3", Some(7));
        check("3.0", Some(1));
        check("3.0-IV0", Some(NO_LEVEL));
        check("2.8", Some(NO_LEVEL));
        check("0.10.1", Some(NO_LEVEL));
        check("9.9", None);
        check("", None);
        assert_eq!((of_level(14), of_level(1), of_level(15)), (Some("3.6-IV2"), Some("3.0-IV1"), None));
        assert_eq!(supported().first().zip(supported().last()), Some((&"3.3-IV0", &"3.6-IV2")));
    }
}
