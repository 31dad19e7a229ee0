//! The lease: of several processes, one has it.

use crate::store::Store;

/// Both are processes of one database.
pub(in crate::store) async fn one_process_has_it_until_it_gives_it_back(
    first: &dyn Store,
    second: &dyn Store,
) {
    assert!(first.take_lease().await.unwrap());
    assert!(!second.take_lease().await.unwrap());
    assert!(first.take_lease().await.unwrap(), "it is renewed");
    second.return_lease().await.unwrap();
    assert!(!second.take_lease().await.unwrap(), "nobody gives back what is another's");
    first.return_lease().await.unwrap();
    assert!(second.take_lease().await.unwrap());
    assert!(!first.take_lease().await.unwrap());
}

/// Both ask at the same moment, again and again.
pub(in crate::store) async fn of_two_that_ask_at_once_one_has_it(first: &dyn Store, second: &dyn Store) {
    for _ in 0..20 {
        let (one, other) = tokio::join!(first.take_lease(), second.take_lease());
        assert!(one.unwrap() != other.unwrap());
        first.return_lease().await.unwrap();
        second.return_lease().await.unwrap();
    }
}
