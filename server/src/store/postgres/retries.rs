//! Beginning again what others were in the way of, or what a cut connection ended before it had begun.

use tokio_postgres::error::SqlState;

use crate::store::StoreError;

/// How often something is begun that others are in the way of. It is more than a process has connections, all of which
/// may have been cut.
const MAX_ATTEMPTS: u32 = 20;

/// How far an attempt has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// There is no connection.
    Nothing,
    /// There is one, which may be cut without anybody having noticed.
    Connected,
    /// Something may have been done, and goes if it is not committed.
    Begun,
    /// It may be there for good.
    Committing,
}

/// Counts how often something was begun.
#[derive(Default)]
pub(super) struct Attempts(u32);

impl Attempts {
    /// Whether to begin again after an error: others were in the way, or the connection had been cut before, and nothing
    /// of it is there.
    pub(super) fn again_after(&mut self, error: &StoreError, progress: Progress) -> bool {
        self.0 += 1;
        let was_too_late = progress == Progress::Connected && was_cut(error);
        self.0 < MAX_ATTEMPTS && (was_too_late || was_in_the_way(error))
    }

    /// The same for what only reads, which can always be begun again.
    pub(super) fn read_again_after(&mut self, error: &StoreError, progress: Progress) -> bool {
        self.0 += 1;
        self.0 < MAX_ATTEMPTS && progress != Progress::Nothing && was_cut(error)
    }
}

fn of_database(error: &StoreError) -> Option<&tokio_postgres::Error> {
    let StoreError::Database(error) = error else { return None };
    error.downcast_ref::<tokio_postgres::Error>()
}

fn was_in_the_way(error: &StoreError) -> bool {
    let Some(code) = of_database(error).and_then(tokio_postgres::Error::code) else { return false };
    // The last one: what a new row names was removed a moment before, or what is removed was named. The next attempt
    // sees which.
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::FOREIGN_KEY_VIOLATION]
        .contains(code)
}

/// Whether the connection was cut: the database was restarted, or somebody in between has forgotten it.
fn was_cut(error: &StoreError) -> bool {
    let Some(error) = of_database(error) else { return false };
    let ends = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN];
    error.is_closed()
        || error.code().is_some_and(|code| ends.contains(code))
        || std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

/// Whether nobody can say if what failed is there: its commit was under way, and no answer came.
pub(super) fn is_in_doubt(error: &StoreError, progress: Progress) -> bool {
    let was_refused = of_database(error).is_some_and(|error| error.code().is_some()) && !was_cut(error);
    progress == Progress::Committing && !was_refused
}

/// What is said of it.
pub(super) fn in_doubt(error: &StoreError) -> StoreError {
    StoreError::Database(format!("whether it was done is not known: {error}").into())
}

/// What is said of something that took too long.
pub(super) fn too_late() -> StoreError {
    StoreError::Database("it did not answer in time".into())
}
