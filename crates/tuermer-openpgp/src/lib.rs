//! Is this document what its publisher signed? Detached OpenPGP signatures over raw bytes, checked before anything is parsed.
//!
//! Verification only: no key is made and nothing is signed here. A crate of its own because the cryptography takes long to build.
