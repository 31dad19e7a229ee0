//! Who is asking, and what they may: the keys, the proofs and the tokens. Nothing outside this room handles them.

pub mod backend;
pub mod bearer;
pub mod cookie;
pub mod diagnosis;
pub mod failures;
pub mod grant;
pub mod jwe;
pub mod keys;
pub mod known_backends;
pub mod master_key;
pub mod origin;
pub mod project_secret;
pub mod proofs;
pub mod providers;
pub mod proving;
pub mod scope;
pub mod session;
pub mod session_key_rotation;
pub mod session_keys;
pub mod session_token;
pub mod user_id;
pub mod webhook_secret;
