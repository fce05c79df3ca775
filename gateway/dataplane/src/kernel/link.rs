//! The TUN device's link and addresses, by rtnetlink.

use core::net::IpAddr;

use rtnetlink::{Handle, LinkMessageBuilder, LinkUnspec};
use tokio::runtime::Builder;

use crate::engine::Pool;
use crate::error::DataplaneError;

/// Sets the MTU, brings the link up, and gives it the gateway's address in each pool: the pool is then routed to it.
pub(crate) fn configure(index: u32, mtu: u16, pools: &[Pool]) -> Result<(), DataplaneError> {
    let runtime = Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(DataplaneError::system("starting a runtime for netlink"))?;
    runtime.block_on(async {
        let (connection, handle, _unsolicited) =
            rtnetlink::new_connection().map_err(DataplaneError::system("opening a netlink socket"))?;
        let pump = tokio::spawn(connection);
        let outcome = requests(&handle, index, mtu, pools).await;
        pump.abort();
        outcome
    })
}

async fn requests(handle: &Handle, index: u32, mtu: u16, pools: &[Pool]) -> Result<(), DataplaneError> {
    let up = LinkMessageBuilder::<LinkUnspec>::new().index(index).mtu(mtu.into()).up().build();
    handle.link().set(up).execute().await.map_err(DataplaneError::netlink("bringing the TUN device up"))?;
    for Pool { gateway, prefix_length } in pools {
        handle
            .address()
            .add(index, *gateway, *prefix_length)
            .execute()
            .await
            .map_err(DataplaneError::netlink("giving the TUN device an address"))?;
    }
    Ok(())
}

/// The network that an address is in.
pub(crate) fn network(address: IpAddr, prefix_length: u8) -> (Vec<u8>, Vec<u8>) {
    let octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let mask: Vec<u8> = (0..octets.len())
        .map(|octet| {
            let ones = usize::from(prefix_length).saturating_sub(octet * 8).min(8);
            u8::try_from(0xff00_u16 >> ones & 0xff).unwrap_or(0xff)
        })
        .collect();
    let network = octets.iter().zip(&mask).map(|(octet, mask)| octet & mask).collect();
    (network, mask)
}
