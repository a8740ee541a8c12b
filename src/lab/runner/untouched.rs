//! Whether a lab that nobody has touched fails every one of its checks: nothing passes that was there before.

use std::collections::HashMap;
use std::time::Instant;

use super::setup::{Ready, Setup, make_ready, new_session};
use super::verify::{Plan, VerifyError};
use super::workspace::LabMemory;
use crate::lab::check::{self, Context, Outcome};
use crate::text::Language;

/// Asks every check of a lab in which nothing was done. Returns those that hold, by step.
///
/// # Errors
/// The lab cannot be made ready.
pub async fn untouched(plan: &Plan<'_>) -> Result<Vec<(usize, Outcome)>, VerifyError> {
    let memory = LabMemory { session: new_session(), ..LabMemory::default() };
    let Plan { lab, folder, ports, engines, .. } = plan;
    let setup = Setup { lab, folder, language: Language::En, ports: *ports, engines, memory: &memory };
    let Ready { variables, system, receiver, .. } = make_ready(&setup)?;
    let now = Instant::now();
    let began: HashMap<String, Instant> = lab.spec.steps.iter().map(|step| (step.id.clone(), now)).collect();
    let context = Context { variables: &variables, began: &began };
    let mut held = Vec::new();
    for (index, step) in lab.spec.steps.iter().enumerate() {
        for spec in &step.checks {
            let outcome = check::ask(&system, spec, &context).await;
            if outcome.passed {
                held.push((index, outcome));
            }
        }
    }
    drop(receiver);
    Ok(held)
}
