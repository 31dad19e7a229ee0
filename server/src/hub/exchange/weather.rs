//! How the network of a test is.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Weather {
    #[default]
    Fine,
    /// Nobody gets through, and whoever was is told.
    Down,
    /// Nobody is answered.
    Hanging,
    /// Everybody is answered, and nothing is heard.
    Deaf,
}
