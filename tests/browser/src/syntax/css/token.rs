//! Tokens of CSS Syntax Level 3, as many kinds as the lint tells apart.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name; a custom property too.
    Word,
    /// A name and its opening parenthesis.
    Function,
    /// `@` and a name.
    At,
    /// `#` and a name.
    Hash,
    /// A number with its unit or `%`.
    Number,
    /// A quoted text.
    Text,
    /// One or more white spaces and comments.
    Space,
    /// Any other single character.
    Other,
}

/// A token and where it begins, in octets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'s> {
    pub(super) kind: Kind,
    pub(super) text: &'s str,
    pub(super) at: usize,
}

impl<'s> Token<'s> {
    /// The bare name of a word, a function or an at-rule.
    pub(super) fn name(&self) -> &'s str {
        self.text.trim_start_matches('@').trim_end_matches('(')
    }

    /// What follows a number's digits.
    pub(super) fn unit(&self) -> &'s str {
        let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-');
        let rest = self.text.trim_start_matches(number);
        // An exponent belongs to the number: `1e3px`.
        match rest.strip_prefix(['e', 'E']) {
            Some(after) if after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) => {
                after.trim_start_matches(number)
            }
            _ => rest,
        }
    }
}

/// Splits a sheet. Every octet is in one token, in order.
pub(super) fn tokens(sheet: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = sheet.get(at..)
        && !rest.is_empty()
    {
        let (kind, length) = next(rest);
        let length = length.min(rest.len());
        tokens.push(Token { kind, text: rest.get(..length).unwrap_or(rest), at });
        at += length;
    }
    tokens
}

/// Kind and length of the token at the beginning of `rest`, which is not empty.
fn next(rest: &str) -> (Kind, usize) {
    let space = spaces(rest);
    if space > 0 {
        return (Kind::Space, space);
    }
    let Some(first) = rest.chars().next() else { return (Kind::Other, 0) };
    if matches!(first, '"' | '\'') {
        return (Kind::Text, quoted(rest, first));
    }
    if begins_number(rest) {
        return (Kind::Number, number(rest));
    }
    let behind = rest.get(first.len_utf8()..).unwrap_or_default();
    match first {
        '@' if name(behind) > 0 => return (Kind::At, 1 + name(behind)),
        '#' if name(behind) > 0 => return (Kind::Hash, 1 + name(behind)),
        _ => {}
    }
    match name(rest) {
        0 => (Kind::Other, first.len_utf8()),
        length if rest.get(length..).is_some_and(|after| after.starts_with('(')) => {
            let length = length + 1;
            // An address without quotes may hold anything up to its parenthesis.
            let unquoted = rest.get(..length).is_some_and(|text| text.eq_ignore_ascii_case("url("));
            let inside = rest.get(length..).unwrap_or_default();
            if unquoted && !inside.trim_start().starts_with(['"', '\'']) {
                return (Kind::Text, length + inside.find(')').map_or(inside.len(), |end| end + 1));
            }
            (Kind::Function, length)
        }
        length => (Kind::Word, length),
    }
}

fn spaces(rest: &str) -> usize {
    let mut length = 0;
    loop {
        let left = rest.get(length..).unwrap_or_default();
        let blank = left.len() - left.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']).len();
        let comment = match left.get(blank..).and_then(|after| after.strip_prefix("/*")) {
            Some(inside) => 2 + inside.find("*/").map_or(inside.len(), |end| end + 2),
            None => 0,
        };
        if blank + comment == 0 {
            return length;
        }
        length += blank + comment;
    }
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            // An unescaped line end closes a broken text.
            '\n' => return at,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn name(rest: &str) -> usize {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '\\' || !c.is_ascii();
    let bare = rest.trim_start_matches('-');
    let dashes = rest.len() - bare.len();
    if !(dashes >= 2 || bare.starts_with(begins)) {
        return 0;
    }
    let mut escaped = false;
    for (at, character) in rest.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '-' => {}
            _ if begins(character) || character.is_ascii_digit() => {}
            _ => return at,
        }
    }
    rest.len()
}

fn begins_number(rest: &str) -> bool {
    let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let digits = unsigned.strip_prefix('.').unwrap_or(unsigned);
    digits.starts_with(|c: char| c.is_ascii_digit())
}

fn number(rest: &str) -> usize {
    let digits = |from: usize| {
        let left = rest.get(from..).unwrap_or_default();
        left.len() - left.trim_start_matches(|c: char| c.is_ascii_digit()).len()
    };
    let mut length = usize::from(rest.starts_with(['+', '-']));
    length += digits(length);
    if rest.get(length..).is_some_and(|left| left.starts_with('.')) && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    let exponent = rest.get(length..).unwrap_or_default();
    if exponent.starts_with(['e', 'E']) {
        let sign = usize::from(exponent.get(1..).is_some_and(|left| left.starts_with(['+', '-'])));
        let power = digits(length + 1 + sign);
        if power > 0 {
            length += 1 + sign + power;
        }
    }
    let left = rest.get(length..).unwrap_or_default();
    if left.starts_with('%') { length + 1 } else { length + name(left) }
}
