//! Who is affected, how surely, and why.
