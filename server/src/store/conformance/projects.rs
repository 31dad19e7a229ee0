//! Projects and users, and who is cut off.

use super::{Bench, NOW, project};
use crate::store::{NewSecret, Revocation, StoreError, UserRef};

pub(in crate::store) async fn names_and_public_keys_are_unique(bench: Bench) {
    let again = bench.store.create_project(project("First")).await;
    assert!(matches!(again, Err(StoreError::Taken(_))), "{again:?}");
    let found = bench.store.project_by_api_key("pk_First").await.unwrap().unwrap();
    assert_eq!(found.id, bench.project.id);
    assert!(bench.store.project_by_api_key("pk_Second").await.unwrap().is_none());
    assert!(bench.store.is_secret([7; 32]).await.unwrap());
    assert!(!bench.store.is_secret([8; 32]).await.unwrap());
}

pub(in crate::store) async fn a_rotated_secret_has_a_previous_one(bench: Bench) {
    let rotate = |sealed: u8, previous_until| {
        let secret = NewSecret { sealed: vec![sealed], fingerprint: [sealed; 32], previous_until };
        bench.store.rotate_secret(bench.project.key, secret)
    };
    let project = async || bench.store.project_by_api_key("pk_First").await.unwrap().unwrap();
    rotate(2, Some(NOW)).await.unwrap();
    let rotated = project().await;
    let previous = rotated.previous_secret.unwrap();
    assert_eq!((rotated.sealed_secret, previous.sealed, previous.until), (vec![2], vec![1], NOW));
    assert_eq!(rotated.epoch, bench.project.epoch, "sessions go on while the previous secret does");
    assert!(bench.store.is_secret([7; 32]).await.unwrap() && bench.store.is_secret([2; 32]).await.unwrap());
    rotate(3, None).await.unwrap();
    assert!(project().await.epoch > bench.project.epoch, "sessions end with the previous secret");
}

pub(in crate::store) async fn a_user_is_cut_off_in_one_project_and_let_in_again(bench: Bench) {
    let user = bench.user("never heard of");
    let unknown = bench.store.user_standing(&user).await.unwrap();
    assert_eq!((unknown.epoch, unknown.blocked, unknown.plain_hmac_off), (0, false, false));
    let cut_off = Revocation {
        every_session: true,
        issued_before: Some(NOW),
        blocked: Some(true),
        plain_hmac_off: Some(true),
    };
    bench.store.revoke_user(&user, cut_off).await.unwrap();
    bench.store.revoke_user(&user, Revocation::default()).await.unwrap();
    let standing = bench.store.user_standing(&user).await.unwrap();
    assert_eq!((standing.epoch, standing.blocked, standing.plain_hmac_off), (1, true, true));
    assert_eq!(standing.issued_before, NOW);
    bench
        .store
        .revoke_user(&user, Revocation { blocked: Some(false), ..Revocation::default() })
        .await
        .unwrap();
    assert!(!bench.store.user_standing(&user).await.unwrap().blocked);
    let other = bench.store.create_project(project("Second")).await.unwrap();
    let stranger = UserRef { project: other.key, user: user.user };
    assert_eq!(bench.store.user_standing(&stranger).await.unwrap(), unknown);
}
