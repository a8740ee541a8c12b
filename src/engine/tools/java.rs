//! Habits of Java that show in what the tools print: the order of a `HashMap`, property files.

use std::path::Path;

use super::{Exception, Stop};
use crate::properties::{Document, PropertiesError};

/// `String.hashCode`, over UTF-16 units.
pub(super) fn string_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// The items in the order in which the admin client gives described topics: it puts them into a `HashMap` made for that many,
/// copies that into another, and the copy into a third.
pub(super) fn described_order<T>(items: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    let count = items.len();
    // HashMap(n) has the next power of two as its capacity and doubles it above three quarters
    let mut made_for_count = count.max(1).next_power_of_two();
    if count * 4 > made_for_count * 3 {
        made_for_count *= 2;
    }
    // HashMap(Map) has room for a third more and one
    let copied = (count * 4 / 3 + 1).next_power_of_two();
    let mut ordered = items;
    for capacity in [made_for_count, copied, made_for_count] {
        ordered.sort_by_key(|item| {
            let hash = string_hash(name(item));
            (hash ^ (hash >> 16)) as usize & (capacity - 1)
        });
    }
    ordered
}

/// The keys and values of a properties file, in order; a missing file ends the tool as an uncaught exception does.
pub(super) fn load_properties(path: &str) -> Result<Vec<(String, String)>, Stop> {
    let document = Document::read(Path::new(path)).map_err(|error| Stop::Uncaught(unreadable(path, &error)))?;
    Ok(document.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect())
}

fn unreadable(path: &str, error: &PropertiesError) -> Exception {
    match error {
        PropertiesError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Exception::new("java.nio.file.NoSuchFileException", path)
        }
        PropertiesError::Io { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => {
            Exception::new("java.nio.file.AccessDeniedException", path)
        }
        PropertiesError::Io { source, .. } if source.kind() == std::io::ErrorKind::IsADirectory => {
            Exception::new("java.io.IOException", "Is a directory")
        }
        other => Exception::illegal_argument(other.to_string()),
    }
}

/// `key=value` words of an option that may stand several times; a word without `=` has an empty value.
pub(super) fn key_values(words: &[String]) -> Vec<(String, String)> {
    words
        .iter()
        .map(|word| {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            (key.to_owned(), value.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_the_order_of_a_hash_map() {
        let names = vec!["compacted", "manual", "manual2", "orders", "plain1", "test_topic"];
        let ordered = described_order(names, |name| name);
        assert_eq!(ordered, ["plain1", "orders", "manual", "test_topic", "manual2", "compacted"]);
    }
}
