//! The learner's own terminal: taken for pictures of the whole screen, and given back.

use std::io::{self, Stdout, Write};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::draw::Scene;

/// The mouse: buttons, motion with a button down, in the form that has no limits (xterm's 1000, 1002, 1006).
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// The learner's terminal while the picture is on it; given back as it was.
pub(super) struct FullScreen(Terminal<CrosstermBackend<Stdout>>);

impl FullScreen {
    /// Takes the screen.
    ///
    /// # Errors
    /// It cannot be written to.
    pub(super) fn enter() -> io::Result<Self> {
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        let mut screen = Self(terminal);
        // cleared by ourselves: the library would ask the terminal where its cursor is, and the answer comes to our keyboard
        screen.write(format!("\x1b[?1049h\x1b[2J{MOUSE_ON}").as_bytes())?;
        Ok(screen)
    }

    /// Writes what is not part of a picture.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.backend_mut().write_all(bytes)?;
        Write::flush(self.0.backend_mut())
    }

    /// Shows a picture; only what differs from the last one is written.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(super) fn draw(&mut self, scene: &Scene<'_>) -> io::Result<()> {
        // a terminal that knows of it shows the picture when all of it has come; others pass it over
        self.0.backend_mut().write_all(b"\x1b[?2026h")?;
        // a screen that has become smaller since the picture was laid out: who tells of its size is about to tell
        self.0.draw(|frame| {
            if scene.fits(frame.area()) {
                scene.draw(frame);
            }
        })?;
        self.write(b"\x1b[?2026l")
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        // where the terminal is gone there is nothing to give back
        let _ = self.write(format!("{MOUSE_OFF}\x1b[?1l\x1b>\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l").as_bytes());
    }
}
