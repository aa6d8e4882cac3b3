//! Names as small numbers, given in the order in which they are first seen.

use std::hash::Hash;

use hashbrown::HashMap;

use super::Full;

/// What is known by number.
#[derive(Debug, Clone)]
pub(crate) struct Names<T> {
    known: Vec<T>,
    codes: HashMap<T, u16>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { known: Vec::new(), codes: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Names<T> {
    /// The number of a name.
    ///
    /// # Errors
    /// When there is no number left for it.
    pub(crate) fn code(&mut self, name: &T) -> Result<u16, Full> {
        if let Some(code) = self.codes.get(name) {
            return Ok(*code);
        }
        let code = u16::try_from(self.known.len()).map_err(|_| Full)?;
        self.known.push(name.clone());
        self.codes.insert(name.clone(), code);
        Ok(code)
    }

    /// The name behind a number.
    pub(crate) fn name(&self, code: u16) -> Option<&T> {
        self.known.get(usize::from(code))
    }

    /// Every name, by number.
    #[cfg(any(feature = "tables", test))]
    pub(crate) fn all(&self) -> &[T] {
        &self.known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number_and_the_last_number_is_given() {
        let mut names = Names::<u32>::default();
        for round in 0..2 {
            for name in 0..=u32::from(u16::MAX) {
                assert_eq!(names.code(&name).map(u32::from), Ok(name), "round {round}");
            }
        }
        assert_eq!(names.code(&70_000), Err(Full));
        assert_eq!(names.code(&7), Ok(7), "what is known stays known");
        assert_eq!((names.name(9), names.all().len()), (Some(&9), 65_536));
    }
}
