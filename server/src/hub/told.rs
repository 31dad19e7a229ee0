//! A step on its way to streams: what there is to say of it, made once for all to whom the same is to be said.

use std::sync::{Arc, Mutex, PoisonError};

use notification_bell_protocol::{Counts, Revision};

use super::looks::{self, Seen};
use crate::store::{Changes, Step};

/// A step, and what was made of it last.
pub(super) struct Told {
    step: Step,
    last: Mutex<Option<Made>>,
}

struct Made {
    revision: Revision,
    counts: Arc<Counts>,
    seen: Seen,
}

impl Told {
    pub(super) const fn new(step: Step) -> Self {
        Self { step, last: Mutex::new(None) }
    }

    /// What a stream at a state has to say; `None` if it has to look.
    pub(super) fn seen(&self, revision: &Revision, counts: &Arc<Counts>) -> Option<Seen> {
        // Locked while it is made: of many, one makes it.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*last
            && made.revision == *revision
            && made.counts == *counts
        {
            return Some(made.seen.clone());
        }
        let seen = looks::seen(&Changes::Since(self.step.from(revision, counts)?));
        *last = Some(Made { revision: revision.clone(), counts: Arc::clone(counts), seen: seen.clone() });
        Some(seen)
    }
}
