//! Chance, as an argument.

/// Gives random bytes that nobody can foresee.
pub trait Randomness: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Randomness + '_ {
    /// An array of random bytes.
    #[must_use]
    pub fn bytes<const LENGTH: usize>(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        self.fill(&mut bytes);
        bytes
    }

    /// A number in `0..bound`, evenly spread but for a bias below `bound / 2^64`; 0 if `bound` is 0.
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        let product = u128::from(u64::from_le_bytes(self.bytes())) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }
}

/// The operating system's random source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    /// # Panics
    /// If the operating system has no randomness to give: nothing here may go on without it.
    #[expect(clippy::disallowed_methods, reason = "the one place where the random source is read")]
    #[expect(clippy::expect_used, reason = "a key made without randomness would be worse than no answer")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

#[cfg(test)]
pub(crate) mod test {
    use std::sync::Mutex;

    use sha2::{Digest, Sha256};

    use super::Randomness;

    /// The same bytes in every run: the hashes of 0, 1, 2, …
    #[derive(Default)]
    pub(crate) struct CountedRandomness(Mutex<u64>);

    impl CountedRandomness {
        /// Other bytes for each of the first 2^32 seeds.
        pub(crate) fn seeded(seed: u64) -> Self {
            Self(Mutex::new(seed << 32))
        }
    }

    impl Randomness for CountedRandomness {
        fn fill(&self, bytes: &mut [u8]) {
            let mut count = self.0.lock().unwrap();
            for chunk in bytes.chunks_mut(32) {
                *count += 1;
                chunk.copy_from_slice(&Sha256::digest(count.to_le_bytes())[..chunk.len()]);
            }
        }
    }

    #[test]
    fn below_stays_below() {
        let randomness: &dyn Randomness = &CountedRandomness::default();
        assert!((0..1_000).all(|_| randomness.below(7) < 7));
        assert_eq!(randomness.below(0), 0);
    }
}
