use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rtnetlink::RouteMessageBuilder;

use crate::{LabError, Namespace};

impl Namespace {
    /// Adds a route to `destination/prefix` through `gateway`; `0.0.0.0/0` or `::/0` is the default route.
    ///
    /// # Errors
    /// The families differ, the gateway cannot be reached, or the kernel refused.
    pub fn add_route(&self, destination: IpAddr, prefix: u8, gateway: IpAddr) -> Result<(), LabError> {
        let action = format!("adding a route to {destination}/{prefix} via {gateway}");
        let message = match (destination, gateway) {
            (IpAddr::V4(destination), IpAddr::V4(gateway)) => RouteMessageBuilder::<Ipv4Addr>::new()
                .destination_prefix(destination, prefix)
                .gateway(gateway)
                .build(),
            (IpAddr::V6(destination), IpAddr::V6(gateway)) => RouteMessageBuilder::<Ipv6Addr>::new()
                .destination_prefix(destination, prefix)
                .gateway(gateway)
                .build(),
            _ => return Err(LabError::netlink(action)(rtnetlink::Error::RequestFailed)),
        };
        self.netlink(|handle| async move {
            handle.route().add(message).execute().await.map_err(LabError::netlink(action))
        })
    }
}
