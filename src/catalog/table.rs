//! Reads the tab-separated tables under `data/`.

/// The rows of a table, without its header; each row has the fields of the header in order. The escapes `\t`, `\n` and `\\` are
/// undone.
pub(super) fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().skip(1).filter(|line| !line.is_empty()).map(|line| {
        let mut fields = line.split('\t');
        std::array::from_fn(|_| fields.next().unwrap_or(""))
    })
}

/// A field of the tables: `null` is absent, `""` the empty string, the escapes are undone.
pub(super) fn field(text: &'static str) -> Option<String> {
    match text {
        "null" | "" | "NO_DEFAULT" => None,
        "\"\"" => Some(String::new()),
        text => Some(unescape(text)),
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                other => other.unwrap_or('\\'),
            },
            c => c,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(field("a\\\\n\\tb\\n"), Some("a\\n\tb\n".to_owned()));
        assert_eq!((field("null"), field("\"\"")), (None, Some(String::new())));
    }
}
