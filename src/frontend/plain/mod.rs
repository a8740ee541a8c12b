//! The line-by-line front end: the learner's own terminal shows one of the lab's terminals at a time, and what kafkalab says
//! stands between its lines.

mod learn;
mod pace;
mod view;

pub use learn::learn;
