//! The command-line tools of `bin/`.
