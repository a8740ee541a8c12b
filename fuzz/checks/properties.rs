//! A `.properties` file from arbitrary bytes: read without loss, and a key that is set has its value afterwards while every other key
//! keeps its own.

use kafkalab::properties::Document;

/// Reads the bytes, and sets a key of what was read.
pub fn check(bytes: &[u8]) {
    let Ok(mut file) = Document::parse(bytes) else { return };
    assert_eq!(file.to_bytes(), bytes);
    let before: Vec<(String, String)> = file.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    let key = before.first().map_or("new.key", |(key, _)| key).to_owned();
    if file.set(&key, "a = b\u{e9}\\").is_err() {
        return;
    }
    assert_eq!(file.get(&key), Some("a = b\u{e9}\\"));
    for (other, _) in before.iter().filter(|(other, _)| *other != key) {
        let last = before.iter().rfind(|(found, _)| found == other).map(|(_, value)| value.as_str());
        assert_eq!(file.get(other), last, "{other}");
    }
}

/// Lines in the forms that Java knows.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts: [&[u8]; 4] = [
        b"# a comment\nbroker.id=0\nlisteners = PLAINTEXT://:9092\n",
        b"a:b\r\nc d\\\r\n   e\r\n!f\r\ng",
        b"key\\ with\\=signs=\\u00e9\\t\\\\\n\n  \nk=\n",
        b"a=1\na=2\rb=3",
    ];
    texts.map(<[u8]>::to_vec).to_vec()
}
