//! Octets to messages and back.
//!
//! The messages are few and small, so they are written out here one by one over a reader that gives out nothing but what
//! it has. What is wrong with a message is judged as TS 24.301 section 7 says: unknown optional IEs are skipped by the
//! rules of TS 24.007 11.2.4 unless they must be comprehended (7.6.1), of a repeated IE the first counts (7.6.3), an
//! optional IE that is wrong in itself counts as absent (7.7.1), and a mandatory one makes the message a fault (7.5.1).
//! Octets after a known IE's own are ignored.

mod alphabet;
mod ambr;
mod attach;
mod authentication;
mod detach;
mod esm;
mod identification;
mod identity;
mod information;
mod optional;
mod pco;
mod reader;
mod security_mode;
mod service;
mod tracking_area;
mod writer;

use optional::Optional;
use reader::Reader;
use writer::Writer;

use super::{EmmCause, EmmMessage, EmmStatus, NasFault, NasFaultKind, NasMessageContainer, Plain};

const EMM: u8 = 0x07;
const ESM: u8 = 0x02;

/// Reads a plain message.
///
/// The message type of a detach request does not say who sends it: it counts as the network's if nothing or an optional IE
/// follows its detach type.
pub fn decode(octets: &[u8]) -> Result<Plain<'_>, NasFault> {
    let (&first, _) = octets.split_first().ok_or(NasFault::bare(NasFaultKind::TooShort))?;
    match (first & 0x0f, first >> 4) {
        (EMM, 0) => decode_emm(octets).map(Plain::Emm),
        (EMM, _) => Err(NasFault::bare(NasFaultKind::UnknownSecurityHeader)),
        (ESM, _) => decode_esm(octets).map(Plain::Esm),
        _ => Err(NasFault::bare(NasFaultKind::UnknownDiscriminator)),
    }
}

/// The octets of a plain message.
pub fn encode(message: &Plain<'_>) -> Vec<u8> {
    let mut writer = Writer::new();
    match message {
        Plain::Emm(message) => {
            writer.octet(EMM);
            writer.octet(emm_type(message));
            write_emm(message, &mut writer);
        }
        Plain::Esm(message) => {
            writer.octet(message.ebi << 4 | ESM);
            writer.octet(message.pti);
            writer.octet(esm::message_type(&message.body));
            esm::write(&message.body, &mut writer);
        }
    }
    writer.finish()
}

fn decode_emm(octets: &[u8]) -> Result<EmmMessage<'_>, NasFault> {
    let [_, message_type, body @ ..] = octets else { return Err(NasFault::bare(NasFaultKind::TooShort)) };
    let fault = |kind| NasFault { kind, esm: None, message_type: Some(*message_type) };
    read_emm(*message_type, Reader::new(body)).map_err(fault)
}

fn decode_esm(octets: &[u8]) -> Result<super::EsmMessage, NasFault> {
    let [first, pti, message_type, body @ ..] = octets else {
        return Err(NasFault::bare(NasFaultKind::TooShort));
    };
    let (ebi, pti) = (first >> 4, *pti);
    let fault = |kind| NasFault { kind, esm: Some((ebi, pti)), message_type: Some(*message_type) };
    let body = esm::read(*message_type, Reader::new(body)).map_err(fault)?;
    Ok(super::EsmMessage { ebi, pti, body })
}

/// TS 24.301 table 9.8.1.
const fn emm_type(message: &EmmMessage<'_>) -> u8 {
    match message {
        EmmMessage::AttachRequest(_) => 0x41,
        EmmMessage::AttachAccept(_) => 0x42,
        EmmMessage::AttachComplete(_) => 0x43,
        EmmMessage::AttachReject(_) => 0x44,
        EmmMessage::DetachRequestFromUe(_) | EmmMessage::DetachRequestToUe(_) => 0x45,
        EmmMessage::DetachAccept => 0x46,
        EmmMessage::TrackingAreaUpdateRequest(_) => 0x48,
        EmmMessage::TrackingAreaUpdateAccept(_) => 0x49,
        EmmMessage::TrackingAreaUpdateComplete => 0x4a,
        EmmMessage::TrackingAreaUpdateReject(_) => 0x4b,
        EmmMessage::ExtendedServiceRequest(_) => 0x4c,
        EmmMessage::ServiceReject(_) => 0x4e,
        EmmMessage::GutiReallocationCommand(_) => 0x50,
        EmmMessage::GutiReallocationComplete => 0x51,
        EmmMessage::AuthenticationRequest(_) => 0x52,
        EmmMessage::AuthenticationResponse(_) => 0x53,
        EmmMessage::AuthenticationReject => 0x54,
        EmmMessage::IdentityRequest(_) => 0x55,
        EmmMessage::IdentityResponse(_) => 0x56,
        EmmMessage::AuthenticationFailure(_) => 0x5c,
        EmmMessage::SecurityModeCommand(_) => 0x5d,
        EmmMessage::SecurityModeComplete(_) => 0x5e,
        EmmMessage::SecurityModeReject(_) => 0x5f,
        EmmMessage::EmmStatus(_) => 0x60,
        EmmMessage::EmmInformation(_) => 0x61,
        EmmMessage::DownlinkNasTransport(_) => 0x62,
        EmmMessage::UplinkNasTransport(_) => 0x63,
    }
}

fn read_emm(message_type: u8, reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    match message_type {
        0x41 => attach::read_request(reader),
        0x42 => attach::read_accept(reader),
        0x43 => attach::read_complete(reader),
        0x44 => attach::read_reject(reader),
        0x45 => detach::read_request(reader),
        0x46 => bare(reader, EmmMessage::DetachAccept),
        0x48 => tracking_area::read_request(reader),
        0x49 => tracking_area::read_accept(reader),
        0x4a => bare(reader, EmmMessage::TrackingAreaUpdateComplete),
        0x4b => tracking_area::read_reject(reader),
        0x4c => service::read_extended_request(reader),
        0x4e => service::read_reject(reader),
        0x50 => identification::read_guti_reallocation(reader),
        0x51 => bare(reader, EmmMessage::GutiReallocationComplete),
        0x52 => authentication::read_request(reader),
        0x53 => authentication::read_response(reader),
        0x54 => bare(reader, EmmMessage::AuthenticationReject),
        0x55 => identification::read_request(reader),
        0x56 => identification::read_response(reader),
        0x5c => authentication::read_failure(reader),
        0x5d => security_mode::read_command(reader),
        0x5e => security_mode::read_complete(reader),
        0x5f => security_mode::read_reject(reader),
        0x60 => read_status(reader),
        0x61 => information::read(reader),
        0x62 => read_container(reader).map(EmmMessage::DownlinkNasTransport),
        0x63 => read_container(reader).map(EmmMessage::UplinkNasTransport),
        _ => Err(NasFaultKind::UnknownMessageType),
    }
}

fn write_emm(message: &EmmMessage<'_>, writer: &mut Writer) {
    match message {
        EmmMessage::AttachRequest(m) => attach::write_request(m, writer),
        EmmMessage::AttachAccept(m) => attach::write_accept(m, writer),
        EmmMessage::AttachComplete(m) => writer.lv_e(m.esm),
        EmmMessage::AttachReject(m) => attach::write_reject(m, writer),
        EmmMessage::DetachRequestFromUe(m) => detach::write_from_ue(m, writer),
        EmmMessage::DetachRequestToUe(m) => detach::write_to_ue(m, writer),
        EmmMessage::TrackingAreaUpdateRequest(m) => tracking_area::write_request(m, writer),
        EmmMessage::TrackingAreaUpdateAccept(m) => tracking_area::write_accept(m, writer),
        EmmMessage::TrackingAreaUpdateReject(m) => tracking_area::write_reject(m, writer),
        EmmMessage::ExtendedServiceRequest(m) => service::write_extended_request(m, writer),
        EmmMessage::ServiceReject(m) => service::write_reject(m, writer),
        EmmMessage::GutiReallocationCommand(m) => identification::write_guti_reallocation(m, writer),
        EmmMessage::AuthenticationRequest(m) => authentication::write_request(m, writer),
        EmmMessage::AuthenticationResponse(m) => writer.lv(&m.res),
        EmmMessage::IdentityRequest(m) => identification::write_request(m, writer),
        EmmMessage::IdentityResponse(m) => writer.lv(&identity::write_mobile(m.identity)),
        EmmMessage::AuthenticationFailure(m) => authentication::write_failure(m, writer),
        EmmMessage::SecurityModeCommand(m) => security_mode::write_command(m, writer),
        EmmMessage::SecurityModeComplete(m) => security_mode::write_complete(m, writer),
        EmmMessage::SecurityModeReject(m) => writer.octet(m.cause.0),
        EmmMessage::EmmStatus(m) => writer.octet(m.cause.0),
        EmmMessage::EmmInformation(m) => information::write(m, writer),
        EmmMessage::DownlinkNasTransport(m) | EmmMessage::UplinkNasTransport(m) => writer.lv(&m.contents),
        EmmMessage::AuthenticationReject
        | EmmMessage::DetachAccept
        | EmmMessage::GutiReallocationComplete
        | EmmMessage::TrackingAreaUpdateComplete => {}
    }
}

/// A message without IEs of its own.
fn bare<'a>(reader: Reader<'a>, message: EmmMessage<'a>) -> Result<EmmMessage<'a>, NasFaultKind> {
    Optional::new(reader, &[]).skip_all()?;
    Ok(message)
}

fn read_status(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let cause = EmmCause(reader.octet()?);
    bare(reader, EmmMessage::EmmStatus(EmmStatus { cause }))
}

fn read_container(mut reader: Reader<'_>) -> Result<NasMessageContainer, NasFaultKind> {
    let contents = reader.lv(2)?.to_vec();
    Optional::new(reader, &[]).skip_all()?;
    Ok(NasMessageContainer { contents })
}
