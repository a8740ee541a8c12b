//! The words of a line that is typed: separated by white space, quotes hold several together.

use std::sync::LazyLock;

use regex::Regex;

/// A word, with or without quotes; a quote that is not closed is no word.
static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"\s*([^"']\S*|"[^"]*"|'[^']*')\s*"#).ok());

/// The words of a line.
pub(super) fn split(line: &str) -> Vec<String> {
    let found = WORD.iter().flat_map(|pattern| pattern.captures_iter(line));
    found.filter_map(|word| Some(unquoted(word.get(1)?.as_str()).to_owned())).collect()
}

fn unquoted(word: &str) -> &str {
    let within = |quote: char| word.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_hold_words_together() {
        let check = |line: &str, expected: &[&str]| assert_eq!(split(line), expected, "{line}");
        check("create /a 'two words'", &["create", "/a", "two words"]);
        check("set /a \"x 'y' z\"  ", &["set", "/a", "x 'y' z"]);
        check("  ls\t/", &["ls", "/"]);
        check("set /a it's", &["set", "/a", "it's"]);
        check("  ", &[" "]);
        check("\"", &[]);
        check("", &[]);
        check("get ''", &["get", ""]);
    }

    proptest! {
        #[test]
        fn any_line_has_words(line in "[ \"'a-z/\t한]{0,30}") {
            let _ = split(&line);
        }
    }
}
