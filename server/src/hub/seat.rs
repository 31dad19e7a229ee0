//! The place of one stream in the hub: where it is told that something happened, and at times what.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    signal::{CHANGED, Signal},
    told::Told,
};

/// A stream's seat.
pub(super) struct Seat {
    pub(super) session_id: Box<str>,
    pub(super) signal: Signal,
    /// What the one change is that it was woken for. Nothing if there may be others: then it has to look.
    told: Mutex<Option<Arc<Told>>>,
}

impl Seat {
    pub(super) fn new(session_id: &str) -> Self {
        Self { session_id: session_id.into(), signal: Signal::default(), told: Mutex::default() }
    }

    /// Wakes its stream, to look, and notes the moment.
    pub(super) fn wake(&self, bits: u8, at: u32) {
        // First: whoever sees these bits must not take what was told before for all there is. Locked until they are set:
        // what is told from then on is not alone.
        let mut told = self.told();
        *told = None;
        let is_new = self.signal.set_changed(bits, at);
        drop(told);
        if is_new {
            // Which runs what is not ours, and so without a lock.
            self.signal.wake();
        }
    }

    /// Wakes its stream for this alone, and notes the moment.
    pub(super) fn tell(&self, told: &Arc<Told>, at: u32) {
        // If it has been woken already and has not seen it yet, it has to look for that, and finds this too.
        let mut kept = self.told();
        let is_alone = !self.signal.is_raised(CHANGED);
        *kept = is_alone.then(|| Arc::clone(told));
        let is_new = self.signal.set_changed(CHANGED, at);
        drop(kept);
        if is_new {
            self.signal.wake();
        }
    }

    /// What its stream was told, once it has seen that it was woken.
    pub(super) fn take_told(&self) -> Option<Arc<Told>> {
        self.told().take()
    }

    fn told(&self) -> MutexGuard<'_, Option<Arc<Told>>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{CHANGED, Seat, Told};
    use crate::{hub::signal::Woken, store::step::test::step};

    /// What happens to a seat.
    type Happening<'test> = &'test dyn Fn(&Seat);

    #[tokio::test]
    async fn only_what_a_stream_was_woken_for_alone_is_told() {
        let told = Arc::new(Told::new(step(1)));
        let (tell, wake) = (|seat: &Seat| seat.tell(&told, 0), |seat: &Seat| seat.wake(CHANGED, 0));
        let happenings: [(&[Happening<'_>], bool); 6] = [
            (&[&tell], true),
            (&[&wake], false),
            (&[&tell, &tell], false),
            (&[&tell, &wake], false),
            (&[&wake, &tell], false),
            (&[&tell, &tell, &tell], false),
        ];
        let seat = Seat::new("s");
        for (happened, is_told) in happenings {
            for happen in happened {
                happen(&seat);
            }
            assert_eq!(seat.signal.raised(CHANGED).await, Woken::Changed);
            assert_eq!(seat.take_told().is_some(), is_told);
            assert!(seat.take_told().is_none());
        }
        // What came between being woken and looking for it wakes once more, and is looked for then.
        wake(&seat);
        assert_eq!(seat.signal.raised(CHANGED).await, Woken::Changed);
        tell(&seat);
        assert!(seat.take_told().is_some());
        assert_eq!(seat.signal.raised(CHANGED).await, Woken::Changed);
        assert!(seat.take_told().is_none());
    }
}
