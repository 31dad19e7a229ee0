//! Ids of notifications, projects and keys: `UUIDv7` (RFC 9562, section 5.7).

use std::sync::{Arc, Mutex, PoisonError};

use notification_bell_protocol::Timestamp;
use uuid::Uuid;

use crate::{clock::Clock, randomness::Randomness};

/// Makes ids that only grow, even within a millisecond and when the clock is set back.
pub struct IdGenerator {
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    last: Mutex<Uuid>,
}

impl IdGenerator {
    /// A generator that starts from nothing.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        Self { clock, randomness, last: Mutex::new(Uuid::nil()) }
    }

    /// The next id, and the moment it was made at.
    pub fn next(&self) -> (Uuid, Timestamp) {
        let now = self.clock.now();
        let fresh = uuid::Builder::from_unix_timestamp_millis(
            u64::try_from(now.unix_ms()).unwrap_or(0),
            &self.randomness.bytes(),
        )
        .into_uuid();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // Written here because the counters of the `uuid` crate draw on its own random source.
        *last = if fresh > *last { fresh } else { successor(*last) };
        (*last, now)
    }
}

/// The next larger id: RFC 9562, section 6.2, method 2 (the random part as a counter).
fn successor(id: Uuid) -> Uuid {
    const RANDOM_LOW: u128 = (1 << 62) - 1;
    let number = id.as_u128();
    if number & RANDOM_LOW == RANDOM_LOW {
        // The low 62 bits are used up, which takes 2^61 ids on average: the millisecond moves on.
        return uuid::Builder::from_unix_timestamp_millis(
            (u64::try_from(number >> 80).unwrap_or(0)) + 1,
            &[0; 10],
        )
        .into_uuid();
    }
    Uuid::from_u128(number + 1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::{Uuid, Variant};

    use super::{IdGenerator, successor};
    use crate::{clock::test::SetClock, randomness::test::CountedRandomness};

    #[test]
    fn ids_grow_within_a_millisecond_and_when_the_clock_is_set_back() {
        let clock = Arc::new(SetClock::at(1_000_000));
        let ids = IdGenerator::new(clock.clone(), Arc::new(CountedRandomness::default()));
        let mut last = Uuid::nil();
        for round in 0..1_000 {
            if round == 500 {
                clock.advance(-10_000);
            }
            let (id, _) = ids.next();
            assert!(id > last);
            assert_eq!((id.get_version_num(), id.get_variant()), (7, Variant::RFC4122));
            last = id;
        }
    }

    #[test]
    fn a_full_counter_moves_the_millisecond_on() {
        let full = Uuid::from_u128((5 << 80) | (0x7FFF << 64) | (0xBFFF_FFFF_FFFF_FFFF));
        let next = successor(full);
        assert!(next > full);
        assert_eq!((next.get_version_num(), next.get_variant()), (7, Variant::RFC4122));
    }
}
