//! What stands in the place of a picture that is missing.

/// The first letters of the first and the last word that begin with a letter or a digit; empty if there is none.
#[must_use]
pub fn initials(text: &str) -> String {
    let mut firsts = text
        .split_whitespace()
        .filter_map(|word| word.chars().next().filter(|first| first.is_alphanumeric()));
    let Some(first) = firsts.next() else { return String::new() };
    firsts.next_back().into_iter().fold(upper(first), |initials, last| initials + &upper(last))
}

/// One of `count` tones, the same for the same text.
#[must_use]
pub fn tone(text: &str, count: u32) -> u32 {
    text.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % count
}

fn upper(character: char) -> String {
    character.to_uppercase().collect()
}

#[cfg(test)]
mod tests {
    use super::{initials, tone};

    #[test]
    fn two_words_give_two_letters() {
        assert_eq!(initials("invoice 2041 is paid"), "IP");
        assert_eq!(initials("Deployed"), "D");
        assert_eq!(initials("  – élan  vital – "), "ÉV");
    }

    #[test]
    fn what_has_no_letter_has_no_initials() {
        assert_eq!(initials("🎉 – …"), "");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn the_same_text_has_the_same_tone() {
        assert_eq!(tone("billing", 6), tone("billing", 6));
        assert!((0..100).all(|number| tone(&number.to_string(), 6) < 6));
    }
}
