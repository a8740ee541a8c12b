//! Right or wrong, and why: diagnostics and the rules that find them.
