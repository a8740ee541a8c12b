//! The lesson as lines of a width, and which of them are in sight: what there is to do is never out of it as a step begins.

use std::ops::Range;

use ratatui::text::Line;

use super::ansi;

/// How many lines of the step's words stay in sight above what there is to do and its checks.
const WORDS_ABOVE_CHECKS_MIN: usize = 2;

/// The lesson as lines of a width.
pub(super) struct Page {
    /// The lines.
    pub(super) lines: Vec<Line<'static>>,
    /// Where the step's own words begin.
    pub(super) step: usize,
    /// What there is to do: the file to change, the command, what to type into it.
    pub(super) todo: Range<usize>,
    /// The line behind its checks.
    pub(super) checks_end: usize,
    /// Where the last note begins; the number of lines where there is none.
    pub(super) last_note: usize,
    /// What stands where lines are left out.
    pub(super) gap: Line<'static>,
}

impl Page {
    /// The first line as a step begins: what was said before gives way to the step's own words, a paragraph at a time.
    pub(super) fn at_start(&self, rows: usize) -> usize {
        let most = self.lines.len().saturating_sub(rows);
        let first = (most.min(self.step)..self.step).find(|line| self.begins_paragraph(*line)).unwrap_or(self.step);
        // where there is no room for both, what there is to do comes before the words
        let is_seen = first + rows >= self.todo.end || !self.foot(first, rows).is_empty();
        if is_seen { first } else { self.todo.start.min(most) }
    }

    fn begins_paragraph(&self, line: usize) -> bool {
        let is_blank = |line: usize| self.lines.get(line).is_none_or(|line| line.width() == 0);
        !is_blank(line) && (line == 0 || is_blank(line - 1))
    }

    /// The lines that stand at the foot of an area whose first line is `first`, since they would be below it: what there is to do,
    /// with its checks where there is room.
    fn foot(&self, first: usize, rows: usize) -> Range<usize> {
        let with_checks = (self.todo.start..self.checks_end, WORDS_ABOVE_CHECKS_MIN);
        let fits = |(foot, words): &(Range<usize>, usize)| {
            !foot.is_empty() && first < foot.start && first + rows < foot.end && words + 1 + foot.len() <= rows
        };
        [with_checks, (self.todo.clone(), 1)].into_iter().find(fits).map_or(0..0, |(foot, _)| foot)
    }

    /// The lines of an area whose first one is `first`.
    pub(super) fn in_sight(&self, first: usize, rows: usize) -> Vec<&Line<'static>> {
        let foot = self.foot(first, rows);
        let words = self.lines.iter().skip(first).take(self.above_foot(first, rows));
        let gap = (!foot.is_empty()).then_some(&self.gap);
        words.chain(gap).chain(&self.lines[foot]).collect()
    }

    /// Whether there are lines behind those above the foot.
    pub(super) fn goes_on(&self, first: usize, rows: usize) -> bool {
        first + self.above_foot(first, rows) < self.lines.len()
    }

    fn above_foot(&self, first: usize, rows: usize) -> usize {
        let foot = self.foot(first, rows);
        if foot.is_empty() { rows } else { rows - foot.len() - 1 }
    }

    /// The first line after going up (negative) or down from `first`. No line is passed over that was not in sight.
    pub(super) fn scrolled(&self, first: usize, lines: isize, rows: usize) -> usize {
        let most = self.lines.len().saturating_sub(rows);
        let down = first.max(first.saturating_add_signed(lines).min(most).min(first + self.above_foot(first, rows)));
        let up = (first.saturating_add_signed(lines)..first).find(|there| there + self.above_foot(*there, rows) >= first);
        if lines < 0 { up.unwrap_or(first).min(most) } else { down }
    }
}

/// Lines that are folded to a width.
pub(super) struct Lines {
    columns: usize,
    lines: Vec<Line<'static>>,
}

impl Lines {
    /// No lines yet.
    pub(super) fn of(columns: usize) -> Self {
        Self { columns, lines: Vec::new() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Adds painted lines.
    pub(super) fn add(&mut self, painted: impl IntoIterator<Item = String>) {
        self.lines.extend(painted.into_iter().flat_map(|line| ansi::folded(&line, self.columns)));
    }

    /// All of them.
    pub(super) fn folded(self) -> Vec<Line<'static>> {
        self.lines
    }
}

/// A painted line, as much of it as fits the width.
pub(super) fn folded_line(painted: &str, columns: usize) -> Line<'static> {
    ansi::folded(painted, columns).into_iter().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A page of numbered lines: words before the step, the step's words, what to do, checks, notes.
    fn page(before: usize, words: usize, todo: usize, checks: usize, notes: usize) -> Page {
        let end = before + words + todo + checks;
        Page {
            lines: (0..end + notes).map(|line| Line::raw(line.to_string())).collect(),
            step: before,
            todo: before + words..before + words + todo,
            checks_end: end,
            last_note: end,
            gap: Line::raw("⋯"),
        }
    }

    fn check(page: &Page, first: usize, rows: usize, expected: &str) {
        let seen: Vec<String> = page.in_sight(first, rows).iter().map(|line| line.to_string()).collect();
        assert_eq!(seen.join(" "), expected, "from {first}, {rows} rows");
    }

    #[test]
    fn what_there_is_to_do_stands_at_the_foot_until_it_is_reached() {
        // words 0 to 9, to do 10 to 12, checks 13 and 14
        let page = page(0, 10, 3, 2, 0);
        check(&page, 0, 15, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14");
        check(&page, 0, 9, "0 1 2 ⋯ 10 11 12 13 14");
        check(&page, 5, 9, "5 6 7 ⋯ 10 11 12 13 14");
        check(&page, 6, 9, "6 7 8 9 10 11 12 13 14");
        // without the checks where there is no room for them
        check(&page, 0, 7, "0 1 2 ⋯ 10 11 12");
        check(&page, 0, 5, "0 ⋯ 10 11 12");
        // what to do alone
        assert_eq!(page.at_start(4), 10);
        check(&page, 10, 4, "10 11 12 13");
        assert_eq!(page.at_start(9), 0);
    }

    proptest! {
        #[test]
        fn every_line_can_be_reached_in_both_directions(
            before in 0_usize..6, words in 0_usize..30, todo in 0_usize..6, checks in 0_usize..6, notes in 0_usize..10,
            rows in 1_usize..20, by in 1_isize..6,
        ) {
            let page = page(before, words, todo, checks, notes);
            let number = |line: &&Line<'static>| line.to_string().parse::<usize>().ok();
            for (from, by) in [(0, by), (page.lines.len().saturating_sub(rows), -by)] {
                let mut seen = std::collections::BTreeSet::new();
                let mut first = from;
                loop {
                    let in_sight = page.in_sight(first, rows);
                    prop_assert!(in_sight.len() <= rows);
                    seen.extend(in_sight.iter().filter_map(number));
                    let there = page.scrolled(first, by, rows);
                    if there == first {
                        break;
                    }
                    prop_assert!((there > first) == (by > 0));
                    first = there;
                }
                prop_assert_eq!(seen.len(), page.lines.len());
            }
        }

        #[test]
        fn what_there_is_to_do_is_in_sight_as_a_step_begins(
            before in 0_usize..6, words in 0_usize..30, todo in 1_usize..6, checks in 0_usize..6, more_rows in 0_usize..20,
        ) {
            let page = page(before, words, todo, checks, 0);
            let rows = todo + more_rows;
            let in_sight: Vec<String> = page.in_sight(page.at_start(rows), rows).iter().map(|line| line.to_string()).collect();
            for line in page.todo.clone() {
                prop_assert!(in_sight.contains(&line.to_string()), "{line} is not in {in_sight:?}");
            }
        }
    }
}
