use std::{
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

use super::{Gone, Outlet, Stream, StreamEnd, life::Life};
use crate::{
    auth::{
        master_key::MasterKey, proofs::ProofKind, session_keys::SessionKeys, session_token::Claims,
        user_id::UserId,
    },
    clock::test::SetClock,
    hub::{Hub, Wake},
    languages::Languages,
    randomness::test::CountedRandomness,
    store::{ProjectKey, Store, UserRef, sqlite::SqliteStore},
};

const NOW: i64 = 1_800_000_000_000;

/// A client that takes everything, and to whom something happens each time that the stream looks for its end.
struct Client<F> {
    frames: Arc<Mutex<Vec<Bytes>>>,
    looked: F,
    /// It stays until then, long after its token has ended.
    stays_until: Instant,
}

impl<F: FnMut() + Send> Outlet for Client<F> {
    fn try_write(&mut self, frame: &Bytes) -> Result<Option<Bytes>, Gone> {
        self.frames.lock().unwrap().push(frame.clone());
        Ok(None)
    }

    async fn write_rest(&mut self, _: Bytes) -> Result<(), Gone> {
        Ok(())
    }

    async fn gone(&mut self) {
        (self.looked)();
        if Instant::now() < self.stays_until {
            pending::<()>().await;
        }
    }

    fn finish(self) {}
}

struct Bench {
    _folder: tempfile::TempDir,
    hub: Arc<Hub>,
    user: UserRef,
    store: Arc<dyn Store>,
    keys: Arc<SessionKeys>,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bell.db");
        let store =
            SqliteStore::open_or_create(&path, &CountedRandomness::default(), Box::new(|_, _| ())).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let master_key = MasterKey::from_base64("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap();
        let keys = SessionKeys::load(Arc::clone(&store), Arc::new(master_key)).await.unwrap();
        let user = UserRef { project: ProjectKey(1), user: UserId::trusted("u") };
        Self { _folder: folder, hub: Arc::default(), user, store, keys: Arc::new(keys) }
    }

    /// A stream whose token ends in so many seconds.
    fn stream(&self, ends_in: i64) -> Box<Stream> {
        let claims = Claims {
            iss: String::new(),
            aud: String::new(),
            sub: "u".to_owned(),
            jti: "session".to_owned(),
            iat: NOW / 1_000 - 10,
            exp: NOW / 1_000 + ends_in,
            pe: 0,
            ue: 0,
            org: None,
            amr: ProofKind::Hmac,
        };
        Box::new(Stream {
            subscription: self.hub.subscribe(&self.user, "session").unwrap(),
            place: None,
            last_event_id: Some("nonsense".to_owned()),
            languages: Languages::ANY,
            store: Arc::<dyn Store>::clone(&self.store),
            clock: Arc::new(SetClock::at(NOW)),
            randomness: Arc::new(CountedRandomness::default()),
            claims,
            is_checked: true,
            key_id: String::new(),
            keys: Arc::clone(&self.keys),
            drain: Duration::ZERO,
        })
    }

    /// How a stream ended, and how many frames it wrote.
    async fn end_of(&self, stream: Box<Stream>, looked: impl FnMut() + Send) -> (StreamEnd, usize) {
        let frames = Arc::default();
        let stays_until = Instant::now() + Duration::from_secs(30);
        let client = Client { frames: Arc::clone(&frames), looked, stays_until };
        let end = Life::new(stream, client).run().await;
        let written = frames.lock().unwrap().len();
        (end, written)
    }
}

#[tokio::test]
async fn a_stream_that_always_finds_something_changed_ends_with_its_token() {
    let bench = Bench::new().await;
    let changes = || bench.hub.wake(&Wake::Changed(bench.user.clone()));
    let (end, written) = bench.end_of(bench.stream(1), changes).await;
    assert_eq!(end, StreamEnd::Expired);
    assert!(written > 0);
}

#[tokio::test]
async fn what_ends_a_session_before_its_stream_begins_is_heard_before_anything_is_said() {
    let bench = Bench::new().await;
    let ended = bench.stream(60);
    let session_id = "session".to_owned();
    bench.hub.wake(&Wake::SessionEnded { user: bench.user.clone(), session_id });
    assert_eq!(bench.end_of(ended, || ()).await, (StreamEnd::Revoked, 0));
    assert_eq!(bench.end_of(bench.stream(0), || ()).await, (StreamEnd::Expired, 0));
    let drained = bench.stream(60);
    bench.hub.drain();
    // Its only frame is the goodbye.
    assert_eq!(bench.end_of(drained, || ()).await, (StreamEnd::Draining, 1));
}
