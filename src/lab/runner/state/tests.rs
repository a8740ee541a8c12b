//! The run as a pure machine: every input in every phase.

use proptest::prelude::*;

use super::*;
use crate::judge::rules::testing::World;
use crate::lab::coach::Coach;
use crate::lab::format::LabSource;
use crate::text::checks;

fn lab() -> Arc<Lab> {
    Arc::new(Lab::load(&LabSource::BuiltIn, "01-single-node").expect("it loads"))
}

fn at(step: usize) -> Run {
    Run::new(lab(), Progress { step, ..Progress::default() })
}

fn outcomes(passed: &[bool]) -> Vec<Outcome> {
    let outcome =
        |passed: &bool| Outcome { passed: *passed, expected: checks::NO_CLIENTS.into(), found: checks::NO_CLIENTS_ARE.into() };
    passed.iter().map(outcome).collect()
}

fn checked(step: usize, passed: &[bool]) -> Input {
    Input::Checked { step, outcomes: outcomes(passed), missing: Vec::new() }
}

fn advice() -> Advice {
    let world = World::with_connect("localhost:9092");
    Coach::default().before(&world.context("./kafka-server-start.sh ../config/server.properties")).expect("the rule fires")
}

fn entered(id: u64, advice: Option<Advice>) -> Input {
    Input::LineEntered { terminal: "broker".to_owned(), id, advice }
}

/// Effects in short, to be compared.
fn short(effects: &[Effect]) -> Vec<String> {
    let told = |event: &RunEvent| match event {
        RunEvent::LabStarted => "lab".to_owned(),
        RunEvent::StepStarted { step } => format!("step {step}"),
        RunEvent::ChecksChanged { .. } => "checks".to_owned(),
        RunEvent::ChecksReworded { .. } => "reworded".to_owned(),
        RunEvent::StepPassed { step, .. } => format!("passed {step}"),
        RunEvent::ServerMissing { started_by } => format!("missing {started_by}"),
        RunEvent::LabPassed => "end".to_owned(),
        RunEvent::HintGiven { tier, .. } => format!("hint {tier}"),
        RunEvent::Advised { held, .. } => format!("advice held={held}"),
        RunEvent::Noticed { notice, tier } => format!("{} {tier}", notice.kind()),
        RunEvent::Fixed => "fixed".to_owned(),
        RunEvent::Solving { step } => format!("solving {step}"),
        RunEvent::StillSolving { step } => format!("still solving {step}"),
        RunEvent::SolvesNext { step } => format!("solves {step} next"),
        RunEvent::NotSolved { step, .. } => format!("not solved {step}"),
        RunEvent::PlaysElsewhere { terminal, .. } => format!("plays at {terminal}"),
        RunEvent::WaitsForTerminal { terminal, .. } => format!("waits for {terminal}"),
        RunEvent::Going { step } => format!("going {step}"),
        RunEvent::Arrived { step, wanted } => format!("arrived {step} of {wanted}"),
    };
    let effect = |effect: &Effect| match effect {
        Effect::Tell(event) => told(event),
        Effect::Verdict { id, run } => format!("verdict {id} {run}"),
        Effect::LookAgain { id } => format!("look again {id}"),
        Effect::Fix { id, .. } => format!("fix {id}"),
        Effect::Play { step } => format!("play {step}"),
        Effect::Renew => "renew".to_owned(),
        Effect::Save => "save".to_owned(),
    };
    effects.iter().map(effect).collect()
}

/// What the last of the inputs leads to.
fn check(mut run: Run, inputs: Vec<Input>, expected: &[&str]) {
    let mut last = Vec::new();
    for input in inputs {
        last = run.take(input);
    }
    assert_eq!(short(&last), expected);
}

#[test]
fn a_run_begins_where_it_was_left() {
    check(at(0), vec![Input::Begin], &["lab", "step 0"]);
    check(at(4), vec![Input::Begin], &["lab", "step 4"]);
    check(at(9), vec![Input::Begin], &["lab", "end"]);
    // progress of a lab that had more steps
    check(at(10), vec![Input::Begin], &["lab", "step 0"]);
}

#[test]
fn checks_move_a_run_on_and_are_told_when_they_change() {
    check(at(0), vec![checked(0, &[false])], &[]);
    check(at(0), vec![checked(0, &[true])], &["passed 0", "save", "step 1"]);
    check(at(8), vec![checked(8, &[true, false])], &["checks"]);
    check(at(8), vec![checked(8, &[true, false]), checked(8, &[true, false])], &[]);
    check(at(8), vec![checked(8, &[true, false]), checked(8, &[false, false])], &["checks"]);
    check(at(8), vec![checked(8, &[true, true])], &["passed 8", "save", "end"]);
    let mut others = outcomes(&[true, false]);
    others[1].found = checks::ANSWER.into();
    let reworded = || Input::Checked { step: 8, outcomes: others.clone(), missing: Vec::new() };
    check(at(8), vec![checked(8, &[true, false]), reworded()], &["reworded"]);
    check(at(8), vec![checked(8, &[true, false]), reworded(), reworded()], &[]);
    check(at(8), vec![reworded()], &["checks"]);
    // of another step, of no step, or of another number of checks
    check(at(1), vec![checked(0, &[true])], &[]);
    check(at(9), vec![checked(9, &[])], &[]);
    check(at(0), vec![checked(0, &[])], &[]);
}

#[test]
fn a_missing_server_is_told_of_once_and_started_with_the_step() {
    let missing = |missing: &[usize]| Input::Checked { step: 3, outcomes: outcomes(&[false]), missing: missing.to_vec() };
    check(at(3), vec![missing(&[0, 1])], &["missing 0", "missing 1"]);
    check(at(3), vec![missing(&[0, 1]), missing(&[0, 1])], &[]);
    check(at(3), vec![missing(&[0, 1]), missing(&[]), missing(&[1])], &["missing 1"]);
    let solve = |step| Input::SolveAsked { step };
    check(at(3), vec![missing(&[0, 1]), solve(3)], &["solving 3", "play 0", "play 1", "play 3"]);
    check(at(3), vec![missing(&[0, 1]), missing(&[]), solve(3)], &["solving 3", "play 3"]);
    check(at(9), vec![solve(9)], &[]);
    // another step than the one that is on
    check(at(3), vec![missing(&[]), solve(2)], &[]);
    check(at(3), vec![missing(&[]), solve(4)], &[]);
    // asked for before anything is known of the servers
    check(at(3), vec![solve(3)], &["solving 3"]);
    check(at(3), vec![solve(3), solve(3)], &[]);
    check(at(3), vec![solve(3), missing(&[0])], &["missing 0", "play 0", "play 3"]);
    check(at(3), vec![solve(3), missing(&[0]), missing(&[0])], &[]);
    check(at(3), vec![solve(3), checked(3, &[true]), checked(4, &[false])], &[]);
}

#[test]
fn hints_go_up_to_the_command_and_stay_there() {
    check(at(0), vec![Input::HintAsked], &["hint 0", "save"]);
    check(at(0), vec![Input::HintAsked, Input::HintAsked], &["hint 1", "save"]);
    check(at(0), (0..9).map(|_| Input::HintAsked).collect(), &["hint 2", "save"]);
    check(at(0), vec![Input::HintAsked, checked(0, &[true]), Input::HintAsked], &["hint 0", "save"]);
    check(at(9), vec![Input::HintAsked], &[]);
}

#[test]
fn a_line_is_held_until_it_is_answered_or_dropped() {
    let held = || entered(7, Some(advice()));
    let answer = Input::Answered;
    check(at(1), vec![entered(7, None)], &["verdict 7 true"]);
    check(at(1), vec![held()], &["advice held=true"]);
    check(at(1), vec![held(), answer(Choice::RunAnyway)], &["verdict 7 true"]);
    check(at(1), vec![held(), answer(Choice::Cancel)], &["verdict 7 false"]);
    check(at(1), vec![held(), answer(Choice::Fix)], &["fix 7"]);
    check(at(1), vec![held(), answer(Choice::Fix), answer(Choice::Fix)], &[]);
    check(at(1), vec![answer(Choice::Cancel)], &[]);
    check(at(1), vec![held(), Input::LineDropped { id: 7 }, answer(Choice::RunAnyway)], &[]);
    check(at(1), vec![held(), Input::LineDropped { id: 6 }, answer(Choice::RunAnyway)], &["verdict 7 true"]);
    // one is asked about at a time, the next one waits, and is looked at as things are then
    let next = || entered(8, Some(advice()));
    check(at(1), vec![held(), next()], &[]);
    check(at(1), vec![held(), next(), answer(Choice::Cancel)], &["verdict 7 false", "look again 8"]);
    check(at(1), vec![held(), next(), Input::LineDropped { id: 7 }], &["look again 8"]);
    check(at(1), vec![held(), next(), answer(Choice::Fix), entered(8, None)], &["verdict 8 true"]);
    check(at(1), vec![held(), next(), answer(Choice::Fix), next()], &["advice held=true"]);
    check(at(1), vec![held(), next(), Input::LineDropped { id: 8 }, answer(Choice::RunAnyway)], &["verdict 7 true"]);
    // a step may pass, also the last one, while a line is held
    check(at(8), vec![held(), checked(8, &[true, true]), answer(Choice::Cancel)], &["verdict 7 false"]);
    let ended = |advice| Input::LineEnded { terminal: "broker".to_owned(), advice };
    check(at(1), vec![ended(None)], &[]);
    check(at(1), vec![ended(Some(advice()))], &["advice held=false"]);
}

#[test]
fn a_learner_is_taken_to_a_step_past_those_before_it() {
    let goto = |step| Input::GotoAsked { step };
    let played = |done| Input::PlayEnded { done };
    check(at(5), vec![goto(2)], &["save", "going 2", "renew"]);
    check(at(5), vec![goto(0), Input::Renewed], &["save", "arrived 0 of 0", "step 0"]);
    check(at(5), vec![goto(2), Input::Renewed], &["play 0"]);
    check(at(0), vec![goto(2), Input::Renewed, played(true)], &["play 1"]);
    check(at(0), vec![goto(2), Input::Renewed, played(true), played(true)], &["save", "arrived 2 of 2", "step 2"]);
    check(at(0), vec![goto(2), Input::Renewed, played(true), played(false)], &["save", "arrived 1 of 2", "step 1"]);
    // the last step is as far as it goes
    check(at(0), vec![goto(99)], &["save", "going 8", "renew"]);
    // what holds on the way is nobody's doing, and nothing is asked about
    check(at(0), vec![goto(2), checked(0, &[true])], &[]);
    check(at(0), vec![goto(2), entered(7, Some(advice()))], &["verdict 7 true"]);
    check(at(0), vec![goto(2), Input::SolveAsked { step: 0 }], &[]);
    check(at(1), vec![entered(7, Some(advice())), goto(2), Input::Answered(Choice::RunAnyway)], &[]);
    check(at(0), vec![played(true)], &[]);

    let mut run = at(3);
    let inputs = [goto(2), Input::Renewed, played(true), played(true), checked(2, &[true])];
    for input in inputs {
        run.take(input);
    }
    assert_eq!(*run.progress(), Progress { step: 3, taken: [0, 1].into(), ..Progress::default() });
}

#[test]
fn a_way_that_was_broken_off_is_begun_anew() {
    let mut run = at(3);
    run.take(Input::GotoAsked { step: 2 });
    run.take(Input::Renewed);
    let again = Run::new(lab(), run.progress().clone());
    check(again, vec![Input::Begin], &["lab", "save", "going 2", "renew"]);
}

#[derive(Clone, Debug)]
enum Move {
    Checked(usize, Vec<bool>, Vec<usize>),
    Entered { objected: bool },
    Dropped(u64),
    Answered(u8),
    Hint,
    Solve(usize),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (0..10_usize, prop::collection::vec(prop::bool::weighted(0.8), 1..3), prop::collection::vec(0..2_usize, 0..2))
            .prop_map(|(step, passed, missing)| Move::Checked(step, passed, missing)),
        2 => any::<bool>().prop_map(|objected| Move::Entered { objected }),
        1 => (0..20_u64).prop_map(Move::Dropped),
        2 => (0..3_u8).prop_map(Move::Answered),
        1 => Just(Move::Hint),
        1 => (0..10_usize).prop_map(Move::Solve),
    ];
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// The step never goes back, and of every line that was entered at most one thing becomes; none that is objected to runs unasked.
    #[test]
    fn steps_go_forward_and_lines_are_decided_once(moves in moves()) {
        let mut run = Run::new(lab(), Progress::default());
        let objection = advice();
        let (mut entered_lines, mut decided, mut dropped) = (0_u64, Vec::new(), Vec::new());
        for next in moves {
            let before = run.progress().step;
            let input = match next {
                Move::Checked(step, passed, mut missing) => {
                    missing.retain(|earlier| *earlier < step);
                    Input::Checked { step, outcomes: outcomes(&passed), missing }
                }
                Move::Entered { objected } => {
                    entered_lines += 1;
                    entered(entered_lines, objected.then(|| objection.clone()))
                }
                Move::Dropped(id) => {
                    // a number that was not given yet is nobody's
                    if id <= entered_lines {
                        dropped.push(id);
                    }
                    Input::LineDropped { id }
                }
                Move::Answered(choice) => {
                    Input::Answered([Choice::RunAnyway, Choice::Fix, Choice::Cancel][usize::from(choice)])
                }
                Move::Hint => Input::HintAsked,
                Move::Solve(step) => Input::SolveAsked { step },
            };
            let mut effects: VecDeque<Effect> = run.take(input).into();
            while let Some(effect) = effects.pop_front() {
                match effect {
                    Effect::LookAgain { id } => effects.extend(run.take(entered(id, Some(objection.clone())))),
                    Effect::Verdict { id, .. } | Effect::Fix { id, .. } => decided.push(id),
                    Effect::Play { step } => prop_assert!(step <= run.progress().step),
                    _ => {}
                }
            }
            prop_assert!(run.progress().step >= before && run.progress().step <= before + 1);
        }
        let once = decided.iter().collect::<std::collections::BTreeSet<_>>().len();
        prop_assert_eq!(once, decided.len());
        let waiting = (1..=entered_lines).filter(|id| !decided.contains(id) && !dropped.contains(id)).count();
        prop_assert_eq!(waiting, usize::from(run.holds_a_line()) + run.waiting.len());
        prop_assert!(run.holds_a_line() || run.waiting.is_empty());
    }
}
