//! What may be the path of a znode, and its parts.

/// Why a path is refused; the text is ZooKeeper's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// No characters.
    #[error("Path length must be > 0")]
    Empty,
    /// Not absolute.
    #[error("Path must start with / character")]
    Relative,
    /// A `/` at the end.
    #[error("Path must not end with / character")]
    TrailingSlash,
    /// A character or a name that is not allowed.
    #[error("Invalid path string \"{path}\" caused by {reason} @{at}")]
    Invalid {
        /// The whole path.
        path: String,
        /// What is wrong.
        reason: &'static str,
        /// Where, in UTF-16 units.
        at: usize,
    },
}

/// Checks a path by the rules of ZooKeeper's `PathUtils`.
///
/// # Errors
/// The path is refused.
pub fn validate_path(path: &str) -> Result<(), PathError> {
    if path.is_empty() {
        return Err(PathError::Empty);
    }
    if !path.starts_with('/') {
        return Err(PathError::Relative);
    }
    if path.len() == 1 {
        return Ok(());
    }
    if path.ends_with('/') {
        return Err(PathError::TrailingSlash);
    }
    match first_fault(path) {
        Some((at, reason)) => Err(PathError::Invalid { path: path.to_owned(), reason, at }),
        None => Ok(()),
    }
}

fn first_fault(path: &str) -> Option<(usize, &'static str)> {
    let mut name_start = 1;
    let chars: Vec<char> = path.chars().collect();
    for (at, &c) in chars.iter().enumerate().skip(1) {
        let ends_name = chars.get(at + 1).is_none_or(|next| *next == '/');
        match c {
            '\0' => return Some((at, "null character not allowed")),
            '/' if name_start == at => return Some((at, "empty node name specified")),
            '/' => name_start = at + 1,
            // a name that is `.` or `..`
            '.' if ends_name && (at == name_start || (at == name_start + 1 && chars[name_start] == '.')) => {
                return Some((at, "relative paths not allowed"));
            }
            '\u{1}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'.. => {
                return Some((at, "invalid character"));
            }
            _ => {}
        }
    }
    None
}

/// The parent's path and the last name of a valid path other than `/`; for `/` itself and for what has no `/`, `None`.
pub fn parent_and_name(path: &str) -> Option<(&str, &str)> {
    let (parent, name) = path.rsplit_once('/')?;
    if name.is_empty() {
        return None;
    }
    Some((if parent.is_empty() { "/" } else { parent }, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<&str>) {
        assert_eq!(validate_path(path).err().map(|error| error.to_string()).as_deref(), expected, "{path:?}");
    }

    #[test]
    fn paths_are_checked_as_zookeeper_does() {
        for good in ["/", "/a", "/a/b", "/a.b/..c/.d./...", "/한글", "/a b"] {
            check(good, None);
        }
        check("", Some("Path length must be > 0"));
        check("a", Some("Path must start with / character"));
        check("/a/", Some("Path must not end with / character"));
        check("/a//b", Some("Invalid path string \"/a//b\" caused by empty node name specified @3"));
        check("/a/./b", Some("Invalid path string \"/a/./b\" caused by relative paths not allowed @3"));
        check("/a/..", Some("Invalid path string \"/a/..\" caused by relative paths not allowed @4"));
        check("/.", Some("Invalid path string \"/.\" caused by relative paths not allowed @1"));
        check("/a\0", Some("Invalid path string \"/a\0\" caused by null character not allowed @2"));
        check("/\u{1}", Some("Invalid path string \"/\u{1}\" caused by invalid character @1"));
        check("/😀", Some("Invalid path string \"/😀\" caused by invalid character @1"));
    }

    #[test]
    fn a_path_is_its_parent_and_its_name() {
        assert_eq!(parent_and_name("/a"), Some(("/", "a")));
        assert_eq!(parent_and_name("/a/b"), Some(("/a", "b")));
        assert_eq!(parent_and_name("/"), None);
        assert_eq!(parent_and_name("a"), None);
    }
}
