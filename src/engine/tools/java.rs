//! Habits of Java that show in what the tools print: the order of a `HashMap`, property files.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use regex::Regex;

use super::{Exception, Stop};
use crate::properties::{Document, PropertiesError};

/// The largest file that a tool reads into memory.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// `String.hashCode`, over UTF-16 units.
pub(super) fn string_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// Puts items in the order of a `scala.collection.mutable.HashMap` or `HashSet`, by the `hashCode` of each: buckets in order, in
/// a bucket by hash.
pub(super) fn sort_as_scala_map<T>(items: &mut [T], hash_code: impl Fn(&T) -> u32) {
    let mut buckets = 16;
    // it grows before the item that would make it three quarters full
    while items.len() >= buckets / 4 * 3 {
        buckets *= 2;
    }
    items.sort_by_key(|item| {
        let hash = hash_code(item);
        let spread = hash ^ (hash >> 16);
        (spread as usize & (buckets - 1), spread.cast_signed())
    });
}

/// The items in the order in which the admin client gives described topics: it puts them into a `HashMap` made for that many,
/// copies that into another, and the copy into a third.
pub(super) fn described_order<T>(items: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    let count = items.len();
    let made_for_count = made_for(count);
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
    properties_of(path).map_err(Stop::Uncaught)
}

/// The keys and values of a properties file, in order.
pub(super) fn properties_of(path: &str) -> Result<Vec<(String, String)>, Exception> {
    let document = Document::read(Path::new(path)).map_err(|error| unreadable(path, &error))?;
    Ok(document.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect())
}

fn unreadable(path: &str, error: &PropertiesError) -> Exception {
    match error {
        PropertiesError::Io { source, .. } => of_io(path, source),
        other => Exception::illegal_argument(other.to_string()),
    }
}

/// What Java throws where a file cannot be read.
fn of_io(path: &str, error: &io::Error) -> Exception {
    match error.kind() {
        io::ErrorKind::NotFound => Exception::new("java.nio.file.NoSuchFileException", path),
        io::ErrorKind::PermissionDenied => Exception::new("java.nio.file.AccessDeniedException", path),
        io::ErrorKind::IsADirectory => Exception::new("java.io.IOException", "Is a directory"),
        _ => Exception::new("java.io.IOException", error.to_string()),
    }
}

/// The text of a file of at most [`MAX_FILE_BYTES`]; what is not UTF-8 is replaced (`Utils.readFileAsString`).
pub(super) fn read_file(path: &str) -> Result<String, Exception> {
    let unreadable = |error: io::Error| {
        Exception::new("java.io.IOException", format!("Unable to read file {path}")).caused_by(of_io(path, &error))
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Exception::new("java.lang.OutOfMemoryError", "Java heap space"));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The items in the order of a `HashMap` that was made for that many; `hash` is the key's `hashCode`.
pub(super) fn sized_hash_map_order<T>(items: &mut [T], hash: impl Fn(&T) -> u32) {
    let capacity = made_for(items.len());
    items.sort_by_key(|item| {
        let hash = hash(item);
        (hash ^ (hash >> 16)) as usize & (capacity - 1)
    });
}

/// The capacity of `HashMap(count)` once that many are in it: the next power of two, doubled above three quarters.
fn made_for(count: usize) -> usize {
    let capacity = count.max(1).next_power_of_two();
    if count * 4 > capacity * 3 { capacity * 2 } else { capacity }
}

/// The items in the order of a `HashMap` that they are put into one by one; `hash` is the key's `hashCode`.
pub(super) fn hash_map_order<T>(items: &mut [T], hash: impl Fn(&T) -> u32) {
    let mut capacity = 16_usize;
    while items.len() > capacity / 4 * 3 {
        capacity *= 2;
    }
    items.sort_by_key(|item| {
        let hash = hash(item);
        (hash ^ (hash >> 16)) as usize & (capacity - 1)
    });
}

/// The entries in the order of an immutable map of Scala 2.13 that they are put into one by one: up to four stay as they are, more go
/// into a trie by five bits of their hash at a time.
pub(super) fn scala_map_order<T>(items: &mut Vec<T>, hash: impl Fn(&T) -> u32) {
    const SMALL: usize = 4;
    if items.len() > SMALL {
        let hashed = items.drain(..).map(|item| (spread_of_scala(hash(&item)), item)).collect();
        items.extend(trie_order(hashed, 0).into_iter().map(|(_, item)| item));
    }
}

/// `Hashing.improve` of Scala's collections.
fn spread_of_scala(hash: u32) -> u32 {
    let hash = hash.wrapping_add(!(hash << 9));
    let hash = hash ^ (hash >> 14);
    let hash = hash.wrapping_add(hash << 4);
    hash ^ (hash >> 10)
}

/// The order of a node: entries that are alone in their place first, then the nodes below.
fn trie_order<T>(items: Vec<(u32, T)>, shift: u32) -> Vec<(u32, T)> {
    if shift >= u32::BITS {
        return items;
    }
    let mut places: [Vec<(u32, T)>; 32] = std::array::from_fn(|_| Vec::new());
    for (hash, item) in items {
        places[(hash >> shift & 31) as usize].push((hash, item));
    }
    let (alone, below): (Vec<_>, Vec<_>) = places.into_iter().partition(|place| place.len() <= 1);
    let below = below.into_iter().flat_map(|place| trie_order(place, shift + 5));
    alone.into_iter().flatten().chain(below).collect()
}

/// `TopicPartition.hashCode`.
pub(super) fn partition_hash(topic: &str, partition: i32) -> u32 {
    (31_u32.wrapping_add(partition.cast_unsigned())).wrapping_mul(31).wrapping_add(string_hash(topic))
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

/// A number with so many decimals as `%.Nf` shows it: what is halfway between is rounded up, by the digits that are shown.
pub(super) fn fixed(number: f64, decimals: usize) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let shown = format!("{}", number.abs());
    let (whole, part) = shown.split_once('.').unwrap_or((&shown, ""));
    let digits: Vec<u8> = whole.bytes().chain(part.bytes().chain(std::iter::repeat(b'0')).take(decimals)).collect();
    let mut digits: Vec<u8> = digits.into_iter().map(|digit| digit - b'0').collect();
    if part.as_bytes().get(decimals).is_some_and(|digit| *digit >= b'5') {
        match digits.iter().rposition(|digit| *digit != 9) {
            Some(last) => {
                digits[last] += 1;
                digits[last + 1..].fill(0);
            }
            None => {
                digits.fill(0);
                digits.insert(0, 1);
            }
        }
    }
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    let sign = if number.is_sign_negative() { "-" } else { "" };
    match text.split_at(text.len() - decimals) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, part) => format!("{sign}{whole}.{part}"),
    }
}

/// `Double.toString`: the shortest digits that mean this number, with an exponent where it is large or small.
pub(super) fn double(number: f64) -> String {
    let plain = (1e-3..1e7).contains(&number.abs()) || number == 0.0;
    match number {
        _ if !number.is_finite() => fixed(number, 0),
        _ if plain => format!("{number:?}"),
        _ => with_exponent(&format!("{number:E}")),
    }
}

/// `Float.toString`.
pub(super) fn float(number: f32) -> String {
    let plain = (1e-3..1e7).contains(&number.abs()) || number == 0.0;
    match number {
        _ if !number.is_finite() => fixed(f64::from(number), 0),
        _ if plain => format!("{number:?}"),
        _ => with_exponent(&format!("{number:E}")),
    }
}

/// Java has a decimal before each exponent.
fn with_exponent(text: &str) -> String {
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text.to_owned(),
    }
}

/// `String.split`: what is empty at the end is left out.
pub(super) fn split<'a>(text: &'a str, pattern: &Regex) -> Vec<&'a str> {
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for found in pattern.find_iter(text) {
        // a match without width at the beginning, or at the end, parts nothing
        if (found.is_empty() && (found.start() == 0 || found.start() == text.len())) || text.is_empty() {
            continue;
        }
        parts.push(&text[from..found.start()]);
        from = found.end();
    }
    if from == 0 && parts.is_empty() {
        return vec![text];
    }
    parts.push(&text[from..]);
    while parts.last().is_some_and(|last| last.is_empty()) {
        parts.pop();
    }
    parts
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

    #[test]
    fn numbers_are_rounded_as_java_rounds_them() {
        let check = |number: f64, expected: [&str; 3]| {
            assert_eq!([fixed(number, 1), fixed(number, 2), fixed(number, 6)], expected.map(str::to_owned), "{number}");
        };
        check(0.125, ["0.1", "0.13", "0.125000"]);
        check(2.675, ["2.7", "2.68", "2.675000"]);
        check(0.35, ["0.4", "0.35", "0.350000"]);
        check(9.995, ["10.0", "10.00", "9.995000"]);
        check(1e-7, ["0.0", "0.00", "0.000000"]);
        check(123_456_789.123_456_79, ["123456789.1", "123456789.12", "123456789.123457"]);
        check(1e21, ["1000000000000000000000.0", "1000000000000000000000.00", "1000000000000000000000.000000"]);
        check(f64::NAN, ["NaN", "NaN", "NaN"]);
        check(f64::INFINITY, ["Infinity", "Infinity", "Infinity"]);
        assert_eq!(fixed(2.5, 0), "3");
    }

    #[test]
    fn numbers_are_written_as_java_writes_them() {
        let check = |number: f64, expected: &str| assert_eq!(double(number), expected);
        check(7.444_168_734_491_315, "7.444168734491315");
        check(1e7, "1.0E7");
        check(12_345_678.9, "1.23456789E7");
        check(0.001, "0.001");
        check(1e-4, "1.0E-4");
        check(0.0, "0.0");
        check(-5.0, "-5.0");
        check(f64::NAN, "NaN");
        assert_eq!((float(1e10), float(0.5)), ("1.0E10".to_owned(), "0.5".to_owned()));
    }

    #[test]
    fn texts_are_split_as_java_splits_them() {
        let check = |text: &str, pattern: &str, expected: &[&str]| {
            assert_eq!(split(text, &Regex::new(pattern).expect("a pattern")), expected, "{text:?}");
        };
        check("\na\n\nb\n\n", "\n", &["", "a", "", "b"]);
        check("", "\n", &[""]);
        check("abc", "", &["a", "b", "c"]);
        check("\n\n", "\n", &[]);
        check("one", ",", &["one"]);
    }
}
