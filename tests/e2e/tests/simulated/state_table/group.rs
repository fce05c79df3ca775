//! The rows of one state.

use super::Situation;

/// What came of each message in a state.
pub(super) struct Group {
    situation: Situation,
    rows: Vec<(String, String)>,
    /// NAS in the clear, with a wrong code, with the right one.
    nas_rows: Vec<(String, [String; 3])>,
}

impl Group {
    pub(super) const fn new(situation: Situation) -> Self {
        Self { situation, rows: Vec::new(), nas_rows: Vec::new() }
    }

    pub(super) fn put(&mut self, name: &str, what: String) {
        self.rows.push((name.to_owned(), what));
    }

    pub(super) fn put_nas(&mut self, name: &str, columns: [String; 3]) {
        self.nas_rows.push((name.to_owned(), columns));
    }

    /// The rows in their order; those that have in common what most have, at the end.
    pub(super) fn text(mut self) -> String {
        let states = self.situation.states().map(|(s1, emm)| format!("{s1}, {emm}: ")).unwrap_or_default();
        let mut text = format!("\n# {states}{}\n", self.situation.story());
        let unverified: Vec<_> =
            self.nas_rows.iter().map(|(_, [clear, wrong, _])| format!("{clear}{wrong}")).collect();
        let usual = most(&unverified).and_then(|most| unverified.iter().position(|text| text == most));
        if let Some(usual) = usual.map(|at| self.nas_rows[at].1.clone()) {
            text.push_str(&format!("in the clear: {}; with a wrong code: {}\n\n", usual[0], usual[1]));
            for (name, columns) in std::mem::take(&mut self.nas_rows) {
                self.put(&name, by_protection(&columns, &usual));
            }
        }
        text + &self.rows_text()
    }

    fn rows_text(&self) -> String {
        let mut text = String::new();
        let whats: Vec<_> = self.rows.iter().map(|(_, what)| what.clone()).collect();
        let most = most(&whats);
        let is_common =
            |what: &String| Some(what) == most && whats.iter().filter(|other| *other == what).count() > 3;
        let (common, own): (Vec<_>, Vec<_>) = self.rows.iter().partition(|(_, what)| is_common(what));
        for (name, what) in own {
            text.push_str(&format!("{name}: {what}\n"));
        }
        if let Some((_, what)) = common.first() {
            let names: Vec<_> = common.iter().map(|(name, _)| name.as_str()).collect();
            text.push_str(&format!("all others: {what}\n    ({})\n", names.join("; ")));
        }
        text
    }
}

/// The commonest; of two, the first.
fn most(whats: &[String]) -> Option<&String> {
    let times = |what: &String| whats.iter().filter(|other| *other == what).count();
    whats.iter().rev().max_by_key(|what| times(what))
}

/// What comes of a message by how it is protected. What is usual is not said, and what is the same only once.
fn by_protection([clear, wrong, right]: &[String; 3], usual: &[String; 3]) -> String {
    let usual = clear == &usual[0] && wrong == &usual[1];
    match (clear == wrong, wrong == right) {
        _ if usual => right.clone(),
        (true, true) => format!("however: {clear}"),
        (true, false) => format!("clear, wrong: {clear}; right: {right}"),
        (false, true) => format!("clear: {clear}; wrong, right: {wrong}"),
        (false, false) => format!("clear: {clear}; wrong: {wrong}; right: {right}"),
    }
}
