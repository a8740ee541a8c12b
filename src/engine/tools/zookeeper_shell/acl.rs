//! ACLs as the shell reads and shows them: `scheme:id:perm`, separated by commas.

use crate::engine::tools::harness::eprint;
use crate::engine::zookeeper::protocol::{Acl, Id, perms};

/// The letter of each permission, in the order in which they are shown.
const LETTERS: [(char, i32); 5] =
    [('c', perms::CREATE), ('d', perms::DELETE), ('r', perms::READ), ('w', perms::WRITE), ('a', perms::ADMIN)];

/// Reads a list; what is no entry is told of and left out.
pub(super) fn parse(text: &str) -> Vec<Acl> {
    let mut entries: Vec<&str> = text.split(',').collect();
    // Java's split leaves out empty pieces at the end, but not the only one
    while entries.len() > 1 && entries.last().is_some_and(|entry| entry.is_empty()) {
        entries.pop();
    }
    let entry = |entry: &str| {
        let parts = entry.split_once(':').and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once(':')?)));
        let Some((scheme, (id, letters))) = parts else {
            eprint(&format!("{entry} does not have the form scheme:id:perm\n"));
            return None;
        };
        Some(Acl { perms: bits(letters), id: Id { scheme: scheme.to_owned(), id: id.to_owned() } })
    };
    entries.into_iter().filter_map(entry).collect()
}

fn bits(letters: &str) -> i32 {
    let bit = |letter: char| match LETTERS.iter().find(|(known, _)| *known == letter) {
        Some((_, bit)) => *bit,
        None => {
            eprint(&format!("Unknown perm type: {letter}\n"));
            0
        }
    };
    letters.chars().fold(0, |bits, letter| bits | bit(letter))
}

/// An entry as the shell shows it, over two lines.
pub(super) fn shown(acl: &Acl) -> String {
    let letters: String = LETTERS.iter().filter(|(_, bit)| acl.perms & bit != 0).map(|(letter, _)| *letter).collect();
    format!("'{},'{}\n: {letters}\n", escaped(&acl.id.scheme), escaped(&acl.id.id))
}

/// A text as a record shows it.
fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '\0' => "%00".to_owned(),
        '\n' => "%0A".to_owned(),
        '\r' => "%0D".to_owned(),
        ',' => "%2C".to_owned(),
        '}' => "%7D".to_owned(),
        '%' => "%25".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_shown() {
        let check = |text: &str, expected: &str| {
            let shown: String = parse(text).iter().map(shown).collect();
            assert_eq!(shown, expected, "{text}");
        };
        check("world:anyone:cdrwa", "'world,'anyone\n: cdrwa\n");
        check("digest:user:a=b,c:r", "'digest,'user\n: a\n");
        check("ip:127.0.0.1:wr,world:anyone:x", "'ip,'127.0.0.1\n: rw\n'world,'anyone\n: \n");
        check("digest:user:secret:r", "'digest,'user:secret\n: r\n");
        check("nonsense", "");
    }
}
