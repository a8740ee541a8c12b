//! The integration tests, in one binary so that they link once.

#[cfg(test)]
mod terminal;
#[cfg(test)]
mod terminal_host;
