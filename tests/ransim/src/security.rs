//! NAS security of one side (TS 24.301 4.4, TS 33.401 8): keys, counts, protection, and the refusal of replays.

use pumice_wire::nas::{self, Outer, SecurityHeader};
use thiserror::Error;

use crate::crypto::{self, Direction};

#[cfg(test)]
mod tests;

/// Whose security it is. Tests that play the network use the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The MME.
    Network,
    /// The phone.
    Phone,
}

/// A security context in use.
#[derive(Clone, PartialEq, Eq)]
pub struct NasSecurity {
    side: Side,
    /// The key set identifier: 0 to 6.
    pub ksi: u8,
    /// K_ASME.
    pub k_asme: [u8; 32],
    /// Ciphering: 0 to 3.
    pub eea: u8,
    /// Integrity: 1 to 3, or 0 in scripts only.
    pub eia: u8,
    k_nas_enc: [u8; 16],
    k_nas_int: [u8; 16],
    /// The COUNT of the next message that is sent.
    pub send_count: u32,
    /// The lowest COUNT that may be received.
    pub receive_count: u32,
}

/// Why a protected message is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SecurityFault {
    /// The message authentication code is another.
    #[error("the message authentication code does not fit COUNT {count}")]
    Mac {
        /// The COUNT that was tried.
        count: u32,
    },
    /// The message is not protected.
    #[error("the message is not protected")]
    NotProtected,
    /// The COUNT was used already.
    #[error("COUNT {count} was used already")]
    Replay {
        /// The COUNT that was received.
        count: u32,
    },
}

impl NasSecurity {
    /// A context whose counts begin at zero.
    pub fn new(side: Side, ksi: u8, k_asme: [u8; 32], eea: u8, eia: u8) -> Self {
        Self {
            side,
            ksi,
            k_asme,
            eea,
            eia,
            k_nas_enc: crypto::nas_key(&k_asme, 1, eea),
            k_nas_int: crypto::nas_key(&k_asme, 2, eia),
            send_count: 0,
            receive_count: 0,
        }
    }

    /// The same context with other algorithms; the counts go on (TS 33.401 7.2.8.1.2).
    #[must_use]
    pub fn with_algorithms(&self, eea: u8, eia: u8) -> Self {
        let fresh = Self::new(self.side, self.ksi, self.k_asme, eea, eia);
        Self { send_count: self.send_count, receive_count: self.receive_count, ..fresh }
    }

    /// Protects a plain message under the next COUNT.
    pub fn protect(&mut self, header: SecurityHeader, plain: &[u8]) -> Vec<u8> {
        let count = self.take_count();
        let direction = self.sends();
        let [.., sequence] = count.to_be_bytes();
        let mut covered = Vec::with_capacity(plain.len() + 1);
        covered.push(sequence);
        covered.extend_from_slice(plain);
        if let (true, Some((_, message))) = (header.is_ciphered(), covered.split_first_mut()) {
            crypto::cipher(self.eea, &self.k_nas_enc, count, direction, message);
        }
        let mac = crypto::mac(self.eia, &self.k_nas_int, count, direction, &covered);
        nas::protect(header, mac, &covered)
    }

    /// The four octets of a service request under the next COUNT.
    pub fn service_request(&mut self) -> Vec<u8> {
        let count = self.take_count();
        let [.., sequence] = count.to_be_bytes();
        let covered = nas::service_request(self.ksi, sequence);
        let mac = crypto::mac(self.eia, &self.k_nas_int, count, self.sends(), &covered);
        let [.., high, low] = mac.to_be_bytes();
        let [first, second] = covered;
        vec![first, second, high, low]
    }

    /// Checks a protected message and deciphers it. Only a COUNT that is higher than all before is accepted.
    pub fn unprotect(&mut self, message: &Outer<'_>) -> Result<Vec<u8>, SecurityFault> {
        let (plain, count) = self.open(message)?;
        self.receive_count = count.saturating_add(1);
        Ok(plain)
    }

    /// The same without remembering it: the plain message and its COUNT.
    pub fn open(&self, message: &Outer<'_>) -> Result<(Vec<u8>, u32), SecurityFault> {
        let direction = self.receives();
        match *message {
            Outer::Plain(_) => Err(SecurityFault::NotProtected),
            Outer::ServiceRequest { sequence, short_mac, covered, .. } => {
                let count = next_with(self.receive_count, u32::from(sequence), 0x20);
                let mac = crypto::mac(self.eia, &self.k_nas_int, count, direction, &covered);
                if mac & 0xffff != u32::from(short_mac) {
                    return Err(SecurityFault::Mac { count });
                }
                Ok((covered.to_vec(), count))
            }
            Outer::Protected { header, mac, sequence, covered } => {
                let count = self.count_for(sequence, mac, covered)?;
                let mut plain = covered.iter().skip(1).copied().collect::<Vec<u8>>();
                if header.is_ciphered() {
                    crypto::cipher(self.eea, &self.k_nas_enc, count, direction, &mut plain);
                }
                Ok((plain, count))
            }
        }
    }

    /// K_eNB for a connection that an uplink message with this COUNT began.
    pub fn k_enb(&self, uplink_count: u32) -> [u8; 32] {
        crypto::k_enb(&self.k_asme, uplink_count)
    }

    fn count_for(&self, sequence: u8, mac: u32, covered: &[u8]) -> Result<u32, SecurityFault> {
        let fits = |count| crypto::mac(self.eia, &self.k_nas_int, count, self.receives(), covered) == mac;
        let count = next_with(self.receive_count, u32::from(sequence), 0x100);
        if fits(count) {
            return Ok(count);
        }
        // The estimate is for the next round of sequence numbers; a replay is of this one.
        match count.checked_sub(0x100).filter(|count| fits(*count)) {
            Some(count) => Err(SecurityFault::Replay { count }),
            None => Err(SecurityFault::Mac { count }),
        }
    }

    const fn take_count(&mut self) -> u32 {
        let count = self.send_count;
        // 24 bits: after that the context is used up (TS 24.301 4.4.3.5). No test sends so much.
        self.send_count = (count + 1) & 0x00ff_ffff;
        count
    }

    const fn sends(&self) -> Direction {
        match self.side {
            Side::Network => Direction::Downlink,
            Side::Phone => Direction::Uplink,
        }
    }

    const fn receives(&self) -> Direction {
        match self.side {
            Side::Network => Direction::Uplink,
            Side::Phone => Direction::Downlink,
        }
    }
}

impl core::fmt::Debug for NasSecurity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("NasSecurity")
            .field("ksi", &self.ksi)
            .field("eea", &self.eea)
            .field("eia", &self.eia)
            .field("send_count", &self.send_count)
            .field("receive_count", &self.receive_count)
            .finish_non_exhaustive()
    }
}

/// The lowest COUNT from `lowest` on whose low bits, modulo `round`, are `sequence`.
const fn next_with(lowest: u32, sequence: u32, round: u32) -> u32 {
    lowest + (sequence + round - lowest % round) % round
}
