//! A step is done for the learner at the terminals as they are: a server may run where the solution does not expect it, a program may
//! have the terminal where the next line is to be typed.

use crate::lab::check::scope::{BROKER_CLASS, CONSUMER_CLASS, COORDINATOR_CLASS, PRODUCER_CLASS, Scope, terminal_of};
use crate::lab::format::{CheckSpec, Key, StepSpec};
use crate::lab::runner::{Play, Player, RunEvent};
use crate::process::table::{self, Process};

/// What a program of a lab is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Coordinator,
    Broker,
    Consumer,
    Producer,
    /// A tool, an editor, a pager: it ends by itself, or the learner ends it.
    Other,
    /// What is about to be started.
    Coming,
}

/// The programs that stay until they are ended: what they are, their main class and the script that starts them.
const STAYING: [(Kind, &str, &str); 4] = [
    (Kind::Consumer, CONSUMER_CLASS, "kafka-console-consumer.sh"),
    (Kind::Producer, PRODUCER_CLASS, "kafka-console-producer.sh"),
    (Kind::Broker, BROKER_CLASS, "kafka-server-start.sh"),
    (Kind::Coordinator, COORDINATOR_CLASS, "zookeeper-server-start.sh"),
];

/// A program that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Running {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) pid: u32,
    /// It does nothing until it is told to go on (Ctrl-Z), not even end.
    pub(super) is_stopped: bool,
}

/// What runs in a lab, and where.
#[derive(Debug, Default)]
pub(super) struct Situation {
    /// The terminals in the lab's order, each with the program that has it to itself; `None` where the shell is at its prompt.
    pub(super) terminals: Vec<(String, Option<Running>)>,
    /// Servers and console clients that have no terminal to themselves.
    pub(super) elsewhere: Vec<Running>,
}

/// How a step is done, and what the learner is told of it.
#[derive(Debug, Default)]
pub(super) struct Arranged {
    pub(super) plays: Vec<Play>,
    pub(super) told: Vec<RunEvent>,
}

impl Situation {
    /// Looks at the processes, and at what is still to be played: that will have its terminal by the time this step has its turn.
    pub(super) fn look(scope: &Scope, names: &[&str], player: &Player) -> Self {
        let owned: Vec<Process> =
            table::all().into_iter().filter(|process| process.is_running() && scope.owns(process)).collect();
        let holder = |name: &str| owned.iter().find(|process| has_to_itself(process, name)).map(running);
        let coming = |name: &str| {
            let stays = player.left().any(|play| play.is_at(name) && play.stays());
            stays.then(|| Running { kind: Kind::Coming, name: String::new(), pid: 0, is_stopped: false })
        };
        let terminals: Vec<(String, Option<Running>)> = names
            .iter()
            .map(|name| {
                ((*name).to_owned(), coming(name).or_else(|| if player.is_at_prompt(name) { None } else { holder(name) }))
            })
            .collect();
        let is_elsewhere =
            |process: &&Process| kind(process) != Kind::Other && !names.iter().any(|name| has_to_itself(process, name));
        Self { elsewhere: owned.iter().filter(is_elsewhere).map(running).collect(), terminals }
    }

    /// The plays of a step's solution as they have to be where things are so.
    pub(super) fn arrange(mut self, step: &StepSpec, solution: Vec<Play>) -> Arranged {
        let to_end = to_end(step, &solution);
        let mut arranged = Arranged::default();
        // a key that would end another program than the solution means is not pressed
        let is_meant = |play: &Play| {
            let server = self.holder(play.terminal()).map(|running| running.kind);
            !play.is_key() || !matches!(server, Some(kind @ (Kind::Broker | Kind::Coordinator)) if !to_end.contains(&kind))
        };
        let mut solution: Vec<Play> = solution.into_iter().filter(is_meant).collect();
        self.end_first(step, &to_end, &solution, &mut arranged.plays);
        for terminal in first_lines(&solution) {
            let Some(holder) = self.holder(&terminal).cloned() else { continue };
            let holds_for_good = holder.kind != Kind::Other;
            match self.free(&solution).filter(|_| holds_for_good) {
                Some(instead) => {
                    solution.iter_mut().filter(|play| play.is_at(&terminal)).for_each(|play| play.move_to(&instead));
                    let (busy, by, pid) = (terminal, holder.name, holder.pid);
                    arranged.told.push(RunEvent::PlaysElsewhere { busy, by, pid, terminal: instead });
                }
                None if holder.pid > 0 => {
                    arranged.told.push(RunEvent::WaitsForTerminal { terminal, by: holder.name, pid: holder.pid });
                }
                None => {}
            }
        }
        arranged.plays.extend(solution);
        arranged
    }

    /// Ends what the step wants gone, or starts anew, where the solution itself does not.
    fn end_first(&mut self, step: &StepSpec, to_end: &[Kind], solution: &[Play], plays: &mut Vec<Play>) {
        for (terminal, holder) in &mut self.terminals {
            let by_solution = solution.iter().any(|play| play.is_at(terminal) && play.is_key());
            if !by_solution && holder.take_if(|running| to_end.contains(&running.kind)).is_some() {
                plays.push(Play::key(terminal, Key::CtrlC));
            }
        }
        let others: Vec<&Running> = self.elsewhere.iter().filter(|running| to_end.contains(&running.kind)).collect();
        if !others.is_empty() {
            let pids = others.iter().map(|running| running.pid.to_string()).collect::<Vec<_>>().join(" ");
            let go_on =
                if others.iter().any(|running| running.is_stopped) { format!("kill -CONT {pids}; ") } else { String::new() };
            let at = self.free(&[]).unwrap_or_else(|| step.terminal.clone());
            // a server is gone when it has put its data in order; one that has ended has no program, though its parent may not have asked
            let runs = others.iter().map(|running| format!("[ -e /proc/{}/exe ]", running.pid)).collect::<Vec<_>>().join(" || ");
            plays.push(Play::line(&at, &format!("kill {pids}; {go_on}while {runs}; do sleep 0.1; done")));
        }
    }

    fn holder(&self, terminal: &str) -> Option<&Running> {
        self.terminals.iter().find(|(name, _)| name == terminal)?.1.as_ref()
    }

    /// A terminal at its prompt where none of these plays is at home; the last one, since servers have the first ones.
    fn free(&self, plays: &[Play]) -> Option<String> {
        let is_free =
            |(name, holder): &&(String, Option<Running>)| holder.is_none() && !plays.iter().any(|play| play.is_at(name));
        self.terminals.iter().rev().find(is_free).map(|(name, _)| name.clone())
    }
}

/// The programs that have to end before the step can be done: those that its checks want gone, and those that the solution starts.
/// A solution that kills by number finds them itself, wherever they run.
fn to_end(step: &StepSpec, solution: &[Play]) -> Vec<Kind> {
    let kills = solution.iter().any(|play| play.line_text().is_some_and(|line| line.contains("kill ")));
    let of_check = |check: &CheckSpec| match check {
        CheckSpec::NoClients {} => vec![Kind::Consumer, Kind::Producer],
        CheckSpec::Stopped { main_class } if !kills => {
            STAYING.iter().filter(|(_, class, _)| class == main_class).map(|(kind, ..)| *kind).collect()
        }
        _ => Vec::new(),
    };
    let lines = solution.iter().filter_map(Play::line_text);
    let started =
        lines.flat_map(|line| STAYING.iter().filter(move |(.., script)| is_started_by(line, script)).map(|(kind, ..)| *kind));
    step.checks.iter().flat_map(of_check).chain(started).collect()
}

/// A client that reads or writes what a pipe gives it does not stay.
fn is_started_by(line: &str, script: &str) -> bool {
    line.contains(script) && !line.contains('|')
}

/// The terminals where a solution types a line before it has ended what runs there.
fn first_lines(solution: &[Play]) -> Vec<String> {
    let mut seen: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for play in solution {
        if !seen.contains(&play.terminal()) {
            seen.push(play.terminal());
            found.extend(play.line_text().map(|_| play.terminal().to_owned()));
        }
    }
    found
}

fn kind(process: &Process) -> Kind {
    STAYING.iter().find(|(_, class, _)| process.runs_class(class)).map_or(Kind::Other, |(kind, ..)| *kind)
}

fn running(process: &Process) -> Running {
    let kind = kind(process);
    let name = match kind {
        Kind::Coordinator => "ZooKeeper".to_owned(),
        Kind::Broker => "Kafka".to_owned(),
        _ => process.name().rsplit(['/', '.']).next().unwrap_or_default().to_owned(),
    };
    Running { kind, name, pid: process.pid(), is_stopped: process.state == 'T' }
}

/// Whether a process is in the foreground of the lab's terminal of that name. A shell that waits for a program is not.
pub(super) fn has_to_itself(process: &Process, terminal: &str) -> bool {
    terminal_of(process).is_some_and(|of| of == terminal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::format::{Lab, LabSource, Variables};

    const BUSY: &str = "busy";

    fn running(kind: Kind) -> Option<Running> {
        Some(Running { kind, name: BUSY.to_owned(), pid: 7, is_stopped: false })
    }

    /// A step's solution, where these terminals are in use: what is played and what is told.
    fn check(lab: &str, step: &str, at: &[(&str, Option<Running>)], elsewhere: Vec<Running>, expected: &[&str]) {
        let lab = Lab::load(&LabSource::BuiltIn, lab).expect("it loads");
        let spec = lab.spec.steps.iter().find(|known| known.id == step).expect("a step");
        let variables = Variables::new(&lab.spec.variables, "localhost:9092", "localhost:2181");
        let terminals = lab.spec.terminals.iter().map(|terminal| {
            let holder = at.iter().find(|(name, _)| *name == terminal.name).and_then(|(_, holder)| holder.clone());
            (terminal.name.clone(), holder)
        });
        let situation = Situation { terminals: terminals.collect(), elsewhere };
        let arranged = situation.arrange(spec, Play::of_step(spec, &variables));
        let told = arranged.told.iter().map(|event| match event {
            RunEvent::PlaysElsewhere { busy, terminal, .. } => format!("{terminal} for {busy}"),
            RunEvent::WaitsForTerminal { terminal, .. } => format!("wait for {terminal}"),
            other => panic!("{other:?} is not told here"),
        });
        let played = arranged.plays.iter().map(|play| {
            let word = play.line_text().map_or("key", |line| line.split([' ', ';']).next().unwrap_or_default());
            format!("{}: {word}", play.terminal())
        });
        assert_eq!(told.chain(played).collect::<Vec<_>>(), expected, "{step}");
    }

    #[test]
    fn a_server_keeps_its_terminal_and_another_one_takes_its_place() {
        const VERSIONS: &str = "./kafka-broker-api-versions.sh";
        let versions = |terminal: &str| format!("{terminal}: {VERSIONS}");
        let answer = |terminal: &str| format!("{terminal}: answer");
        let first = |at: &[(&str, Option<Running>)], told: Option<&str>, terminal: &str| {
            let played = [versions(terminal), answer(terminal)];
            let expected: Vec<&str> = told.into_iter().chain(played.iter().map(String::as_str)).collect();
            check("03-cluster", "first-connection", at, Vec::new(), &expected);
        };
        let broker = ("broker", running(Kind::Broker));
        first(&[("zookeeper", running(Kind::Coordinator)), broker.clone()], None, "client");
        first(&[("client", running(Kind::Coordinator)), broker.clone()], Some("zookeeper for client"), "zookeeper");
        first(&[("client", running(Kind::Consumer)), broker.clone()], Some("zookeeper for client"), "zookeeper");
        first(&[("client", running(Kind::Coming)), broker], Some("zookeeper for client"), "zookeeper");
        // an editor, a pager, a tool: it ends, or is ended
        first(&[("client", running(Kind::Other))], Some("wait for client"), "client");
        // no other terminal is free
        let servers = [("zookeeper", running(Kind::Coordinator)), ("broker", running(Kind::Broker))];
        first(&[servers[0].clone(), servers[1].clone(), ("client", running(Kind::Producer))], Some("wait for client"), "client");
    }

    #[test]
    fn what_is_started_anew_ends_first_wherever_it_runs() {
        let advertise = |at: &[(&str, Option<Running>)], elsewhere: Vec<Running>, expected: &[&str]| {
            check("03-cluster", "advertise", at, elsewhere, expected);
        };
        let (zookeeper, broker) = (running(Kind::Coordinator), running(Kind::Broker));
        let start = "./kafka-server-start.sh";
        let at_broker = ["broker: key", "broker: printf", &format!("broker: {start}")];
        advertise(&[("zookeeper", zookeeper.clone()), ("broker", broker.clone())], Vec::new(), &at_broker);
        let from_client = [&["client: key"], &at_broker[..]].concat();
        advertise(&[("zookeeper", zookeeper.clone()), ("client", broker.clone())], Vec::new(), &from_client);
        let from_background = [&["client: kill"], &at_broker[..]].concat();
        advertise(&[("zookeeper", zookeeper.clone())], broker.clone().into_iter().collect(), &from_background);
        // the two have each other's terminal: ZooKeeper is not interrupted
        let swapped = ["client for broker", "zookeeper: key", "client: printf", &format!("client: {start}")];
        advertise(&[("zookeeper", broker), ("broker", zookeeper)], Vec::new(), &swapped);
    }

    #[test]
    fn servers_that_are_to_stop_are_found_and_a_solution_that_kills_finds_them_itself() {
        let (zookeeper, broker) = (running(Kind::Coordinator), running(Kind::Broker));
        let both = ["broker: key", "zookeeper: key"];
        check("03-cluster", "stop", &[("zookeeper", zookeeper.clone()), ("broker", broker.clone())], Vec::new(), &both);
        let elsewhere = ["client: key", "broker: key", "zookeeper: key"];
        check("03-cluster", "stop", &[("zookeeper", zookeeper.clone()), ("client", broker.clone())], Vec::new(), &elsewhere);
        let background: Vec<Running> = [zookeeper, broker].into_iter().flatten().collect();
        let killed = ["client: kill", "broker: key", "zookeeper: key"];
        check("03-cluster", "stop", &[], background.clone(), &killed);
        check("04-operating", "stop", &[], background, &["client: kill", "client: kill"]);
    }

    #[test]
    fn clients_end_before_they_are_started_anew_and_before_their_topic_is_deleted() {
        let consumer = running(Kind::Consumer);
        let consume = ["consumer: key", "consumer: ./kafka-console-consumer.sh"];
        check("01-single-node", "consume", &[("consumer", consumer.clone())], Vec::new(), &consume);
        let delete = ["consumer: key", "producer: key", "client: ./kafka-topics.sh"];
        check("01-single-node", "delete-topic", &[("consumer", consumer.clone())], Vec::new(), &delete);
        let in_client = [&["client: key"], &delete[..]].concat();
        check("01-single-node", "delete-topic", &[("client", consumer.clone())], Vec::new(), &in_client);
        // in the background, in a terminal of the learner's own, put to sleep by Ctrl-Z
        let killed = [&["consumer: kill"], &delete[..]].concat();
        check("01-single-node", "delete-topic", &[], consumer.into_iter().collect(), &killed);
    }

    #[test]
    fn what_sleeps_is_woken_to_end() {
        let lab = Lab::load(&LabSource::BuiltIn, "01-single-node").expect("it loads");
        let step = lab.spec.steps.iter().find(|step| step.id == "delete-topic").expect("a step");
        let asleep = Running { is_stopped: true, ..running(Kind::Consumer).expect("it runs") };
        let arranged =
            Situation { terminals: vec![("client".to_owned(), None)], elsewhere: vec![asleep] }.arrange(step, Vec::new());
        let lines: Vec<&str> = arranged.plays.iter().filter_map(Play::line_text).collect();
        assert_eq!(lines, ["kill 7; kill -CONT 7; while [ -e /proc/7/exe ]; do sleep 0.1; done"]);
    }
}
