use oxirush_security::nas_eps::{
    KAsme, KNasEnc, KNasInt, derive_kenb, derive_knas_enc, derive_knas_int, nas_cipher, nas_mac,
};
use oxirush_security::{CipheringAlgorithm, Direction, IntegrityAlgorithm, NasCount};
use pumice_model::secret::Key256;
use pumice_model::ue::SecurityRecord;
use pumice_wire::nas::{SecurityHeader, protect};

use super::Algorithms;
use super::count::UplinkCount;
use crate::ceiling::{Ceiling, Raise};
use crate::io::Ticket;

/// How many downlink NAS COUNTs are persisted ahead at a time: several attaches' worth, and few enough that a skip after a
/// crash stays within what the eight bits of a sequence number can tell.
const COUNT_STEP: u64 = 64;

/// How many NAS COUNTs before the last a context is renewed: those that an authentication with all its repetitions takes, and
/// some.
const RENEWED_BEFORE_LAST: u32 = 256;

/// An EPS NAS security context in use.
#[derive(Debug, Clone)]
pub(crate) struct SecurityContext {
    ksi: u8,
    k_asme: Key256,
    algorithms: Algorithms,
    integrity: Option<(KNasInt, IntegrityAlgorithm)>,
    ciphering: Option<(KNasEnc, CipheringAlgorithm)>,
    uplink: UplinkCount,
    downlink: Ceiling,
    /// The COUNT of the last verified uplink message.
    last_uplink: Option<NasCount>,
    /// The COUNT from which a cell's keys are derived.
    key_uplink: Option<NasCount>,
    /// Whether uplink COUNTs may have been used that are not known here: keys must not be derived from them.
    restored: bool,
    /// Whether it was given up before its NAS COUNTs came to their end.
    given_up: bool,
}

/// A message that was taken out of its protection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opened {
    /// The plain message.
    pub(crate) message: Vec<u8>,
}

impl SecurityContext {
    /// A context of a K_ASME that was just made: both COUNTs are zero.
    pub(crate) fn fresh(ksi: u8, k_asme: Key256, algorithms: Algorithms) -> Self {
        Self::new(ksi, k_asme, algorithms, UplinkCount::from_floor(0), Ceiling::fresh(COUNT_STEP), false)
    }

    /// A context as it was persisted: downlink COUNTs go on at the ceiling.
    pub(crate) fn restored(record: &SecurityRecord) -> Self {
        Self::new(
            record.ksi,
            record.k_asme.clone(),
            Algorithms { eea: record.eea, eia: record.eia },
            UplinkCount::from_floor(record.uplink_floor),
            Ceiling::restored(u64::from(record.downlink_ceiling), COUNT_STEP),
            true,
        )
    }

    fn new(
        ksi: u8,
        k_asme: Key256,
        algorithms: Algorithms,
        uplink: UplinkCount,
        downlink: Ceiling,
        restored: bool,
    ) -> Self {
        let key = KAsme::new(k_asme.expose());
        let eia =
            IntegrityAlgorithm::try_from(algorithms.eia).ok().filter(|eia| *eia != IntegrityAlgorithm::Null);
        let eea = CipheringAlgorithm::try_from(algorithms.eea).ok();
        Self {
            ksi,
            integrity: eia.map(|eia| (derive_knas_int(&key, eia), eia)),
            ciphering: eea.map(|eea| (derive_knas_enc(&key, eea), eea)),
            k_asme,
            algorithms,
            uplink,
            downlink,
            last_uplink: None,
            key_uplink: None,
            restored,
            given_up: false,
        }
    }

    /// The key set identifier.
    pub(crate) const fn ksi(&self) -> u8 {
        self.ksi
    }

    /// The algorithms.
    pub(crate) const fn algorithms(&self) -> Algorithms {
        self.algorithms
    }

    /// Whether the phone must be authenticated anew before keys are derived: the context was restored after a restart, or its
    /// NAS COUNTs come to an end (TS 33.401 6.5).
    pub(crate) fn must_renew(&self) -> bool {
        let last = NasCount::MAX.get() - RENEWED_BEFORE_LAST;
        self.restored || self.downlink.peek() > u64::from(last) || self.uplink.floor() > last
    }

    /// Whether the next downlink NAS COUNT is above what is on the disk.
    pub(crate) fn is_at_ceiling(&mut self, through: Ticket) -> bool {
        self.downlink.is_reached(through)
    }

    /// Gives the context up, as if its NAS COUNTs were used up.
    pub(crate) const fn spend(&mut self) {
        self.given_up = true;
    }

    /// Whether there is no downlink NAS COUNT left. Such a context proves nobody: what it verified could not be answered.
    fn is_spent(&self) -> bool {
        self.given_up || self.downlink.peek() > u64::from(NasCount::MAX.get())
    }

    /// Verifies and deciphers a protected uplink message. `None`: it is forged, replayed or out of COUNTs.
    pub(crate) fn open(
        &mut self,
        header: SecurityHeader,
        mac: u32,
        sequence: u8,
        covered: &[u8],
    ) -> Option<Opened> {
        let count = self.uplink.estimate(sequence).filter(|_| !self.is_spent())?;
        self.verify(count, mac, covered)?;
        self.accept(count);
        let mut message = covered.get(1..)?.to_vec();
        if header.is_ciphered() {
            self.cipher(count, Direction::Uplink, &mut message)?;
        }
        Some(Opened { message })
    }

    /// Whether the phone has proven in this process that it has the key.
    pub(crate) const fn was_heard(&self) -> bool {
        self.last_uplink.is_some()
    }

    /// Verifies a service request.
    pub(crate) fn open_service_request(
        &mut self,
        sequence: u8,
        short_mac: u16,
        covered: [u8; 2],
    ) -> Option<()> {
        let count = self.uplink.estimate_short(sequence).filter(|_| !self.is_spent())?;
        let (key, algorithm) = self.integrity.as_ref()?;
        let mac = nas_mac(key, count, Direction::Uplink, &covered, *algorithm);
        if mac & 0xffff != u32::from(short_mac) {
            return None;
        }
        self.accept(count);
        self.take_key_count();
        Some(())
    }

    /// Protects a downlink message. `None`: COUNTs are used up, and the connection must be released.
    ///
    /// What the [`Raise`] wants must be persisted by the caller, who knows the phone.
    pub(crate) fn protect(
        &mut self,
        header: SecurityHeader,
        plain: &[u8],
        through: Ticket,
    ) -> Option<(Vec<u8>, Raise)> {
        let (drawn, raise) = self.downlink.draw(through);
        let count = NasCount::new(u32::try_from(drawn).ok()?).ok()?;
        let mut covered = Vec::with_capacity(plain.len() + 1);
        covered.push(count.sequence_number());
        covered.extend_from_slice(plain);
        if header.is_ciphered()
            && let Some(message) = covered.get_mut(1..)
        {
            self.cipher(count, Direction::Downlink, message)?;
        }
        let (key, algorithm) = self.integrity.as_ref()?;
        let mac = nas_mac(key, count, Direction::Downlink, &covered, *algorithm);
        Some((protect(header, mac, &covered), raise))
    }

    /// The commits through this ticket failed.
    pub(crate) fn raise_failed(&mut self, through: Ticket) {
        self.downlink.failed(through);
    }

    /// Notes that a raise of the downlink ceiling was asked for.
    pub(crate) fn raising(&mut self, ticket: Ticket, ceiling: u64) {
        self.downlink.raising(ticket, ceiling);
    }

    /// Keys follow from the message that was verified last: one that began a connection, or a security mode complete on it
    /// (TS 33.401 7.2.6.2). What else the phone says does not change them.
    pub(crate) const fn take_key_count(&mut self) {
        self.key_uplink = self.last_uplink;
    }

    /// K_eNB (TS 33.401 A.3).
    pub(crate) fn k_enb(&self) -> Key256 {
        let count = self.key_uplink.unwrap_or(NasCount::ZERO);
        Key256::new(*derive_kenb(&KAsme::new(self.k_asme.expose()), count).as_octets())
    }

    /// What is persisted of it, with the downlink ceiling at least this high.
    pub(crate) fn record(&self, ceiling: u64) -> SecurityRecord {
        SecurityRecord {
            ksi: self.ksi,
            k_asme: self.k_asme.clone(),
            eea: self.algorithms.eea,
            eia: self.algorithms.eia,
            downlink_ceiling: u32::try_from(self.downlink.stored().max(ceiling)).unwrap_or(u32::MAX),
            uplink_floor: self.uplink.floor(),
        }
    }

    fn accept(&mut self, count: NasCount) {
        self.uplink.used(count);
        self.last_uplink = Some(count);
    }

    fn verify(&self, count: NasCount, mac: u32, covered: &[u8]) -> Option<()> {
        let (key, algorithm) = self.integrity.as_ref()?;
        (nas_mac(key, count, Direction::Uplink, covered, *algorithm) == mac).then_some(())
    }

    fn cipher(&self, count: NasCount, direction: Direction, message: &mut [u8]) -> Option<()> {
        let (key, algorithm) = self.ciphering.as_ref()?;
        nas_cipher(key, count, direction, message, *algorithm);
        Some(())
    }
}

#[cfg(test)]
mod tests;
