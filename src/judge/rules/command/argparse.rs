//! Options as argparse4j reads them, which Kafka's newer tools use: they may be shortened, a value never begins with a dash, and
//! some tools have commands, each with options of its own.

use super::options::{Arguments, Given, Unrecognized};
use super::word::Word;
use crate::catalog::tools::{Argument, ToolOption};

/// Reads the arguments up to the first thing that the tool refuses.
pub fn read(options: &[ToolOption], arguments: &[Word]) -> Arguments {
    let mut reader = Reader { options, words: arguments, at: 0, read: Arguments::default() };
    while reader.step() {}
    reader.read
}

/// The commands of a tool, in the order of its table.
pub fn commands(options: &[ToolOption]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = options.iter().map(|option| option.scope).filter(|scope| !scope.is_empty()).collect();
    found.dedup();
    found
}

/// What a flag names.
enum Flag<'a> {
    Option(&'a ToolOption),
    /// It is the beginning of several.
    Ambiguous(Vec<&'static str>),
    Nothing,
}

struct Reader<'a> {
    options: &'a [ToolOption],
    words: &'a [Word],
    at: usize,
    read: Arguments,
}

impl Reader<'_> {
    /// Takes what is next; `false` where there is nothing more to take.
    fn step(&mut self) -> bool {
        let Some(word) = self.words.get(self.at) else { return false };
        self.at += 1;
        let Some(text) = word.text.as_deref() else {
            // it may bring options of its own, the last of them waiting for a value
            self.read.uncertain = true;
            self.at += 1;
            return true;
        };
        if is_flag(text) {
            return self.flag(word, text);
        }
        let commands = commands(self.options);
        if text == "--" || commands.is_empty() || self.read.command.is_some() {
            let words = if text == "--" { self.words.get(self.at..).unwrap_or_default() } else { std::slice::from_ref(word) };
            self.read.stray.extend(words.iter().cloned());
            return false;
        }
        let whole = commands.iter().find(|name| **name == text);
        let mut begun = commands.iter().filter(|name| !text.is_empty() && name.starts_with(text));
        self.read.command = whole.or_else(|| begun.next().filter(|_| begun.next().is_none())).copied();
        if self.read.command.is_none() {
            self.read.unknown_command = Some(word.clone());
        }
        self.read.command.is_some()
    }

    fn flag(&mut self, word: &Word, text: &str) -> bool {
        let (flag, embedded) = text.split_once('=').map_or((text, None), |(flag, value)| (flag, Some(value)));
        let (option, embedded_at) = match self.named(flag) {
            Flag::Option(option) => (Some(option.clone()), embedded.map(|_| flag.len() + 1)),
            Flag::Ambiguous(names) => {
                self.read.ambiguous = names;
                (None, None)
            }
            Flag::Nothing => self.letter(text),
        };
        let Some(option) = option else {
            self.read.unrecognized = Some(Unrecognized { word: word.clone(), name: flag.to_owned(), typed: flag.to_owned() });
            return false;
        };
        let given = |value| Given { name: option.names[0], word: word.clone(), value };
        let values = match option.argument {
            Argument::None => vec![None],
            _ if embedded_at.is_some() => vec![embedded_at.map(|at| (word.clone(), at))],
            Argument::Many => std::iter::from_fn(|| self.value()).map(|value| Some((value, 0))).collect(),
            Argument::Optional | Argument::Required => self.value().map(|value| Some((value, 0))).into_iter().collect(),
        };
        if values.is_empty() {
            self.read.without_value = Some(given(None));
        }
        self.read.given.extend(values.into_iter().map(given));
        self.read.without_value.is_none()
    }

    /// The next word where it is a value.
    fn value(&mut self) -> Option<Word> {
        let word =
            self.words.get(self.at).filter(|word| word.text.as_deref().is_none_or(|text| text != "--" && !is_flag(text)))?;
        self.at += 1;
        Some(word.clone())
    }

    fn in_reach(&self) -> impl Iterator<Item = &ToolOption> {
        let scope = self.read.command.unwrap_or_default();
        self.options.iter().filter(move |option| option.scope == scope)
    }

    fn named(&self, flag: &str) -> Flag<'_> {
        if let Some(option) = self.in_reach().find(|option| option.names.contains(&flag)) {
            return Flag::Option(option);
        }
        let begun: Vec<(&'static str, &ToolOption)> = self
            .in_reach()
            .flat_map(|option| option.names.iter().map(move |name| (*name, option)))
            .filter(|(name, _)| name.starts_with(flag))
            .collect();
        match begun.as_slice() {
            [] => Flag::Nothing,
            [(_, option)] => Flag::Option(option),
            _ => Flag::Ambiguous(begun.iter().map(|(name, _)| *name).collect()),
        }
    }

    /// `-xVALUE`: an option of one letter with its value.
    fn letter(&self, text: &str) -> (Option<ToolOption>, Option<usize>) {
        let end = text.strip_prefix('-').and_then(|rest| rest.chars().next()).map_or(0, |letter| 1 + letter.len_utf8());
        let found = self.in_reach().find(|option| option.names.contains(&&text[..end]) && option.argument != Argument::None);
        (found.cloned(), found.map(|_| end))
    }
}

fn is_flag(word: &str) -> bool {
    let number =
        word.strip_prefix('-').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    word.starts_with('-') && word.contains(|c| c != '-') && !number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::tools;
    use crate::engine::tools::refuses_words;
    use crate::judge::rules::command::word;

    /// What is found wrong before anything is missing, against what the bundled tool refuses, which is held against Apache's.
    fn check(script: &str, line: &str) {
        let words: Vec<Word> = line.split_whitespace().map(word::plain).collect();
        let texts: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let options = tools::options(script).expect("its table is here");
        let read = read(&options, &words);
        let refused = read.unrecognized.is_some()
            || read.without_value.is_some()
            || read.unknown_command.is_some()
            || !read.stray.is_empty();
        let expected = refuses_words(script, &texts).expect("a tool with argparse4j");
        assert_eq!(refused, expected, "{script} {line}: {read:?}");
    }

    #[test]
    fn words_are_refused_as_the_tools_refuse_them() {
        for line in [
            "--topic t --num-records 1 --record-size 1 --throughput -1 --producer-props a=b c=d",
            "--topic=t --num-rec 1 --record-size=1 --thr -1 --producer-props a=b",
            "--topic t --producer",
            "--topic t --producer- a",
            "--topics t",
            "--topic",
            "--topic --num-records 1",
            "--topic t extra",
            "--topic t -- extra",
            "--print-metrics --topic t --",
            "-topic t",
            "-x",
        ] {
            check("kafka-producer-perf-test.sh", line);
        }
        for line in [
            "cluster-id -b h:1",
            "cluster-id -bh:1",
            "cl --boot h:1",
            "-b h:1",
            "nope",
            "unregister --id x -b h:1",
            "cluster-id x",
        ] {
            check("kafka-cluster.sh", line);
        }
        for line in ["--bootstrap-server h:1 describe", "--bootstrap-server h:1 descr-x", "describe --bootstrap-server h:1", "d"]
        {
            check("kafka-transactions.sh", line);
            check("kafka-features.sh", line);
        }
    }
}
