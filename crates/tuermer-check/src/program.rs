//! The version of a Windows program (VS_FIXEDFILEINFO), read from its bytes: ExSetup.exe tells the build with its security update.

/// Where the fixed part of the version begins.
const SIGNATURE: [u8; 4] = 0xfeef_04bd_u32.to_le_bytes();

/// The file version, four parts.
pub fn file_version(program: &[u8]) -> Option<String> {
    for at in memchr::memmem::find_iter(program, &SIGNATURE) {
        // Signature, version of the structure (1.0), then the two halves of the file version.
        let word = |offset: usize| {
            Some(u32::from_le_bytes(
                *program.get(at + offset..)?.first_chunk::<4>()?,
            ))
        };
        if word(4)? != 0x0001_0000 {
            continue;
        }
        let (high, low) = (word(8)?, word(12)?);
        return Some(format!(
            "{}.{}.{}.{}",
            high >> 16,
            high & 0xffff,
            low >> 16,
            low & 0xffff
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let mut program = b"MZ some code \xbd\x04\xef\xfe no".to_vec();
        assert_eq!(file_version(&program), None);
        for word in [
            0xfeef_04bd_u32,
            0x0001_0000,
            (15 << 16) | 1,
            (2176 << 16) | 9,
        ] {
            program.extend(word.to_le_bytes());
        }
        assert_eq!(file_version(&program).as_deref(), Some("15.1.2176.9"));
        assert_eq!(file_version(b""), None);
    }
}
