//! Goes through a text once, in blocks: one automaton finds every sentence that a rule knows.

use std::io::{self, Read};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::{memchr, memchr_iter, memrchr};

use super::{Cause, Diagnosis, SHOWN_MAX, Unknown};
use crate::judge::rules::runtime::{AMBIGUOUS, Ambiguous, CLUES, CONSEQUENCES, Clue, Facts};
use crate::judge::rules::{RULES, Rule};

/// What is read at once, in bytes; a line that is longer is looked at in parts.
const BLOCK: usize = 1024 * 1024;
/// How many blocks there are: one that is read into, one that is gone through, one between them.
const BLOCKS: usize = 3;
/// How many lines the exception behind an error may take.
const STACK_LINES: u64 = 40;

/// What a sentence means.
#[derive(Clone, Copy)]
enum Sign {
    Cause(&'static Rule),
    Ambiguous(Ambiguous),
    Clue(Clue),
    Consequence,
    Error,
}

struct Signs {
    automaton: AhoCorasick,
    meanings: Vec<Sign>,
}

fn signs() -> Option<&'static Signs> {
    static SIGNS: OnceLock<Option<Signs>> = OnceLock::new();
    let build = || {
        let mut table: Vec<(&'static str, Sign)> = Vec::new();
        table.extend(AMBIGUOUS.map(|(words, sentence)| (words, Sign::Ambiguous(sentence))));
        table.extend(CLUES.map(|(words, clue)| (words, Sign::Clue(clue))));
        table.extend(CONSEQUENCES.map(|words| (words, Sign::Consequence)));
        let of_rules = RULES.iter().flat_map(|rule| rule.kafka_says.iter().map(|words| (*words, Sign::Cause(rule))));
        table.extend(of_rules);
        table.extend(["] ERROR ", "] FATAL "].map(|words| (words, Sign::Error)));
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::LeftmostFirst)
            .build(table.iter().map(|(words, _)| words))
            .ok()?;
        Some(Signs { automaton, meanings: table.into_iter().map(|(_, sign)| sign).collect() })
    };
    SIGNS.get_or_init(build).as_ref()
}

/// Some whole lines: the bytes, and how many of them count.
type Lines = (Vec<u8>, usize);

/// Reads to the end, on a thread of its own: the next lines are read while these are gone through.
pub(super) fn scan(reader: impl Read + Send) -> io::Result<Diagnosis> {
    let signs = signs().ok_or_else(|| io::Error::other("the sentences of the rules make no automaton"))?;
    let (filled, full) = mpsc::channel();
    let (emptied, empty) = mpsc::channel();
    for _ in 0..BLOCKS {
        // the other end is there as long as this function
        let _ = emptied.send(vec![0; BLOCK]);
    }
    // both ends belong to this closure: should it panic, the reading thread finds them gone and does not wait for a block
    thread::scope(move |scope| {
        let reading = scope.spawn(move || read(reader, &empty, &filled));
        let mut scan = Scan::default();
        for (block, length) in full {
            scan.block(signs, &block[..length]);
            let _ = emptied.send(block);
        }
        match reading.join() {
            Ok(read) => read.map(|()| scan.finish()),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Fills empty blocks with whole lines, and a line that is longer than a block in parts.
fn read(mut reader: impl Read, empty: &Receiver<Vec<u8>>, filled: &Sender<Lines>) -> io::Result<()> {
    let Ok(mut block) = empty.recv() else { return Ok(()) };
    let mut held = 0;
    loop {
        let read = match reader.read(&mut block[held..]) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let full = held + read;
        let whole = match memrchr(b'\n', &block[held..full]) {
            _ if read == 0 => full,
            Some(end) => held + end + 1,
            None if full == block.len() => full,
            None => {
                held = full;
                continue;
            }
        };
        // whoever goes through the lines has gone where nobody takes or gives a block
        let Ok(mut next) = empty.recv() else { return Ok(()) };
        held = full - whole;
        next[..held].copy_from_slice(&block[whole..full]);
        if filled.send((std::mem::replace(&mut block, next), whole)).is_err() || read == 0 {
            return Ok(());
        }
    }
}

#[derive(Default)]
struct Scan {
    facts: Facts,
    diagnosis: Diagnosis,
    /// Complete lines before this block.
    lines: u64,
    /// Whether the last line that was read has no end.
    open_line: bool,
    /// An error that nothing has explained yet: its line, and what it says.
    pending: Option<(u64, String)>,
    /// Lines that follow from a cause that is not known yet.
    unfolded: u64,
    /// The cause that what follows is counted with.
    current: Option<usize>,
}

impl Scan {
    fn block(&mut self, signs: &Signs, block: &[u8]) {
        let (mut counted, mut line, mut begin) = (0, self.lines + 1, 0);
        for found in signs.automaton.find_iter(block) {
            // what was counted is not looked at again: a line may be as long as the block, and full of sentences
            for end in memchr_iter(b'\n', &block[counted..found.start()]) {
                line += 1;
                begin = counted + end + 1;
            }
            counted = found.start();
            let sign = signs.meanings[found.pattern().as_usize()];
            self.sign(sign, line, &block[begin..], &block[found.end()..]);
        }
        self.lines = line - 1 + memchr_iter(b'\n', &block[counted..]).count() as u64;
        if let Some(last) = block.last() {
            self.open_line = *last != b'\n';
        }
    }

    /// Takes a sentence: the number of its line, that line, and what stands behind the sentence.
    fn sign(&mut self, sign: Sign, number: u64, line: &[u8], behind: &[u8]) {
        match sign {
            Sign::Clue(clue) => {
                if clue == Clue::Start {
                    (self.current, self.unfolded) = (None, 0);
                }
                self.facts.learn(clue, &shown(behind));
                self.pending = None;
                if clue != Clue::Start && clue != Clue::CoordinatorNamed {
                    self.fold();
                }
            }
            Sign::Consequence => {
                self.pending = None;
                self.fold();
            }
            Sign::Error => {
                self.give_up();
                self.pending = Some((number, shown(line)));
            }
            Sign::Ambiguous(sentence) => self.cause(self.facts.cause(sentence), number, line),
            Sign::Cause(rule) => self.cause(rule, number, line),
        }
    }

    fn fold(&mut self) {
        match self.current.and_then(|current| self.diagnosis.causes.get_mut(current)) {
            Some(cause) => cause.folded += 1,
            None => self.unfolded += 1,
        }
    }

    fn cause(&mut self, rule: &'static Rule, number: u64, line: &[u8]) {
        if self.pending.as_ref().is_some_and(|(error, _)| number - error <= STACK_LINES) {
            self.pending = None;
        }
        let folded = std::mem::take(&mut self.unfolded);
        let known = self.diagnosis.causes.iter().position(|cause| cause.rule.code == rule.code);
        let index = known.unwrap_or(self.diagnosis.causes.len());
        match self.diagnosis.causes.get_mut(index) {
            // one line, or one exception, may say it in several ways
            Some(cause) if cause.last_line == number => {}
            Some(cause) => {
                cause.count += 1;
                cause.last_line = number;
                cause.folded += folded;
            }
            None => {
                let text = shown(line);
                self.diagnosis.causes.push(Cause { rule, line: number, last_line: number, count: 1, text, folded });
            }
        }
        self.current = Some(index);
    }

    /// An error that nothing explained is an unknown one.
    fn give_up(&mut self) {
        if let Some((line, text)) = self.pending.take() {
            let unknown = &mut self.diagnosis.unknown;
            if unknown.count == 0 {
                *unknown = Unknown { count: 0, line, text };
            }
            unknown.count += 1;
        }
    }

    fn finish(mut self) -> Diagnosis {
        self.give_up();
        self.diagnosis.lines = self.lines + u64::from(self.open_line);
        self.diagnosis
    }
}

/// What stands up to the end of a line, cut to what is shown.
fn shown(rest: &[u8]) -> String {
    let rest = &rest[..rest.len().min(SHOWN_MAX)];
    let rest = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
    String::from_utf8_lossy(rest).trim_end().to_owned()
}
