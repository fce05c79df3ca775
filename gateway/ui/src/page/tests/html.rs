//! A small reader of HTML as our pages have it: strict, so that what it lets through is well-formed.

use std::collections::{BTreeMap, BTreeSet};

/// An element that was opened, or a piece of text.
#[derive(Debug)]
pub(super) enum Node {
    Open { tag: String, attributes: BTreeMap<String, String>, within: Vec<usize> },
    Text { text: String, within: Vec<usize> },
}

const VOID: [&str; 5] = ["input", "meta", "link", "br", "img"];

/// The nodes of a page or of a part of one, in order; `within` are the places of the elements around them.
pub(super) fn read(html: &str) -> Result<Vec<Node>, String> {
    let mut nodes = Vec::new();
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").unwrap_or(html);
    while let Some((before, after)) = rest.split_once('<') {
        let within: Vec<usize> = open.iter().map(|(_, place)| *place).collect();
        if !before.is_empty() {
            nodes.push(Node::Text { text: decoded(before)?, within: within.clone() });
        }
        let (inside, tail) = tag_end(after)?;
        rest = tail;
        if let Some(closing) = inside.strip_prefix('/') {
            let (tag, _) = open.pop().ok_or_else(|| format!("</{closing}> closes nothing"))?;
            if tag != closing {
                return Err(format!("</{closing}> closes <{tag}>"));
            }
            continue;
        }
        let (tag, attributes) = parts(inside)?;
        if !VOID.contains(&tag.as_str()) {
            open.push((tag.clone(), nodes.len()));
        }
        nodes.push(Node::Open { tag, attributes, within });
    }
    if !rest.is_empty() {
        nodes.push(Node::Text { text: decoded(rest)?, within: Vec::new() });
    }
    match open.pop() {
        Some((tag, _)) => Err(format!("<{tag}> is never closed")),
        None => Ok(nodes),
    }
}

/// Where the tag ends: the first `>` outside quotes.
fn tag_end(text: &str) -> Result<(&str, &str), String> {
    let mut quoted = false;
    for (place, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '>' if !quoted => return Ok((&text[..place], &text[place + 1..])),
            '<' if !quoted => return Err(format!("a tag within a tag: {}", &text[..place])),
            _ => {}
        }
    }
    Err("a tag that does not end".into())
}

fn parts(inside: &str) -> Result<(String, BTreeMap<String, String>), String> {
    let (tag, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    if tag.is_empty() || !tag.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(format!("<{tag}> is no tag"));
    }
    let mut attributes = BTreeMap::new();
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let value = match rest.strip_prefix("=\"") {
            Some(quoted) => {
                let (value, tail) = quoted.split_once('"').ok_or("a value that does not end")?;
                rest = tail;
                decoded(value)?
            }
            None => String::new(),
        };
        if attributes.insert(name.clone(), value).is_some() {
            return Err(format!("<{tag}> has {name} twice"));
        }
    }
    Ok((tag.to_owned(), attributes))
}

/// A text with its four escapes resolved; anything else after `&` is a mistake.
fn decoded(text: &str) -> Result<String, String> {
    for part in text.split('&').skip(1) {
        if !["lt;", "gt;", "amp;", "quot;"].iter().any(|known| part.starts_with(known)) {
            return Err(format!("&{part} is not escaped"));
        }
    }
    Ok(text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

/// Everything that is wrong with a page, beyond being well-formed.
pub(super) struct Page<'a> {
    nodes: &'a [Node],
    wrong: Vec<String>,
}

impl<'a> Page<'a> {
    pub(super) fn new(nodes: &'a [Node]) -> Self {
        Self { nodes, wrong: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<String> {
        self.wrong
    }

    fn elements(
        &self,
    ) -> impl Iterator<Item = (usize, &'a str, &'a BTreeMap<String, String>, &'a [usize])> + use<'a> {
        let nodes = self.nodes;
        nodes.iter().enumerate().filter_map(|(place, node)| match node {
            Node::Open { tag, attributes, within } => {
                Some((place, tag.as_str(), attributes, within.as_slice()))
            }
            Node::Text { .. } => None,
        })
    }

    /// The text within an element, names for screen readers included.
    fn text_of(&self, place: usize) -> String {
        self.nodes
            .iter()
            .filter_map(|node| match node {
                Node::Text { text, within } if within.contains(&place) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    fn require(&mut self, good: bool, what: impl FnOnce() -> String) {
        if !good {
            self.wrong.push(what());
        }
    }

    /// One main, one h1, a language, a title; headings that skip no level.
    pub(super) fn outline(&mut self) {
        for (tag, wanted) in [("html", 1), ("title", 1), ("main", 1), ("h1", 1)] {
            let count = self.elements().filter(|(_, name, ..)| *name == tag).count();
            self.require(count == wanted, || format!("{count} <{tag}>"));
        }
        let mut level = 0;
        let headings: Vec<(u8, String)> = self
            .elements()
            .filter_map(|(place, tag, ..)| match tag {
                "h1" | "h2" | "h3" | "h4" => Some((tag.as_bytes()[1] - b'0', self.text_of(place))),
                _ => None,
            })
            .collect();
        for (this, text) in headings {
            self.require(!text.trim().is_empty(), || "a heading without text".into());
            self.require(this <= level + 1, || format!("h{this} after h{level}: {text}"));
            level = this;
        }
        let root =
            self.elements().find(|(_, tag, ..)| *tag == "html").map(|(_, _, attributes, _)| attributes);
        let known = root.is_some_and(|root| root.contains_key("lang") && root.contains_key("dir"));
        self.require(known, || "no lang or dir".into());
    }

    /// Identities are unique, and everything that refers to one finds it.
    pub(super) fn references(&mut self, whole: bool) {
        let mut known = BTreeSet::new();
        for (_, tag, attributes, _) in self.elements() {
            if let Some(id) = attributes.get("id") {
                let new = known.insert(id.as_str());
                self.require(new && !id.is_empty() && !id.contains(' '), || {
                    format!("<{tag} id=\"{id}\"> twice or bad")
                });
            }
        }
        if !whole {
            return;
        }
        for (_, tag, attributes, _) in self.elements() {
            for name in ["for", "aria-describedby", "aria-labelledby", "list", "data-reveal"] {
                for id in attributes.get(name).into_iter().flat_map(|value| value.split(' ')) {
                    self.require(known.contains(id), || format!("<{tag} {name}=\"{id}\"> finds nothing"));
                }
            }
            if let Some(id) = attributes.get("href").and_then(|href| href.strip_prefix('#')) {
                self.require(known.contains(id), || format!("<a href=\"#{id}\"> finds nothing"));
            }
        }
    }

    /// Everything that can be filled in or pressed has a name.
    pub(super) fn names(&mut self) {
        let labelled: BTreeSet<&str> = self
            .elements()
            .filter(|(_, tag, ..)| *tag == "label")
            .filter_map(|(_, _, attributes, _)| attributes.get("for").map(String::as_str))
            .collect();
        for (place, tag, attributes, _) in self.elements() {
            let own_name = attributes.get("aria-label").is_some_and(|label| !label.is_empty());
            let kind = attributes.get("type").map_or("", String::as_str);
            match tag {
                "input" if kind == "hidden" => {}
                "input" | "select" | "textarea" => {
                    let named = attributes.get("id").is_some_and(|id| labelled.contains(id.as_str()));
                    self.require(own_name || named, || format!("<{tag}> without a label: {attributes:?}"));
                    let typed = tag != "input" || !kind.is_empty();
                    self.require(typed, || format!("<input> without a type: {attributes:?}"));
                }
                "button" | "a" | "summary" | "label" | "legend" | "th" | "nav" => {
                    let named = own_name || !self.text_of(place).trim().is_empty();
                    self.require(named, || format!("<{tag}> without a text: {attributes:?}"));
                    self.require(tag != "button" || !kind.is_empty(), || "<button> without a type".into());
                    self.require(tag != "nav" || own_name, || "<nav> without a name".into());
                    self.require(tag != "th" || attributes.contains_key("scope"), || {
                        "<th> without a scope".into()
                    });
                }
                "svg" => {
                    let hidden = attributes.get("aria-hidden").is_some_and(|value| value == "true");
                    let named = own_name && attributes.get("role").is_some_and(|role| role == "img");
                    self.require(hidden != named, || {
                        format!("<svg> is neither hidden nor named: {attributes:?}")
                    });
                }
                _ => {}
            }
        }
    }

    /// Forms have a method; those that change something have the token; nobody else gets it.
    pub(super) fn forms(&mut self, token: &str) {
        for (place, tag, attributes, within) in self.elements() {
            if tag != "form" {
                self.require(
                    !matches!(tag, "input" | "select" | "textarea")
                        || within.iter().any(
                            |outer| matches!(&self.nodes[*outer], Node::Open { tag, .. } if tag == "form"),
                        )
                        || attributes.get("id").is_some_and(|id| id == "scan-photo"),
                    || format!("<{tag}> outside a form: {attributes:?}"),
                );
                continue;
            }
            let action = attributes.get("action").map_or("", String::as_str);
            self.require(action.starts_with('/'), || format!("a form goes to {action:?}"));
            let tokens = self
                .elements()
                .filter(|(_, tag, inner, within)| {
                    *tag == "input"
                        && within.contains(&place)
                        && inner.get("name").is_some_and(|name| name == "_csrf")
                        && inner.get("value").is_some_and(|value| value == token)
                })
                .count();
            match attributes.get("method").map(String::as_str) {
                Some("post") => {
                    self.require(tokens == 1, || format!("the form to {action} has {tokens} tokens"))
                }
                Some("get") => self.require(tokens == 0, || format!("the form to {action} shows its token")),
                other => self.require(false, || format!("the form to {action} has the method {other:?}")),
            }
        }
    }

    /// What the content security policy would refuse, and what would leave the box.
    pub(super) fn policy(&mut self) {
        for (_, tag, attributes, _) in self.elements() {
            self.require(!matches!(tag, "style" | "iframe" | "object" | "embed" | "base"), || {
                format!("<{tag}>")
            });
            let sourced = attributes.get("src").is_some_and(|source| source.starts_with("/assets/"));
            self.require(tag != "script" || sourced, || {
                format!("a script without a source of ours: {attributes:?}")
            });
            for (name, value) in attributes {
                self.require(name != "style" && !name.starts_with("on"), || format!("<{tag} {name}>"));
                let address = matches!(name.as_str(), "href" | "src" | "action");
                let foreign = value.contains("//")
                    && !value.starts_with("https://pumice.local/")
                    && !value.starts_with("https://192.168.");
                self.require(!(address && (foreign || value.contains("javascript:"))), || {
                    format!("<{tag} {name}={value}>")
                });
            }
        }
        for node in self.nodes {
            if let Node::Text { text, within } = node {
                let in_script = within
                    .iter()
                    .any(|outer| matches!(&self.nodes[*outer], Node::Open { tag, .. } if tag == "script"));
                self.require(!in_script, || format!("a script in the page: {text}"));
            }
        }
    }

    /// Placeholders that nobody filled in.
    pub(super) fn filled(&mut self) {
        let nodes = self.nodes;
        let texts = nodes.iter().flat_map(|node| match node {
            Node::Text { text, .. } => vec![text.as_str()],
            Node::Open { attributes, .. } => attributes.values().map(String::as_str).collect(),
        });
        let holes: Vec<String> = texts
            .filter(|text| {
                text.split('{').skip(1).any(|rest| {
                    rest.split_once('}').is_some_and(|(name, _)| {
                        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase())
                    })
                })
            })
            .map(|text| format!("not filled in: {text}"))
            .collect();
        self.wrong.extend(holes);
    }

    /// Texts, each with the tags around it.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Text { text, within } => {
                let around = within.iter().filter_map(|outer| match &self.nodes[*outer] {
                    Node::Open { tag, .. } => Some(tag.as_str()),
                    Node::Text { .. } => None,
                });
                Some((text.as_str(), around.collect()))
            }
            Node::Open { .. } => None,
        })
    }
}

#[test]
fn the_reader_is_strict() {
    for bad in [
        "<p>",
        "<p></b></p>",
        "</p>",
        "<p a=\"1\" a=\"2\"></p>",
        "<p>&nbsp;</p>",
        "<p <b>",
        "< p></p>",
        "<p a=\"x></p>",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
    assert!(read("<p a=\"&lt;>\">x<input type=\"text\"></p>").is_ok());
}

#[test]
fn the_checks_find_mistakes() {
    let wrong = |html: &str| {
        let nodes = read(html).unwrap();
        let mut page = Page::new(&nodes);
        page.outline();
        page.references(true);
        page.names();
        page.forms("t");
        page.policy();
        page.filled();
        page.finish().join("\n")
    };
    let frame = |inside: &str| {
        wrong(&format!(
            "<html lang=\"en\" dir=\"ltr\"><title>t</title><main><h1>t</h1>{inside}</main></html>"
        ))
    };
    assert_eq!(frame(""), "");
    for (html, said) in [
        ("<h3>x</h3>", "h3 after h1"),
        ("<p id=\"a\"></p><p id=\"a\"></p>", "twice"),
        ("<a href=\"#b\">x</a>", "finds nothing"),
        ("<button type=\"submit\"></button>", "without a text"),
        ("<form method=\"post\" action=\"/x\"></form>", "0 tokens"),
        (
            "<form method=\"post\" action=\"/x\"><input type=\"hidden\" name=\"_csrf\" value=\"u\"></form>",
            "0 tokens",
        ),
        (
            "<form method=\"get\" action=\"/x\"><input type=\"hidden\" name=\"_csrf\" value=\"t\"></form>",
            "shows its token",
        ),
        ("<form action=\"/x\"></form>", "the method None"),
        ("<form method=\"get\" action=\"/x\"><input type=\"text\" id=\"q\"></form>", "without a label"),
        ("<p style=\"x\"></p>", "<p style>"),
        ("<p onclick=\"x\"></p>", "<p onclick>"),
        ("<script>x</script>", "a script"),
        ("<a href=\"https://example.org/\">x</a>", "example.org"),
        ("<svg></svg>", "neither hidden nor named"),
        ("<p>{name}</p>", "not filled in"),
    ] {
        assert!(frame(html).contains(said), "{html}: {}", frame(html));
    }
}
