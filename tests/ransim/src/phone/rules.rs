use crate::crypto::Direction;

/// Misbehaviour of one phone: what it does with certain NAS messages instead of what the standard says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NasRule {
    /// Sent or received.
    pub direction: Direction,
    /// The message, by its name in the codec (`nas::Plain::name`); any, if absent. The service request, which is no plain
    /// message, is `ServiceRequest`.
    pub message: Option<&'static str>,
    /// How many such messages pass first.
    pub after: u32,
    /// How many are treated; `u32::MAX` for all.
    pub times: u32,
    /// How.
    pub action: NasAction,
}

/// What happens to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NasAction {
    /// It is not sent, or not seen.
    Ignore,
    /// This plain message is sent instead of it.
    Replace(Vec<u8>),
    /// It is sent twice, under two COUNTs.
    Twice,
    /// It is sent twice, octet by octet the same.
    Replay,
    /// Its code is wrong.
    WrongMac,
    /// It goes without protection.
    Unprotected,
    /// It is protected with the COUNT before.
    OldCount,
    /// RES is wrong: authentication responses only.
    WrongRes,
}

impl NasRule {
    /// Treats every such message.
    pub const fn always(direction: Direction, message: &'static str, action: NasAction) -> Self {
        Self { direction, message: Some(message), after: 0, times: u32::MAX, action }
    }

    /// Treats the first such message.
    pub const fn once(direction: Direction, message: &'static str, action: NasAction) -> Self {
        Self { direction, message: Some(message), after: 0, times: 1, action }
    }

    /// Whether this message is one to treat; counts it.
    pub(super) fn hit(&mut self, direction: Direction, name: &str) -> bool {
        if self.direction != direction
            || self.message.is_some_and(|message| message != name)
            || self.times == 0
        {
            return false;
        }
        if self.after > 0 {
            self.after -= 1;
            return false;
        }
        if self.times != u32::MAX {
            self.times -= 1;
        }
        true
    }
}

/// The action of the first rule that matches. Wrong RES is made where RES is known.
pub(super) fn action(rules: &mut [NasRule], direction: Direction, name: &str) -> Option<NasAction> {
    let mut rules = rules.iter_mut().filter(|rule| rule.action != NasAction::WrongRes);
    rules.find_map(|rule| rule.hit(direction, name).then(|| rule.action.clone()))
}
