//! Keys as numbers, given in the order in which they are first seen: trials, routes and cells.

use hashbrown::HashMap;

use super::Full;

/// What is known by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    numbers: HashMap<u64, u32>,
    keys: Vec<u64>,
}

impl Numbers {
    /// The number of a key.
    ///
    /// # Errors
    /// When there is no number left for it.
    pub(crate) fn number(&mut self, key: u64) -> Result<u32, Full> {
        if let Some(number) = self.numbers.get(&key) {
            return Ok(*number);
        }
        let number = u32::try_from(self.keys.len()).map_err(|_| Full)?;
        self.numbers.insert(key, number);
        self.keys.push(key);
        Ok(number)
    }

    /// Every key, by number.
    pub(crate) fn keys(&self) -> &[u64] {
        &self.keys
    }
}

/// Two codes in one key: the second has 16 bits.
pub(crate) fn joined(number: u32, code: u16) -> u64 {
    u64::from(number) << 16 | u64::from(code)
}

/// The two codes of a key that [`joined`] made.
pub(crate) fn parted(key: u64) -> (u32, u16) {
    // By construction; what is cut off is the other half.
    ((key >> 16) as u32, key as u16)
}
