use pumice_model::machine::CaptureView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::object::only_objects;
use super::present::{present, present_whole};

/// A capture that runs or has run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Capture {
    /// Its name.
    #[schema(example = "capture-1")]
    pub name: String,
    /// The interface.
    #[schema(example = "eth0")]
    pub interface: String,
    /// Only packets of this address were kept; null if all were.
    #[schema(required = true, example = "10.45.0.2")]
    pub address: Option<String>,
    /// Seconds at most.
    #[schema(example = 60)]
    pub seconds: u32,
    /// Octets of the file at most.
    #[schema(example = 8_388_608)]
    pub most_octets: u64,
    /// Whether it still runs.
    pub running: bool,
    /// Octets so far.
    #[schema(example = 52_100)]
    pub octets: u64,
    /// Packets so far.
    #[schema(example = 310)]
    pub packets: u64,
}

impl From<CaptureView> for Capture {
    fn from(view: CaptureView) -> Self {
        let request = view.request;
        Self {
            name: view.name,
            interface: request.interface,
            address: request.address.map(|address| address.to_string()),
            seconds: request.seconds,
            most_octets: request.octets,
            running: view.running,
            octets: view.octets,
            packets: view.packets,
        }
    }
}

/// A capture to begin: of an interface, or of a phone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schema(example = json!({"interface": "eth0", "seconds": 60}))]
pub struct NewCapture {
    /// The interface, by name; where a phone is given and this is not, the phones' own.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 15)]
    pub interface: Option<String>,
    /// Only packets of this phone, by its IMSI. It must have an address now.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[0-9]{6,15}$")]
    pub phone: Option<String>,
    /// Only packets of this address.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub address: Option<String>,
    /// Seconds at most; 60 if absent.
    #[serde(default, deserialize_with = "present_whole", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 3600)]
    pub seconds: Option<u32>,
    /// Octets of the file at most; 8 MiB if absent.
    #[serde(default, deserialize_with = "present_whole", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 4096, maximum = 15_728_640)]
    pub octets: Option<u64>,
}

only_objects!(NewCapture);

/// A capture that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaptureBegun {
    /// Its name.
    #[schema(example = "capture-1")]
    pub name: String,
}
