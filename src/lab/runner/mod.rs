//! A run of a lab: a state machine whose only output is events, and the loop that drives it.

mod checker;
pub mod control;
mod events;
mod place;
mod player;
mod rig;
mod routes;
mod session;
mod setup;
mod state;
mod untouched;
mod verify;
mod workspace;

pub use events::{Effect, Input, RunEvent};
pub use place::Place;
pub use player::{ACTION_DEADLINE, Play, Player, PlayerError, WaitedFor};
pub use routes::{Problem, RouteResult, play_right, play_wrong};
pub use session::{PROCESSES, Parts, RenewError, Session, SessionEvent};
pub use setup::{Ports, Ready, Setup, SetupError, make_ready, new_session, system_to_ask, variables, witness_socket};
pub use state::{Progress, Run};
pub use untouched::untouched;
pub use verify::{Deadlines, LabResult, Plan, StepResult, VerifyError, verify};
pub use workspace::{Damaged, LabMemory, Remembered, Workspace, WorkspaceError};
