//! The full-screen front end: the lesson and the lab's terminals side by side, or one above the other.

mod ansi;
mod areas;
mod cells;
mod draw;
mod full_screen;
mod key_bar;
mod learn;
mod lesson;
mod mouse;
mod pace;
mod page;
mod panes;
mod picture;
mod pointing;
mod selection;
#[cfg(test)]
mod tests;

pub use learn::learn;

use crate::frontend::paint::is_dumb;

/// Whether the learner's terminal is one for the full-screen front end: large enough, and able to place its cursor.
pub fn fits() -> bool {
    let able = std::env::var_os("TERM").is_some_and(|term| !term.is_empty()) && !is_dumb();
    let (columns, rows) = crossterm::terminal::size().unwrap_or((0, 0));
    able && columns >= areas::SMALLEST.0 && rows >= areas::SMALLEST.1
}
