//! What the mouse does on the full screen.

use ratatui::layout::Position;

use super::areas::Areas;
use super::draw::tab_at;
use super::key_bar;
use super::learn::{Learn, SCROLL_LINES};
use super::mouse::{self, Action, Mouse};
use super::selection::{Selection, to_clipboard};
use crate::frontend::asking::Asking;
use crate::frontend::host::{Host, LearnError, Leaving};
use crate::lab::terminal::TerminalError;

impl<H: Host> Learn<'_, H> {
    /// The mouse did something: over the lesson, the terminal, a name or a key.
    pub(super) async fn moused(&mut self, mouse: Mouse) -> Result<Option<Leaving>, LearnError> {
        let Areas { tabs, terminal, keys, .. } = self.areas;
        let lesson = self.lesson_area(&self.page());
        if lesson.contains(mouse.at) {
            match mouse.action {
                Action::WheelUp => self.scroll_lesson(-SCROLL_LINES),
                Action::WheelDown => self.scroll_lesson(SCROLL_LINES),
                _ => {}
            }
        } else if terminal.contains(mouse.at) {
            let at = Position::new(mouse.at.x - terminal.x, mouse.at.y - terminal.y);
            self.moused_terminal(mouse, at).await?;
        } else if mouse.action == Action::Press && keys.contains(mouse.at) {
            let shown = key_bar::keys(keys.width, self.language);
            if let Some(command) = key_bar::at(&shown, mouse.at.x - keys.x) {
                return self.command(command).await;
            }
        } else if mouse.action == Action::Press && tabs.contains(mouse.at) && self.asking == Asking::Nothing {
            let name = tab_at(&self.tabs(), mouse.at.x - tabs.x).map(str::to_owned);
            if let Some(name) = name {
                self.switch(&name);
            }
        }
        Ok(None)
    }

    /// The program in the terminal hears of the mouse if it asked to; else the wheel looks back, and the button selects.
    async fn moused_terminal(&mut self, mouse: Mouse, at: Position) -> Result<(), TerminalError> {
        let Some(pane) = self.panes.get_mut(&self.shown) else { return Ok(()) };
        let screen = pane.screen();
        let (mode, encoding) = (screen.mouse_protocol_mode(), screen.mouse_protocol_encoding());
        if mode != vt100::MouseProtocolMode::None {
            return match mouse::forward(mouse, at, mode, encoding) {
                Some(report) if self.asking == Asking::Nothing => self.session.type_at(&self.shown, &report).await,
                _ => Ok(()),
            };
        }
        let arrows = screen.alternate_screen().then_some(if screen.application_cursor() { "\x1bO" } else { "\x1b[" });
        match (mouse.action, arrows) {
            // a pager without the mouse is moved by its arrow keys, as terminals do
            (Action::WheelUp | Action::WheelDown, Some(introducer)) if self.asking == Asking::Nothing => {
                let last = if mouse.action == Action::WheelUp { 'A' } else { 'B' };
                let keys = format!("{introducer}{last}").repeat(SCROLL_LINES.unsigned_abs());
                return self.session.type_at(&self.shown, keys.as_bytes()).await;
            }
            (Action::WheelUp, None) => pane.scroll_back(SCROLL_LINES),
            (Action::WheelDown, None) => pane.scroll_back(-SCROLL_LINES),
            (Action::Press, _) => pane.selection = Some(Selection::at((at.y, at.x))),
            (Action::Drag, _) => {
                if let Some(selection) = &mut pane.selection {
                    selection.reach((at.y, at.x));
                }
            }
            (Action::Release, _) => match pane.selection {
                Some(selection) if !selection.is_click() => {
                    self.aside.extend_from_slice(to_clipboard(&selection.text(pane.screen())).as_bytes());
                }
                _ => pane.selection = None,
            },
            _ => {}
        }
        Ok(())
    }
}
