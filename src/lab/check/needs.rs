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
    if let Some(starter) = needed_to_stop(system, lab, step).await
        && !missing.contains(&starter)
    {
        missing.push(starter);
    }
    missing
}

/// A broker that is to be stopped waits for its coordinator: the step that starts that, where a broker still runs and nobody coordinates.
async fn needed_to_stop(system: &LabSystem, lab: &LabSpec, step: usize) -> Option<usize> {
    let stops_broker = |check: &CheckSpec| matches!(check, CheckSpec::Stopped { main_class } if main_class == BROKER_CLASS);
    if !lab.steps[step].checks.iter().any(stops_broker) || system.scope.processes(BROKER_CLASS).is_empty() {
        return None;
    }
    let starts = |earlier: &StepSpec| earlier.checks.iter().find_map(server_of) == Some(COORDINATOR_CLASS);
    let starter = lab.steps[..step].iter().position(starts)?;
    system.coordinator().await.is_none().then_some(starter)
}
