//! What stands in the place of a picture that is missing.

/// The first letters of the first and the last word that begin with a letter or a digit; empty if there is none.
///
/// As they are: the style sheet makes capitals of them, so that their tables need not be downloaded.
#[must_use]
pub fn initials(text: &str) -> String {
    let mut firsts =
        text.split_whitespace().filter_map(|word| word.chars().next().filter(|first| is_letter(*first)));
    firsts.next().into_iter().chain(firsts.next_back()).collect()
}

/// Letters and digits of all scripts, roughly: exactly would take tables of Unicode, to be downloaded for a decoration.
fn is_letter(character: char) -> bool {
    match character {
        '\0'..='\u{7f}' => character.is_ascii_alphanumeric(),
        // The signs of Latin-1; punctuation, arrows, symbols; those of CJK; of full width; variation selectors; emoji.
        '\u{80}'..='\u{bf}'
        | '\u{2000}'..='\u{2bff}'
        | '\u{2e00}'..='\u{3040}'
        | '\u{fe00}'..='\u{fe6f}'
        | '\u{feff}'..='\u{ff0f}'
        | '\u{1f000}'..='\u{1faff}' => false,
        _ => true,
    }
}

/// One of `count` tones, the same for the same text.
#[must_use]
pub fn tone(text: &str, count: u32) -> u32 {
    text.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % count
}

#[cfg(test)]
mod tests {
    use super::{initials, tone};

    #[test]
    fn two_words_give_two_letters() {
        assert_eq!(initials("invoice 2041 is paid"), "ip");
        assert_eq!(initials("Deployed"), "D");
        assert_eq!(initials("  – élan  vital – "), "év");
    }

    #[test]
    fn every_script_has_letters() {
        assert_eq!(initials("Ωmega 東京"), "Ω東");
        assert_eq!(initials("Ёлка праздник"), "Ёп");
        assert_eq!(initials("«Élan» النظام"), "ا");
        assert_eq!(initials("“Spring” campaign"), "c");
    }

    #[test]
    fn what_has_no_letter_has_no_initials() {
        assert_eq!(initials("🎉 – … ✓ €5 「x」 ＃1"), "");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn the_same_text_has_the_same_tone() {
        assert_eq!(tone("billing", 6), tone("billing", 6));
        assert!((0..100).all(|number| tone(&number.to_string(), 6) < 6));
    }
}
