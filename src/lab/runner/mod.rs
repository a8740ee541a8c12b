//! A run of a lab: a state machine whose only output is events, and the loop that drives it.

mod checker;
mod events;
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
pub use player::{ACTION_DEADLINE, Play, Player, PlayerError};
pub use routes::{Problem, RouteResult, play_right, play_wrong};
pub use session::{Parts, Session, SessionEvent};
pub use setup::{Ports, Ready, Setup, SetupError, make_ready, new_session};
pub use state::{Progress, Run};
pub use untouched::untouched;
pub use verify::{Deadlines, LabResult, Plan, StepResult, VerifyError, verify};
pub use workspace::{Damaged, LabMemory, Remembered, Workspace, WorkspaceError};
