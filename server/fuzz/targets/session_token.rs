//! A session token is accepted if it was signed here, for a session that lasts, and else not.
//!
//! Three lines: header, claims, signature. The first two are encoded; the signature is taken as it stands, but
//! `{issued}` is that of a token that was issued, and `{signed}` the right one of these very lines. A text of another
//! form is a token as it stands.
#![no_main]

use std::sync::{Arc, LazyLock, OnceLock};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use notification_bell_protocol::{Code, Timestamp};
use notification_bell_server::{
    auth::{
        master_key::MasterKey,
        proofs::ProofKind,
        session_keys::SessionKeys,
        session_token::{Claims, SessionTokens},
    },
    clock::Clock,
    randomness::Randomness,
    store::{Store, sqlite::SqliteStore},
};
use serde_json::Value;
use sha2::Sha256;
use tokio::runtime::Runtime;

const NOW_SECONDS: i64 = 1_800_000_000;
const NOW: Timestamp = Timestamp::from_unix_ms(NOW_SECONDS * 1_000);
const LEEWAY_SECONDS: i64 = 5;
const ISSUER: &str = "http://bell.example";
/// What the key of the ring consists of, and its id.
const BYTE: u8 = 7;

fuzz_target!(|text: &str| {
    let (tokens, issued) = server();
    let mut lines = text.splitn(3, '\n');
    let (Some(header), Some(claims), Some(signature)) = (lines.next(), lines.next(), lines.next()) else {
        check_unsigned(tokens, text, issued);
        return;
    };
    let signed = format!("{}.{}", encoded(header), encoded(claims));
    let right = BASE64URL_NOPAD.encode(&mac(&signed));
    if signature.trim_end() == "{signed}" {
        check_signed(tokens, &format!("{signed}.{right}"), header, claims);
    } else {
        let of_issued = issued.rsplit('.').next().unwrap_or_default();
        check_unsigned(
            tokens,
            &format!("{signed}.{}", signature.trim_end().replace("{issued}", of_issued)),
            issued,
        );
    }
});

/// A token that nobody signed here, unless it is the one that was issued, to the letter.
fn check_unsigned(tokens: &SessionTokens, token: &str, issued: &str) {
    let read = read(tokens, token);
    if token == issued {
        assert_eq!(read, Ok(claims()));
    } else {
        assert_eq!(read, Err(Code::InvalidToken), "not issued: {token}");
    }
}

/// A token with the right signature, such as one of another purpose under the same key would have.
fn check_signed(tokens: &SessionTokens, token: &str, header: &str, claims: &str) {
    let read = read(tokens, token);
    if read == Err(Code::InvalidToken) {
        return;
    }
    let header: Value = serde_json::from_str(header).expect("the header of an accepted token is JSON");
    assert_eq!((&header["typ"], &header["alg"]), (&Value::from("bell-session+jwt"), &Value::from("HS256")));
    assert_eq!(header["kid"], kid());
    let sent: Value = serde_json::from_str(claims).expect("the claims of an accepted token are JSON");
    assert_eq!(sent["iss"], ISSUER);
    assert!(sent["aud"].as_str().is_some_and(|audience| audience.starts_with("bell:")));
    let end = sent["exp"].as_i64().expect("the end of an accepted token is a number");
    match read {
        Ok(read) => {
            assert!(
                end.saturating_add(LEEWAY_SECONDS) > NOW_SECONDS && read.iat <= NOW_SECONDS + LEEWAY_SECONDS
            );
            for (name, value) in
                serde_json::to_value(&read).expect("claims can be written").as_object().into_iter().flatten()
            {
                assert_eq!(&sent[name], value, "{name}");
            }
        }
        Err(code) => assert!(
            code == Code::TokenExpired && end.saturating_add(LEEWAY_SECONDS) <= NOW_SECONDS,
            "expired before its end"
        ),
    }
}

/// What is read of a token. A `kid` that is not known has the ring read again, which takes a runtime.
fn read(tokens: &SessionTokens, token: &str) -> Result<Claims, Code> {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(runtime);
    let read = RUNTIME.block_on(tokens.read(token, NOW));
    read.map(|verified| verified.claims).map_err(|error| error.code())
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime without I/O")
}

fn claims() -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        aud: Claims::audience("p"),
        sub: "user@example.com".to_owned(),
        jti: "j".to_owned(),
        iat: NOW_SECONDS,
        exp: NOW_SECONDS + 600,
        pe: 0,
        ue: 0,
        org: None,
        amr: ProofKind::Hmac,
    }
}

fn kid() -> String {
    format!("{:016x}", u64::from_le_bytes([BYTE; 8]))
}

fn encoded(text: &str) -> String {
    BASE64URL_NOPAD.encode(text.as_bytes())
}

fn mac(signed: &str) -> [u8; 32] {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[BYTE; 32]).expect("any length of key");
    mac.chain_update(signed).finalize().into_bytes().into()
}

/// A server's ring of keys as it is made at the first start, but of bytes that are known, and a token of it.
fn server() -> &'static (SessionTokens, String) {
    static SERVER: OnceLock<(SessionTokens, String)> = OnceLock::new();
    SERVER.get_or_init(|| {
        // Beside the program, and used again by its next run: it is read as long as this one lasts.
        let program = std::env::current_exe().expect("a program has a path");
        let database = program.with_extension("db");
        let store = SqliteStore::open_or_create(&database, &Known, Box::new(|_, _| {}));
        let store: Arc<dyn Store> = Arc::new(store.expect("a new database"));
        let master_key = MasterKey::from_base64(&BASE64.encode(&[BYTE; 32])).expect("32 bytes");
        let keys = runtime().block_on(async {
            let keys = SessionKeys::load(store, Arc::new(master_key)).await.expect("a new ring");
            keys.keep_one(&Known, &Known).await.expect("a first key");
            keys
        });
        let tokens = SessionTokens::new(Arc::new(keys), ISSUER.to_owned(), false);
        let issued = tokens.issue(&claims(), &Known).expect("there is a key");
        (tokens, issued)
    })
}

struct Known;

impl Randomness for Known {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(BYTE);
    }
}

impl Clock for Known {
    fn now(&self) -> Timestamp {
        NOW
    }
}
