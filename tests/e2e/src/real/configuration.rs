use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use super::gateway::API;

/// A configuration file of the gateway, section by section. Values are written as TOML has them.
#[derive(Clone, Debug)]
pub struct Configuration {
    sections: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
}

impl Configuration {
    /// The village's gateway: network 001/01, area 1, eight cells that are learned, cells on `address`, files in `home`.
    #[must_use]
    pub fn village(address: IpAddr, home: &Path) -> Self {
        let mut configuration = Self { sections: BTreeMap::new() };
        let quoted = |name: &str| format!("{:?}", home.join(name).to_string_lossy());
        configuration
            .set("network", "plmn", "\"00101\"")
            .set("network", "name", "\"Pumice village\"")
            .set("network", "tacs", "[1]")
            .set("s1ap", "listen", format!("[\"{}\"]", std::net::SocketAddr::new(address, 36412)))
            .set("s1ap", "admission", "{ learn = 8 }")
            .set("user_plane", "listen", format!("[\"{address}\"]"))
            .set("store", "path", quoted("pumice.db"))
            .set("store", "key_file", quoted("sealing.key"))
            .set("api", "listen", format!("\"{API}\""))
            .set("page", "announce", "false");
        configuration
    }

    /// Leaves a whole section out.
    pub fn leave_out(&mut self, section: &'static str) -> &mut Self {
        self.sections.remove(section);
        self
    }

    /// Sets one key.
    pub fn set(&mut self, section: &'static str, key: &'static str, value: impl Into<String>) -> &mut Self {
        self.sections.entry(section).or_default().insert(key, value.into());
        self
    }
}

impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (section, keys) in &self.sections {
            writeln!(f, "[{section}]")?;
            for (key, value) in keys {
                writeln!(f, "{key} = {value}")?;
            }
        }
        Ok(())
    }
}
