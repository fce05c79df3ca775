//! Rules and declarations out of tokens.

use super::token::{Kind, Token};

/// Blocks inside blocks inside blocks; deeper ones are trouble.
const DEEPEST: usize = 32;

/// A style rule.
#[derive(Debug)]
pub(super) struct Rule<'t> {
    /// The selector.
    pub(super) prelude: &'t [Token<'t>],
    pub(super) declarations: Vec<Declaration<'t>>,
    /// It stands inside a positive `@supports`.
    pub(super) guarded: bool,
}

/// A property and its value.
#[derive(Debug)]
pub(super) struct Declaration<'t> {
    pub(super) property: &'t str,
    pub(super) value: &'t [Token<'t>],
    pub(super) at: usize,
}

/// An at-rule up to its block.
#[derive(Debug)]
pub(super) struct Prelude<'t> {
    pub(super) name: &'t str,
    pub(super) tokens: &'t [Token<'t>],
    pub(super) at: usize,
}

/// What the old grammar does not have.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) at: usize,
    pub(super) feature: String,
    pub(super) why: &'static str,
}

/// A sheet that was read.
#[derive(Debug, Default)]
pub(super) struct Read<'t> {
    pub(super) rules: Vec<Rule<'t>>,
    pub(super) preludes: Vec<Prelude<'t>>,
    pub(super) troubles: Vec<Trouble>,
}

impl Rule<'_> {
    /// The selectors between its commas, with white space folded.
    pub(super) fn selectors(&self) -> Vec<String> {
        let mut selectors = vec![String::new()];
        let mut depth = 0_usize;
        for token in self.prelude {
            match token.text {
                "," if depth == 0 => {
                    selectors.push(String::new());
                    continue;
                }
                ")" => depth = depth.saturating_sub(1),
                text if text.ends_with('(') => depth += 1,
                _ => {}
            }
            let text = if token.kind == Kind::Space { " " } else { token.text };
            if let Some(selector) = selectors.last_mut() {
                selector.push_str(text);
            }
        }
        selectors.iter().map(|selector| selector.trim().to_owned()).collect()
    }

    /// Whether `display` is one of these in the end.
    pub(super) fn displays(&self, values: &[&str]) -> bool {
        let last =
            self.declarations.iter().rev().find(|other| other.property.eq_ignore_ascii_case("display"));
        last.is_some_and(|display| {
            display
                .value
                .iter()
                .any(|token| values.iter().any(|value| token.text.eq_ignore_ascii_case(value)))
        })
    }

    pub(super) fn declares(&self, property: &str) -> bool {
        self.declarations.iter().any(|other| other.property.eq_ignore_ascii_case(property))
    }
}

/// Reads a sheet.
pub(super) fn rules<'t>(tokens: &'t [Token<'t>]) -> Read<'t> {
    let mut read = Read::default();
    read.list(tokens, false, 0);
    read
}

impl<'t> Read<'t> {
    /// Rules one after the other: the sheet, or the inside of `@media`.
    fn list(&mut self, mut tokens: &'t [Token<'t>], guarded: bool, depth: usize) {
        loop {
            tokens = trimmed(tokens);
            let Some(first) = tokens.first() else { return };
            if depth > DEEPEST {
                return self.trouble(first.at, "syntax", "blocks too deep inside each other");
            }
            if first.text == "}" {
                self.trouble(first.at, "syntax", "a brace that closes nothing");
                tokens = tokens.get(1..).unwrap_or_default();
                continue;
            }
            let at_rule = first.kind == Kind::At;
            let end = end_of(tokens, |text| text == "{" || (at_rule && text == ";"));
            let prelude = tokens.get(..end).unwrap_or_default();
            let rest = tokens.get(end..).unwrap_or_default();
            if rest.first().is_none_or(|token| token.text != "{") {
                match (at_rule, rest.is_empty()) {
                    (true, _) => {
                        self.preludes.push(Prelude { name: first.name(), tokens: prelude, at: first.at })
                    }
                    (false, _) => self.trouble(first.at, "syntax", "a selector without a block"),
                }
                tokens = rest.get(1..).unwrap_or_default();
                continue;
            }
            let (inside, after) = self.block(rest);
            tokens = after;
            if at_rule {
                self.at_rule(*first, prelude, inside, guarded, depth);
            } else {
                let declarations = self.declarations(inside);
                self.rules.push(Rule { prelude, declarations, guarded });
            }
        }
    }

    fn at_rule(
        &mut self,
        first: Token<'t>,
        prelude: &'t [Token<'t>],
        inside: &'t [Token<'t>],
        guarded: bool,
        depth: usize,
    ) {
        let name = first.name();
        self.preludes.push(Prelude { name, tokens: prelude, at: first.at });
        let lower = name.to_ascii_lowercase();
        match lower.trim_start_matches("-webkit-") {
            "font-face" | "page" | "property" | "counter-style" | "font-palette-values" => {
                // Descriptors are no properties; they must read as declarations all the same.
                self.declarations(inside);
            }
            "supports" => {
                let negative = prelude.iter().any(|token| token.text.eq_ignore_ascii_case("not"));
                self.list(inside, guarded || !negative, depth + 1);
            }
            _ => self.list(inside, guarded, depth + 1),
        }
    }

    /// The inside of the block that begins here, and what follows it.
    fn block(&mut self, tokens: &'t [Token<'t>]) -> (&'t [Token<'t>], &'t [Token<'t>]) {
        let inside = tokens.get(1..).unwrap_or_default();
        let end = end_of(inside, |text| text == "}");
        if end == inside.len()
            && let Some(opened) = tokens.first()
        {
            self.trouble(opened.at, "syntax", "a brace that nothing closes");
        }
        (inside.get(..end).unwrap_or_default(), inside.get(end + 1..).unwrap_or_default())
    }

    fn declarations(&mut self, mut tokens: &'t [Token<'t>]) -> Vec<Declaration<'t>> {
        let mut declarations = Vec::new();
        loop {
            tokens = trimmed(tokens);
            let Some(first) = tokens.first() else { return declarations };
            // The value of a custom property may hold braces; a rule may not.
            let custom = first.text.starts_with("--");
            let end = end_of(tokens, |text| text == ";" || (text == "{" && !custom));
            let declaration = tokens.get(..end).unwrap_or_default();
            let rest = tokens.get(end..).unwrap_or_default();
            if rest.first().is_some_and(|token| token.text == "{") {
                self.trouble(first.at, "nesting", "a rule inside a rule, since Safari 16.5");
                tokens = self.block(rest).1;
                continue;
            }
            tokens = rest.get(1..).unwrap_or_default();
            let colon = declaration.iter().position(|token| token.text == ":");
            match colon.and_then(|colon| Some((declaration.get(..colon)?, declaration.get(colon + 1..)?))) {
                Some((property, value)) if first.kind == Kind::Word && trailing(property).len() == 1 => {
                    declarations.push(Declaration {
                        property: first.text,
                        value: trimmed(value),
                        at: first.at,
                    });
                }
                _ if first.text == ";" => {}
                _ => self.trouble(first.at, "syntax", "not a declaration"),
            }
        }
    }

    fn trouble(&mut self, at: usize, feature: &str, why: &'static str) {
        self.troubles.push(Trouble { at, feature: feature.to_owned(), why });
    }
}

/// Where the first token of that kind stands that is not inside brackets of any sort.
fn end_of(tokens: &[Token<'_>], ends: impl Fn(&str) -> bool) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        if matches!(token.kind, Kind::Text | Kind::Space) {
            continue;
        }
        if depth == 0 && ends(token.text) {
            return index;
        }
        match token.text {
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            "{" | "[" => depth += 1,
            text if text.ends_with('(') => depth += 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Without white space before, and without `<!--` and `-->`, which a sheet may hold.
fn trimmed<'t>(tokens: &'t [Token<'t>]) -> &'t [Token<'t>] {
    let first = tokens.iter().position(|token| token.kind != Kind::Space).unwrap_or(tokens.len());
    tokens.get(first..).unwrap_or_default()
}

/// Without white space behind.
fn trailing<'t>(tokens: &'t [Token<'t>]) -> &'t [Token<'t>] {
    let last = tokens.iter().rposition(|token| token.kind != Kind::Space).map_or(0, |last| last + 1);
    tokens.get(..last).unwrap_or_default()
}
