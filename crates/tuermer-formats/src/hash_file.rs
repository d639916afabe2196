//! `.sha256` and `.sha512` beside a document (CSAF 7.1.18): the hash in hexadecimal, then decoration that is ignored.

/// Which hash; MD5 and SHA-1 are never asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// What is appended to the name of the document.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Hexadecimal digits.
    fn digits(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

/// Why the file tells no hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the .{} file does not begin with {} hexadecimal digits", .0.extension(), .0.digits())]
pub struct HashFileError(Hash);

/// The hash a file tells, in lower case.
///
/// # Errors
/// The file begins with something else.
pub fn read(bytes: &[u8], hash: Hash) -> Result<String, HashFileError> {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let word = bytes
        .split(|byte| byte.is_ascii_whitespace())
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    if word.len() != hash.digits() || !word.iter().all(u8::is_ascii_hexdigit) {
        return Err(HashFileError(hash));
    }
    Ok(String::from_utf8_lossy(word).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{Hash, read};

    const FILE: &[u8] = include_bytes!("../tests/fixtures/hash_file.sha256");

    #[test]
    fn hex_first_the_rest_is_decoration() {
        let hex = String::from_utf8(FILE[..64].to_vec()).unwrap();
        for text in [
            FILE.to_vec(),
            FILE.to_ascii_uppercase(),
            hex.clone().into_bytes(),
            format!("\u{feff}{hex} *a b\n").into_bytes(),
            format!("\n {hex}\r\n").into(),
        ] {
            assert_eq!(read(&text, Hash::Sha256), Ok(hex.clone()));
        }
        for text in [
            b"".to_vec(),
            b"SHA256 (a.json) = 00".to_vec(),
            FILE[..63].to_vec(),
            format!("{hex}0  a").into_bytes(),
            hex.replace('a', "g").into_bytes(),
            vec![0; 64],
        ] {
            let error = read(&text, Hash::Sha256).unwrap_err().to_string();
            assert_eq!(
                error,
                "the .sha256 file does not begin with 64 hexadecimal digits"
            );
        }
        assert!(read(FILE, Hash::Sha512).is_err());
        assert_eq!(
            read("ab".repeat(64).as_bytes(), Hash::Sha512).map(|hex| hex.len()),
            Ok(128)
        );
    }
}
