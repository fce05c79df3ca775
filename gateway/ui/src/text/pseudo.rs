//! English in disguise.

/// Puts accents on the letters and brackets around the text. Placeholders stay.
pub(super) fn disguise(text: &str) -> String {
    let mut disguised = String::from("⟦");
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '{' => inside = true,
            '}' => inside = false,
            _ => {}
        }
        disguised.push(if inside { letter } else { accented(letter) });
    }
    disguised.push('⟧');
    disguised
}

const fn accented(letter: char) -> char {
    match letter {
        'a' => 'ȧ',
        'e' => 'ḗ',
        'i' => 'ī',
        'o' => 'ǿ',
        'u' => 'ŭ',
        'n' => 'ƞ',
        's' => 'ş',
        't' => 'ŧ',
        'A' => 'Ȧ',
        'S' => 'Ş',
        'T' => 'Ŧ',
        other => other,
    }
}
