//! Takes out of a text what opens a network or names a phone.
//!
//! What is taken out: secrets that are known (as they are, and as JSON and debug output write them), runs of 32 and more
//! hexadecimal digits (also in pairs with something between), lists of 16 and more octets, password hashes (`$argon2id$..`), and
//! private keys in PEM. IMSIs, IMEIs and ICCIDs keep their network and last three digits. It is a net with small meshes: a
//! number of 14 digits that is no IMSI is shortened as well.

/// Secrets shorter than this are not looked for: they would be found in every second word.
const SHORTEST: usize = 4;

/// Hexadecimal digits from which on it may be a key.
const KEY: usize = 32;

/// Octets in a list from which on it may be a key.
const LIST: usize = 16;

/// Digits of an identity: an IMSI has 14 or 15 (a few networks), an IMEI 14 to 16, an ICCID 18 to 20.
const IDENTITY: std::ops::RangeInclusive<usize> = 14..=20;

const PEM: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";

/// Knows the secrets of this box.
#[derive(Clone)]
pub(crate) struct Scrubber {
    /// Each way to write each secret, the longest first.
    secrets: Vec<String>,
}

impl std::fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scrubber").field("secrets", &self.secrets.len()).finish()
    }
}

impl Scrubber {
    /// Takes the values of secret settings, and whatever else must not be seen.
    pub(crate) fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut written: Vec<String> = secrets
            .into_iter()
            .filter(|secret| secret.as_ref().len() >= SHORTEST)
            .flat_map(|secret| ways_to_write(secret.as_ref()))
            .collect();
        // One may be the start of another.
        written.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        written.dedup();
        Self { secrets: written }
    }

    /// The text without what must not be seen.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut rest = text;
        // The letter before: in the middle of a run nothing begins.
        let mut before = None;
        while let Some(letter) = rest.chars().next() {
            let (length, instead) = match self.find(rest, before) {
                Some(found) => found,
                None => (letter.len_utf8(), Instead::Same),
            };
            let (found, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            before = found.chars().next_back();
            match instead {
                Instead::Same => clean.push_str(found),
                Instead::Word(word) => {
                    clean.push_str(word);
                    before = None;
                }
                Instead::Short => shorten(found, &mut clean),
            }
            rest = after;
        }
        clean
    }

    /// What begins here: how many octets, and what stands there instead.
    fn find(&self, rest: &str, before: Option<char>) -> Option<(usize, Instead)> {
        if let Some(secret) = self.secrets.iter().find(|secret| rest.starts_with(secret.as_str())) {
            return Some((secret.len(), Instead::Word("[secret]")));
        }
        let first = *rest.as_bytes().first()?;
        if first == b'-' && rest.starts_with(PEM) {
            return pem(rest);
        }
        if first == b'$' {
            return password_hash(rest).map(|length| (length, Instead::Word("[password hash]")));
        }
        if !first.is_ascii_hexdigit() {
            return None;
        }
        let is_middle = |belongs: fn(&char) -> bool| before.as_ref().is_some_and(belongs);
        if !is_middle(char::is_ascii_hexdigit)
            && let Some(length) = hex(rest).or_else(|| list(rest))
        {
            return Some((length, Instead::Word("[key]")));
        }
        if is_middle(char::is_ascii_digit) { None } else { identity(rest) }
    }
}

enum Instead {
    Same,
    Word(&'static str),
    Short,
}

fn ways_to_write(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let debug = format!("{secret:?}");
    let inner = |quoted: &str| quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let hex = secret.bytes().map(|octet| format!("{octet:02x}")).collect();
    vec![secret.to_owned(), inner(&json), inner(&debug), hex]
}

/// A run of digits, or pairs of digits with one and the same sign between them.
fn hex(rest: &str) -> Option<usize> {
    let digits = |text: &[u8]| text.iter().take_while(|octet| octet.is_ascii_hexdigit()).count();
    let octets = rest.as_bytes();
    let run = digits(octets);
    if run >= KEY {
        return Some(run);
    }
    let between = *octets.get(2).filter(|sign| matches!(sign, b' ' | b':' | b'-' | b'_'))?;
    let mut length = 0;
    let mut pairs = 0;
    while digits(octets.get(length..)?) == 2 {
        length += 2;
        pairs += 1;
        match octets.get(length) {
            Some(sign) if *sign == between => length += 1,
            _ => break,
        }
    }
    (pairs * 2 >= KEY).then_some(length)
}

/// A list of octets, as debug output writes an array: on one line, or a line each.
fn list(rest: &str) -> Option<usize> {
    let octets = rest.as_bytes();
    let mut at = 0;
    let mut numbers = 0;
    let mut end = 0;
    loop {
        let digits = octets.get(at..)?.iter().take_while(|octet| octet.is_ascii_digit()).count();
        let is_octet = (1..=3).contains(&digits)
            && rest.get(at..at + digits).is_some_and(|number| number.parse::<u8>().is_ok());
        if !is_octet {
            break;
        }
        at += digits;
        numbers += 1;
        end = at;
        if octets.get(at) != Some(&b',') {
            break;
        }
        at += 1;
        at += octets.get(at..)?.iter().take_while(|octet| matches!(octet, b' ' | b'\n')).count();
    }
    (numbers >= LIST).then_some(end)
}

fn identity(rest: &str) -> Option<(usize, Instead)> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    // What is not an identity is stepped over as a whole, or its end would look like one.
    (digits > 0).then(|| (digits, if IDENTITY.contains(&digits) { Instead::Short } else { Instead::Same }))
}

fn shorten(digits: &str, clean: &mut String) {
    let last = digits.len().saturating_sub(3);
    clean.push_str(digits.get(..5).unwrap_or_default());
    clean.push_str("..");
    clean.push_str(digits.get(last..).unwrap_or_default());
}

/// A hash in the PHC format or crypt(3)'s: `$name$`, then all that may be in one.
fn password_hash(rest: &str) -> Option<usize> {
    let (name, _) = rest.strip_prefix('$')?.split_once('$')?;
    let is_name = (1..=32).contains(&name.len())
        && name.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-');
    let belongs = |octet: &u8| octet.is_ascii_alphanumeric() || b"$+/=.,-".contains(octet);
    is_name.then(|| rest.as_bytes().iter().take_while(|octet| belongs(octet)).count())
}

/// A block of PEM: private keys go, to their end or that of the text; certificates stay.
fn pem(rest: &str) -> Option<(usize, Instead)> {
    let (label, _) = rest.strip_prefix(PEM)?.split_once("-----")?;
    if !label.contains("PRIVATE KEY") {
        return None;
    }
    let length = rest.find(PEM_END).map_or(rest.len(), |end| {
        let line = rest.get(end..).and_then(|last| last.find('\n'));
        line.map_or(rest.len(), |line| end + line)
    });
    Some((length, Instead::Word("[private key]")))
}
