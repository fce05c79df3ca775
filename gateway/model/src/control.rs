//! The door through which web and command line change the gateway.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::identity::{GlobalEnbId, Imsi};
use crate::subscriber::{Subscriber, SubscriberChange, SubscriberState};

/// Changes the gateway. The future is ready when the change is durable and the next attach sees it.
pub trait Control: Send + Sync {
    /// Carries one command out.
    fn execute(&self, command: Command) -> Pending<()>;
}

/// A change by an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Adds subscribers: all or none.
    AddSubscribers(Vec<Subscriber>),
    /// Replaces what is known of a subscriber, but for its sequence number. New keys end its phone's security context.
    ReplaceSubscriber(Box<Subscriber>),
    /// Renames a subscriber, bars it or gives it other bounds. Its keys stay.
    ChangeSubscriber(Imsi, Box<SubscriberChange>),
    /// Bars a subscriber, which detaches its phone, or serves it again.
    SetSubscriberState(Imsi, SubscriberState),
    /// Removes a subscriber and detaches its phone.
    RemoveSubscriber(Imsi),
    /// Forgets a learned cell, which makes room for another.
    ForgetCell(GlobalEnbId),
}

/// Why a command or a question was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is a subscriber with this IMSI already.
    Exists(Imsi),
    /// There is an account with this name already.
    AccountExists,
    /// There is no such subscriber or cell.
    NotFound,
    /// A pool is full.
    Full {
        /// The name of its limit.
        limit: &'static str,
        /// How many it holds.
        holds: u32,
    },
    /// The disk does not take the change; nothing has changed.
    Store {
        /// What the disk says.
        reason: String,
    },
    /// The box has an owner already.
    Taken,
    /// Nobody could look after the box any more.
    LastOwner,
    /// A backup does not open: another recovery key, or a damaged file.
    BadBackup,
    /// The network was not set up yet: there is nothing that serves phones.
    NotSetUp,
    /// This box cannot do that.
    NotHere {
        /// What it lacks.
        lacks: &'static str,
    },
    /// Values are wrong; nothing has changed.
    Wrong {
        /// Which and why, by key.
        mistakes: Vec<(String, String)>,
    },
    /// Something else happened first: the trial is over, or another one is on.
    TooLate,
    /// The gateway has too many requests waiting, or is stopping. Trying again later is right.
    Busy,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(imsi) => write!(f, "subscriber {} exists already", imsi.digits()),
            Self::AccountExists => f.write_str(
                "there is an account with this name already; change it, or choose another name",
            ),
            Self::NotFound => f.write_str("there is no such thing"),
            Self::Full { limit, holds } => {
                write!(
                    f,
                    "there is room for {holds} {limit} and no more; remove some, or raise limits.{limit}"
                )
            }
            Self::Store { reason } => {
                write!(f, "the disk does not take the change, nothing has changed: {reason}")
            }
            Self::Taken => f.write_str("this box has an owner already; sign in instead"),
            Self::LastOwner => f.write_str("this is the last owner; make another account an owner first"),
            Self::BadBackup => f.write_str(
                "the backup does not open: check the recovery key; if it is right, the file is damaged or of a newer version",
            ),
            Self::NotSetUp => f.write_str("the network is not set up yet; finish the setup first"),
            Self::NotHere { lacks } => write!(f, "this box cannot do that: {lacks}"),
            Self::Wrong { mistakes } => {
                f.write_str("nothing has changed:")?;
                mistakes.iter().try_for_each(|(key, why)| write!(f, " {key} {why};"))
            }
            Self::TooLate => f.write_str("that is over; look at what is in force now"),
            Self::Busy => f.write_str("the gateway is busy; try again in a moment"),
        }
    }
}

impl core::error::Error for Refusal {}

/// An answer that comes when the core's thread gets to it.
pub struct Pending<T>(Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send>>);

impl<T> Pending<T> {
    /// Wraps what will answer.
    pub fn new(answer: impl Future<Output = Result<T, Refusal>> + Send + 'static) -> Self {
        Self(Box::pin(answer))
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, Refusal>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pending(..)")
    }
}
