use core::fmt;

use pumice_model::query::SubscriberView;
use pumice_model::{identity, subscriber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::object::only_objects;
use super::present::{present, present_whole, whole};

/// A subscriber as it is shown: without keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subscriber {
    /// The identity on the SIM.
    #[schema(example = "001010000000001", pattern = "^[0-9]{6,15}$")]
    pub imsi: String,
    /// What the operator calls it.
    #[schema(example = "Amina")]
    pub name: String,
    /// Whether it is served.
    pub state: SubscriberState,
    /// Its APNs; the first is the default.
    pub apns: Vec<Apn>,
    /// The most that all its bearers may take together.
    pub ambr: Ambr,
    /// Whether voice over IMS is promised to it.
    pub ims_voice: bool,
    /// Whether its phone is attached.
    pub attached: bool,
}

impl From<SubscriberView> for Subscriber {
    fn from(view: SubscriberView) -> Self {
        let apn = |(apn, qci, ambr): (identity::Apn, subscriber::Qci, subscriber::Ambr)| Apn {
            apn: apn.to_string(),
            qci: qci.get(),
            ambr: ambr.into(),
        };
        Self {
            imsi: view.imsi.digits().as_str().to_owned(),
            name: view.name,
            state: view.state.into(),
            apns: view.apns.into_iter().map(apn).collect(),
            ambr: view.ambr.into(),
            ims_voice: view.ims_voice,
            attached: view.attached,
        }
    }
}

impl From<&subscriber::Subscriber> for Subscriber {
    /// The subscriber as it is before its phone first attaches.
    fn from(subscriber: &subscriber::Subscriber) -> Self {
        let apn = |profile: &subscriber::ApnProfile| Apn {
            apn: profile.apn.to_string(),
            qci: profile.qci.get(),
            ambr: profile.ambr.into(),
        };
        Self {
            imsi: subscriber.imsi.digits().as_str().to_owned(),
            name: subscriber.name.as_str().to_owned(),
            state: subscriber.state.into(),
            apns: subscriber.apns.iter().map(apn).collect(),
            ambr: subscriber.ambr.into(),
            ims_voice: subscriber.ims_voice,
            attached: false,
        }
    }
}

/// One APN of a subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Apn {
    /// Its name.
    #[schema(example = "internet")]
    pub apn: String,
    /// The class of its default bearer.
    #[schema(example = 9, minimum = 5, maximum = 9)]
    pub qci: u8,
    /// The most that it may take.
    pub ambr: Ambr,
}

/// Whether a subscriber is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", try_from = "String")]
pub enum SubscriberState {
    /// Served.
    Active,
    /// Barred by the operator or not paid.
    Barred,
}

impl TryFrom<String> for SubscriberState {
    type Error = UnknownState;

    fn try_from(text: String) -> Result<Self, UnknownState> {
        match text.as_str() {
            "active" => Ok(Self::Active),
            "barred" => Ok(Self::Barred),
            _ => Err(UnknownState),
        }
    }
}

/// A text is no state of a subscriber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown state, expected active or barred")]
pub struct UnknownState;

impl From<subscriber::SubscriberState> for SubscriberState {
    fn from(state: subscriber::SubscriberState) -> Self {
        match state {
            subscriber::SubscriberState::Active => Self::Active,
            subscriber::SubscriberState::Barred => Self::Barred,
        }
    }
}

impl From<SubscriberState> for subscriber::SubscriberState {
    fn from(state: SubscriberState) -> Self {
        match state {
            SubscriberState::Active => Self::Active,
            SubscriberState::Barred => Self::Barred,
        }
    }
}

/// Aggregate maximum bit rate, bit/s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Ambr {
    /// From the phone.
    #[serde(deserialize_with = "whole")]
    #[schema(example = 50_000_000, minimum = 1_000, maximum = 10_000_000_000_u64)]
    pub uplink: u64,
    /// To the phone.
    #[serde(deserialize_with = "whole")]
    #[schema(example = 100_000_000, minimum = 1_000, maximum = 10_000_000_000_u64)]
    pub downlink: u64,
}

impl From<subscriber::Ambr> for Ambr {
    fn from(ambr: subscriber::Ambr) -> Self {
        Self { uplink: ambr.uplink, downlink: ambr.downlink }
    }
}

/// A subscriber as it is given, with either `op` or `opc`. Keys are write-only: no answer ever holds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schema(example = json!({
    "imsi": "001010000000001",
    "k": "465b5ce8b199b49faa5f0a2ee238a6bc",
    "opc": "cd63cb71954a9f4e48a5994e37a02baf",
    "name": "Amina",
    "apns": [{"apn": "internet"}]
}))]
pub struct NewSubscriber {
    /// The identity on the SIM.
    #[schema(pattern = "^[0-9]{6,15}$")]
    pub imsi: String,
    /// K: 32 hexadecimal digits.
    #[schema(value_type = String, write_only, pattern = "^[0-9A-Fa-f]{32}$")]
    pub k: KeyText,
    /// OP, from which OPc is made: 32 hexadecimal digits.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, write_only, pattern = "^[0-9A-Fa-f]{32}$")]
    pub op: Option<KeyText>,
    /// OPc: 32 hexadecimal digits.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, write_only, pattern = "^[0-9A-Fa-f]{32}$")]
    pub opc: Option<KeyText>,
    /// Authentication management field with its separation bit set, which EPS needs; 8000 if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[89A-Fa-f][0-9A-Fa-f]{3}$", write_only)]
    pub amf: Option<String>,
    /// What the operator calls it: at most 64 octets of UTF-8, no control characters; empty if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    pub name: Option<String>,
    /// Whether it is served; active if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = SubscriberState, required = false)]
    pub state: Option<SubscriberState>,
    /// Its APNs, each named once; the first is the default. The gateway's default APN if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_items = 1, max_items = 4)]
    pub apns: Option<Vec<NewApn>>,
    /// The most that all its bearers may take together; the gateway's default if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Ambr, required = false)]
    pub ambr: Option<Ambr>,
    /// Whether the phone is told that voice over IMS works here; false if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ims_voice: Option<bool>,
}

/// One APN of a subscriber as it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct NewApn {
    /// Its name.
    #[schema(
        example = "internet",
        max_length = 100,
        pattern = r"^[0-9A-Za-z-]{1,63}(\.[0-9A-Za-z-]{1,63})*$"
    )]
    pub apn: String,
    /// The class of its default bearer; the gateway's default if absent.
    #[serde(default, deserialize_with = "present_whole", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 9, minimum = 5, maximum = 9)]
    pub qci: Option<u8>,
    /// Allocation and retention priority, 1 is first; the gateway's default if absent.
    #[serde(default, deserialize_with = "present_whole", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 8, minimum = 1, maximum = 15)]
    pub priority: Option<u8>,
    /// The most that it may take; as the subscriber if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Ambr, required = false)]
    pub ambr: Option<Ambr>,
}

/// What is changed of a subscriber: at least one thing. Its keys stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schema(example = json!({"state": "barred"}), min_properties = 1)]
pub struct SubscriberPatch {
    /// What the operator calls it: at most 64 octets of UTF-8, no control characters.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    pub name: Option<String>,
    /// Whether it is served. Barring a subscriber detaches its phone.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = SubscriberState, required = false)]
    pub state: Option<SubscriberState>,
    /// The most that it may take, in all and with each of its APNs, from its phone's next attach on.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Ambr, required = false)]
    pub ambr: Option<Ambr>,
}

only_objects!(Ambr, NewApn, NewSubscriber, SubscriberPatch);

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportResult {
    /// Rows in the file.
    #[schema(example = 40)]
    pub rows: usize,
    /// Subscribers that were added: all rows, or none of a dry run.
    #[schema(example = 40)]
    pub added: usize,
    /// Whether it was only a check.
    pub dry_run: bool,
}

/// A key in hexadecimal on its way into the gateway. It does not print and is wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyText(String);

impl KeyText {
    /// Takes hexadecimal digits; they are checked by the gateway.
    pub const fn new(digits: String) -> Self {
        Self(digits)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(..)")
    }
}
