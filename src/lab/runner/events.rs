//! What goes into a run and what comes out of it.

use crate::lab::check::Outcome;
use crate::lab::coach::{Advice, Choice, Notice};

/// Something that happened: to the system, at a terminal, or at the learner's keyboard.
#[derive(Debug)]
pub enum Input {
    /// The run begins, or goes on after it was left.
    Begin,
    /// The checks of a step were asked.
    Checked {
        /// The step's index.
        step: usize,
        /// What they found, in the step's order.
        outcomes: Vec<Outcome>,
        /// The earlier steps whose server this step needs and that does not serve.
        missing: Vec<usize>,
    },
    /// A line was typed and waits to be run.
    LineEntered {
        /// The terminal.
        terminal: String,
        /// The line's number, for the verdict.
        id: u64,
        /// What the coach has to say before it runs.
        advice: Option<Advice>,
    },
    /// A line that waited is gone: Ctrl-C was pressed at the terminal.
    LineDropped {
        /// The line's number.
        id: u64,
    },
    /// A line has ended.
    LineEnded {
        /// The terminal.
        terminal: String,
        /// What the coach has to say of what came of it.
        advice: Option<Advice>,
    },
    /// The learner answered what was asked about a held line.
    Answered(Choice),
    /// The learner asks for a hint.
    HintAsked,
    /// The learner asks that a step be done for them: the one that they saw when they asked. Another one is not done in its place.
    SolveAsked {
        /// The step's index.
        step: usize,
    },
    /// The learner wants to be taken to a step: everything anew, and the steps before it played.
    GotoAsked {
        /// The step's index.
        step: usize,
    },
    /// Files and terminals are as new.
    Renewed,
    /// What was to be played has come to its end.
    PlayEnded {
        /// Whether all of it was played.
        done: bool,
    },
}

/// What a run tells the front end; the only thing that comes out of it for people to see.
#[derive(Clone, Debug)]
pub enum RunEvent {
    /// The lab is on: show its title and what it is about.
    LabStarted,
    /// A step is on: show why, what to do, and its checks.
    StepStarted {
        /// The step's index.
        step: usize,
    },
    /// Checks of the step began or ceased to hold.
    ChecksChanged {
        /// The step's index.
        step: usize,
        /// All of them, in the step's order.
        outcomes: Vec<Outcome>,
    },
    /// What checks of the step found is something else than before, though none began or ceased to hold: no news, but what was told before
    /// is not true any more where it is still in sight.
    ChecksReworded {
        /// All of them, in the step's order.
        outcomes: Vec<Outcome>,
    },
    /// Every check of the step holds.
    StepPassed {
        /// The step's index.
        step: usize,
        /// What is now true of the system.
        outcomes: Vec<Outcome>,
    },
    /// The step needs a server that does not serve (any more).
    ServerMissing {
        /// The earlier step that started it.
        started_by: usize,
    },
    /// Every step is done.
    LabPassed,
    /// A hint; tier 0 and 1 are in the prose, the last one is the command.
    HintGiven {
        /// The step's index.
        step: usize,
        /// 0 is a nudge, 1 a pointer, 2 the command.
        tier: usize,
    },
    /// The coach speaks.
    Advised {
        /// The terminal it is about.
        terminal: String,
        /// What it says.
        advice: Box<Advice>,
        /// Whether the line is held and a [`Choice`] is asked for.
        held: bool,
    },
    /// Something goes wrong without a word from anybody else.
    Noticed {
        /// What.
        notice: Notice,
        /// How often such a thing was told before.
        tier: usize,
    },
    /// The change that the learner asked for was made.
    Fixed,
    /// The step is being done for the learner.
    Solving {
        /// The step's index.
        step: usize,
    },
    /// The step was asked for while it is being done: what is played goes on, and it is tried once more where that does not do it.
    StillSolving {
        /// The step's index.
        step: usize,
    },
    /// The step was asked for while something else is being played, and is done after it.
    SolvesNext {
        /// The step's index.
        step: usize,
    },
    /// All of a step's solution was played, and its checks do not hold.
    NotSolved {
        /// The step's index.
        step: usize,
        /// What they found.
        outcomes: Vec<Outcome>,
    },
    /// A terminal is in use, so another one is played at.
    PlaysElsewhere {
        /// The terminal that is in use.
        busy: String,
        /// The program that has it.
        by: String,
        /// Its process.
        pid: u32,
        /// The terminal that takes its place.
        terminal: String,
    },
    /// The solution goes on when a program has ended that has the terminal.
    WaitsForTerminal {
        /// The terminal.
        terminal: String,
        /// The program.
        by: String,
        /// Its process.
        pid: u32,
    },
    /// The learner is being taken to a step.
    Going {
        /// The step's index.
        step: usize,
    },
    /// The learner was taken to a step.
    Arrived {
        /// The step's index.
        step: usize,
        /// The one that was wanted: another one where something went wrong on the way.
        wanted: usize,
    },
}

/// What the loop around a run has to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Tell the front end.
    Tell(RunEvent),
    /// Let a held line go.
    Verdict {
        /// The line's number.
        id: u64,
        /// Whether it runs.
        run: bool,
    },
    /// Have the coach look at a held line again: its answer is another [`Input::LineEntered`].
    LookAgain {
        /// The line's number.
        id: u64,
    },
    /// Make the change that the advice proposes, then let the line go as it should be.
    Fix {
        /// The line's number.
        id: u64,
        /// What proposes the change.
        advice: Box<Advice>,
    },
    /// Do the solution of a step at the terminals.
    Play {
        /// The step's index.
        step: usize,
    },
    /// Make files and terminals as new; everything that runs is stopped.
    Renew,
    /// Keep the progress.
    Save,
}
