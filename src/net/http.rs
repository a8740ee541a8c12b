//! What servers of HTTP have in common: paths as they are written in requests, and the date.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A path or a value with its `%41` undone; `None` where they are wrong. Bytes that are no UTF-8 become U+FFFD.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?);
        rest = &after[2..];
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A path, decoded before, without its `.` and `..`; `None` where it leads out of the root.
pub fn canonical(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

/// Now, as the header `Date` says it (RFC 9110, section 5.6.7).
pub fn date() -> String {
    Timestamp::now().to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_in_paths_are_undone() {
        for (text, expected) in
            [("/%72uok", Some("/ruok")), ("/a%22b", Some("/a\"b")), ("/%zz", None), ("/%4", None), ("/%+1", None)]
        {
            assert_eq!(decode(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_path_never_leads_out_of_the_root() {
        for (path, expected) in [("/a/./../b", Some("/b")), ("/a//b/", Some("/a//b/")), ("/../x", None), ("/", Some("/"))] {
            assert_eq!(canonical(path).as_deref(), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_decoded_leads_out_of_the_root(text in "(/|\\.|%2[eEfF]|%|a){0,20}") {
            let path = decode(&text).as_deref().and_then(canonical);
            prop_assert!(path.is_none_or(|path| path.split('/').all(|part| part != "..")), "{text}");
        }
    }
}
