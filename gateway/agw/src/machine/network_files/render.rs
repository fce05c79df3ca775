use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use super::quoting::{self, WifiKey};
use super::{NetworkFile, Roles, SetupAccessPoint, Unfit};
use crate::config::{BackhaulSettings, Way};

/// For everybody: networkd runs as a user of its own.
const PUBLIC: u32 = 0o644;
/// Has a password in it.
const SECRET: u32 = 0o600;

/// What stands first in each file.
const HEAD: &str = "# Written by pumice; changes are overwritten.\n";

/// The files for these settings, in order of their names. Where no way is set there is nothing but the setup WiFi: the system's
/// own files stay in force.
pub(crate) fn render(
    settings: &BackhaulSettings,
    roles: &Roles,
    setup: Option<&SetupAccessPoint>,
) -> Result<Vec<NetworkFile>, Unfit> {
    let mut files = Vec::new();
    let mut outside = None;
    if let Some(way) = &settings.way {
        outside = add_outside(way, roles, &mut files)?;
        if let Some(name) = roles.lan.as_ref().filter(|name| outside != Some(name)) {
            files.push(lan(name, roles.fallback)?);
        }
    }
    // One radio does one thing at a time, and the internet is wanted for longer.
    if let Some(setup) = setup.filter(|setup| outside != Some(&setup.interface)) {
        files.extend(setup_access_point(setup)?);
    }
    files.sort_unstable_by_key(|file| file.name);
    Ok(files)
}

/// Adds the files of a way; the interface that is used up by it.
fn add_outside<'a>(
    way: &Way,
    roles: &'a Roles,
    files: &mut Vec<NetworkFile>,
) -> Result<Option<&'a String>, Unfit> {
    let of = |interface: &'a Option<String>| {
        interface.as_ref().ok_or_else(|| Unfit::NoInterface { way: way.word() })
    };
    let interface = match way {
        Way::None => return Ok(None),
        Way::Dhcp | Way::Static { .. } | Way::Pppoe { .. } => of(&roles.backhaul)?,
        Way::Modem { .. } => of(&roles.modem)?,
        Way::Wifi { .. } => of(&roles.wifi)?,
    };
    let name = quoting::interface(interface)?;
    let body = match way {
        Way::Static { address, prefix, router, dns } => fixed((*address, *prefix), *router, dns),
        // Of the cable only the frames are used.
        Way::Pppoe { .. } => "DHCP=no\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n".to_owned(),
        Way::None | Way::Dhcp | Way::Modem { .. } | Way::Wifi { .. } => {
            "DHCP=yes\nIPv6AcceptRA=yes\n".to_owned()
        }
    };
    // On a board with one socket the page is found at its fallback address all the same; no leases are given there.
    let shared = if roles.lan.as_ref() == Some(interface) {
        let (address, prefix) = roles.fallback;
        format!("Address={address}/{prefix}\n")
    } else {
        String::new()
    };
    let text = format!("{}[Network]\n{body}{shared}", network_head(name));
    files.push(NetworkFile { name: "10-pumice-backhaul.network", mode: PUBLIC, text });
    match way {
        Way::Pppoe { user, password } => files.push(pppoe(name, user, password)?),
        Way::Modem { apn, user, password } => {
            files.push(modem(name, apn, user.as_deref(), password.as_deref())?);
        }
        Way::Wifi { ssid, password } => files.push(wifi(ssid, password.as_deref())?),
        Way::None | Way::Dhcp | Way::Static { .. } => {}
    }
    Ok(Some(interface))
}

/// What a network file begins with. Nothing waits for these networks at boot.
fn network_head(interface: &str) -> String {
    format!("{HEAD}[Match]\nName={interface}\n\n[Link]\nRequiredForOnline=no\n\n")
}

fn fixed((address, prefix): (IpAddr, u8), router: IpAddr, dns: &[IpAddr]) -> String {
    let mut body = format!("DHCP=no\nIPv6AcceptRA=no\nAddress={address}/{prefix}\nGateway={router}\n");
    for server in dns {
        let _ = writeln!(body, "DNS={server}");
    }
    body
}

fn lan(interface: &str, (address, prefix): (Ipv4Addr, u8)) -> Result<NetworkFile, Unfit> {
    let mut text = network_head(quoting::interface(interface)?);
    // Without a router or name servers in the lease: a laptop that is plugged in keeps its own way to the internet.
    let _ = write!(
        text,
        "[Network]\nAddress={address}/{prefix}\nConfigureWithoutCarrier=yes\nIPv6AcceptRA=no\nDHCPServer=yes\n\n\
         [DHCPServer]\nEmitDNS=no\nEmitRouter=no\n"
    );
    Ok(NetworkFile { name: "20-pumice-lan.network", mode: PUBLIC, text })
}

fn pppoe(interface: &str, user: &str, password: &str) -> Result<NetworkFile, Unfit> {
    let user = quoting::pppd("backhaul.user", user)?;
    // Here and not in chap-secrets and pap-secrets, where a secret that begins with @/ is the name of a file to read.
    let password = quoting::pppd("backhaul.password", password)?;
    let text = format!(
        "{HEAD}plugin pppoe.so\nnic-{interface}\nunit 0\nuser {user}\npassword {password}\nhide-password\nnoauth\n\
         defaultroute\nusepeerdns\nnoipdefault\n+ipv6\nmtu 1492\nmru 1492\npersist\nmaxfail 0\nholdoff 10\n\
         lcp-echo-interval 20\nlcp-echo-failure 4\n"
    );
    Ok(NetworkFile { name: "pppoe.peer", mode: SECRET, text })
}

fn modem(
    interface: &str,
    apn: &str,
    user: Option<&str>,
    password: Option<&str>,
) -> Result<NetworkFile, Unfit> {
    let mut text =
        format!("{HEAD}INTERFACE=\"{interface}\"\nAPN={}\n", quoting::environment("backhaul.apn", apn)?);
    for (key, what, value) in
        [("USER_NAME", "backhaul.user", user), ("PASSWORD", "backhaul.password", password)]
    {
        if let Some(value) = value {
            let _ = writeln!(text, "{key}={}", quoting::environment(what, value)?);
        }
    }
    Ok(NetworkFile { name: "modem.conf", mode: SECRET, text })
}

fn wifi(ssid: &str, password: Option<&str>) -> Result<NetworkFile, Unfit> {
    let name = quoting::ssid("backhaul.ssid", ssid)?;
    let key = password.map(|password| quoting::wifi_key("backhaul.wifi_password", password)).transpose()?;
    let raw = |key: &str| format!("\tkey_mgmt=WPA-PSK\n\tieee80211w=1\n\tpsk={key}\n");
    let key = match key {
        None => "\tkey_mgmt=NONE\n".to_owned(),
        Some(WifiKey::Raw(key)) => raw(&key),
        Some(WifiKey::Passphrase(passphrase)) if quoting::looks_like_a_comment(&passphrase) => {
            raw(&quoting::derived_key(&passphrase, ssid))
        }
        // WPA3 where the other side has it; it needs the passphrase itself.
        Some(WifiKey::Passphrase(passphrase)) => {
            format!("\tkey_mgmt=WPA-PSK SAE\n\tieee80211w=1\n\tpsk=\"{passphrase}\"\n")
        }
    };
    let text = format!(
        "{HEAD}ctrl_interface=/run/wpa_supplicant\nupdate_config=0\nnetwork={{\n\tssid={name}\n\tscan_ssid=1\n{key}}}\n"
    );
    Ok(NetworkFile { name: "wpa_supplicant.conf", mode: SECRET, text })
}

fn setup_access_point(setup: &SetupAccessPoint) -> Result<[NetworkFile; 2], Unfit> {
    let interface = quoting::interface(&setup.interface)?;
    let ssid = quoting::ssid("the setup WiFi's name", &setup.ssid)?;
    let key = match quoting::wifi_key("the setup WiFi's passphrase", &setup.passphrase)? {
        WifiKey::Passphrase(passphrase) => format!("wpa_passphrase={passphrase}"),
        WifiKey::Raw(key) => format!("wpa_psk={key}"),
    };
    if !(1..=13).contains(&setup.channel) {
        return Err(Unfit::Value { what: "the setup WiFi's channel", problem: "is to be 1 to 13" });
    }
    let text = format!(
        "{HEAD}interface={interface}\ndriver=nl80211\nssid2={ssid}\nhw_mode=g\nchannel={}\nieee80211n=1\n\
         wmm_enabled=1\nauth_algs=1\nwpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\n{key}\nmax_num_sta=8\n\
         ap_isolate=1\n",
        setup.channel
    );
    let hostapd = NetworkFile { name: "hostapd.conf", mode: SECRET, text };
    let (address, prefix) = setup.address;
    let mut text = network_head(interface);
    // The box is router and name server, so that a phone that joins looks for the internet and finds the page.
    let _ = write!(
        text,
        "[Network]\nAddress={address}/{prefix}\nIPv6AcceptRA=no\nDHCPServer=yes\n\n\
         [DHCPServer]\nEmitDNS=yes\nDNS={address}\nEmitRouter=yes\nDefaultLeaseTimeSec=600\n"
    );
    Ok([hostapd, NetworkFile { name: "30-pumice-setup.network", mode: PUBLIC, text }])
}
