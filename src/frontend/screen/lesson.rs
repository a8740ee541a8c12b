//! The lesson's side of the screen: the step that is on, its checks as they come true, and what was said since it began.

use super::page::{Lines, Page, folded_line};
use crate::frontend::blocks::Blocks;
use crate::lab::check::Outcome;
use crate::lab::coach::Advice;
use crate::lab::runner::RunEvent;
use crate::text::{Message, learn as say};

/// How many things that were said are kept; the step's own words stand above them.
const NOTES_MAX: usize = 12;

/// Something that was said; kept in a form that can be said in either language.
#[derive(Clone, Debug)]
pub(super) enum Note {
    /// What the run told.
    Told(RunEvent),
    /// A sentence.
    Said(Message),
    /// All that there is to say about a mistake, or that none was made.
    Explained(Option<Box<Advice>>),
    /// What the checks found, asked for.
    Checked(Vec<Outcome>),
    /// The question before leaving, with what runs.
    LeaveQuestion(Vec<String>),
    /// The keys.
    Keys,
}

/// What part of the lesson is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looking {
    /// The step's own words first.
    AtStart,
    /// The step's checks, with as much of its words as there is room for.
    AtChecks,
    /// What was said last.
    AtLastNote,
    /// Where the learner has gone, in lines from the first.
    From(usize),
}

/// The lesson.
pub(super) struct Lesson {
    /// What was said as the step before ended, above the step's words.
    before: Vec<Note>,
    step: Option<usize>,
    outcomes: Vec<Outcome>,
    notes: Vec<Note>,
    looking: Looking,
}

impl Lesson {
    /// A lesson at its beginning.
    pub(super) fn new() -> Self {
        Self { before: Vec::new(), step: None, outcomes: Vec::new(), notes: Vec::new(), looking: Looking::AtStart }
    }

    /// The step that is on; `None` where the lab is done.
    pub(super) fn step(&self) -> Option<usize> {
        self.step
    }

    /// What its checks found last; empty before their first answer.
    pub(super) fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The run told something.
    pub(super) fn take(&mut self, event: RunEvent) {
        match event {
            RunEvent::StepStarted { step } => {
                // who comes back knows what the lab is about
                if step > 0 && matches!(self.before.as_slice(), [Note::Told(RunEvent::LabStarted)]) {
                    self.before.clear();
                }
                self.step = Some(step);
                self.outcomes.clear();
                self.notes.clear();
                self.looking = Looking::AtStart;
            }
            RunEvent::LabPassed => {
                self.step = None;
                self.notes.clear();
                self.note(Note::Told(event));
            }
            RunEvent::ChecksChanged { outcomes, .. } => {
                self.outcomes = outcomes;
                if self.looking == Looking::AtStart {
                    self.looking = Looking::AtChecks;
                }
            }
            // what is in sight is mended where it stands
            RunEvent::ChecksReworded { outcomes } => {
                if !self.outcomes.is_empty() {
                    self.outcomes = outcomes;
                }
            }
            // these stand above the step that begins now
            RunEvent::StepPassed { .. } | RunEvent::LabStarted | RunEvent::Arrived { .. } => {
                self.before = vec![Note::Told(event)]
            }
            event => self.note(Note::Told(event)),
        }
    }

    /// Something is said.
    pub(super) fn note(&mut self, note: Note) {
        // all that there is to say stands in place of the short form
        let is_short_form = |last: &Note| matches!(last, Note::Told(RunEvent::Advised { held: false, .. }));
        if matches!(note, Note::Explained(Some(_))) {
            self.notes.pop_if(|last| is_short_form(last));
        }
        if self.notes.len() == NOTES_MAX {
            self.notes.remove(0);
        }
        self.notes.push(note);
        self.looking = Looking::AtLastNote;
    }

    /// What was asked is answered, or is no question any more.
    pub(super) fn forget_question(&mut self) {
        self.notes.retain(|note| !matches!(note, Note::LeaveQuestion(_) | Note::Told(RunEvent::Advised { held: true, .. })));
    }

    /// The lesson as it is set now; `arrived` says whether the step's terminal was shown since the step began.
    pub(super) fn page(&self, blocks: Blocks<'_>, shown: &str, arrived: bool) -> Page {
        let mut lines = Lines::of(blocks.paint.columns);
        for note in &self.before {
            lines.add(said(note, blocks, shown));
            lines.add([String::new()]);
        }
        let step = lines.len();
        let mut todo = step..step;
        if let Some(step) = self.step {
            lines.add(blocks.why(step));
            todo.start = lines.len();
            lines.add(blocks.todo(step));
            todo.end = lines.len();
            lines.add(if self.outcomes.is_empty() { blocks.labels(step) } else { blocks.outcomes(&self.outcomes) });
            lines.add(blocks.way_to(step, shown, !arrived));
        }
        let checks_end = lines.len();
        let mut last_note = checks_end;
        for note in &self.notes {
            let gap = (lines.len() > 0).then(String::new);
            lines.add(gap);
            last_note = lines.len();
            // a block of the line-by-line front end begins with a gap of its own
            lines.add(said(note, blocks, shown).into_iter().skip_while(String::is_empty));
        }
        let gap = blocks.paint.faint(say::GOES_ON_BETWEEN.get(blocks.language));
        Page { lines: lines.folded(), step, todo, checks_end, last_note, gap: folded_line(&gap, blocks.paint.columns) }
    }

    /// The first line that is shown in an area of `rows`.
    pub(super) fn first(&self, page: &Page, rows: usize) -> usize {
        let most = page.lines.len().saturating_sub(rows);
        match self.looking {
            Looking::AtStart => page.at_start(rows),
            Looking::AtChecks => page.step.max(page.checks_end.saturating_sub(rows)).min(most),
            // from its first line where it is longer than the area
            Looking::AtLastNote => page.last_note.min(most),
            Looking::From(line) => line.min(most),
        }
    }

    /// Goes up (negative) or down in the lesson.
    pub(super) fn scroll(&mut self, lines: isize, page: &Page, rows: usize) {
        let first = self.first(page, rows);
        let there = page.scrolled(first, lines, rows);
        if there != first {
            self.looking = Looking::From(there);
        }
    }
}

fn said(note: &Note, blocks: Blocks<'_>, shown: &str) -> Vec<String> {
    match note {
        Note::Told(RunEvent::LabStarted) => blocks.about(),
        Note::Told(RunEvent::StepPassed { outcomes, .. }) => blocks.outcomes(outcomes),
        Note::Told(event) => blocks.told(event, shown),
        Note::Said(message) => blocks.paint.prose(&message.say(blocks.language)),
        Note::Explained(advice) => blocks.explanation(advice.as_deref()),
        Note::Checked(outcomes) => blocks.outcomes(outcomes),
        Note::LeaveQuestion(running) => blocks.leave_question(running),
        Note::Keys => blocks.keys(),
    }
}
