//! Where things stand on the screen: the lesson beside the terminal where there is room, above it where there is not.

use ratatui::layout::Rect;

/// From this width on the lesson stands beside the terminal, in columns: a terminal of 60 columns or more is left.
const BESIDE_FROM: u16 = 104;
/// The narrowest and the widest that a lesson beside the terminal is set, in columns: a box of the coach takes 40 at least.
const LESSON_COLUMNS: (u16, u16) = (42, 56);
/// The smallest screen that the full-screen front end is for, in columns and rows.
pub(super) const SMALLEST: (u16, u16) = (60, 16);

/// Where things stand. An area may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Areas {
    /// One row: lab, step, title.
    pub(super) title: Rect,
    /// The lesson's text.
    pub(super) lesson: Rect,
    /// One column between lesson and terminal; empty where they stand one above the other.
    pub(super) divider: Rect,
    /// One row: the terminals' names.
    pub(super) tabs: Rect,
    /// The shown terminal's screen.
    pub(super) terminal: Rect,
    /// One row: the keys.
    pub(super) keys: Rect,
}

impl Areas {
    /// Whether all of them are on a screen: it may have become smaller since.
    pub(super) fn fit(&self, screen: Rect) -> bool {
        let Self { title, lesson, divider, tabs, terminal, keys } = *self;
        [title, lesson, divider, tabs, terminal, keys].iter().all(|area| screen.union(*area) == screen)
    }

    /// The areas of a screen; `enlarged` gives the terminal all of it but its tabs and the keys.
    pub(super) fn of(screen: Rect, enlarged: bool) -> Self {
        let [body, keys] = rows(screen, screen.height.saturating_sub(1));
        let (above, below) = if enlarged {
            rows(body, 0).into()
        } else if screen.width >= BESIDE_FROM {
            return Self::beside(body, keys);
        } else {
            rows(body, 1 + (body.height * 2 / 5).max(5)).into()
        };
        let [title, lesson] = rows(above, 1);
        let [tabs, terminal] = rows(below, 1);
        Self { title, lesson, divider: Rect::ZERO, tabs, terminal, keys }
    }

    fn beside(body: Rect, keys: Rect) -> Self {
        let lesson_columns = (body.width * 2 / 5).clamp(LESSON_COLUMNS.0, LESSON_COLUMNS.1);
        let [left, rest] = columns(body, lesson_columns);
        let [divider, right] = columns(rest, 1);
        let [title, lesson] = rows(left, 1);
        let [tabs, terminal] = rows(right, 1);
        // the lesson's text keeps a column's distance from the line
        let lesson = Rect { width: lesson.width.saturating_sub(1), ..lesson };
        Self { title, lesson, divider, tabs, terminal, keys }
    }

    /// The lesson's area while the learner is asked something that takes `lines`: it may cover a part of the terminal below it, but
    /// never all.
    pub(super) fn lesson_for(&self, lines: usize) -> Rect {
        if !self.divider.is_empty() {
            return self.lesson;
        }
        let all = self.terminal.bottom().saturating_sub(self.lesson.y);
        let wanted = u16::try_from(lines).unwrap_or(u16::MAX).min(all * 3 / 4);
        Rect { height: self.lesson.height.max(wanted), width: self.terminal.width, ..self.lesson }
    }
}

fn rows(area: Rect, first: u16) -> [Rect; 2] {
    let first = first.min(area.height);
    [Rect { height: first, ..area }, Rect { y: area.y + first, height: area.height - first, ..area }]
}

fn columns(area: Rect, first: u16) -> [Rect; 2] {
    let first = first.min(area.width);
    [Rect { width: first, ..area }, Rect { x: area.x + first, width: area.width - first, ..area }]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn there_is_room_for_both_on_a_usual_terminal() {
        let small = Areas::of(Rect::new(0, 0, 80, 24), false);
        assert_eq!((small.lesson.height, small.terminal.width, small.terminal.height), (9, 80, 12));
        let large = Areas::of(Rect::new(0, 0, 120, 40), false);
        assert_eq!((large.lesson.width, large.terminal.width, large.terminal.height), (47, 71, 38));
        let narrow = Areas::of(Rect::new(0, 0, BESIDE_FROM, 30), false);
        assert_eq!((narrow.lesson.width, narrow.terminal.width), (41, 61));
        let alone = Areas::of(Rect::new(0, 0, 80, 24), true);
        assert_eq!((alone.lesson.height, alone.terminal.height), (0, 22));
    }

    proptest! {
        #[test]
        fn nothing_overlaps_or_leaves_the_screen(width in 0_u16..300, height in 0_u16..120, enlarged: bool, lines in 0_usize..400) {
            let screen = Rect::new(0, 0, width, height);
            let areas = Areas::of(screen, enlarged);
            let all = [areas.title, areas.lesson, areas.divider, areas.tabs, areas.terminal, areas.keys];
            for (index, one) in all.iter().enumerate() {
                prop_assert!(one.is_empty() || screen.union(*one) == screen, "{one} in {screen}");
                prop_assert!(all[index + 1..].iter().all(|other| one.intersection(*other).is_empty()), "{areas:?}");
            }
            prop_assert!(screen.is_empty() || screen.union(areas.lesson_for(lines)) == screen);
        }
    }

    #[test]
    fn areas_are_on_their_own_screen_and_not_on_a_smaller_one() {
        for (columns, rows) in (1..130).flat_map(|columns| (1..45).map(move |rows| (columns, rows))) {
            let screen = Rect::new(0, 0, columns, rows);
            for areas in [false, true].map(|enlarged| Areas::of(screen, enlarged)) {
                assert!(areas.fit(screen), "{columns}x{rows}: {areas:?}");
                assert!(screen.union(areas.lesson_for(99)) == screen, "{columns}x{rows}: {areas:?}");
            }
        }
        let areas = Areas::of(Rect::new(0, 0, 120, 40), false);
        assert!(!areas.fit(Rect::new(0, 0, 80, 24)) && areas.fit(Rect::new(0, 0, 121, 41)));
    }
}
