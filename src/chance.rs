//! The Region's one source of chance: ids, jitter, picks. The same seed gives the same run.

mod probability;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

pub use probability::{NoProbability, Probability};

/// A seeded source; clones share it.
#[derive(Debug, Clone)]
pub struct Chance {
    seed: u64,
    rng: Arc<Mutex<StdRng>>,
    named: Arc<Mutex<HashMap<String, Chance>>>,
}

impl Chance {
    /// A source that always gives the same sequence for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            rng: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))),
            named: Arc::default(),
        }
    }

    /// A source of its own with a sequence that depends only on this one's seed and the name.
    #[must_use]
    pub fn branch(&self, name: &str) -> Self {
        Self::seeded(self.next() ^ salt(name))
    }

    /// The source that belongs to a name, the same for every caller. What it gives depends on the seed, the name and
    /// how often it was asked, and not on what others ask meanwhile: things that happen at once don't mix their ids.
    #[must_use]
    pub fn of(&self, name: &str) -> Self {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = named.get(name) {
            return source.clone();
        }
        let source = Self::seeded(self.seed ^ salt(name));
        named.insert(name.to_owned(), source.clone());
        source
    }

    /// Forgets the source of a name that nobody asks for any more: else every name would be remembered.
    pub fn forget(&self, name: &str) {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.remove(name);
    }

    /// A version 4 UUID, as AWS uses for request and message ids.
    #[must_use]
    pub fn uuid(&self) -> String {
        let bytes = self.bytes::<16>();
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// So many lower-case hexadecimal digits.
    #[must_use]
    pub fn hex(&self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            // Writing to a String cannot fail.
            let _ = write!(text, "{:016x}", self.next());
        }
        text.truncate(digits);
        text
    }

    /// So many upper-case letters and digits, as in access keys and S3 request ids.
    #[must_use]
    pub fn alphanumeric(&self, length: usize) -> String {
        const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        (0..length).map(|_| char::from(LETTERS[self.below(36)])).collect()
    }

    /// A number from 0 up to, but without, `bound` (0 for a bound of 0).
    #[must_use]
    pub fn below(&self, bound: usize) -> usize {
        if bound == 0 {
            0
        } else {
            self.rng().random_range(0..bound)
        }
    }

    /// A number in `[0, 1)`.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        self.rng().random()
    }

    /// Whether something happens that is so likely. What always or never happens needs no lot.
    #[must_use]
    pub fn happens(&self, likely: Probability) -> bool {
        likely == Probability::ALWAYS || (likely != Probability::default() && self.fraction() < likely.get())
    }

    /// So many random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng().fill_bytes(&mut bytes);
        bytes
    }

    fn next(&self) -> u64 {
        self.rng().next_u64()
    }

    fn rng(&self) -> std::sync::MutexGuard<'_, StdRng> {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// FNV-1a.
fn salt(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let (one, two) = (Chance::seeded(7), Chance::seeded(7));
        assert_eq!(one.uuid(), two.uuid());
        assert_eq!(one.hex(32), two.hex(32));
        assert_ne!(one.uuid(), one.uuid());
    }

    #[test]
    fn named_sources_do_not_mix() {
        let (one, two) = (Chance::seeded(7), Chance::seeded(7));
        let first = one.of("f").uuid();
        assert_ne!(two.of("g").uuid(), first);
        assert_ne!(two.uuid(), first);
        assert_eq!(two.of("f").uuid(), first);
        assert_ne!(two.of("f").uuid(), first, "it goes on where it was");
        assert_ne!(one.of("g").uuid(), first);
        two.forget("f");
        assert_eq!(two.of("f").uuid(), first, "it begins anew");
    }

    #[test]
    fn lots_fall_as_often_as_they_should() {
        let chance = Chance::seeded(3);
        let of = |likely| {
            let likely = Probability::new(likely).unwrap();
            (0..10_000).filter(|_| chance.happens(likely)).count()
        };
        assert_eq!((of(0.0), of(1.0)), (0, 10_000));
        assert!((2_300..2_700).contains(&of(0.25)));
    }

    #[test]
    fn ids_have_their_shape() {
        let chance = Chance::seeded(1);
        assert_eq!(chance.hex(33).len(), 33);
        assert_eq!(chance.alphanumeric(16).len(), 16);
        assert_eq!(chance.uuid().as_bytes()[14], b'4');
    }
}
