//! Bills of materials in every format: components have names, package URLs are whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::sbom;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(bill) = sbom::read(bytes) {
        assert!(
            bill.components
                .iter()
                .all(|component| !component.product.is_empty())
        );
    }
});
