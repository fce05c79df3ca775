use pumice_model::identity::{self, EnbId, GlobalEnbId, Plmn};
use pumice_model::query::CellView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cell {
    /// Its Global eNB ID: PLMN, size of the identity (`macro`, `home`, `short`, `long`), and the identity in hexadecimal.
    #[schema(example = "00101-macro-19b")]
    pub id: String,
    /// What it calls itself.
    #[schema(example = "School roof")]
    pub name: String,
    /// Its association's peer; null if it is known but not here.
    #[schema(required = true, example = "192.0.2.10:36412")]
    pub peer: Option<String>,
    /// The areas that it broadcasts.
    pub tais: Vec<Tai>,
    /// Phones connected through it.
    #[schema(example = 8)]
    pub phones: u32,
    /// Whether it was learned; such a cell can be forgotten.
    #[schema(example = true)]
    pub learned: bool,
}

impl From<CellView> for Cell {
    fn from(cell: CellView) -> Self {
        Self {
            id: cell_id(cell.enb),
            name: cell.name,
            peer: cell.peer.map(|peer| peer.to_string()),
            tais: cell.tais.into_iter().map(Tai::from).collect(),
            phones: cell.phones,
            learned: cell.learned,
        }
    }
}

/// Tracking area identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tai {
    /// The network: MCC and MNC.
    #[schema(example = "00101")]
    pub plmn: String,
    /// The area in it.
    #[schema(example = 1)]
    pub tac: u16,
}

impl From<identity::Tai> for Tai {
    fn from(tai: identity::Tai) -> Self {
        Self { plmn: tai.plmn.to_string(), tac: tai.tac.0 }
    }
}

/// The name of a cell in this API, as `00101-macro-19b`.
pub fn cell_id(enb: GlobalEnbId) -> String {
    let size = match enb.id {
        EnbId::Macro(_) => "macro",
        EnbId::Home(_) => "home",
        EnbId::ShortMacro(_) => "short",
        EnbId::LongMacro(_) => "long",
    };
    format!("{}-{size}-{:x}", enb.plmn, enb.id.number())
}

/// The cell of this name; nothing if it is no cell's name.
pub fn parse_cell_id(text: &str) -> Option<GlobalEnbId> {
    let (plmn, rest) = text.split_once('-')?;
    let (size, digits) = rest.split_once('-')?;
    let plmn = Plmn::parse(plmn).ok()?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    // The sizes of TS 36.413 9.2.1.37.
    let (bits, id) = match size {
        "macro" => (20, EnbId::Macro(number)),
        "home" => (28, EnbId::Home(number)),
        "short" => (18, EnbId::ShortMacro(number)),
        "long" => (21, EnbId::LongMacro(number)),
        _ => return None,
    };
    (number >> bits == 0).then_some(GlobalEnbId { plmn, id })
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
