//! A lab without a learner: its terminals here in this process, a clean shell in each, and the session around them.

use std::sync::Arc;
use std::time::Duration;

use super::session::{Parts, Session, SessionEvent};
use super::setup::{Ports, Ready, Setup, make_ready};
use super::verify::{Plan, VerifyError};
use super::workspace::LabMemory;
use super::{Place, Progress};
use crate::lab::coach::{Coach, LabCoach};
use crate::lab::format::StepSpec;
use crate::lab::terminal::normalise::Normaliser;
use crate::lab::terminal::transcript::Writing;
use crate::lab::terminal::{AnyTerminals, PromptStyle, Size, Startup, TerminalError, TerminalOptions, Terminals};
use crate::text::Language;

/// How long the servers may take to end when a lab is over.
pub(super) const STOP_GRACE: Duration = Duration::from_secs(10);
/// Wide enough that no command line of a lab is wrapped.
const SIZE: Size = Size { columns: 500, rows: 50 };

/// A lab that is ready to be played.
pub(super) struct Rig {
    pub session: Session,
    /// Makes what is shown the same wherever the lab is played.
    normaliser: Normaliser,
    place: Place,
}

impl Rig {
    /// Makes a lab ready in the plan's folder and opens its terminals.
    pub async fn open(plan: &Plan<'_>, memory: &LabMemory) -> Result<Self, VerifyError> {
        let lab = &plan.lab;
        let Plan { folder, ports, engines, .. } = *plan;
        let setup = Setup { lab, folder, language: Language::En, ports, engines, memory };
        let Ready { place, variables, system, receiver, .. } = make_ready(&setup)?;
        let (terminals, events) = Terminals::new(TerminalOptions {
            session: memory.session.clone(),
            folder: folder.join(".terminals"),
            bash: None,
            startup: Startup::Clean,
            prompt: PromptStyle::Lab,
        })?;
        for spec in &lab.spec.terminals {
            terminals.open(place.terminal(&spec.name, SIZE)).await?;
        }
        let normaliser = Normaliser::default()
            .place(place.distribution().root().display().to_string(), "<KAFKA>")
            .place(folder.join("data").display().to_string(), "/tmp")
            .port(ports.broker, Ports::DOCUMENTED.broker)
            .port(ports.zookeeper, Ports::DOCUMENTED.zookeeper)
            .port(ports.other, Ports::DOCUMENTED.other);
        let session = Session::new(Parts {
            lab: Arc::clone(lab),
            variables,
            progress: Progress::default(),
            terminals: AnyTerminals::Here(terminals),
            events,
            attached: Vec::new(),
            coach: LabCoach::new(Coach::default(), system.scope.clone()),
            system,
            receiver: Some(receiver),
            action_deadline: plan.deadlines.action,
            keeps_transcript: true,
            place: None,
            requests: None,
        });
        Ok(Self { session, normaliser, place })
    }

    /// A step's snapshot text.
    pub fn snapshot(&self, step: &StepSpec) -> String {
        let Some(transcript) = self.session.transcript() else { return String::new() };
        let varying = step.solution.iter().filter(|action| action.varies).filter_map(|action| action.line.as_ref());
        let varying: Vec<String> = varying.map(|line| self.session.variables().expand(line)).collect();
        let (normaliser, written) = (&self.normaliser, self.session.written());
        transcript.snapshot(&step.id, Writing { normaliser, keep: &step.keep, varying: &varying, written })
    }

    /// What happens next. A terminal whose shell has ended is opened anew, as it is for a learner.
    pub async fn next(&mut self) -> Result<SessionEvent, TerminalError> {
        let event = self.session.next().await?;
        if let SessionEvent::Closed { terminal: name } = &event {
            self.session.terminals().open(self.place.terminal(name, SIZE)).await?;
        }
        Ok(event)
    }
}
