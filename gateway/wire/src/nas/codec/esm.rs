//! ESM messages (8.3).

use core::net::Ipv4Addr;

use pumice_model::identity::{Apn, Ebi};

use super::attach::{read_nibble, read_octet};
use super::{Optional, Reader, Writer, ambr, pco};
use crate::nas::{
    ActivateDefaultBearerRequest, ApnChoice, EsmBody, EsmCause, GprsTimer3, NasFaultKind, Pco, PdnAddress,
    PdnConnectivityRequest, PdnType, RequestType,
};

const WRONG: NasFaultKind = NasFaultKind::InvalidMandatoryInformation;

/// TS 24.301 table 9.8.2.
pub(super) const fn message_type(body: &EsmBody) -> u8 {
    match body {
        EsmBody::ActivateDefaultBearerRequest(_) => 0xc1,
        EsmBody::ActivateDefaultBearerAccept { .. } => 0xc2,
        EsmBody::ActivateDefaultBearerReject { .. } => 0xc3,
        EsmBody::DeactivateBearerRequest { .. } => 0xcd,
        EsmBody::DeactivateBearerAccept => 0xce,
        EsmBody::PdnConnectivityRequest(_) => 0xd0,
        EsmBody::PdnConnectivityReject { .. } => 0xd1,
        EsmBody::PdnDisconnectRequest { .. } => 0xd2,
        EsmBody::PdnDisconnectReject { .. } => 0xd3,
        EsmBody::BearerResourceAllocationRequest => 0xd4,
        EsmBody::BearerResourceAllocationReject { .. } => 0xd5,
        EsmBody::BearerResourceModificationRequest => 0xd6,
        EsmBody::BearerResourceModificationReject { .. } => 0xd7,
        EsmBody::EsmInformationRequest => 0xd9,
        EsmBody::EsmInformationResponse { .. } => 0xda,
        EsmBody::EsmStatus { .. } => 0xe8,
    }
}

pub(super) fn read(message_type: u8, mut reader: Reader<'_>) -> Result<EsmBody, NasFaultKind> {
    let body = match message_type {
        0xc1 => read_activate(reader)?,
        0xc2 => EsmBody::ActivateDefaultBearerAccept { pco: Options::read(reader)?.pco },
        0xc3 => {
            let cause = EsmCause(reader.octet()?);
            EsmBody::ActivateDefaultBearerReject { cause, pco: Options::read(reader)?.pco }
        }
        0xcd => EsmBody::DeactivateBearerRequest { cause: read_cause(reader)? },
        0xce => {
            Options::read(reader)?;
            EsmBody::DeactivateBearerAccept
        }
        0xd0 => read_connectivity(reader)?,
        0xd1 => {
            let cause = EsmCause(reader.octet()?);
            let Options { pco, back_off, .. } = Options::read(reader)?;
            EsmBody::PdnConnectivityReject { cause, pco, back_off }
        }
        0xd2 => {
            let linked = Ebi::new(reader.octet()? & 0x0f).map_err(|_| WRONG)?;
            Options::read(reader)?;
            EsmBody::PdnDisconnectRequest { linked }
        }
        0xd3 => EsmBody::PdnDisconnectReject { cause: read_cause(reader)? },
        0xd4 => EsmBody::BearerResourceAllocationRequest,
        0xd5 => EsmBody::BearerResourceAllocationReject { cause: read_cause(reader)? },
        0xd6 => EsmBody::BearerResourceModificationRequest,
        0xd7 => EsmBody::BearerResourceModificationReject { cause: read_cause(reader)? },
        0xd9 => {
            Options::read(reader)?;
            EsmBody::EsmInformationRequest
        }
        0xda => {
            let Options { pco, apn, .. } = Options::read(reader)?;
            EsmBody::EsmInformationResponse { apn: apn.and_then(read_apn), pco }
        }
        0xe8 => EsmBody::EsmStatus { cause: read_cause(reader)? },
        _ => return Err(NasFaultKind::UnknownMessageType),
    };
    Ok(body)
}

pub(super) fn write(body: &EsmBody, writer: &mut Writer) {
    match body {
        EsmBody::ActivateDefaultBearerAccept { pco } => write_pco(pco.as_ref(), writer),
        EsmBody::ActivateDefaultBearerReject { cause, pco } => {
            writer.octet(cause.0);
            write_pco(pco.as_ref(), writer);
        }
        EsmBody::ActivateDefaultBearerRequest(request) => write_activate(request, writer),
        EsmBody::BearerResourceAllocationRequest
        | EsmBody::BearerResourceModificationRequest
        | EsmBody::DeactivateBearerAccept
        | EsmBody::EsmInformationRequest => {}
        EsmBody::BearerResourceAllocationReject { cause }
        | EsmBody::BearerResourceModificationReject { cause }
        | EsmBody::DeactivateBearerRequest { cause }
        | EsmBody::EsmStatus { cause }
        | EsmBody::PdnDisconnectReject { cause } => writer.octet(cause.0),
        EsmBody::EsmInformationResponse { apn, pco } => {
            if let Some(apn) = apn {
                writer.tlv(0x28, &write_apn(apn));
            }
            write_pco(pco.as_ref(), writer);
        }
        EsmBody::PdnConnectivityReject { cause, pco, back_off } => {
            writer.octet(cause.0);
            write_pco(pco.as_ref(), writer);
            if let Some(timer) = back_off {
                writer.tlv(0x37, &[timer.0]);
            }
        }
        EsmBody::PdnConnectivityRequest(request) => write_connectivity(request, writer),
        EsmBody::PdnDisconnectRequest { linked } => writer.octet(linked.get()),
    }
}

/// The optional IEs that most messages share.
#[derive(Default)]
struct Options<'a> {
    apn: Option<&'a [u8]>,
    back_off: Option<GprsTimer3>,
    cause: Option<EsmCause>,
    esm_information_transfer: bool,
    ambr: Option<(u64, u64)>,
    pco: Option<Pco>,
}

impl<'a> Options<'a> {
    fn read(reader: Reader<'a>) -> Result<Self, NasFaultKind> {
        let mut found = Self::default();
        let mut optional = Optional::new(reader, &[(0x32, 1), (0x58, 1)]);
        while let Some((iei, value)) = optional.next()? {
            match iei {
                0x27 => found.pco = pco::read(value),
                0x28 => found.apn = Some(value),
                0x37 => found.back_off = read_octet(value).map(GprsTimer3),
                0x58 => found.cause = read_octet(value).map(EsmCause),
                0x5e => found.ambr = ambr::read(value),
                0xd0 => found.esm_information_transfer = read_nibble(value).is_some_and(|flag| flag & 1 != 0),
                _ => {}
            }
        }
        Ok(found)
    }
}

/// A message of a cause, and nothing else that is used.
fn read_cause(mut reader: Reader<'_>) -> Result<EsmCause, NasFaultKind> {
    let cause = EsmCause(reader.octet()?);
    Options::read(reader)?;
    Ok(cause)
}

fn write_pco(pco: Option<&Pco>, writer: &mut Writer) {
    if let Some(pco) = pco {
        writer.tlv(0x27, &pco::write(pco));
    }
}

fn read_connectivity(mut reader: Reader<'_>) -> Result<EsmBody, NasFaultKind> {
    let octet = reader.octet()?;
    let options = Options::read(reader)?;
    Ok(EsmBody::PdnConnectivityRequest(Box::new(PdnConnectivityRequest {
        request_type: match octet & 0x07 {
            2 => RequestType::Handover,
            4 => RequestType::Emergency,
            _ => RequestType::Initial,
        },
        pdn_type: match octet >> 4 & 0x07 {
            1 => PdnType::Ipv4,
            2 => PdnType::Ipv6,
            3 => PdnType::Ipv4v6,
            5 => PdnType::NonIp,
            6 => PdnType::Ethernet,
            reserved => PdnType::Reserved(reserved),
        },
        esm_information_transfer: options.esm_information_transfer,
        apn: options.apn.map(|value| read_apn(value).map_or(ApnChoice::Illegal, ApnChoice::Named)),
        pco: options.pco,
    })))
}

fn write_connectivity(request: &PdnConnectivityRequest, writer: &mut Writer) {
    let request_type = match request.request_type {
        RequestType::Initial => 1,
        RequestType::Handover => 2,
        RequestType::Emergency => 4,
    };
    let pdn_type = match request.pdn_type {
        PdnType::Ipv4 => 1,
        PdnType::Ipv6 => 2,
        PdnType::Ipv4v6 => 3,
        PdnType::NonIp => 5,
        PdnType::Ethernet => 6,
        PdnType::Reserved(number) => number & 0x07,
    };
    writer.octet(pdn_type << 4 | request_type);
    if request.esm_information_transfer {
        writer.tv_nibble(0xd0, 1);
    }
    match &request.apn {
        Some(ApnChoice::Named(apn)) => writer.tlv(0x28, &write_apn(apn)),
        // A label of no letters.
        Some(ApnChoice::Illegal) => writer.tlv(0x28, &[0]),
        None => {}
    }
    write_pco(request.pco.as_ref(), writer);
}

fn read_activate(mut reader: Reader<'_>) -> Result<EsmBody, NasFaultKind> {
    let qci = reader.lv(1)?.first().copied().ok_or(WRONG)?;
    let apn = read_apn(reader.lv(1)?).ok_or(WRONG)?;
    let address = read_address(reader.lv(5)?)?;
    let options = Options::read(reader)?;
    let (ambr_downlink, ambr_uplink) = options.ambr.unwrap_or_default();
    Ok(EsmBody::ActivateDefaultBearerRequest(Box::new(ActivateDefaultBearerRequest {
        qci,
        apn,
        address,
        ambr_uplink,
        ambr_downlink,
        cause: options.cause,
        pco: options.pco,
    })))
}

fn write_activate(request: &ActivateDefaultBearerRequest, writer: &mut Writer) {
    writer.lv(&[request.qci]);
    writer.lv(&write_apn(&request.apn));
    write_address(request.address, writer);
    // No rates are said by leaving them out.
    if (request.ambr_downlink, request.ambr_uplink) != (0, 0) {
        writer.tlv(0x5e, &ambr::write(request.ambr_downlink, request.ambr_uplink));
    }
    if let Some(cause) = request.cause {
        writer.tv(0x58, &[cause.0]);
    }
    write_pco(request.pco.as_ref(), writer);
}

/// Access point name (TS 23.003 9.1): labels behind their lengths.
fn read_apn(value: &[u8]) -> Option<Apn> {
    let mut reader = Reader::new(value);
    let mut name = heapless::String::<100>::new();
    while !reader.is_empty() {
        let label = core::str::from_utf8(reader.lv(1).ok()?).ok()?;
        if !name.is_empty() {
            name.push('.').ok()?;
        }
        name.push_str(label).ok()?;
    }
    Apn::parse(&name).ok()
}

fn write_apn(apn: &Apn) -> heapless::Vec<u8, 101> {
    let mut octets = heapless::Vec::new();
    for label in apn.as_str().split('.') {
        // An APN has at most 100 letters, its labels at most 63.
        let _ = octets.push(u8::try_from(label.len()).unwrap_or(63));
        let _ = octets.extend_from_slice(label.as_bytes());
    }
    octets
}

/// PDN address (9.9.4.9).
fn read_address(value: &[u8]) -> Result<PdnAddress, NasFaultKind> {
    let mut reader = Reader::new(value);
    match reader.octet()? & 0x07 {
        1 => Ok(PdnAddress::Ipv4(read_ipv4(&mut reader)?)),
        2 => Ok(PdnAddress::Ipv6(reader.array()?)),
        3 => Ok(PdnAddress::Ipv4v6(reader.array()?, read_ipv4(&mut reader)?)),
        _ => Err(WRONG),
    }
}

fn read_ipv4(reader: &mut Reader<'_>) -> Result<Ipv4Addr, NasFaultKind> {
    reader.array::<4>().map(Ipv4Addr::from)
}

fn write_address(address: PdnAddress, writer: &mut Writer) {
    let mut value = heapless::Vec::<u8, 13>::new();
    // Type, interface identifier and address are thirteen octets.
    let mut put = |octets: &[u8]| value.extend_from_slice(octets).unwrap_or_default();
    match address {
        PdnAddress::Ipv4(address) => {
            put(&[1]);
            put(&address.octets());
        }
        PdnAddress::Ipv6(interface) => {
            put(&[2]);
            put(&interface);
        }
        PdnAddress::Ipv4v6(interface, address) => {
            put(&[3]);
            put(&interface);
            put(&address.octets());
        }
    }
    writer.lv(&value);
}
