//! Reads Markdown: shell blocks, blocks with settings, and code within sentences. Every place is a place in the file.

use std::ops::Range;

use super::Piece;
use crate::judge::rules::command::here_document::named_in;

/// What a document holds.
#[derive(Debug)]
pub(super) struct Document {
    /// The text with nothing but commands left in it, at their places; blanks stand for the rest.
    pub commands: String,
    /// Where the commands are.
    pub pieces: Vec<Piece>,
    /// Blocks that may be settings, with the sentences before them.
    pub settings: Vec<SettingsBlock>,
    /// Code within sentences.
    pub spans: Vec<Span>,
    /// Where each heading begins.
    pub headings: Vec<usize>,
}

/// A block that may be a part of a properties file.
#[derive(Debug)]
pub(super) struct SettingsBlock {
    /// Its lines.
    pub range: Range<usize>,
    /// The lines before it that may say which file it is.
    pub before: Range<usize>,
}

/// Code within a sentence.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// What stands between the backticks.
    pub range: Range<usize>,
    /// The line it is in.
    pub line: Range<usize>,
}

/// Names of a shell behind the opening fence.
const SHELLS: [&str; 10] =
    ["bash", "sh", "shell", "zsh", "console", "shell-session", "shellsession", "sh-session", "terminal", "ksh"];
/// Those whose blocks show a session: `#` and `>` are prompts there.
const SESSIONS: [&str; 5] = ["console", "shell-session", "shellsession", "sh-session", "terminal"];
const SETTINGS: [&str; 6] = ["properties", "ini", "conf", "config", "cfg", "dosini"];
/// How many lines before a block may say what it is.
const BEFORE_MAX: usize = 4;

struct Fence {
    mark: char,
    length: usize,
    info: String,
    /// Where the first line behind it begins.
    start: usize,
    before: Range<usize>,
}

/// Reads a document.
pub(super) fn read(text: &str) -> Document {
    let mut reader = Reader {
        text,
        mask: text.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect(),
        document: Document {
            commands: String::new(),
            pieces: Vec::new(),
            settings: Vec::new(),
            spans: Vec::new(),
            headings: Vec::new(),
        },
    };
    let (mut fence, mut earlier): (Option<Fence>, Vec<usize>) = (None, Vec::new());
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let trimmed = line.trim();
        match fence.take() {
            Some(open) if closes(trimmed, &open) => reader.block(&open, range.start),
            Some(open) => fence = Some(open),
            None => match opening(trimmed) {
                Some((mark, length)) => {
                    let first = earlier.len().saturating_sub(BEFORE_MAX);
                    let before = earlier.get(first).copied().unwrap_or(range.start)..range.start;
                    let info = trimmed[length..].trim().to_ascii_lowercase();
                    fence = Some(Fence { mark, length, info, start: range.end, before });
                    earlier.clear();
                }
                None => {
                    if trimmed.starts_with('#') {
                        reader.document.headings.push(range.start);
                    }
                    if !trimmed.is_empty() {
                        earlier.push(range.start);
                    }
                    reader.sentence(range);
                }
            },
        }
    }
    // a block that is never closed ends with the file
    if let Some(open) = fence {
        reader.block(&open, text.len());
    }
    reader.finish()
}

fn opening(trimmed: &str) -> Option<(char, usize)> {
    let mark = trimmed.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = trimmed.chars().take_while(|c| *c == mark).count();
    // ```code``` within one line is a span
    (length >= 3 && !trimmed[length..].contains(mark)).then_some((mark, length))
}

fn closes(trimmed: &str, open: &Fence) -> bool {
    trimmed.len() >= open.length && trimmed.chars().all(|c| c == open.mark)
}

struct Reader<'a> {
    text: &'a str,
    mask: Vec<u8>,
    document: Document,
}

impl Reader<'_> {
    fn block(&mut self, open: &Fence, end: usize) {
        let range = open.start.min(end)..end;
        let language = open.info.split([' ', '{', ',', ':']).find(|word| !word.is_empty()).unwrap_or("").trim_matches(['.', '}']);
        if SHELLS.contains(&language) {
            return self.shell(range, SESSIONS.contains(&language));
        }
        if SETTINGS.contains(&language) {
            return self.document.settings.push(SettingsBlock { range, before: open.before.clone() });
        }
        if matches!(language, "" | "text" | "plaintext" | "txt") {
            if self.text[range.clone()].lines().any(names_a_script) {
                return self.shell(range, true);
            }
            self.document.settings.push(SettingsBlock { range, before: open.before.clone() });
        }
    }

    /// Takes the commands of a block; where lines have prompts, the others are output.
    fn shell(&mut self, range: Range<usize>, session: bool) {
        let lines: Vec<Range<usize>> = lines(self.text, range.clone());
        let prompts: Vec<Option<usize>> = lines.iter().map(|line| prompt(&self.text[line.clone()], session)).collect();
        let has_prompts = prompts.iter().any(Option::is_some);
        let mut goes_on = false;
        let mut here_document_until = 0;
        for (index, (line, prompt)) in lines.iter().zip(prompts).enumerate() {
            let content = &self.text[line.clone()];
            if index < here_document_until {
                self.keep(line.start + continued(content)..line.end);
                continue;
            }
            let at = match prompt {
                Some(length) => length,
                None if goes_on => continued(content),
                None if has_prompts => continue,
                None => 0,
            };
            self.keep(line.start + at..line.end);
            goes_on = content.trim_end_matches('\r').ends_with('\\');
            if has_prompts {
                for delimiter in named_in(&content[at..]) {
                    let from = here_document_until.max(index + 1);
                    let ends = |line: &Range<usize>| {
                        let content = &self.text[line.clone()];
                        delimiter.is_shown_in(&content[continued(content)..])
                    };
                    here_document_until = lines[from..].iter().position(ends).map_or(here_document_until, |end| from + end + 1);
                }
            }
        }
        self.document.pieces.push(Piece { range, whole: true });
    }

    /// Code within a sentence, and a command on an indented line of its own.
    fn sentence(&mut self, line: Range<usize>) {
        let text = self.text;
        let content = &text[line.clone()];
        let indent = content.len() - content.trim_start_matches([' ', '\t']).len();
        if (indent >= 4 || content.starts_with('\t')) && !content.contains('`') && names_a_script(content) {
            let at = prompt(content.trim_end(), true).unwrap_or(indent);
            // a list goes on with sentences that are indented as deep
            if at > indent || starts_with_a_script(&content[indent..]) {
                let range = line.start + at..line.start + content.trim_end().len();
                self.keep(range.clone());
                return self.document.pieces.push(Piece { range, whole: true });
            }
        }
        let mut rest = 0;
        while let Some(open) = content[rest..].find('`') {
            let open = rest + open;
            let ticks = content[open..].bytes().take_while(|byte| *byte == b'`').count();
            let from = open + ticks;
            let fence = "`".repeat(ticks);
            let Some(length) = content[from..].find(&fence) else { break };
            rest = from + length + ticks;
            let range = line.start + from..line.start + from + length;
            self.document.spans.push(Span { range: range.clone(), line: line.clone() });
            // a name alone is a mention of it
            if text[range.clone()].trim().contains(' ') && names_a_script(&text[range.clone()]) {
                self.keep(range.clone());
                self.document.pieces.push(Piece { range, whole: false });
            }
        }
    }

    /// Keeps bytes of the text among the commands.
    fn keep(&mut self, range: Range<usize>) {
        let bytes = &self.text.as_bytes()[range.clone()];
        self.mask[range.clone()].copy_from_slice(bytes);
        let kept = &mut self.mask[range.clone()];
        if kept.last() == Some(&b'\r') {
            // a backslash before it would not end its line
            let end = kept.len();
            kept[end - 1] = b' ';
            if end >= 2 && kept[end - 2] == b'\\' {
                kept.swap(end - 2, end - 1);
            }
        }
        for place in placeholders(&self.text[range.clone()]) {
            let quoted = self.text[range.start..range.start + place.start].matches('\'').count() % 2 == 1;
            let bytes = &mut self.mask[range.start + place.start..range.start + place.end];
            bytes.fill(b'X');
            // the value of a variable that nobody knows
            if !quoted {
                bytes[0] = b'$';
            }
        }
    }

    fn finish(mut self) -> Document {
        self.document.commands = String::from_utf8(self.mask).unwrap_or_default();
        self.document
    }
}

/// The lines of a range, without their ends.
fn lines(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut start = range.start;
    let mut found = Vec::new();
    for line in text[range].split_inclusive('\n') {
        found.push(start..start + line.trim_end_matches('\n').len());
        start += line.len();
    }
    found
}

fn names_a_script(text: &str) -> bool {
    text.contains(".sh") && (text.contains("kafka") || text.contains("zookeeper"))
}

fn starts_with_a_script(text: &str) -> bool {
    let first = text.split_whitespace().find(|word| !matches!(*word, "sudo" | "nohup")).unwrap_or("");
    first.ends_with(".sh") && names_a_script(first)
}

/// How many bytes the prompt of a line takes: `$ `, `user@host:~$ `, `[user@host dir]# `; in a session `# ` and `> ` too, where a
/// script follows.
fn prompt(line: &str, session: bool) -> Option<usize> {
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    let length = |rest: &str| indent + trimmed.len() - rest.trim_start().len();
    if let Some(rest) = trimmed.strip_prefix("$ ").or(trimmed.strip_prefix("% ")) {
        return Some(length(rest));
    }
    let marked = if trimmed.starts_with('[') { trimmed.find("]$ ").or(trimmed.find("]# ")).map(|at| at + 1) } else { None };
    let named = trimmed.find(' ').filter(|end| {
        let first = &trimmed[..*end];
        first.contains('@') && first.ends_with(['$', '#'])
    });
    if let Some(at) = marked.or(named.map(|end| end - 1)) {
        return Some(length(&trimmed[at + 1..]));
    }
    let rest = trimmed.strip_prefix("# ").or(trimmed.strip_prefix("> "))?;
    (session && starts_with_a_script(rest)).then(|| length(rest))
}

/// How many bytes the prompt of a line takes that goes on.
fn continued(line: &str) -> usize {
    let trimmed = line.trim_start();
    trimmed.strip_prefix("> ").map_or(0, |rest| line.len() - rest.len())
}

/// What stands for something to be filled in: `<IP of device 0>`.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('<') {
        let open = at + open;
        at = open + 1;
        let inside = &text[at..];
        let Some(length) = inside.find(['<', '>', '\n', '|', '&', ';']) else { break };
        let name = &inside[..length];
        let begins = name.chars().next().is_some_and(char::is_alphabetic);
        if begins && inside[length..].starts_with('>') && !name.ends_with(' ') {
            found.push(open..at + length + 1);
            at += length + 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a text as commands, without the blanks around each line.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = read(text);
        assert_eq!(found.commands.len(), text.len());
        let lines: Vec<&str> = found.commands.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn shell_blocks_are_found() {
        check("a\n```bash\nls\n```\nb\n~~~~ sh\ncd x\n~~~~\n```java\nint i;\n```\n", &["ls", "cd x"]);
        check("1. a\n   ```console\n   $ ls \\\n   > -l\n   total 0\n   ```\n", &["ls \\", "-l"]);
        check("```\n[root@h ~]# bin/kafka-topics.sh --list\nt\n```", &["bin/kafka-topics.sh --list"]);
        check("```\nme@h:~$ ls kafka.sh\nkafka-x.sh\n```", &["ls kafka.sh"]);
        check("```\n> bin/kafka-topics.sh --list\nt\n```", &["bin/kafka-topics.sh --list"]);
        check("```\nout of a program\n```", &[]);
        check("```sh\nls # 목록\n", &["ls # 목록"]);
        check("```sh\r\nls \\\r\n -l\r\n```\r\n", &["ls  \\", "-l"]);
    }

    #[test]
    fn code_in_sentences_is_found_where_it_is_a_command() {
        check("run `kafka-topics.sh --list`, not `kafka-topics.sh` or `ls -l`", &["kafka-topics.sh --list"]);
        check("``a ` kafka-x.sh b``", &["a ` kafka-x.sh b"]);
        check("text\n\n    $ bin/kafka-topics.sh --list\n    see kafka-topics.sh there\n", &["bin/kafka-topics.sh --list"]);
        check("- a `b", &[]);
    }

    #[test]
    fn what_is_to_be_filled_in_is_a_variable() {
        check(
            "```sh\ncd <카프카 폴더>\nx.sh <a or b>:1 '<c>' <in >out\n```",
            &["cd $XXXXXXXXXXXXXXXXX", "x.sh $XXXXXXX:1 'XXX' <in >out"],
        );
    }
}
