//! The paths: how each is prepared, and what is then done again and again.

use std::{hint::black_box, sync::Arc};

use feed_merge::Merging;
use full_inboxes::READER;
use notification_bell_protocol::{Sync, Timestamp};
use notification_bell_server::{
    auth::{
        master_key::MasterKey,
        proofs::{self, ProofKind, Secrets, plain},
        session_keys::SessionKeys,
        session_token::{Claims, SessionTokens},
    },
    clock::Clock,
    hub::frame,
    languages::Languages,
    store::{Store, StreamStore},
};

use crate::{
    Act, Path,
    database::{Counted, Database, START},
};

/// Each by its name, which has no spaces: it is the first word of a line in a file of limits.
pub(crate) const ALL: [Path; 6] = [
    ("proof-check", proof_check),
    ("token-check", token_check),
    ("send-to-one", send_to_one),
    ("sync-of-one", sync_of_one),
    ("frame-of-one", frame_of_one),
    ("feed-merge", feed_merge),
];

const SECRET: &str = "sk_0123456789abcdef0123456789abcdef0123456789abcdef";
/// In the reader's inbox, before anything is counted.
const ITEMS: u64 = 100;

/// A session's proof: the plain HMAC of a user id, with one secret that is live.
fn proof_check() -> Act {
    let secrets = Secrets { current: SECRET.to_owned(), previous: None };
    let proof = plain::prove(SECRET, READER);
    Box::new(move || {
        let proved = proofs::verify(black_box(&secrets), READER, &proof, START);
        assert!(proved.is_ok());
    })
}

/// A session token: signed, and with a key that is known.
fn token_check() -> Act {
    let database = Database::new();
    // Any 32 bytes.
    let master_key =
        MasterKey::from_base64("NUxKt2lC9Bn3kqVb0y7eJmFhR4sWdGzPa1XcTvYoQi8=").expect("32 bytes");
    let store: Arc<dyn Store> = database.store.clone();
    let tokens = database.wait_for(async {
        let keys = SessionKeys::load(store, Arc::new(master_key)).await.expect("there is a database");
        keys.keep_one(&Still, &Counted::default()).await.expect("a key can be made");
        SessionTokens::new(Arc::new(keys), "https://bell.example".to_owned(), false)
    });
    let second = START.unix_ms() / 1_000;
    let claims = Claims {
        iss: tokens.issuer().to_owned(),
        aud: Claims::audience("project"),
        sub: READER.to_owned(),
        jti: "01930000-0000-7000-8000-000000000000".to_owned(),
        iat: second,
        exp: second + 600,
        pe: 0,
        ue: 0,
        org: Some("https://shop.example".to_owned()),
        amr: ProofKind::Hmac,
    };
    let token = tokens.issue(&claims, &Counted::default()).expect("there is a key");
    Box::new(move || {
        assert!(database.wait_for(tokens.read(black_box(&token), START)).is_ok());
    })
}

/// One send to one user, through the writer's transaction to the disk.
fn send_to_one() -> Act {
    let database = Database::new();
    let audience = database.to_reader();
    Box::new(move || database.wait_for(database.send(audience.clone())))
}

/// What a stream that is woken asks: the one item that came since.
fn sync_of_one() -> Act {
    let database = Database::new();
    let send = || database.wait_for(database.send(database.to_reader()));
    (0..ITEMS).for_each(|_| send());
    let (_, since) = database.wait_for(database.store.counts(&database.reader)).expect("it can be read");
    send();
    Box::new(move || {
        let changes = database.store.changes(&database.reader, black_box(&since), &Languages::ANY);
        black_box(database.wait_for(changes).expect("it can be read"));
    })
}

/// The bytes of an event with one item.
fn frame_of_one() -> Act {
    let sync = Merging::new(1, 1).news();
    Box::new(move || {
        black_box(frame::sync(black_box::<&Sync>(&sync)));
    })
}

/// The element's merge, natively: one item of a list of a thousand.
fn feed_merge() -> Act {
    let mut merging = Merging::new(1_000, 1);
    Box::new(move || {
        black_box(merging.merge());
    })
}

/// A clock that stands.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        START
    }
}
