//! The line-by-line front end: the learner's own terminal shows one of the lab's terminals at a time, and what kafkalab says
//! stands between its lines.

mod blocks;
mod learn;
mod menu;
mod pace;
mod paint;
mod view;

pub use learn::{Host, LearnError, Leaving, learn};
pub use menu::{MenuChoice, MenuEntry, menu};
pub use paint::Paint;
