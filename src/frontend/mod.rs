//! What a learner sees: the first screen, then a lab on a full screen or line by line.

mod asking;
mod blocks;
mod fitted;
mod host;
pub mod keys;
mod menu;
mod paint;
pub mod plain;
pub mod screen;
mod shell;

pub use blocks::Blocks;
pub use host::{Host, LearnError, Leaving};
pub use menu::{MenuChoice, MenuEntry, menu};
pub use paint::{Paint, is_dumb, screen_size};
pub use shell::{ShellEnd, shell};
