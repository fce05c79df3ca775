//! Each file as it is written, octet by octet.

use super::{Way, files, modem, pppoe, render, roles, settings, setup, text, wifi};

#[test]
fn dhcp() {
    let network = text(&files(Way::Dhcp), "10-pumice-backhaul.network");
    assert_eq!(
        network,
        "\
# Written by pumice; changes are overwritten.
[Match]
Name=eth0

[Link]
RequiredForOnline=no

[Network]
DHCP=yes
IPv6AcceptRA=yes
"
    );
}

#[test]
fn fixed_address() {
    let way = Way::Static {
        address: "192.0.2.7".parse().unwrap(),
        prefix: 28,
        router: "192.0.2.1".parse().unwrap(),
        dns: vec!["9.9.9.9".parse().unwrap(), "2620:fe::fe".parse().unwrap()],
    };
    let network = text(&files(way), "10-pumice-backhaul.network");
    let (_, body) = network.split_once("[Network]\n").unwrap();
    assert_eq!(
        body,
        "DHCP=no\nIPv6AcceptRA=no\nAddress=192.0.2.7/28\nGateway=192.0.2.1\nDNS=9.9.9.9\nDNS=2620:fe::fe\n"
    );
}

#[test]
fn lan() {
    let network = text(&files(Way::None), "20-pumice-lan.network");
    assert_eq!(
        network,
        "\
# Written by pumice; changes are overwritten.
[Match]
Name=eth1

[Link]
RequiredForOnline=no

[Network]
Address=192.168.77.1/24
ConfigureWithoutCarrier=yes
IPv6AcceptRA=no
DHCPServer=yes

[DHCPServer]
EmitDNS=no
EmitRouter=no
"
    );
}

#[test]
fn ppp_over_ethernet() {
    let files = files(pppoe("user@isp.example", "se\"cr\\et"));
    assert_eq!(
        text(&files, "pppoe.peer"),
        r#"# Written by pumice; changes are overwritten.
plugin pppoe.so
nic-eth0
unit 0
user "user@isp.example"
password "se\"cr\\et"
hide-password
noauth
defaultroute
usepeerdns
noipdefault
+ipv6
mtu 1492
mru 1492
persist
maxfail 0
holdoff 10
lcp-echo-interval 20
lcp-echo-failure 4
"#
    );
    let network = text(&files, "10-pumice-backhaul.network");
    assert!(network.ends_with("[Network]\nDHCP=no\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n"), "{network}");
}

#[test]
fn by_modem() {
    let files = files(modem("web.example", "u$er", "p`w`"));
    assert_eq!(
        text(&files, "modem.conf"),
        r#"# Written by pumice; changes are overwritten.
INTERFACE="wwan0"
APN="web.example"
USER_NAME="u\$er"
PASSWORD="p\`w\`"
"#
    );
    assert!(text(&files, "10-pumice-backhaul.network").contains("Name=wwan0\n"));
}

#[test]
fn somebodys_wifi() {
    let closed = text(&files(wifi("Duka la Amina", Some("ka\"ri\\bu%"))), "wpa_supplicant.conf");
    assert_eq!(
        closed,
        "\
# Written by pumice; changes are overwritten.
ctrl_interface=/run/wpa_supplicant
update_config=0
network={
\tssid=44756b61206c6120416d696e61
\tscan_ssid=1
\tkey_mgmt=WPA-PSK SAE
\tieee80211w=1
\tpsk=\"ka\"ri\\bu%\"
}
"
    );
    let open = text(&files(wifi("é", None)), "wpa_supplicant.conf");
    assert!(open.ends_with("\tssid=c3a9\n\tscan_ssid=1\n\tkey_mgmt=NONE\n}\n"), "{open}");
}

#[test]
fn setup_access_point() {
    let files = render(&settings(None), &roles(), Some(&setup())).unwrap();
    assert_eq!(
        text(&files, "hostapd.conf"),
        "\
# Written by pumice; changes are overwritten.
interface=wlan0
driver=nl80211
ssid2=50756d696365203746
hw_mode=g
channel=6
ieee80211n=1
wmm_enabled=1
auth_algs=1
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=tamu#chai \"mbili\"
max_num_sta=8
ap_isolate=1
"
    );
    let network = text(&files, "30-pumice-setup.network");
    assert_eq!(
        network,
        "\
# Written by pumice; changes are overwritten.
[Match]
Name=wlan0

[Link]
RequiredForOnline=no

[Network]
Address=192.168.78.1/24
IPv6AcceptRA=no
DHCPServer=yes

[DHCPServer]
EmitDNS=yes
DNS=192.168.78.1
EmitRouter=yes
DefaultLeaseTimeSec=600
"
    );
}
