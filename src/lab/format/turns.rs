//! What there is to type in a step, and where: most steps have one command, some have more at several terminals.
//!
//! Each check is made to hold by the step's own command, unless the lab names another terminal for it. What belongs to checks that hold is
//! done; the first that is left is where the learner goes.

use serde::Deserialize;

use super::action::Key;
use super::checks::CheckSpec;
use super::spec::StepSpec;

/// A check as `lab.toml` writes it.
#[derive(Debug, Deserialize)]
pub(super) struct RawCheck {
    /// The terminal where it is made to hold, where that is not the step's.
    #[serde(default)]
    pub(super) terminal: Option<String>,
    /// What is typed there; none for an answer, which is found out and not given.
    #[serde(default)]
    pub(super) command: Option<String>,
    #[serde(flatten)]
    pub(super) check: CheckSpec,
}

/// Where, and with what, a check is made to hold that the step's own command does not make hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The terminal.
    pub terminal: String,
    /// What is typed there; `None` for an answer.
    pub command: Option<String>,
}

impl RawCheck {
    /// Its own place, and what it checks.
    pub(super) fn parts(self) -> Result<(Option<Elsewhere>, CheckSpec), String> {
        let Self { terminal, command, check } = self;
        match (terminal, command) {
            (None, None) => Ok((None, check)),
            (None, Some(_)) => Err("a check's command needs its terminal".to_owned()),
            (Some(_), None) if !matches!(check, CheckSpec::Answer { .. }) => {
                Err("a check's terminal needs its command".to_owned())
            }
            (Some(terminal), command) => Ok((Some(Elsewhere { terminal, command }), check)),
        }
    }
}

/// One thing that is left to be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn<'a> {
    /// The terminal.
    pub terminal: &'a str,
    /// The command, or the name of a key; `None` for an answer.
    pub command: Option<&'a str>,
}

impl StepSpec {
    /// What is left to be typed, in order. Of each check, by its place: whether it holds, and the terminal that the program has to itself
    /// which keeps it from holding, where there is one; a key is pressed there, wherever the lab meant the program to be.
    pub fn left<'a>(&'a self, found: impl Fn(usize) -> (bool, Option<&'a str>)) -> Vec<Turn<'a>> {
        let mut left: Vec<Turn<'a>> = Vec::new();
        for (index, elsewhere) in self.elsewhere.iter().enumerate() {
            let (holds, held_at) = found(index);
            if holds {
                continue;
            }
            let turn = match elsewhere {
                Some(Elsewhere { terminal, command }) => Turn { terminal, command: command.as_deref() },
                None => self.own_turn(),
            };
            let is_key = turn.command.is_some_and(Key::is_named);
            let turn = Turn { terminal: held_at.filter(|_| is_key).unwrap_or(turn.terminal), ..turn };
            if !left.contains(&turn) {
                left.push(turn);
            }
        }
        if left.is_empty() {
            left.push(self.own_turn());
        }
        left
    }

    fn own_turn(&self) -> Turn<'_> {
        Turn { terminal: &self.terminal, command: Some(&self.command) }
    }
}

#[cfg(test)]
mod tests {
    use crate::lab::format::{Lab, LabSource};

    /// What is left of a step where these checks hold; `at` is where what fails runs.
    #[track_caller]
    fn check(lab: &str, step: &str, hold: &[bool], at: Option<&str>, expected: &[&str]) {
        let lab = Lab::load(&LabSource::BuiltIn, lab).expect("it loads");
        let step = &lab.spec.steps[lab.spec.step(step).expect("a step")];
        let left = step.left(|index| (hold.get(index).is_some_and(|hold| *hold), at));
        let short = |command: Option<&str>| command.and_then(|command| command.split(' ').next()).unwrap_or("-").to_owned();
        let left: Vec<String> = left.iter().map(|turn| format!("{}: {}", turn.terminal, short(turn.command))).collect();
        assert_eq!(left, expected, "{} {hold:?}", step.id);
    }

    #[test]
    fn what_is_done_is_not_left() {
        for lab in ["01-single-node", "02-server-properties", "03-cluster"] {
            check(lab, "stop", &[], None, &["broker: Ctrl-C", "zookeeper: Ctrl-C"]);
            check(lab, "stop", &[true, false], None, &["zookeeper: Ctrl-C"]);
            check(lab, "stop", &[false, true], None, &["broker: Ctrl-C"]);
        }
        let delete = "./kafka-topics.sh";
        check("01-single-node", "delete-topic", &[], None, &["consumer: Ctrl-C", &format!("client: {delete}")]);
        check("01-single-node", "delete-topic", &[true, false], None, &[&format!("client: {delete}")]);
        let start = "broker: ./kafka-server-start.sh";
        check("02-server-properties", "removed-port", &[], None, &[start, "client: -"]);
        check("02-server-properties", "removed-port", &[true, false], None, &["client: -"]);
        // a step with one command, whatever its checks say
        check("02-server-properties", "log-dirs", &[true, false], None, &[start]);
        check("02-server-properties", "log-dirs", &[true, true], None, &[start]);
    }

    #[test]
    fn a_key_is_pressed_where_the_program_is() {
        check("02-server-properties", "stop", &[true, false], Some("client"), &["client: Ctrl-C"]);
        check("01-single-node", "delete-topic", &[false, true], Some("producer"), &["producer: Ctrl-C"]);
        // a command is typed at a shell
        check("02-server-properties", "removed-port", &[false, true], Some("client"), &["broker: ./kafka-server-start.sh"]);
        check("04-operating", "stop", &[], Some("server"), &["client: kill"]);
    }
}
