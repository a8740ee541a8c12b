//! One picture of the screen: the lesson, the terminals' names, the shown terminal, the keys.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget as _};

use super::areas::Areas;
use super::cells;
use super::key_bar::{self, Shown};
use super::page::Page;
use super::panes::Pane;
use crate::text::layout::width;
use crate::text::{Language, learn as say};

/// A terminal's name in the row above the terminal.
pub(super) struct Tab<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// Whether it is the one that is shown.
    pub(super) shown: bool,
    /// Whether its shell runs a line.
    pub(super) busy: bool,
    /// Whether it showed something that was not looked at.
    pub(super) unseen: bool,
}

impl Tab<'_> {
    /// As it stands in the row: `▸` is shown, `●` runs something, `*` has something new.
    fn text(&self) -> String {
        let mark = if self.shown { "▸" } else { " " };
        let busy = if self.busy { " ●" } else { "" };
        let unseen = if self.unseen { "*" } else { "" };
        format!("{mark}{}{busy}{unseen} ", self.name)
    }
}

/// What there is to see.
pub(super) struct Scene<'a> {
    /// Where things stand.
    pub(super) areas: Areas,
    /// Lab, step, title: at full length, and shorter.
    pub(super) titles: [String; 2],
    /// The lesson.
    pub(super) page: &'a Page,
    /// The lesson's first line that is shown.
    pub(super) first: usize,
    /// Where the lesson's text stands now.
    pub(super) lesson: Rect,
    /// The terminals.
    pub(super) tabs: Vec<Tab<'a>>,
    /// The shown terminal.
    pub(super) pane: Option<&'a Pane>,
    /// The keys.
    pub(super) keys: &'a [Shown],
    /// The language.
    pub(super) language: Language,
}

impl Scene<'_> {
    /// Whether all of it is on a screen of that size.
    pub(super) fn fits(&self, screen: Rect) -> bool {
        self.areas.fit(screen) && screen.union(self.lesson) == screen
    }

    /// Draws it, with the cursor where the learner types.
    pub(super) fn draw(&self, frame: &mut Frame<'_>) {
        let bar = Style::default().add_modifier(Modifier::REVERSED);
        self.draw_title(frame, bar);
        for row in self.areas.divider.rows() {
            frame.render_widget("│", row);
        }
        self.draw_tabs(frame, bar);
        self.draw_terminal(frame);
        self.draw_lesson(frame);
        frame.render_widget(key_bar::line(self.keys), self.areas.keys);
    }

    /// Lab, step and title; at the right, where the lesson goes on above or below.
    fn draw_title(&self, frame: &mut Frame<'_>, bar: Style) {
        let area = self.areas.title;
        let rows = usize::from(self.lesson.height);
        let below = self.page.goes_on(self.first, rows);
        let more = [(self.first > 0, " F7▲"), (below, " F8▼")].map(|(there_is, mark)| if there_is { mark } else { "" }).concat();
        let room = area.width.saturating_sub(u16::try_from(width(&more)).unwrap_or(area.width));
        fill(frame, area, bar);
        let [full, short] = &self.titles;
        let title = if width(full) <= usize::from(room) { full } else { short };
        frame.render_widget(Line::styled(cut(title, room), bar.add_modifier(Modifier::BOLD)), area);
        frame.render_widget(Line::styled(more, bar).right_aligned(), area);
    }

    fn draw_tabs(&self, frame: &mut Frame<'_>, bar: Style) {
        fill(frame, self.areas.tabs, bar);
        let mut spans = Vec::new();
        for tab in &self.tabs {
            let style = if tab.shown { bar.add_modifier(Modifier::BOLD) } else { bar };
            spans.push(Span::styled(tab.text(), style));
            spans.push(Span::styled("│", bar));
        }
        if self.pane.is_some_and(|pane| pane.screen().scrollback() > 0) {
            spans.push(Span::styled(format!(" ↑ {}", say::LOOKING_BACK.get(self.language)), bar));
        }
        frame.render_widget(Line::from(spans), self.areas.tabs);
    }

    fn draw_terminal(&self, frame: &mut Frame<'_>) {
        let Some(pane) = self.pane else { return };
        let area = self.areas.terminal;
        let screen = pane.screen();
        cells::draw(screen, pane.selection.as_ref(), area, frame.buffer_mut());
        let (row, column) = screen.cursor_position();
        let covered = self.lesson.contains(Position::new(area.x + column, area.y + row));
        if !screen.hide_cursor() && screen.scrollback() == 0 && !covered && row < area.height && column < area.width {
            frame.set_cursor_position(Position::new(area.x + column, area.y + row));
        }
    }

    fn draw_lesson(&self, frame: &mut Frame<'_>) {
        let area = self.lesson;
        Clear.render(area, frame.buffer_mut());
        let lines = self.page.in_sight(self.first, usize::from(area.height));
        for (row, line) in area.rows().zip(lines) {
            frame.render_widget(line, row);
        }
        // what covers a part of the terminal is parted from it
        if area.bottom() > self.areas.tabs.y && self.areas.divider.is_empty() && area.bottom() < self.areas.terminal.bottom() {
            let rule = Rect { y: area.bottom(), height: 1, ..area };
            frame.render_widget("─".repeat(usize::from(area.width)), rule);
        }
    }
}

/// Which terminal's name is at that column of the row, counted from the row's first.
pub(super) fn tab_at<'a>(tabs: &[Tab<'a>], column: u16) -> Option<&'a str> {
    let mut end = 0;
    tabs.iter().find_map(|tab| {
        end += width(&tab.text()) + 1;
        (usize::from(column) < end).then_some(tab.name)
    })
}

fn fill(frame: &mut Frame<'_>, area: Rect, style: Style) {
    frame.buffer_mut().set_style(area, style);
}

/// The start of a text that fits, with `…` where something is left out.
fn cut(text: &str, columns: u16) -> String {
    let columns = usize::from(columns);
    if width(text) <= columns {
        return text.to_owned();
    }
    format!("{}…", crate::text::layout::head(text, columns.saturating_sub(1)))
}
