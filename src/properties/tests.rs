//! What Java reads, what stays, and where things stand.

use proptest::prelude::*;

use super::*;

fn document(text: impl Into<Vec<u8>>) -> Document {
    Document::parse(text).expect("readable")
}

/// Holds the entries of a file against those that `java.util.Properties.load` passes to `put`.
fn check(text: impl AsRef<[u8]>, expected: &[(&str, &str)]) {
    let text = text.as_ref();
    let document = document(text);
    let found: Vec<_> = document.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect();
    assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(text));
}

#[test]
fn entries_are_those_that_java_reads() {
    check("broker.id=0\nlisteners = PLAINTEXT://:9092\n", &[("broker.id", "0"), ("listeners", "PLAINTEXT://:9092")]);
    check("a=1\r\nb:2\rc 3\nd\te\x0c\n", &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "e\x0c")]);
    check("a  =  = 1 \n", &[("a", "= 1 ")]);
    check("a==1\nb =: 2\nc :\n", &[("a", "=1"), ("b", ": 2"), ("c", "")]);
    check("=1\n:\nkey\n", &[("", "1"), ("", ""), ("key", "")]);
    check("  # no\n!no=1\na=1 # part\n\\#yes=1\n", &[("a", "1 # part"), ("#yes", "1")]);
    check("# no \\\na=1\n", &[("a", "1")]);
    check("a\\ b\\=c\\:d=e\\ f\n", &[("a b=c:d", "e f")]);
    check("a=\\t\\n\\r\\f\\q\\\\\\u0041\n", &[("a", "\t\n\r\x0cq\\A")]);
    check("\\u0061=\\uD55C\\ud83d\\ude00\n", &[("a", "한😀")]);
    check("log.dirs/tmp/x\n", &[("log.dirs/tmp/x", "")]);
}

#[test]
fn continued_lines_are_one() {
    check("a=1,\\\n   2,\\\r\n\t3\nb=4", &[("a", "1,2,3"), ("b", "4")]);
    check("a=1\\\\\nb=2\\\\\\\n3\n", &[("a", "1\\"), ("b", "2\\3")]);
    check("a\\\n=1\n", &[("a", "1")]);
    check("a=\\\n# not a comment\nb=\\\n\nc=3\n", &[("a", "# not a comment"), ("b", ""), ("c", "3")]);
    check("\\\n# a comment, for the line was empty so far\na=1\n", &[("a", "1")]);
    check("a=1\\", &[("a", "1")]);
    check("a=1\\\n", &[("a", "1")]);
    check("\\", &[("", "")]);
}

#[test]
fn bytes_are_iso_8859_1_to_java() {
    check("a=한\n", &[("a", "\u{ed}\u{95}\u{9c}")]);
    check(b"caf\xe9=\xff\n", &[("café", "ÿ")]);
    check("\u{feff}broker.id=0\n", &[("\u{ef}\u{bb}\u{bf}broker.id", "0")]);
}

#[test]
fn a_malformed_escape_is_refused_with_its_place() {
    for (text, line, column) in [("a=\\u12", 1, 3), ("# 한\nb=1\\u00g0\n", 2, 4), ("\\u00=41", 1, 1), ("a=\\u123\n4", 1, 3)] {
        match Document::parse(text) {
            Err(PropertiesError::MalformedEscape { at }) => assert_eq!((at.line, at.column), (line, column), "{text:?}"),
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

#[test]
fn a_huge_file_is_refused() {
    assert!(
        matches!(Document::parse(vec![b'a'; MAX_BYTES + 1]), Err(PropertiesError::TooLarge { found }) if found == MAX_BYTES + 1)
    );
    let mut document = document("a=1\n");
    assert!(document.set("a", &"x".repeat(MAX_BYTES)).is_err());
    assert_eq!(document.as_bytes(), b"a=1\n");
}

#[test]
fn the_last_entry_wins() {
    let document = document("a=1\nb=2\na=3\n");
    assert_eq!(document.get("a"), Some("3"));
    assert_eq!(document.get("c"), None);
    assert_eq!(document.entry("a").map(|entry| entry.key_span.line), Some(3));
}

#[test]
fn keys_and_values_have_places() {
    let text = "# 주석\r\n 한글\\:x = \\u0041가\\\r\n   나\nlisteners=\nalone\nlong   \n";
    let document = document(text);
    let places: Vec<_> = document
        .iter()
        .map(|entry| {
            let place = |span: &Span| (&text[span.range.clone()], span.line, span.column);
            (place(&entry.key_span), place(&entry.value_span))
        })
        .collect();
    let expected = [
        (("한글\\:x", 2, 2), ("\\u0041가\\\r\n   나", 2, 10)),
        (("listeners", 4, 1), ("", 4, 11)),
        (("alone", 5, 1), ("", 5, 6)),
        (("long", 6, 1), ("", 6, 8)),
    ];
    assert_eq!(places, expected);
}

#[test]
fn a_byte_order_mark_has_no_width() {
    let document = document("\u{feff}a=1\n");
    let entry = document.iter().next().expect("one entry");
    assert_eq!((entry.key_span.column, entry.value_span.column), (1, 3));
}

#[test]
fn set_changes_the_value_that_counts_and_nothing_else() {
    let check = |text: &str, key: &str, value: &str, expected: &str| {
        let mut document = document(text);
        document.set(key, value).expect("small");
        assert_eq!(String::from_utf8_lossy(document.as_bytes()), expected, "{text:?}");
        assert_eq!(document.get(key), Some(value), "{text:?}");
    };
    check("# c\r\na = 1\r\na : 2 # x\r\n", "a", "3", "# c\r\na = 1\r\na : 3\r\n");
    check("a=1,\\\n  2\nb=3\n", "a", "4", "a=4\nb=3\n");
    check("a\n", "a", "1", "a=1\n");
    check("a \n", "a", "1", "a 1\n");
    check("a b\n", "a", "=1", "a \\=1\n");
    check("a=\n", "a", " 한\\", "a=\\ \\uD55C\\\\\n");
    check("", "a b", "1", "a\\ b=1\n");
    check("a=1", "b", "2", "a=1\nb=2\n");
    check("a=1\r\nb=2", "c", "3", "a=1\r\nb=2\r\nc=3\r\n");
    check("a=1\\", "b", "2", "a=1\\\n\nb=2\n");
    check("a=1\\\n", "b", "2", "a=1\\\n\nb=2\n");
    check("a=1\\\r\n", "b", "2", "a=1\\\r\n\r\nb=2\r\n");
    check("a=1\n\\\r", "b", "2", "a=1\n\\\r\n\nb=2\n");
    check("a=1\\\n  ", "b", "2", "a=1\\\n  \nb=2\n");
}

fn properties_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec!["a", "b", "=", ":", " ", "\t", "\x0c", "\\", "\n", "\r\n", "\r", "#", "!", "\\u0041", "한", "\u{feff}", "\\\n"])
            .prop_map(|piece| piece.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn reading_and_writing_is_the_identity(bytes in properties_like()) {
        if let Ok(document) = Document::parse(bytes.clone()) {
            prop_assert_eq!(document.to_bytes(), bytes);
        }
    }

    #[test]
    fn places_lie_in_the_file_and_rise(bytes in properties_like()) {
        if let Ok(document) = Document::parse(bytes.clone()) {
            let mut at = 0;
            for entry in document.iter() {
                for span in [&entry.key_span, &entry.value_span] {
                    prop_assert!(at <= span.range.start && span.range.start <= span.range.end && span.range.end <= bytes.len());
                    at = span.range.end;
                }
            }
        }
    }

    #[test]
    fn set_is_seen_and_touches_no_other_key(bytes in properties_like(), key in "[ab=: #]{1,3}", value in any::<String>()) {
        if let Ok(mut document) = Document::parse(bytes) {
            let before: Vec<_> = document.iter().filter(|e| e.key != key && !e.key.is_empty()).cloned().collect();
            document.set(&key, &value).expect("small");
            prop_assert_eq!(document.get(&key), Some(value.as_str()));
            let after: Vec<_> = document.iter().filter(|e| e.key != key && !e.key.is_empty()).collect();
            let pairs = |entry: &Entry| (entry.key.clone(), entry.value.clone());
            prop_assert_eq!(before.iter().map(pairs).collect::<Vec<_>>(), after.into_iter().map(pairs).collect::<Vec<_>>());
        }
    }
}
