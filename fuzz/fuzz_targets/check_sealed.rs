//! A sealed report that was changed on its way is never opened.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tuermer_check::seal;

static PRIVATE: LazyLock<String> = LazyLock::new(|| seal::generate().1);

fuzz_target!(|bytes: &[u8]| {
    assert!(seal::open(bytes, &PRIVATE).is_err());
    assert!(seal::open(&[seal::MAGIC, bytes].concat(), &PRIVATE).is_err());
});
