//! Reads numbers and pieces off the front of some bytes. Never panics: what is not there is an error.

/// Why something cannot be read, as part of a sentence.
pub type Unreadable = &'static str;

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next `count` bytes.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("it ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let (taken, rest) = self.0.split_first_chunk().ok_or("it ends too early")?;
        self.0 = rest;
        Ok(*taken)
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, Unreadable> {
        self.array().map(u8::from_be_bytes)
    }

    /// A number of two bytes, the highest first.
    pub fn two(&mut self) -> Result<u16, Unreadable> {
        self.array().map(u16::from_be_bytes)
    }

    /// A number of four bytes, the highest first.
    pub fn four(&mut self) -> Result<u32, Unreadable> {
        self.array().map(u32::from_be_bytes)
    }

    /// As many bytes as a number of four bytes says.
    pub fn four_and_bytes(&mut self) -> Result<&'a [u8], Unreadable> {
        let count = usize::try_from(self.four()?).map_err(|_| "a length is too large")?;
        self.bytes(count)
    }

    /// A large number (RFC 9580 3.2): its bits, then its bytes, here without leading zeros.
    pub fn number(&mut self) -> Result<&'a [u8], Unreadable> {
        let bits = usize::from(self.two()?);
        if bits > NUMBER_BITS {
            return Err("a number has more than 16384 bits");
        }
        let mut number = self.bytes(bits.div_ceil(8))?;
        while let [0, rest @ ..] = number {
            number = rest;
        }
        Ok(number)
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), Unreadable> {
        match self.0 {
            [] => Ok(()),
            _ => Err("it is longer than it says"),
        }
    }
}

/// Most bits of a number, as GnuPG takes them.
const NUMBER_BITS: usize = 16_384;
