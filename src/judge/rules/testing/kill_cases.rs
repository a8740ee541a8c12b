//! Cases of `kill`: a machine with a coordinator, a broker, a consumer and a shell, and a step that has one of them ended.

use super::World;
use super::cases::Case;
use crate::judge::rules::context::{Ending, Listening, ProcessRole, Speaker};

const BROKER: Ending = Ending { role: ProcessRole::Broker, cleanly: true };
const BROKER_AT_ONCE: Ending = Ending { role: ProcessRole::Broker, cleanly: false };
const COORDINATOR: Ending = Ending { role: ProcessRole::Coordinator, cleanly: false };

type Row = (&'static str, &'static [Ending], &'static str, Option<&'static str>, Option<&'static str>);

/// Code, what the step has ended, line, what is marked, the line as the fix makes it. 100 is the coordinator, 200 the broker, 300 a
/// consumer, 400 the shell, 500 a process of nobody's.
const ROWS: &[Row] = &[
    ("KL110", &[BROKER], "kill 100", Some("100"), Some("kill 200")),
    ("KL110", &[BROKER_AT_ONCE], "kill -9 100", Some("100"), Some("kill -9 200")),
    ("KL110", &[BROKER], "sudo kill -s TERM 400", Some("400"), Some("sudo kill -s TERM 200")),
    ("KL110", &[BROKER], "kill -TERM '300'", Some("'300'"), None),
    ("KL110", &[COORDINATOR], "kill 200", Some("200"), Some("kill 100")),
    ("KL110", &[BROKER], "kill 200 && kill 100", Some("100"), Some("kill 200 && kill 200")),
    ("KL110", &[BROKER], "kill 200", None, None),
    ("KL110", &[BROKER, COORDINATOR], "kill 100", None, None),
    ("KL110", &[BROKER], "kill 500", None, None),
    ("KL110", &[BROKER], "kill -0 100", None, None),
    ("KL110", &[BROKER], "kill -STOP 100", None, None),
    ("KL110", &[BROKER], "kill $(pgrep -f kafka.Kafka)", None, None),
    ("KL110", &[BROKER], "echo kill 100", None, None),
    ("KL110", &[], "kill 100", None, None),
    ("KL114", &[BROKER], "kill -9 200", Some("-9"), Some("kill 200")),
    ("KL114", &[BROKER], "kill -SIGKILL 200", Some("-SIGKILL"), Some("kill 200")),
    ("KL114", &[BROKER], "kill -s kill 200", Some("-s kill"), Some("kill 200")),
    ("KL114", &[BROKER], "kill -n 9  200", Some("-n 9"), Some("kill 200")),
    ("KL114", &[BROKER], "kill -15 200", None, None),
    ("KL114", &[BROKER_AT_ONCE], "kill -9 200", None, None),
    ("KL114", &[BROKER], "kill -9 500", None, None),
    ("KL114", &[], "kill -9 200", None, None),
];

pub(super) fn all() -> Vec<Case> {
    let case = |(code, to_be_ended, line, marked, corrected): &Row| {
        let mut world = World::new();
        let roles = [ProcessRole::Coordinator, ProcessRole::Broker, ProcessRole::Client, ProcessRole::Shell];
        world.roles = roles.into_iter().zip(1..).map(|(role, number)| (number * 100, role)).collect();
        world.listening = vec![
            Listening { port: 2181, pid: Some(100), speaker: Speaker::Coordinator },
            Listening { port: 9092, pid: Some(200), speaker: Speaker::Broker },
        ];
        world.to_be_ended = to_be_ended.to_vec();
        Case { code, line, exit_code: None, world, marked: *marked, corrected: *corrected }
    };
    ROWS.iter().map(case).collect()
}
