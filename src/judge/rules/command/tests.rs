//! What bash makes of a line, and that no line is too much for the parser.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::line::{self, Join, SimpleCommand};

fn parse(text: &str) -> Option<Vec<SimpleCommand>> {
    let variables = BTreeMap::from([("HOME", "/home/learner"), ("A", "a"), ("TWO", "a b")]);
    line::parse(text, &|name| variables.get(name).map(|value| (*value).to_owned()))
}

/// Holds the words of each command against what bash passes on; `?` stands for a word that is not known.
fn check(text: &str, expected: &[&[&str]]) {
    let commands = parse(text).unwrap_or_else(|| panic!("cannot follow {text:?}"));
    let words = |command: &SimpleCommand| -> Vec<String> {
        command.words.iter().map(|word| word.text.clone().unwrap_or("?".to_owned())).collect()
    };
    assert_eq!(commands.iter().map(words).collect::<Vec<_>>(), expected, "{text:?}");
}

#[test]
fn words_are_those_that_bash_passes_on() {
    check("a 'b  c' \"d e\" f\\ g h'i'\"j\"", &[&["a", "b  c", "d e", "f g", "hij"]]);
    check("a '' \"\" '\\' \"\\\"\\a\"", &[&["a", "", "", "\\", "\"\\a"]]);
    check("a $A ${A}b \"$TWO\" $TWO $NO \"$NO\" '$A' \\$A $", &[&["a", "a", "ab", "a b", "?", "?", "?", "$A", "$A", "$"]]);
    check("a ~ ~/x x~ '~' ~user", &[&["a", "/home/learner", "/home/learner/x", "x~", "~", "?"]]);
    check("a $(b c) `b` $((1+2)) *.sh {a,b} ${A:-x} $'a' x=(1 2)", &[&["a", "?", "?", "?", "?", "?", "?", "?", "?"]]);
    check("한글 '토픽' # 주석", &[&["한글", "토픽"]]);
    check("a b#c #d\ne", &[&["a", "b#c"], &["e"]]);
    check("a \\\n  --b c\\\nd", &[&["a", "--b", "cd"]]);
}

#[test]
fn lists_pipes_and_redirections_end_a_command() {
    check("a;b&&c||d|e&f", &[&["a"], &["b"], &["c"], &["d"], &["e"], &["f"]]);
    check("a >b 2>&1 <c 2>> d &>e f", &[&["a", "f"]]);
    check("a <<< b c", &[&["a", "c"]]);
    check("cat <<E x\n./a.sh\nE\nb", &[&["cat", "x"], &["b"]]);
    check("(a; b) && { c; }", &[&["a"], &["b"], &["c"]]);
    check("! a; time b; if c; then d; fi; while e; do f; done", &[&["a"], &["b"], &["c"], &["d"], &["e"], &["f"]]);
    check("[[ a == b && c ]] && d", &[&[], &["d"]]);
    let joins: Vec<_> = parse("a && b || c | d; e").unwrap().iter().map(|command| command.join).collect();
    assert_eq!(joins, [Join::Sequence, Join::And, Join::Or, Join::Pipe, Join::Sequence]);
}

#[test]
fn assignments_come_before_the_command() {
    let commands = parse("A=1 B+='2 3' ./x.sh C=3").unwrap();
    let names: Vec<_> = commands[0].assignments.iter().map(|(name, word)| (name.as_str(), word.text.as_deref())).collect();
    assert_eq!(names, [("A", Some("A=1")), ("B", Some("B+=2 3"))]);
    check("A=1 ./x.sh C=3", &[&["./x.sh", "C=3"]]);
}

#[test]
fn what_cannot_be_followed_is_left_alone() {
    for text in [
        "a 'b",
        "a \"b",
        "a $(b",
        "a `b",
        "(a",
        "a)",
        "f() { a; }",
        "case x in a) b;; esac",
        "cat <<E\na",
        "if a; then b",
        "a >",
        "a \\",
    ] {
        assert_eq!(parse(text), None, "{text:?}");
    }
    assert_eq!(parse(&"a ".repeat(line::LINE_MAX)), None);
}

#[test]
fn depth_costs_neither_time_nor_stack() {
    for piece in ["(", "$(", "${", "\"$(", "((", "$(`", "if ", "{ ", "<(", "a=("] {
        let text = piece.repeat(line::LINE_MAX / piece.len());
        assert_eq!(parse(&text), None, "{piece:?}");
    }
}

proptest! {
    #[test]
    fn any_line_is_taken(text in "([a-z'\"$(){}`\\\\;&|<>#=~ \n한]|\\$\\(|<<)*") {
        for command in parse(&text).into_iter().flatten() {
            for word in command.words {
                prop_assert!(text.get(word.range.clone()).is_some_and(|raw| !raw.is_empty()));
            }
        }
    }
}
