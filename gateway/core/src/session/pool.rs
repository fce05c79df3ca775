use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use pumice_model::identity::Imsi;

use crate::config::AddressRange;

/// The phones' IPv4 addresses. A phone that comes back gets the address that it had, as long as nobody else needs it.
#[derive(Debug)]
pub(crate) struct AddressPool {
    first: u32,
    last: u32,
    /// Who holds an address, and whether it is in use.
    holders: BTreeMap<u32, (Imsi, bool)>,
    by_imsi: BTreeMap<Imsi, u32>,
    cursor: u32,
}

impl AddressPool {
    /// The first usable address is the gateway's; the last of the prefix is the broadcast address.
    pub(crate) fn new(range: AddressRange) -> Self {
        let bits = 32_u32.saturating_sub(u32::from(range.prefix));
        let hosts = 1_u32.checked_shl(bits).map_or(u32::MAX, |size| size - 1);
        let network = u32::from(range.network) & !hosts;
        let first = network + 2;
        Self {
            first,
            last: network + hosts - 1,
            holders: BTreeMap::new(),
            by_imsi: BTreeMap::new(),
            cursor: first,
        }
    }

    /// Takes an address into use: the one that the phone had, one that nobody had, or one that nobody uses.
    pub(crate) fn allocate(&mut self, imsi: Imsi) -> Option<Ipv4Addr> {
        let had = self.by_imsi.get(&imsi).copied();
        let address = had.or_else(|| self.never_held()).or_else(|| self.unused())?;
        self.claim(imsi, address);
        Some(Ipv4Addr::from(address))
    }

    /// Takes the address of a restored phone into use, if it still belongs to the pool and nobody has it.
    pub(crate) fn restore(&mut self, imsi: Imsi, address: Ipv4Addr) -> bool {
        let address = u32::from(address);
        let fits = (self.first..=self.last).contains(&address) && !self.holders.contains_key(&address);
        if fits {
            self.claim(imsi, address);
        }
        fits
    }

    /// The phone uses its address no more; it is kept for its return.
    pub(crate) fn release(&mut self, imsi: Imsi) {
        if let Some(holder) = self.by_imsi.get(&imsi).and_then(|address| self.holders.get_mut(address)) {
            holder.1 = false;
        }
    }

    fn claim(&mut self, imsi: Imsi, address: u32) {
        if let Some((before, _)) = self.holders.insert(address, (imsi, true))
            && before != imsi
        {
            self.by_imsi.remove(&before);
        }
        self.by_imsi.insert(imsi, address);
    }

    fn never_held(&mut self) -> Option<u32> {
        let size = self.last.checked_sub(self.first)? + 1;
        if self.holders.len() >= usize::try_from(size).unwrap_or(usize::MAX) {
            return None;
        }
        let wrap = |address: u32| if address > self.last { self.first } else { address };
        let mut address = wrap(self.cursor);
        // Ends: there are fewer holders than addresses.
        while self.holders.contains_key(&address) {
            address = wrap(address.saturating_add(1));
        }
        self.cursor = wrap(address.saturating_add(1));
        Some(address)
    }

    fn unused(&self) -> Option<u32> {
        self.holders.iter().find(|(_, (_, in_use))| !in_use).map(|(address, _)| *address)
    }
}

#[cfg(test)]
mod tests;
