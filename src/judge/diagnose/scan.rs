//! Goes through a text once: one automaton finds every sentence that a rule knows, and what was found is understood in its order.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::{memchr, memchr_iter};

use super::blocks::{Blocks, Lines};
use super::{Cause, Diagnosis, SHOWN_MAX, Unknown};
use crate::judge::rules::command::tool_values::BOOTSTRAP_IS_ZOOKEEPER;
use crate::judge::rules::runtime::quoted::{QUOTING, Quoted, Quoting};
use crate::judge::rules::runtime::{
    AMBIGUOUS, Ambiguous, BROKER_AWAY, CLUES, CONSEQUENCES, CONSUMER_ENDS, CONSUMER_WAITED, COORDINATOR_AWAY, Clue, Facts,
    TIMED_OUT,
};
use crate::judge::rules::{RULES, Rule};

/// What is read at once, in bytes; a line that is longer is looked at in parts.
const BLOCK: usize = 1024 * 1024;
/// The most threads that search.
const SEARCHERS_MAX: usize = 8;
/// How many blocks each of them has at a time: one that it searches, and the next.
const BLOCKS_EACH: usize = 2;
/// How many lines the exception behind an error may take.
const STACK_LINES: u64 = 40;

/// How many sentences are looked at for what they quote.
const QUOTATIONS_MAX: usize = 1000;
/// How often somebody must have been away for it to be worth telling: a server that starts, or starts again, is away for a moment.
const AWAY_LEAST: u64 = 3;
/// How clients begin what they say; brokers are clients of each other, and wait for each other while they start.
const CLIENTS: [&str; 3] = ["[Producer clientId=", "[Consumer clientId=", "[AdminClient clientId="];

/// What a sentence means.
#[derive(Clone, Copy)]
enum Sign {
    Cause(&'static Rule),
    Ambiguous(Ambiguous),
    Clue(Clue),
    Quoting(Quoting),
    Consequence,
    Error,
    TimedOut,
}

struct Signs {
    automaton: AhoCorasick,
    meanings: Vec<Sign>,
}

fn signs() -> Option<&'static Signs> {
    static SIGNS: OnceLock<Option<Signs>> = OnceLock::new();
    let build = || {
        let mut table: Vec<(&'static str, Sign)> = Vec::new();
        table.extend(QUOTING.map(|(words, sentence)| (words, Sign::Quoting(sentence))));
        table.extend(AMBIGUOUS.map(|(words, sentence)| (words, Sign::Ambiguous(sentence))));
        table.extend(CLUES.map(|(words, clue)| (words, Sign::Clue(clue))));
        table.extend(CONSEQUENCES.map(|words| (words, Sign::Consequence)));
        let of_rules = RULES.iter().flat_map(|rule| rule.kafka_says.iter().map(|words| (*words, Sign::Cause(rule))));
        table.extend(of_rules);
        table.extend(["] ERROR ", "] FATAL "].map(|words| (words, Sign::Error)));
        table.push((TIMED_OUT, Sign::TimedOut));
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::LeftmostFirst)
            .build(table.iter().map(|(words, _)| words))
            .ok()?;
        Some(Signs { automaton, meanings: table.into_iter().map(|(_, sign)| sign).collect() })
    };
    SIGNS.get_or_init(build).as_ref()
}

/// A sentence that was found in a block.
struct Found {
    sign: Sign,
    /// How many lines of the block end before it.
    line: u64,
    /// Where its line begins.
    begin: usize,
    /// Where it begins itself.
    start: usize,
    /// Where it ends.
    end: usize,
}

/// What was found in a block.
#[derive(Default)]
pub(super) struct Searched {
    lines: Lines,
    found: Vec<Found>,
    /// How many lines end in it.
    ends: u64,
}

impl Signs {
    fn search(&self, lines: Lines) -> Searched {
        let block = lines.bytes();
        let (mut counted, mut line, mut begin) = (0, 0, 0);
        let mut found = Vec::new();
        for each in self.automaton.find_iter(block) {
            let (start, end) = (each.start(), each.end());
            // what was counted is not looked at again: a line may be as long as the block, and full of sentences
            for end in memchr_iter(b'\n', &block[counted..start]) {
                line += 1;
                begin = counted + end + 1;
            }
            counted = start;
            found.push(Found { sign: self.meanings[each.pattern().as_usize()], line, begin, start, end });
        }
        let ends = line + memchr_iter(b'\n', &block[counted..]).count() as u64;
        Searched { lines, found, ends }
    }
}

/// Reads to the end.
pub(super) fn scan(reader: impl Read) -> io::Result<Diagnosis> {
    scan_in(reader, BLOCK, thread::available_parallelism().map_or(1, NonZero::get).min(SEARCHERS_MAX))
}

/// Reads to the end, in blocks of a size that so many threads search.
pub(super) fn scan_in(reader: impl Read, size: usize, searchers: usize) -> io::Result<Diagnosis> {
    let signs = signs().ok_or_else(|| io::Error::other("the sentences of the rules make no automaton"))?;
    scan_by(reader, size, searchers, |lines| signs.search(lines))
}

/// A thread that searches the blocks that it is given, in their order.
struct Searcher {
    given: Sender<Lines>,
    searched: Receiver<Searched>,
}

/// Reads blocks of a size and gives them to so many threads in turn; what they find is taken in the order of the text.
pub(super) fn scan_by(
    reader: impl Read,
    size: usize,
    searchers: usize,
    search: impl Fn(Lines) -> Searched + Sync,
) -> io::Result<Diagnosis> {
    let mut blocks = Blocks::new(reader, size);
    let mut scan = Scan::default();
    let search = &search;
    thread::scope(|scope| {
        let start = || {
            let (given, blocks) = mpsc::channel();
            let (found, searched) = mpsc::channel();
            scope.spawn(move || blocks.into_iter().map(search).try_for_each(|searched| found.send(searched)));
            Searcher { given, searched }
        };
        let all: Vec<Searcher> = (0..searchers).map(|_| start()).collect();
        let mut under_way = VecDeque::new();
        let mut empty = Vec::new();
        // a searcher that panics takes its ends with it, so that nobody waits for it; the scope passes its panic on
        for searcher in all.iter().cycle() {
            if under_way.len() == searchers * BLOCKS_EACH {
                let Some(Ok(searched)) = under_way.pop_front().map(|first: &Searcher| first.searched.recv()) else { break };
                scan.take(&searched);
                empty.push(searched.lines);
            }
            let Some(lines) = blocks.next(empty.pop())? else { break };
            if searcher.given.send(lines).is_err() {
                break;
            }
            under_way.push_back(searcher);
        }
        for searched in under_way.into_iter().map_while(|searcher| searcher.searched.recv().ok()) {
            scan.take(&searched);
        }
        Ok(())
    })
    .map(|()| scan.finish())
}

/// Where a sentence was found.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The number of its line, from 1.
    number: u64,
    /// Whether its line begins with it.
    at_start: bool,
    /// Its line, and what follows.
    line: &'a [u8],
    /// What stands before it in its line.
    before: &'a [u8],
    /// What stands behind it.
    behind: &'a [u8],
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
    /// The last error, explained or not.
    error: (u64, String),
    /// The line whose cause was told by what it quotes.
    quoted: Option<u64>,
    /// How many quotations were looked at.
    looked_at: usize,
    /// Lines that follow from a cause that is not known yet.
    unfolded: u64,
    /// The cause that what follows is counted with.
    current: Option<usize>,
    /// The lines that say that the coordinator is not reached, since it was last.
    coordinator_away: Option<Cause>,
    /// The lines in which a client says so of a broker.
    broker_away: Option<Cause>,
}

impl Scan {
    fn take(&mut self, searched: &Searched) {
        let block = searched.lines.bytes();
        for found in &searched.found {
            let number = self.lines + 1 + found.line;
            let at_start = found.start == found.begin && !(found.begin == 0 && self.open_line);
            let (line, before, behind) = (&block[found.begin..], &block[found.begin..found.start], &block[found.end..]);
            self.sign(found.sign, Place { number, at_start, line, before, behind });
        }
        self.lines += searched.ends;
        if let Some(last) = block.last() {
            self.open_line = *last != b'\n';
        }
    }

    fn sign(&mut self, sign: Sign, place: Place<'_>) {
        let Place { number, at_start, line, .. } = place;
        match sign {
            Sign::Clue(clue) => self.clue(clue, place),
            Sign::Consequence => {
                // where nothing is known that it follows from, the error stays one that is to be explained
                if self.current.is_some() {
                    self.pending = None;
                }
                self.fold();
            }
            Sign::Error => {
                self.give_up();
                self.error = (number, shown(line));
                self.pending = Some(self.error.clone());
            }
            Sign::TimedOut => {
                let is_waiting =
                    |error: &mut (u64, String)| at_start && error.0 + 1 == number && error.1.ends_with(CONSUMER_ENDS);
                if let Some((error, text)) = self.pending.take_if(is_waiting) {
                    self.cause(&CONSUMER_WAITED, error, text.as_bytes());
                }
            }
            Sign::Ambiguous(sentence) => {
                // whoever was away is the cause
                (self.coordinator_away, self.broker_away) = (None, None);
                self.cause(self.facts.cause(sentence), number, line);
            }
            Sign::Quoting(sentence) => self.quoting(sentence, place),
            // what its words quote has told more of the same line
            Sign::Cause(_) if self.quoted == Some(number) => {}
            Sign::Cause(rule) => self.cause(rule, number, line),
        }
    }

    /// What is quoted is looked at by rules that take longer than reading does, so not without end.
    fn quoting(&mut self, sentence: Quoting, place: Place<'_>) {
        let Place { number, line, before, behind, .. } = place;
        if self.looked_at >= QUOTATIONS_MAX || self.quoted == Some(number) {
            return;
        }
        self.looked_at += 1;
        let error = if number - self.error.0 <= STACK_LINES { self.error.1.as_str() } else { "" };
        let (before, behind) = (String::from_utf8_lossy(&before[before.len().saturating_sub(SHOWN_MAX)..]), shown(behind));
        if let Some(rule) = (Quoted { before: &before, behind: &behind, error }).cause(sentence) {
            self.quoted = Some(number);
            self.cause(rule, number, line);
        }
    }

    fn clue(&mut self, clue: Clue, place: Place<'_>) {
        let Place { number, line, behind, .. } = place;
        match clue {
            Clue::Start => {
                self.give_up();
                self.settle();
                (self.current, self.unfolded) = (None, 0);
            }
            Clue::CoordinatorNamed => {}
            Clue::CoordinatorAway => again(&mut self.coordinator_away, &COORDINATOR_AWAY, number, line),
            Clue::CoordinatorThere => self.coordinator_away = None,
            _ => {
                if clue == Clue::BrokerUnreachable && CLIENTS.iter().any(|client| shown(line).contains(client)) {
                    again(&mut self.broker_away, &BROKER_AWAY, number, line);
                }
                self.pending = None;
                self.fold();
            }
        }
        self.facts.learn(clue, &shown(behind));
        if clue == Clue::Disconnected && self.facts.is_coordinators() {
            self.cause(&BOOTSTRAP_IS_ZOOKEEPER, number, line);
        }
    }

    /// Who was away, and not for a moment only, is a cause where nothing else was found to be.
    fn settle(&mut self) {
        for away in [self.coordinator_away.take(), self.broker_away.take()].into_iter().flatten() {
            let known = self.diagnosis.causes.iter_mut().find(|cause| cause.rule.code == away.rule.code);
            match known {
                _ if away.count < AWAY_LEAST => {}
                Some(cause) => (cause.count, cause.last_line) = (cause.count + away.count, away.last_line),
                None => self.diagnosis.causes.push(away),
            }
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
        self.settle();
        self.diagnosis.lines = self.lines + u64::from(self.open_line);
        self.diagnosis
    }
}

/// Counts one more line that says that somebody is away.
fn again(away: &mut Option<Cause>, rule: &'static Rule, number: u64, line: &[u8]) {
    let first = || Cause { rule, line: number, last_line: number, count: 0, text: shown(line), folded: 0 };
    let away = away.get_or_insert_with(first);
    (away.count, away.last_line) = (away.count + 1, number);
}

/// What stands up to the end of a line, cut to what is shown.
fn shown(rest: &[u8]) -> String {
    let rest = &rest[..rest.len().min(SHOWN_MAX)];
    let rest = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
    String::from_utf8_lossy(rest).trim_end().to_owned()
}
