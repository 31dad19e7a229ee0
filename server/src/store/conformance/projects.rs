//! Projects and users, and who is cut off.

use super::{Bench, NOW, entry, project};
use crate::{
    auth::{proofs::ProofKind, user_id::UserIdRule},
    store::{NewSecret, Project, ProjectChange, Revocation, StoreError},
};

pub(in crate::store) async fn names_and_public_keys_are_unique(bench: Bench) {
    let again = bench.store.create_project(project("First"), entry()).await;
    assert!(matches!(again, Err(StoreError::Taken(_))), "{again:?}");
    let found = bench.store.project_by_api_key("pk_First").await.unwrap().unwrap();
    assert_eq!(found.id, bench.project.id);
    assert!(bench.store.project_by_api_key("pk_Second").await.unwrap().is_none());
    assert!(bench.store.is_secret([7; 32]).await.unwrap());
    assert!(!bench.store.is_secret([8; 32]).await.unwrap());
}

pub(in crate::store) async fn a_rotated_secret_has_a_previous_one(bench: Bench) {
    let rotate = |sealed: u8, previous_until, force| {
        let secret = NewSecret { sealed: vec![sealed], fingerprint: [sealed; 32], previous_until, force };
        bench.store.rotate_secret(bench.project.key, secret, entry())
    };
    let project = async || bench.store.project_by_api_key("pk_First").await.unwrap().unwrap();
    assert!(rotate(2, Some(NOW), false).await.unwrap());
    let rotated = project().await;
    let previous = rotated.previous_secret.unwrap();
    assert_eq!((rotated.sealed_secret, previous.sealed, previous.until), (vec![2], vec![1], NOW));
    assert_eq!(rotated.epoch, bench.project.epoch, "sessions go on while the previous secret does");
    assert!(bench.store.is_secret([7; 32]).await.unwrap() && bench.store.is_secret([2; 32]).await.unwrap());
    assert!(rotate(3, None, false).await.unwrap());
    assert!(project().await.epoch > bench.project.epoch, "sessions end with the previous secret");
}

pub(in crate::store) async fn a_secret_that_is_still_accepted_is_not_dropped_unless_forced(bench: Bench) {
    let rotate = |sealed: u8, force| {
        let (fingerprint, previous_until) = ([sealed; 32], Some(NOW.plus_ms(1_000)));
        let secret = NewSecret { sealed: vec![sealed], fingerprint, previous_until, force };
        bench.store.rotate_secret(bench.project.key, secret, entry())
    };
    let secret = async || bench.store.project_by_api_key("pk_First").await.unwrap().unwrap().sealed_secret;
    // Two who rotate at once: the second would drop the secret that sites still use.
    let (first, second) = tokio::join!(rotate(2, false), rotate(3, false));
    assert_eq!([first.unwrap(), second.unwrap()].iter().filter(|rotated| **rotated).count(), 1);
    let kept = secret().await;
    assert!(!rotate(4, false).await.unwrap());
    assert_eq!(secret().await, kept);
    let epoch = async || bench.store.project_by_api_key("pk_First").await.unwrap().unwrap().epoch;
    let before = epoch().await;
    assert!(rotate(5, true).await.unwrap());
    assert!(epoch().await > before, "sessions bought with the secret that was dropped end");
    assert_eq!(secret().await, [5]);
}

pub(in crate::store) async fn a_user_is_cut_off_in_one_project_and_let_in_again(bench: Bench) {
    let user = bench.user("never heard of");
    let standing = async |project: &Project| {
        bench.store.session_standing(&project.id, &user.user, "").await.unwrap().unwrap().user
    };
    let unknown = standing(&bench.project).await;
    assert_eq!((unknown.epoch, unknown.blocked, unknown.plain_hmac_off), (0, false, false));
    let cut_off = Revocation {
        every_session: true,
        issued_before: Some(NOW),
        blocked: Some(true),
        plain_hmac_off: Some(true),
    };
    bench.store.revoke_user(&user, cut_off, entry()).await.unwrap();
    bench.store.revoke_user(&user, Revocation::default(), entry()).await.unwrap();
    let cut_off = standing(&bench.project).await;
    assert_eq!((cut_off.epoch, cut_off.blocked, cut_off.plain_hmac_off), (1, true, true));
    assert_eq!(cut_off.issued_before, NOW);
    bench
        .store
        .revoke_user(&user, Revocation { blocked: Some(false), ..Revocation::default() }, entry())
        .await
        .unwrap();
    assert!(!standing(&bench.project).await.blocked);
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    assert_eq!(standing(&other).await, unknown);
}

pub(in crate::store) async fn a_project_changes_only_in_what_was_named(bench: Bench) {
    let change = |change: ProjectChange| bench.store.change_project(bench.project.key, change, entry());
    let project = async || bench.store.project_by_api_key("pk_First").await.unwrap().unwrap();
    let origins = vec!["https://shop.example".parse().unwrap()];
    change(ProjectChange { origins: Some(origins.clone()), ..ProjectChange::default() }).await.unwrap();
    let proofs = vec![ProofKind::HmacV2];
    let user_id_rule = Some(UserIdRule::Exact);
    let rest = ProjectChange {
        name: Some("Renamed".to_owned()),
        proofs: Some(proofs.clone()),
        user_id_rule,
        origins: None,
        locale: Some("pt-BR".parse().unwrap()),
        retention: None,
    };
    change(rest).await.unwrap();
    let changed = project().await;
    assert_eq!((changed.name.as_str(), changed.proofs, changed.origins), ("Renamed", proofs, origins));
    assert_eq!((Some(changed.user_id_rule), changed.locale.as_str()), (user_id_rule, "pt-BR"));
    bench.store.create_project(super::project("Second"), entry()).await.unwrap();
    let taken = change(ProjectChange { name: Some("Second".to_owned()), ..ProjectChange::default() }).await;
    assert!(matches!(taken, Err(StoreError::Taken(_))), "{taken:?}");
}

pub(in crate::store) async fn a_project_is_revoked_wholly_or_up_to_a_moment(bench: Bench) {
    let project = async || bench.store.project_by_api_key("pk_First").await.unwrap().unwrap();
    bench.store.revoke_project(bench.project.key, Some(NOW), entry()).await.unwrap();
    bench.store.revoke_project(bench.project.key, Some(NOW.plus_ms(-1)), entry()).await.unwrap();
    let revoked = project().await;
    assert_eq!(
        (revoked.issued_before, revoked.epoch),
        (NOW, bench.project.epoch),
        "an earlier moment lets nobody in"
    );
    bench.store.revoke_project(bench.project.key, None, entry()).await.unwrap();
    assert!(project().await.epoch > bench.project.epoch);
}
