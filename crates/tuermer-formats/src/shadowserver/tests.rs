//! Rows of Shadowserver reports: columns, times, tags, and lines that cannot be used.


