use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the box's label says of it, without its one-time code: that is on the box's disk, for whoever is root there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Label {
    /// Which board it is.
    #[schema(example = "Raspberry Pi 4")]
    pub board: String,
    /// Names under which the page is reached.
    #[schema(example = json!(["pumice.local"]))]
    pub names: Vec<String>,
    /// The box's addresses.
    #[schema(example = json!(["192.168.1.10"]))]
    pub addresses: Vec<String>,
    /// SHA-256 of the page's certificate, as browsers show it; null while there is no page.
    #[schema(required = true, example = "5E:01:9C:7B")]
    pub fingerprint: Option<String>,
}
