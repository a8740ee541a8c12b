//! The servers that a step needs: earlier steps started them, and after a pause or a crash one may be missing.

use super::outcome::server_name;
use super::scope::{BROKER_CLASS, COORDINATOR_CLASS};
use super::system::LabSystem;
use crate::lab::format::{CheckSpec, LabSpec, StepSpec};

fn server_of(check: &CheckSpec) -> Option<&'static str> {
    match check {
        CheckSpec::CoordinatorServes {} => Some(COORDINATOR_CLASS),
        CheckSpec::BrokerServes { .. } => Some(BROKER_CLASS),
        _ => None,
    }
}

/// What learners call the server that a step starts; `None` where it starts none.
pub fn server_started_by(step: &StepSpec) -> Option<&'static str> {
    step.checks.iter().find_map(server_of).map(server_name)
}

/// The earlier steps whose server `step` needs and that does not serve now.
pub async fn missing(system: &LabSystem, lab: &LabSpec, step: usize) -> Vec<usize> {
    let mut missing = Vec::new();
    for earlier in &lab.steps[step].needs {
        let serves = match lab.steps[*earlier].checks.iter().find_map(server_of) {
            Some(COORDINATOR_CLASS) => system.coordinator().await.is_some_and(|server| server.address.is_some()),
            Some(_) => system.brokers().await.iter().any(|server| server.address.is_some()),
            None => true,
        };
        if !serves {
            missing.push(*earlier);
        }
    }
    missing
}
