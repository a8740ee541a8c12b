//! The references in a page, `{{#name words…}}`, told from the text around them.

/// The names that mdBook answers itself.
const OF_MDBOOK: [&str; 5] = ["include", "rustdoc_include", "playground", "playpen", "title"];

/// A piece of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text that stays as it is.
    Text(&'a str),
    /// `{{#name words…}}`, or `{{/name}}` with the slash in its name.
    Reference {
        /// Where it begins, in bytes.
        at: usize,
        /// As it is written.
        written: &'a str,
        /// What is referred to.
        name: &'a str,
        /// The words behind the name.
        words: Vec<&'a str>,
    },
}

/// Takes a page apart. A reference stands in one line; `\{{#` is text, without the backslash, and so is a reference of mdBook's own,
/// with it.
pub(super) fn pieces(page: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut text, mut look) = (0, 0);
    while let Some(found) = page[look..].find("{{") {
        let at = look + found;
        look = at + 2;
        let Some((name, words, end)) = reference(page, at) else { continue };
        if OF_MDBOOK.contains(&name) {
            continue;
        }
        let is_escaped = page[..at].ends_with('\\');
        pieces.push(Piece::Text(&page[text..at - usize::from(is_escaped)]));
        let written = &page[at..end];
        pieces.push(if is_escaped { Piece::Text(written) } else { Piece::Reference { at, written, name, words } });
        (text, look) = (end, end);
    }
    pieces.push(Piece::Text(&page[text..]));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

/// The name and the words of the reference at a `{{`, and where it ends; `None` where none stands there.
fn reference(page: &str, at: usize) -> Option<(&str, Vec<&str>, usize)> {
    let inner = &page[at + 2..];
    let inner = &inner[..inner.find('\n').unwrap_or(inner.len())];
    let inner = &inner[..inner.find("}}")?];
    let mut words = inner.strip_prefix('#').unwrap_or(inner).split_whitespace();
    let name = words.next().filter(|name| inner.starts_with('#') || name.starts_with('/'))?;
    Some((name, words.collect(), at + 2 + inner.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, expected: &[&str]) {
        let shown = |piece: Piece<'_>| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Reference { at, name, words, .. } => format!("{at}:{name}({})", words.join(",")),
        };
        assert_eq!(pieces(page).into_iter().map(shown).collect::<Vec<_>>(), expected, "{page}");
    }

    #[test]
    fn references_are_told_from_text() {
        check("a {{#lab 01}} b", &["a ", "2:lab(01)", " b"]);
        check("{{#step 01 create-topic}}{{#ko}}x{{/ko}}", &["0:step(01,create-topic)", "25:ko()", "x", "33:/ko()"]);
        check("{{ #lab 01 }} {{lab}} {{# }} {{", &["{{ #lab 01 }} {{lab}} {{# }} {{"]);
        check(r"\{{#lab 01}} x", &["{{#lab 01}}", " x"]);
        check(r"\{{#include a.md}} {{#title b}}", &[r"\{{#include a.md}} {{#title b}}"]);
        check("{{#lab\n01}} {{#rule KL203}}", &["{{#lab\n01}} ", "12:rule(KL203)"]);
        check("${{ secrets.x }} {{{#lab 1}}}", &["${{ secrets.x }} {{{#lab 1}}}"]);
        check("", &[]);
    }
}
