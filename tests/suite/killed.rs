//! Lab 01 while runner, window, host, servers and shells are killed at random moments: it goes on where it was, nothing is left running, and
//! no step is lost or won by the killing.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use kafkalab::lab::check::scope::{BROKER_CLASS, COORDINATOR_CLASS};
use kafkalab::process::signal::{self, Signal};
use kafkalab::process::table::{self, Process};
use kafkalab::process::wait;

use crate::learner::{DEADLINE, F3, Home, Learner};
use crate::support::random::{Random, setting};

/// How many kills in an everyday run.
const ROUNDS_DEFAULT: u64 = 4;
/// How long the moment of a kill may be waited for.
const MOMENT: Duration = Duration::from_secs(3);
/// The most output that a kill waits for, in bytes of text.
const OUTPUT_MAX: usize = 4000;
/// How often "do it for me" is asked until the lab is done.
const TRIES_MAX: usize = 400;
/// How long a step may take to be done: a server that waits for one that was killed holds its terminal until the player gives up.
const PLAY_DEADLINE: Duration = Duration::from_secs(150);
/// How many steps the lab has.
const STEPS: usize = 9;
/// What the program says to who asks that a step be done, before the step's number.
const ANSWERS: [&str; 2] = ["I'll do step ", "I'm still doing step "];

#[derive(Clone, Copy, Debug)]
enum Victim {
    Runner,
    Window,
    Host,
    Server,
    Shell,
}

/// A learner who has everything done for them, and what is known of how far they were.
struct Campaign {
    home: Home,
    random: Random,
    learner: Option<Learner>,
    /// The steps, from 1, that were asked for.
    asked: BTreeSet<usize>,
    /// How often "do it for me" was pressed since the program was started.
    pressed: usize,
    /// The furthest step that was shown.
    reached: usize,
}

/// The step that was shown last, from 1; one more than there are where the lab is done.
fn step_of(learner: &Learner) -> Option<usize> {
    let text = learner.text();
    if text.contains("You have finished") { Some(STEPS + 1) } else { last_heading(&text) }
}

/// The step whose heading stands last in a text.
fn last_heading(text: &str) -> Option<usize> {
    let at = text.rfind(&format!("/{STEPS} · "))?;
    text[..at].rsplit(' ').next()?.parse().ok()
}

/// The steps that the program said it does, or does soon, because it was asked to; each is the one that was shown.
fn answered(text: &str) -> BTreeSet<usize> {
    let named = ANSWERS.into_iter().flat_map(|words| text.match_indices(words));
    let step = |(at, words): (usize, &str)| {
        let number = text[at + words.len()..].split(|c: char| !c.is_ascii_digit()).next();
        let step = number.and_then(|number| number.parse().ok()).expect("a step has a number");
        assert_eq!(last_heading(&text[..at]), Some(step), "what was asked for is not what was shown: {text}");
        step
    };
    named.map(step).collect()
}

impl Campaign {
    fn host(&self) -> Option<Process> {
        let workspace = self.home.workspace().canonicalize().ok()?;
        table::all().into_iter().find(|process| {
            process.is_running()
                && process.argv.get(1).is_some_and(|word| word == "terminal-host")
                && process.argv.last().is_some_and(|last| Path::new(last).starts_with(&workspace))
        })
    }

    /// The runner has ended: so does everything else, and what was shown as done is done.
    async fn settle(&self) {
        let gone = wait::until_true(DEADLINE, "everything to end", || self.home.running().is_empty() && self.host().is_none());
        gone.await.unwrap_or_else(|error| panic!("{error}: {:?}", self.home.running()));
        self.no_step_is_lost_or_won();
    }

    fn no_step_is_lost_or_won(&self) {
        let done = self.home.memory().progress.step;
        assert!(done + 1 >= self.reached.min(STEPS), "step {} was reached, {done} are done", self.reached);
        // servers that were killed are stopped servers, which is all that the last step asks for
        let unasked: Vec<usize> = (1..=done.min(STEPS - 1)).filter(|step| !self.asked.contains(step)).collect();
        assert!(unasked.is_empty(), "{unasked:?} were never asked for, and {done} are done");
    }

    /// Asks that the step be done which was shown when this was decided; returns how much had been shown by then.
    async fn ask(&mut self, step: usize) -> usize {
        self.asked.insert(step);
        self.pressed += 1;
        let learner = self.learner.as_mut().expect("it runs");
        let before = learner.text().len();
        learner.press(F3).await;
        before
    }

    /// What the program understood. The next step may have come in sight between the look and the key, which is then for that one; one key is
    /// for one step.
    fn note_answers(&mut self) {
        let named = answered(&self.learner.as_ref().expect("it runs").text());
        assert!(named.len() <= self.pressed, "{named:?} are done, and it was asked {} times", self.pressed);
        self.asked.extend(named);
    }

    /// The program has ended.
    fn gone(&mut self) -> Learner {
        self.note_answers();
        self.pressed = 0;
        self.learner.take().expect("it ran")
    }

    /// Starts the program where it does not run; returns the step that is on.
    async fn arrive(&mut self) -> usize {
        if self.learner.is_none() {
            self.learner = Some(self.home.learn());
        }
        let learner = self.learner.as_ref().expect("just started");
        let shown = wait::until_true(DEADLINE, "a step", || step_of(learner).is_some()).await;
        shown.unwrap_or_else(|error| panic!("{error}; the screen:\n{}", learner.screen()));
        let step = step_of(learner).expect("seen");
        self.reached = self.reached.max(step);
        step
    }

    async fn round(&mut self) {
        let step = self.arrive().await;
        if step > STEPS {
            return;
        }
        let victim = self.random.of(&[Victim::Runner, Victim::Window, Victim::Host, Victim::Server, Victim::Shell]);
        let more = self.random.below(OUTPUT_MAX);
        let before = self.ask(step).await;
        let learner = self.learner.as_ref().expect("it runs");
        if let Victim::Window = victim {
            // what it answers is not read any more when the window is gone
            let is_answered =
                || learner.text().get(before..).is_some_and(|text| ANSWERS.iter().any(|words| text.contains(words)));
            let _ = wait::until_true(MOMENT, "an answer", is_answered).await;
        }
        // the moment: so much later in what is shown, or when nothing more comes
        let _ = wait::until_true(MOMENT, "the moment", || learner.text().len() >= before + more).await;
        self.reached = self.reached.max(step_of(learner).unwrap_or_default());
        self.kill(victim).await;
    }

    async fn kill(&mut self, victim: Victim) {
        match victim {
            Victim::Runner => {
                let learner = self.learner.as_mut().expect("it runs");
                learner.signal(Signal::Kill);
                assert_eq!(learner.exit().await, 137);
                self.gone();
                self.settle().await;
            }
            Victim::Window => {
                assert_eq!(self.gone().close_window().await, 130);
                self.settle().await;
            }
            Victim::Host => {
                signal::send(self.host().expect("it runs").identity, Signal::Kill).expect("ours");
                let learner = self.learner.as_mut().expect("it runs");
                assert_eq!(learner.exit().await, 2, "{}", learner.screen());
                self.gone();
                self.settle().await;
            }
            Victim::Server => {
                let servers = |of: &Process| of.runs_class(BROKER_CLASS) || of.runs_class(COORDINATOR_CLASS);
                self.kill_one(servers);
            }
            Victim::Shell => {
                self.kill_one(|of| of.argv.iter().any(|word| word == "--rcfile"));
            }
        }
    }

    fn kill_one(&mut self, wanted: impl Fn(&Process) -> bool) {
        let all: Vec<Process> = self.home.running().into_iter().filter(wanted).collect();
        if !all.is_empty() {
            // it may have ended by itself meanwhile
            let _ = signal::send(self.random.of(&all).identity, Signal::Kill);
        }
    }

    /// Does what is left of the lab without any more killing.
    async fn finish(mut self) {
        // a broker that was killed is registered until its session ends, and cannot be started anew before
        for _ in 0..TRIES_MAX {
            let step = self.arrive().await;
            if step > STEPS {
                break;
            }
            let before = self.ask(step).await;
            let learner = self.learner.as_ref().expect("it runs");
            // nothing goes on: it stopped, or all was typed in vain
            let stands = |text: &str| text.contains("I stopped:") || text.contains("is not done yet");
            let moved = || step_of(learner) != Some(step) || learner.text().get(before..).is_some_and(stands);
            let waited = wait::until_true(PLAY_DEADLINE, "the next step", moved).await;
            waited.unwrap_or_else(|error| panic!("{error} after {step}; the screen:\n{}", learner.screen()));
        }
        self.note_answers();
        self.no_step_is_lost_or_won();
        let learner = self.learner.as_mut().expect("it runs");
        assert_eq!(step_of(learner), Some(STEPS + 1), "{}", learner.screen());
        assert_eq!(learner.leave_at_once().await, 0);
        self.home.nothing_left().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_killed_the_lab_goes_on() {
    let seed = setting("KAFKALAB_SEED", 1);
    let rounds = setting("KAFKALAB_ROUNDS", ROUNDS_DEFAULT);
    // a lab is done after some rounds, and the next one is begun
    let mut played = 0;
    while played < rounds {
        let random = Random::new(seed + played);
        let home = Home::new();
        let mut campaign = Campaign { home, random, learner: None, asked: BTreeSet::new(), pressed: 0, reached: 0 };
        for _ in 0..(rounds - played).min(10) {
            campaign.round().await;
            played += 1;
        }
        campaign.finish().await;
    }
}
