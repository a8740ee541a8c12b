//! Records the sessions of `fixtures/tools` with Apache's tools on Apache's servers: `KAFKALAB_RECORD=1` writes all of them,
//! `KAFKALAB_RECORD=NAME` those whose names begin so. Without it, a session that needs no servers is held against its recording.

use std::fs;

use kafkalab::process::spawn::Command;

use crate::Case;
use crate::support::recorded::{Run, Session, Step, bundled_tool, play_on};
use crate::support::{Pair, RECORD};
use crate::world::World;

pub const CASES: &[Case] = &[
    ("tools_are_as_recorded", |world| world.block_on(recordings(world))),
    ("bundled_tools_on_apaches_servers", |world| world.block_on(bundled_tools(world))),
];

/// The session that is played without being asked for.
const SAMPLE: &str = "kafka-get-offsets-usage";
/// Set to play the sessions whose names begin so.
const SESSION: &str = "KAFKALAB_SESSION";

async fn recordings(world: &World) {
    let asked = std::env::var(RECORD).ok();
    let wanted = |name: &str| match asked.as_deref() {
        None => name == SAMPLE,
        Some("1") => true,
        Some(prefix) => name.starts_with(prefix),
    };
    let sessions: Vec<Session> = Session::all().into_iter().filter(|session| wanted(&session.name())).collect();
    assert!(!sessions.is_empty() || asked.is_some(), "{SAMPLE} is not there");
    for session in sessions {
        let played = record(world, &session).await;
        if asked.is_some() {
            fs::write(&session.path, played.text()).expect("the recordings can be written");
        } else {
            assert_eq!(played.text(), session.text(), "{}", session.name());
        }
    }
}

async fn record(world: &World, session: &Session) -> Session {
    let tool = |class: &str| world.jars().tool(class);
    on_apaches_servers(world, session, &tool).await
}

async fn on_apaches_servers(world: &World, session: &Session, tool: &dyn Fn(&str) -> Command) -> Session {
    let apache = world.jars().engine();
    let pair = if session.needs_servers() { Some(Pair::start(&apache, &apache, &session.config()).await) } else { None };
    play_on(session, pair.as_ref(), tool).await
}

/// The bundled tools on Apache's servers, for what the bundled servers cannot do yet; all sessions of a name are asked for by
/// `KAFKALAB_SESSION`.
async fn bundled_tools(world: &World) {
    let only = std::env::var(SESSION).ok();
    let wanted = |session: &Session| match &only {
        Some(prefix) => session.name().starts_with(prefix.as_str()),
        None => session.beyond_the_bundle().is_some(),
    };
    let mut complaints = Vec::new();
    for session in Session::all().into_iter().filter(|session| session.is_bundled() && wanted(session)) {
        let found = on_apaches_servers(world, &session, &bundled_tool).await;
        for (recorded, found) in session.steps.iter().zip(&found.steps) {
            if let (Step::Run(recorded), Step::Run(found)) = (recorded, found) {
                // what the bundled servers do differently is the same here
                let recorded = Run { differs: None, ..recorded.clone() };
                complaints.extend(recorded.complaint(found).map(|text| format!("{}: {text}", session.name())));
            }
        }
    }
    assert!(complaints.is_empty(), "{} lines differ (- Apache, + bundled):\n{}", complaints.len(), complaints.join("\n"));
}
