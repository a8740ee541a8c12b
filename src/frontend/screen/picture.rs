//! What is put together for a picture of the screen.

use std::io;

use ratatui::layout::Rect;

use super::areas::Areas;
use super::draw::{Scene, Tab};
use super::full_screen::FullScreen;
use super::key_bar;
use super::learn::Learn;
use super::page::Page;
use super::panes::KeyModes;
use crate::frontend::asking::Asking;
use crate::frontend::blocks::Blocks;
use crate::frontend::host::{Host, LearnError};
use crate::frontend::paint::Paint;
use crate::lab::terminal::{Size, TerminalError};

impl<H: Host> Learn<'_, H> {
    /// Goes up (negative) or down in the lesson.
    pub(super) fn scroll_lesson(&mut self, lines: isize) {
        let page = self.page();
        let rows = usize::from(self.lesson_area(&page).height);
        self.lesson.scroll(lines, &page, rows);
    }

    fn blocks(&self) -> Blocks<'_> {
        let mut paint = Paint::for_stdout();
        paint.columns = usize::from(self.areas.lesson_for(0).width);
        let (lab, variables) = (self.session.lab(), self.session.variables());
        Blocks { lab, variables, paint, language: self.language, outcomes: self.lesson.outcomes() }
    }

    /// The lesson as it is set now.
    pub(super) fn page(&self) -> Page {
        self.lesson.page(self.blocks(), &self.shown, self.arrived)
    }

    /// Where the lesson stands now: what is asked may need more room.
    pub(super) fn lesson_area(&self, page: &Page) -> Rect {
        if self.asking == Asking::Nothing { self.areas.lesson } else { self.areas.lesson_for(page.lines.len()) }
    }

    /// The terminals' names, in the lab's order.
    pub(super) fn tabs(&self) -> Vec<Tab<'_>> {
        let tab = |name| {
            let pane = self.panes.get(name);
            Tab {
                name,
                shown: name == self.shown,
                busy: pane.is_some_and(|pane| pane.busy),
                unseen: pane.is_some_and(|pane| pane.unseen),
            }
        };
        self.session.lab().spec.terminals.iter().map(|terminal| tab(terminal.name.as_str())).collect()
    }

    /// Draws the screen, and brings the learner's terminal into the modes that the shown program wants.
    pub(super) fn draw(&mut self, screen: &mut FullScreen) -> io::Result<()> {
        let page = self.page();
        let lesson = self.lesson_area(&page);
        let blocks = self.blocks();
        let keys = key_bar::keys(self.areas.keys.width, self.language);
        let scene = Scene {
            areas: self.areas,
            titles: self.lesson.step().map_or_else(
                || [blocks.lab_title(), blocks.lab_title()],
                |step| [blocks.header(step), blocks.short_header(step)],
            ),
            page: &page,
            first: self.lesson.first(&page, usize::from(lesson.height)),
            lesson,
            tabs: self.tabs(),
            pane: self.panes.get(&self.shown),
            keys: &keys,
            language: self.language,
        };
        screen.draw(&scene)?;
        self.drawn_step = self.lesson.step();
        self.question_drawn = self.asking != Asking::Nothing;
        let modes = self.panes.get(&self.shown).map(|pane| KeyModes::of(pane.screen())).unwrap_or_default();
        let mut aside = modes.change_from(self.modes).into_bytes();
        self.modes = modes;
        aside.append(&mut self.aside);
        if !aside.is_empty() {
            screen.write(&aside)?;
        }
        self.stale = false;
        Ok(())
    }

    /// The screen has another size, or the terminal gets another part of it.
    pub(super) async fn resize(&mut self) -> Result<(), LearnError> {
        let (columns, rows) = crossterm::terminal::size()?;
        self.areas = Areas::of(Rect::new(0, 0, columns, rows), self.enlarged);
        let size = size_of(self.areas.terminal);
        self.panes.resize(size);
        self.stale = true;
        let names: Vec<String> = self.session.lab().spec.terminals.iter().map(|terminal| terminal.name.clone()).collect();
        for name in names {
            // a shell that has just ended is opened anew with this size
            ignore_closed(self.session.terminals().resize(&name, size).await)?;
        }
        Ok(())
    }
}

/// A terminal as large as an area.
pub(super) fn size_of(area: Rect) -> Size {
    Size { columns: area.width.max(1), rows: area.height.max(1) }
}

/// A shell that has just ended is opened anew; nothing is lost.
pub(super) fn ignore_closed(result: Result<(), TerminalError>) -> Result<(), TerminalError> {
    match result {
        Err(TerminalError::NotOpen { .. }) => Ok(()),
        result => result,
    }
}
