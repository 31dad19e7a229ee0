//! The known answers of the plain proof, shared by every side.

use serde_json::Value;

/// One known answer.
#[derive(Clone, Debug)]
pub struct Vector {
    /// The project's secret.
    pub secret: String,
    /// The user.
    pub user_id: String,
    /// The proof in standard base64.
    pub base64: String,
}

/// All of `vectors/user-hmac.json`.
#[must_use]
pub fn hmac_vectors() -> Vec<Vector> {
    let json: Value = serde_json::from_str(include_str!("../vectors/user-hmac.json")).expect("it is JSON");
    let vectors = json.as_array().expect("it is a list");
    let text = |vector: &Value, name: &str| {
        vector[name].as_str().unwrap_or_else(|| panic!("a vector without {name}: {vector}")).to_owned()
    };
    let read = |vector| Vector {
        secret: text(vector, "secret"),
        user_id: text(vector, "userId"),
        base64: text(vector, "base64"),
    };
    vectors.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::hmac_vectors;
    use crate::hmac_base64;

    #[test]
    fn the_harness_computes_the_known_answers() {
        for vector in hmac_vectors() {
            assert_eq!(hmac_base64(&vector.secret, &vector.user_id), vector.base64, "{vector:?}");
        }
    }
}
