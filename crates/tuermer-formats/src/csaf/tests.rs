//! Rows of CSAF documents: what is read, what is refused and why.


