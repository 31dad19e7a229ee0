// The proof of a user, made where the page is made: BELL_API_SECRET_KEY=sk_… cargo run -- <userId> [<end, in Unix seconds>]
// Cargo.toml: base64 = "0.23", hmac = "0.13", sha2 = "0.11"
use std::env;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use hmac::{Hmac, KeyInit, Mac, digest::InvalidLength};
use sha2::Sha256;

/// Ends with the secret.
fn user_hmac(secret: &str, user_id: &str) -> Result<String, InvalidLength> {
    Ok(BASE64_STANDARD.encode(mac(secret, user_id)?))
}

/// Ends at a moment in Unix seconds, at most seven days ahead.
fn expiring_user_hmac(secret: &str, user_id: &str, ends_at: u64) -> Result<String, InvalidLength> {
    let mac = mac(&format!("v2:{secret}"), &format!("{ends_at}.{user_id}"))?;
    Ok(format!("v2.{ends_at}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac)))
}

fn mac(key: &str, message: &str) -> Result<[u8; 32], InvalidLength> {
    Ok(Hmac::<Sha256>::new_from_slice(key.as_bytes())?.chain_update(message).finalize().into_bytes().into())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = env::var("BELL_API_SECRET_KEY")?;
    let user_id = env::args().nth(1).ok_or("whose proof?")?;
    println!("{}", match env::args().nth(2) {
        Some(ends_at) => expiring_user_hmac(&secret, &user_id, ends_at.parse()?)?,
        None => user_hmac(&secret, &user_id)?,
    });
    Ok(())
}
