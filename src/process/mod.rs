//! Child processes, pseudo-terminals, signals, and the process table.
