//! Signalling between phones and MME (TS 36.413 8.6), paging (8.5), Reset (8.7.1) and Error Indication (8.7.2).

use pumice_model::identity::{EnbUeS1apId, MmeUeS1apId};
use pumice_wire::s1ap::{
    Cause, DownlinkNasTransport, ErrorIndication, InitialUeMessage, Message, NasNonDeliveryIndication,
    Paging, Reset, ResetAcknowledge, UeConnection, UplinkNasTransport,
};

use super::{Enb, EnbOutput, PhoneId, keep};
use crate::phone::{ConnectionRequest, Page, PhoneInput, PhoneOutput};

impl Enb {
    pub(super) fn phone(&mut self, phone: PhoneId, output: PhoneOutput, out: &mut Vec<EnbOutput>) {
        match output {
            PhoneOutput::Connect(request) => self.connect(phone, &request, out),
            PhoneOutput::Nas(nas) => self.uplink_nas(phone, &nas, out),
            PhoneOutput::SecurityChecked { agrees } => self.security_checked(phone, agrees, out),
            PhoneOutput::Packet { ebi, octets } => self.uplink_packet(phone, ebi, &octets, out),
            PhoneOutput::Leave => self.lose_radio(phone, out),
        }
    }

    fn connect(&mut self, phone: PhoneId, request: &ConnectionRequest, out: &mut Vec<EnbOutput>) {
        if !self.s1.is_ready() {
            out.push(EnbOutput::Phone { phone, input: PhoneInput::ConnectionRefused });
            return;
        }
        if self.contexts.of_phone(phone).is_some() {
            self.lose_radio(phone, out);
        }
        let enb_ue = self.contexts.open(phone, self.now, request.radio_capability.clone());
        let message = InitialUeMessage {
            enb_ue,
            nas: &request.nas,
            tai: self.config.tai,
            ecgi: Some(self.config.ecgi),
            establishment_cause: request.establishment_cause,
            s_tmsi: request.s_tmsi,
            gummei: request.gummei,
        };
        let stream = self.stream_of(enb_ue);
        self.send(stream, &Message::InitialUeMessage(message), out);
    }

    fn uplink_nas(&mut self, phone: PhoneId, nas: &[u8], out: &mut Vec<EnbOutput>) {
        let Some(enb_ue) = self.contexts.of_phone(phone) else { return };
        self.contexts.touch(enb_ue, self.now);
        // Before the MME has answered there is nobody to send it to.
        let Some(mme_ue) = self.contexts.get(enb_ue).and_then(|context| context.mme_ue) else { return };
        let (ecgi, tai) = (Some(self.config.ecgi), Some(self.config.tai));
        let stream = self.stream_of(enb_ue);
        self.send(
            stream,
            &Message::UplinkNasTransport(UplinkNasTransport { mme_ue, enb_ue, nas, ecgi, tai }),
            out,
        );
    }

    pub(super) fn downlink_nas(&mut self, transport: &DownlinkNasTransport<'_>, out: &mut Vec<EnbOutput>) {
        if !self.pair(transport.mme_ue, transport.enb_ue, out) {
            return;
        }
        self.contexts.touch(transport.enb_ue, self.now);
        if let Some(phone) = self.contexts.get(transport.enb_ue).and_then(|context| context.phone) {
            out.push(EnbOutput::Phone { phone, input: PhoneInput::Nas(transport.nas.to_vec()) });
            return;
        }
        let indication = NasNonDeliveryIndication {
            mme_ue: transport.mme_ue,
            enb_ue: transport.enb_ue,
            nas: transport.nas,
            cause: Cause::RADIO_CONNECTION_WITH_UE_LOST,
        };
        let stream = self.stream_of(transport.enb_ue);
        self.send(stream, &Message::NasNonDeliveryIndication(indication), out);
    }

    /// Checks both identities of a phone's message; the first such message brings the MME's.
    pub(super) fn pair(
        &mut self,
        mme_ue: MmeUeS1apId,
        enb_ue: EnbUeS1apId,
        out: &mut Vec<EnbOutput>,
    ) -> bool {
        let cause = match self.contexts.get_mut(enb_ue) {
            Some(context) => match context.mme_ue {
                Some(known) if known == mme_ue => return true,
                Some(_) => Cause::UNKNOWN_PAIR_UE_ID,
                None => {
                    context.mme_ue = Some(mme_ue);
                    return true;
                }
            },
            None => Cause::UNKNOWN_ENB_UE_ID,
        };
        let indication = ErrorIndication {
            mme_ue: Some(mme_ue.0),
            enb_ue: Some(enb_ue.get()),
            cause: Some(cause),
            diagnostics: None,
        };
        let stream = self.stream_of(enb_ue);
        self.send(stream, &Message::ErrorIndication(indication), out);
        false
    }

    pub(super) fn page(&self, paging: &Paging, out: &mut Vec<EnbOutput>) {
        if paging.tais.contains(&self.config.tai) {
            out.push(EnbOutput::Page(Page {
                s_tmsi: paging.s_tmsi,
                ue_identity_index: paging.ue_identity_index,
                drx: paging.paging_drx,
                default_drx: self.config.default_paging_drx,
            }));
        }
    }

    /// The MME forgets connections: so does the eNB, and its phones become idle.
    pub(super) fn reset_by_mme(&mut self, reset: Reset, out: &mut Vec<EnbOutput>) {
        match &reset.connections {
            None => self.drop_all(out),
            Some(connections) => connections
                .iter()
                .filter_map(|one| self.find(one))
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|enb_ue| self.drop_context(enb_ue, out)),
        }
        self.send(0, &Message::ResetAcknowledge(ResetAcknowledge { connections: reset.connections }), out);
    }

    fn find(&self, connection: &UeConnection) -> Option<EnbUeS1apId> {
        let by_enb = connection.enb_ue.filter(|enb_ue| self.contexts.get(*enb_ue).is_some());
        by_enb.or_else(|| self.contexts.of_mme(connection.mme_ue?))
    }

    pub(super) fn reset_from_cell(&mut self, phones: Option<&[PhoneId]>, out: &mut Vec<EnbOutput>) {
        let connections = phones.map(|phones| {
            let ids = phones.iter().filter_map(|phone| self.contexts.of_phone(*phone)).collect::<Vec<_>>();
            let connection = |enb_ue: EnbUeS1apId| UeConnection {
                mme_ue: self.contexts.get(enb_ue).and_then(|context| context.mme_ue),
                enb_ue: Some(enb_ue),
            };
            let connections = ids.iter().map(|id| connection(*id)).collect::<Vec<_>>();
            ids.into_iter().for_each(|id| self.drop_context(id, out));
            connections
        });
        if connections.is_none() {
            self.drop_all(out);
        }
        self.send(0, &Message::Reset(Reset { cause: Cause::MISC_UNSPECIFIED, connections }), out);
    }

    /// The MME does not know the connection: the eNB gives it up.
    pub(super) fn error_indicated(&mut self, indication: ErrorIndication, out: &mut Vec<EnbOutput>) {
        let unknown = [Cause::UNKNOWN_MME_UE_ID, Cause::UNKNOWN_ENB_UE_ID, Cause::UNKNOWN_PAIR_UE_ID];
        let enb_ue = indication.enb_ue.and_then(|id| EnbUeS1apId::new(id).ok());
        if let (Some(enb_ue), true) = (enb_ue, indication.cause.is_some_and(|cause| unknown.contains(&cause)))
        {
            self.drop_context(enb_ue, out);
        }
        keep(&mut self.errors, indication);
    }

    pub(super) fn drop_all(&mut self, out: &mut Vec<EnbOutput>) {
        self.contexts.ids().into_iter().for_each(|id| self.drop_context(id, out));
    }

    /// Forgets a connection without the MME; its phone becomes idle.
    pub(super) fn drop_context(&mut self, enb_ue: EnbUeS1apId, out: &mut Vec<EnbOutput>) {
        if let Some(phone) = self.contexts.close(enb_ue).and_then(|context| context.phone) {
            out.push(EnbOutput::Phone { phone, input: PhoneInput::ConnectionReleased });
        }
    }

    /// A phone's signalling stays on one stream, and never on stream 0 (TS 36.412 7).
    pub(super) fn stream_of(&self, enb_ue: EnbUeS1apId) -> u16 {
        match u32::from(self.streams) {
            0 | 1 => 0,
            streams => u16::try_from(1 + enb_ue.get() % (streams - 1)).unwrap_or(1),
        }
    }
}
