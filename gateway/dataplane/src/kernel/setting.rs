//! Settings under /proc/sys, which belong to the network namespace of the thread that opens them.

use std::fs;

use crate::engine::Pool;
use crate::error::DataplaneError;

/// Lets the kernel route between the TUN device and the rest, for the IP versions that phones have. It stays on when the
/// engine stops: others may rely on it by then.
pub(crate) fn enable_forwarding(tun: &str, pools: &[Pool]) -> Result<(), DataplaneError> {
    if pools.iter().any(|pool| pool.gateway.is_ipv4()) {
        set("net/ipv4/ip_forward", "1")?;
    }
    if pools.iter().any(|pool| pool.gateway.is_ipv6()) {
        // A router takes no default route from router advertisements, unless accept_ra says 2.
        set("net/ipv6/conf/all/forwarding", "1")?;
    } else {
        // Spares the device the kernel's own neighbour and multicast messages. Without it they are dropped and counted.
        let _ = set(&format!("net/ipv6/conf/{tun}/disable_ipv6"), "1");
    }
    Ok(())
}

/// Writes only what is not so already: containers often have /proc/sys read-only, with the right values.
fn set(setting: &str, value: &str) -> Result<(), DataplaneError> {
    let path = format!("/proc/sys/{setting}");
    if fs::read_to_string(&path).is_ok_and(|current| current.trim() == value) {
        return Ok(());
    }
    fs::write(&path, value).map_err(|source| DataplaneError::Setting { setting: setting.to_owned(), source })
}
