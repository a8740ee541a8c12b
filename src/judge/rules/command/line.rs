//! Takes a typed line apart as bash does: simple commands, their words with places, and how they follow each other.
//!
//! Only what a rule needs is told apart. What bash would run under a condition, in a loop or in a function is marked, and what
//! cannot be followed ends the parsing: a rule then stays silent. Time and stack are bounded whatever is typed (a full grammar
//! of bash, crate brush-parser, takes exponential time on nested parentheses).

use std::ops::Range;

use super::here_document::{self, Delimiter, HereDocument};
use super::word::{self, Lookup, Unfinished, Word};

/// The longest line that is looked at, in bytes.
pub const LINE_MAX: usize = 64 * 1024;

/// How a command follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// It is the first, or stands after `;`, `&` or a line end.
    Sequence,
    /// After `&&`.
    And,
    /// After `||`.
    Or,
    /// After `|`.
    Pipe,
}

/// A file that a command's input or output goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// `<`, `>`, `>>`, `2>` without its number.
    pub operator: String,
    /// The file, or a descriptor behind `>&`.
    pub target: Word,
}

/// One simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    /// Assignments before the command word: name, and the whole word.
    pub assignments: Vec<(String, Word)>,
    /// The command word and its arguments; empty for a line of assignments.
    pub words: Vec<Word>,
    /// Its redirections.
    pub redirections: Vec<Redirection>,
    /// What stands behind its line for it to read.
    pub here_documents: Vec<HereDocument>,
    /// How it follows the command before it.
    pub join: Join,
    /// How deep in `( … )` it stands; what `cd` does there ends there.
    pub subshell: usize,
    /// Whether it may run never or more than once: in `if`, a loop, a function.
    pub guarded: bool,
    /// Whether the next command reads its output: `|`.
    pub piped: bool,
    /// Whether it goes to the background: `&`.
    pub background: bool,
}

/// The commands of a line in order; `None` for a line that is unfinished, too long or beyond this parser.
pub fn parse(line: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Option<Vec<SimpleCommand>> {
    if line.len() > LINE_MAX {
        return None;
    }
    Parser::new(line, 0, lookup, false).run().ok()
}

/// The most places of a script that cannot be followed; behind them nothing is looked at.
const FAILURES_MAX: usize = 200;
/// How often the end of a here-document may be looked for in vain; then none is looked for any more.
const SEARCHES_MAX: usize = 50;
/// How many commands before a line's end one may stand that has a here-document behind it.
const LOOKED_BACK: usize = 16;

/// The commands of a script between two bytes of a text: as [`parse`], but what cannot be followed ends with its line, and the
/// parsing goes on behind it. What stands in functions and `case` is marked as guarded.
pub fn parse_script(text: &str, piece: Range<usize>, lookup: &dyn Fn(&str) -> Option<String>) -> Vec<SimpleCommand> {
    let Some(text) = text.get(..piece.end) else { return Vec::new() };
    let mut parser = Parser::new(text, piece.start, lookup, true);
    for _ in 0..FAILURES_MAX {
        match parser.steps() {
            Ok(()) => break,
            Err(Unfinished) => parser.recover(),
        }
    }
    parser.end(Join::Sequence);
    parser.commands
}

#[derive(Default)]
struct State {
    join: Option<Join>,
    subshell: usize,
    braces: usize,
    guarded: usize,
    /// `case … esac` within each other.
    cases: usize,
    /// A function's name has been read, and its body is next.
    function: bool,
    /// The braces that functions stand in.
    functions: Vec<usize>,
}

struct Parser<'a> {
    line: &'a str,
    at: usize,
    lookup: Lookup<'a>,
    commands: Vec<SimpleCommand>,
    current: Option<SimpleCommand>,
    state: State,
    /// The here-documents that start at the next line, by where their `<<` stands.
    here_documents: Vec<(usize, Delimiter)>,
    /// How often the end of one was not found.
    searches: usize,
    /// What cannot be followed is passed over.
    lenient: bool,
    /// Where the word or operator begins that is read.
    step: usize,
}

const OPERATORS: [&str; 21] =
    ["&>>", "<<<", "<<-", "&&", "||", "|&", ";;", "<<", ">>", "<&", ">&", "<>", ">|", "&>", ";", "&", "|", "<", ">", "(", ")"];

impl<'a> Parser<'a> {
    fn new(line: &'a str, at: usize, lookup: Lookup<'a>, lenient: bool) -> Self {
        let (commands, here_documents, state) = (Vec::new(), Vec::new(), State::default());
        Self { line, at, lookup, commands, current: None, state, here_documents, searches: 0, lenient, step: at }
    }

    fn run(mut self) -> Result<Vec<SimpleCommand>, Unfinished> {
        self.steps()?;
        self.end(Join::Sequence);
        match (self.state.subshell, self.state.braces, self.state.guarded) {
            (0, 0, 0) if self.here_documents.is_empty() => Ok(self.commands),
            _ => Err(Unfinished),
        }
    }

    /// Goes on behind the line that could not be followed.
    fn recover(&mut self) {
        self.current = None;
        let rest = &self.line[self.step..];
        let line = &rest[..rest.find('\n').map_or(rest.len(), |end| end + 1)];
        self.at = self.step + line.len();
        let read = std::mem::take(&mut self.here_documents).into_iter().map(|(_, delimiter)| delimiter);
        for delimiter in read.chain(here_document::named_in(line)) {
            // what looks like one in a line that is not understood is one where its end is found
            if let Some((_, next)) = self.body(&delimiter) {
                self.at = next;
            }
        }
    }

    fn steps(&mut self) -> Result<(), Unfinished> {
        loop {
            self.skip_blanks();
            self.step = self.at;
            let rest = &self.line[self.at..];
            let Some(byte) = rest.bytes().next() else { return Ok(()) };
            if byte == b'\n' {
                self.at += 1;
                self.end(Join::Sequence);
                self.skip_here_documents()?;
            } else if byte == b'#' {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
                self.operator(operator)?;
            } else {
                self.word()?;
            }
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = &self.line[self.at..];
            self.at += match rest.bytes().next() {
                Some(b' ' | b'\t') => 1,
                Some(b'\\') if rest.starts_with("\\\n") => 2,
                _ => return,
            };
        }
    }

    fn operator(&mut self, operator: &str) -> Result<(), Unfinished> {
        let start = self.at;
        self.at += operator.len();
        match operator {
            ";" | ";;" => self.end(Join::Sequence),
            "&&" => self.end(Join::And),
            "||" => self.end(Join::Or),
            "|" | "|&" => {
                self.mark_last(|command| command.piped = true);
                self.end(Join::Pipe);
            }
            "&" => {
                self.mark_last(|command| command.background = true);
                self.end(Join::Sequence);
            }
            "(" => return self.open_parenthesis(start),
            ")" if self.state.subshell == 0 && self.state.cases > 0 => self.current = None,
            ")" => {
                self.end(Join::Sequence);
                self.state.subshell = self.state.subshell.checked_sub(1).ok_or(Unfinished)?;
            }
            _ => return self.redirection(operator, start),
        }
        Ok(())
    }

    /// Changes the command that an operator ends: the current one, or the last one of a group that has just been closed.
    fn mark_last(&mut self, change: impl FnOnce(&mut SimpleCommand)) {
        if let Some(command) = self.current.as_mut().or(self.commands.last_mut()) {
            change(command);
        }
    }

    fn open_parenthesis(&mut self, start: usize) -> Result<(), Unfinished> {
        if self.current.is_some() {
            // A function's `name()`; its body runs when it is called, if ever.
            if !self.lenient || !self.line[self.at..].starts_with(')') {
                return Err(Unfinished);
            }
            self.current = None;
            self.at += 1;
            self.state.function = true;
            return Ok(());
        }
        if self.line[start..].starts_with("((") {
            self.at = word::skip_parentheses(self.line, start)?;
            return Ok(());
        }
        self.state.subshell += 1;
        Ok(())
    }

    fn redirection(&mut self, operator: &str, start: usize) -> Result<(), Unfinished> {
        if matches!(operator, "<" | ">") && self.line[self.at..].starts_with('(') {
            let end = word::skip_parentheses(self.line, self.at)?;
            self.at = end;
            self.command().words.push(Word { text: None, range: start..end });
            return Ok(());
        }
        self.skip_blanks();
        let target = word::read(self.line, self.at, self.lookup)?;
        if target.range.is_empty() {
            return Err(Unfinished);
        }
        self.at = target.range.end;
        if matches!(operator, "<<" | "<<-") {
            let delimiter = Delimiter::new(&self.line[target.range.clone()], operator == "<<-");
            let (end, literal) = (target.range.end, delimiter.literal);
            self.command().here_documents.push(HereDocument { operator: start, body: end..end, literal });
            self.here_documents.push((start, delimiter));
        } else {
            self.command().redirections.push(Redirection { operator: operator.to_owned(), target });
        }
        Ok(())
    }

    fn skip_here_documents(&mut self) -> Result<(), Unfinished> {
        for (operator, delimiter) in std::mem::take(&mut self.here_documents) {
            let to_the_end = (self.at..self.line.len(), self.line.len());
            let found = self.body(&delimiter).or(self.lenient.then_some(to_the_end));
            let (body, next) = found.ok_or(Unfinished)?;
            self.at = next;
            let latest = self.commands.iter_mut().rev().take(LOOKED_BACK).flat_map(|command| &mut command.here_documents);
            if let Some(document) = latest.into_iter().find(|document| document.operator == operator) {
                document.body = body;
            }
        }
        Ok(())
    }

    /// The body of a here-document that begins here, and where it goes on behind it; of a script, one whose end is indented too.
    fn body(&mut self, delimiter: &Delimiter) -> Option<(Range<usize>, usize)> {
        if self.searches >= SEARCHES_MAX {
            return None;
        }
        let exact = delimiter.body(self.line, self.at);
        let found = exact.or_else(|| delimiter.indented_body(self.line, self.at).filter(|_| self.lenient));
        self.searches += usize::from(found.is_none());
        found
    }

    fn command(&mut self) -> &mut SimpleCommand {
        let State { join, subshell, guarded, .. } = &self.state;
        self.current.get_or_insert_with(|| SimpleCommand {
            assignments: Vec::new(),
            words: Vec::new(),
            redirections: Vec::new(),
            here_documents: Vec::new(),
            join: join.unwrap_or(Join::Sequence),
            subshell: *subshell,
            guarded: *guarded > 0,
            piped: false,
            background: false,
        })
    }

    fn end(&mut self, join: Join) {
        if let Some(command) = self.current.take() {
            self.commands.push(command);
        }
        self.state.join = Some(join);
    }

    fn word(&mut self) -> Result<(), Unfinished> {
        let word = word::read(self.line, self.at, self.lookup)?;
        self.at = word.range.end;
        let raw = &self.line[word.range.clone()];
        let first = self.current.as_ref().is_none_or(|command| command.words.is_empty());
        if self.is_descriptor(&word.range) {
            return Ok(());
        }
        let starts =
            self.current.as_ref().is_none_or(|command| command.assignments.is_empty() && command.redirections.is_empty());
        if first && starts && self.reserved(raw)? {
            return Ok(());
        }
        let name = raw.split_once('=').map(|(name, _)| name.strip_suffix('+').unwrap_or(name));
        match name.filter(|name| first && is_name(name)) {
            Some(name) => {
                let name = name.to_owned();
                self.command().assignments.push((name, word));
            }
            None => self.command().words.push(word),
        }
        Ok(())
    }

    /// Whether the word is the number before `<` or `>`.
    fn is_descriptor(&self, range: &Range<usize>) -> bool {
        let next = self.line.as_bytes().get(range.end);
        matches!(next, Some(b'<' | b'>')) && self.line[range.clone()].bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Takes a reserved word; false where the word is none.
    fn reserved(&mut self, raw: &str) -> Result<bool, Unfinished> {
        match raw {
            "if" | "while" | "until" => self.state.guarded += 1,
            "fi" | "done" => self.state.guarded = self.state.guarded.checked_sub(1).ok_or(Unfinished)?,
            "{" => {
                if std::mem::take(&mut self.state.function) {
                    self.state.functions.push(self.state.braces);
                    self.state.guarded += 1;
                }
                self.state.braces += 1;
            }
            "}" => {
                self.state.braces = self.state.braces.checked_sub(1).ok_or(Unfinished)?;
                if self.state.functions.last() == Some(&self.state.braces) {
                    self.state.functions.pop();
                    self.state.guarded = self.state.guarded.saturating_sub(1);
                }
            }
            "case" if self.lenient => {
                let rest = &self.line[self.at..];
                self.at += rest.find(" in").ok_or(Unfinished)? + 3;
                self.state.cases += 1;
                self.state.guarded += 1;
            }
            "esac" if self.lenient => {
                self.state.cases = self.state.cases.checked_sub(1).ok_or(Unfinished)?;
                self.state.guarded = self.state.guarded.checked_sub(1).ok_or(Unfinished)?;
            }
            "function" if self.lenient => {
                let rest = &self.line[self.at..];
                self.at += rest.find(['{', '(', '\n']).unwrap_or(rest.len());
                self.state.function = true;
            }
            "then" | "elif" | "else" | "do" | "!" | "time" => {}
            "for" | "select" => {
                self.state.guarded += 1;
                let rest = &self.line[self.at..];
                self.at += rest.find([';', '\n']).ok_or(Unfinished)?;
            }
            "[[" => {
                let rest = &self.line[self.at..];
                self.at += rest.find("]]").ok_or(Unfinished)? + 2;
                self.command();
            }
            "case" | "function" | "coproc" => return Err(Unfinished),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
