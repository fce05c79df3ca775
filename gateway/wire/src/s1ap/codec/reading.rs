use std::borrow::Cow;

use oxirush_s1ap::aper::protocol::Ie;
use oxirush_s1ap::s1ap::{self as asn1, ProtocolIEField, decode_open_type};
use oxirush_s1ap::{Deviation, Error, Octets, S1ap, ie};

use super::name::VisibleName;
use crate::s1ap::{Criticality, FaultKind, FaultyIe};

/// The IEs of a message while it is read, and what was found wrong with them.
pub(super) struct Reading<'a> {
    fields: Vec<ProtocolIEField<'a>>,
    faulty: heapless::Vec<FaultyIe, 16>,
    falsely_constructed: bool,
    rejected: bool,
    notified: bool,
}

/// Opens octets that are borrowed from the message so that the value borrows too, and others so that it owns.
macro_rules! open_value {
    ($octets:expr, $type:ty) => {
        match $octets.as_borrowed() {
            Some(octets) => decode_open_type::<$type>(octets),
            None => decode_open_type::<$type>($octets).map(|value| value.into_owned()),
        }
    };
}
pub(super) use open_value;

impl<'a> Reading<'a> {
    /// Takes the content of a message apart.
    pub(super) fn open(value: Octets<'a>) -> Result<Self, Error> {
        // All messages are the same SEQUENCE of a container and an extension mark; only what the container may hold
        // differs, and `note` judges that.
        let message: asn1::InitialUEMessage<'a> = open_value!(&value, asn1::InitialUEMessage<'_>)?;
        Ok(Self {
            fields: message.protocol_ies.0,
            faulty: heapless::Vec::new(),
            falsely_constructed: false,
            rejected: false,
            notified: false,
        })
    }

    /// The MME UE S1AP ID and the eNB UE S1AP ID, as far as they can be read, without judging them.
    pub(super) fn ids(&self) -> (Option<u32>, Option<u32>) {
        let mme = self.value::<ie::MME_UE_S1AP_ID, _>(|id| Some(id.0));
        let enb = self.value::<ie::eNB_UE_S1AP_ID, _>(|id| Some(id.0));
        match self.value::<ie::UE_S1AP_IDs, _>(Some) {
            Some(asn1::UES1APIDs::uE_S1AP_ID_pair(pair)) => {
                (mme.or(Some(pair.mme_ue_s1ap_id.0)), enb.or(Some(pair.enb_ue_s1ap_id.0)))
            }
            Some(asn1::UES1APIDs::mME_UE_S1AP_ID(id)) => (mme.or(Some(id.0)), enb),
            _ => (mme, enb),
        }
    }

    /// Notes which IEs are strange, missing, repeated or in the wrong order.
    pub(super) fn note(&mut self, deviations: &[Deviation]) {
        for deviation in deviations {
            match deviation {
                Deviation::RepeatedIe { .. } | Deviation::OutOfOrder { .. } => {
                    self.falsely_constructed = true
                }
                Deviation::UnexpectedIe { id, criticality, .. } => {
                    self.note_ie(*id, (*criticality).into(), false);
                }
                Deviation::MissingIe { id, criticality, .. } => {
                    self.note_ie(*id, (*criticality).into(), true)
                }
                // The receiver acts on the criticality that it receives; the rest is of the values, which `ie` judges.
                _ => {}
            }
        }
    }

    /// The value of an IE. Nothing if it is absent; if it is not understood, that is noted too.
    pub(super) fn ie<T: Ie<Protocol = S1ap>, V>(
        &mut self,
        convert: impl for<'v> FnOnce(T::Value<'v>) -> Option<V>,
    ) -> Option<V> {
        let criticality = self.field(T::ID)?.criticality;
        let value = self.value::<T, V>(convert);
        if value.is_none() {
            self.note_ie(T::ID, criticality.into(), false);
        }
        value
    }

    /// The value of an IE that is an OCTET STRING without bounds.
    pub(super) fn octets<T: Ie<Protocol = S1ap>>(&mut self) -> Option<Cow<'a, [u8]>> {
        let field = self.field(T::ID)?;
        let criticality = field.criticality;
        let value = octet_string(&field.value);
        if value.is_none() {
            self.note_ie(T::ID, criticality.into(), false);
        }
        value
    }

    /// The same where it must lie in one piece.
    pub(super) fn whole_octets<T: Ie<Protocol = S1ap>>(&mut self) -> Option<&'a [u8]> {
        let criticality = self.field(T::ID)?.criticality;
        match self.octets::<T>()? {
            Cow::Borrowed(octets) => Some(octets),
            Cow::Owned(_) => {
                self.note_ie(T::ID, criticality.into(), false);
                None
            }
        }
    }

    /// A name.
    pub(super) fn name<T: Ie<Protocol = S1ap>>(&mut self) -> Option<String> {
        let field = self.field(T::ID)?;
        let criticality = field.criticality;
        let name = decode_open_type::<VisibleName>(&field.value);
        if name.is_err() {
            self.note_ie(T::ID, criticality.into(), false);
        }
        name.ok().map(|name| name.0)
    }

    /// The items of a list of single containers; none if it is absent or not understood.
    pub(super) fn list<T: Ie<Protocol = S1ap>>(&mut self) -> Vec<ProtocolIEField<'a>> {
        let Some(field) = self.field(T::ID) else { return Vec::new() };
        let criticality = field.criticality;
        // The lists that are read so have 1 to 256 items each: E-RABs, tracking areas, connections.
        let value: Result<asn1::ERABList<'a>, Error> = open_value!(&field.value, asn1::ERABList<'_>);
        value.map(|list| list.0).unwrap_or_else(|_| {
            self.note_ie(T::ID, criticality.into(), false);
            Vec::new()
        })
    }

    /// The values of items. One that is not understood is left out, and noted by its own criticality.
    pub(super) fn items<'r, T: Ie<Protocol = S1ap>, V>(
        &'r mut self,
        items: Vec<ProtocolIEField<'a>>,
        convert: impl Fn(&Octets<'a>) -> Option<V> + 'r,
    ) -> impl Iterator<Item = V> + 'r {
        items.into_iter().filter_map(move |item| {
            let value = if item.id.0 == T::ID { convert(&item.value) } else { None };
            if value.is_none() {
                self.note_ie(item.id.0, item.criticality.into(), false);
            }
            value
        })
    }

    /// Why the message must not be handled, if so.
    pub(super) fn refusal(&self) -> Option<FaultKind> {
        match (self.falsely_constructed, self.rejected) {
            (true, _) => Some(FaultKind::FalselyConstructed),
            (false, true) => Some(FaultKind::AbstractSyntaxReject),
            (false, false) => None,
        }
    }

    /// Whether something was ignored that its sender wants to be told of.
    pub(super) fn must_notify(&self) -> bool {
        self.notified
    }

    /// What is wrong with which IEs, of those that are reported.
    pub(super) fn faulty_ies(&self) -> heapless::Vec<FaultyIe, 16> {
        self.faulty.clone()
    }

    fn note_ie(&mut self, id: u16, criticality: Criticality, missing: bool) {
        match criticality {
            Criticality::Reject => self.rejected = true,
            Criticality::Notify => self.notified = true,
            // Ignored, and never reported (9.2.1.21).
            Criticality::Ignore => return,
        }
        // Sixteen are enough for an answer.
        let _ = self.faulty.push(FaultyIe { criticality, id, missing });
    }

    fn field(&self, id: u16) -> Option<&ProtocolIEField<'a>> {
        self.fields.iter().find(|field| field.id.0 == id)
    }

    fn value<T: Ie<Protocol = S1ap>, V>(
        &self,
        convert: impl for<'v> FnOnce(T::Value<'v>) -> Option<V>,
    ) -> Option<V> {
        decode_open_type(&self.field(T::ID)?.value).ok().and_then(convert)
    }
}

/// The content of an OCTET STRING without bounds.
pub(super) fn octet_string<'a>(octets: &Octets<'a>) -> Option<Cow<'a, [u8]>> {
    let value: Octets<'a> = open_value!(octets, Octets<'_>).ok()?;
    Some(into_cow(value))
}

/// Octets as they are kept: in place, or gathered from fragments.
pub(super) fn into_cow(octets: Octets<'_>) -> Cow<'_, [u8]> {
    match octets.as_borrowed() {
        Some(octets) => Cow::Borrowed(octets),
        None => Cow::Owned(octets.into_vec()),
    }
}
