//! What the image's root lets through of the files, line by line (`image/rootfs/usr/libexec/pumice/network`).

use std::path::Path;
use std::process::{Command, Stdio};

use super::super::{NetworkFile, render};
use super::{files, modem, pppoe, roles, settings, setup, text, wifi};

/// Whether root's program may read a file with this text.
fn gets_through(name: &str, text: &str) -> bool {
    let lines = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../image/rootfs/usr/lib/pumice/network-lines")
        .join(name);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let mut command = Command::new("grep");
    command.args(["-v", "-x", "-E", "-f"]).args([&lines, file.path()]).stdout(Stdio::null());
    // Lines that are not on the list: 0 if there are any, 1 if there are none.
    command.status().unwrap().code().unwrap() == 1
}

#[test]
fn all_that_the_gateway_writes() {
    let odd = "p\"\\`$#' é";
    let open =
        [wifi("é", None), wifi("s", Some(&"0123456789abcdef".repeat(4))), wifi("s", Some("he\"llo#wo"))];
    let ways =
        [pppoe("user@isp.example", odd), modem("web.example", odd, odd), wifi("Duka", Some("ka\"ri\\bu%"))];
    let hotspot = render(&settings(None), &roles(), Some(&setup())).unwrap();
    let written = ways.into_iter().chain(open).flat_map(files).chain(hotspot);
    let read_by_root = |file: &NetworkFile| !file.name.ends_with(".network");
    for file in written.filter(read_by_root) {
        assert!(gets_through(file.name, &file.text), "{}", file.text);
    }
}

#[test]
fn nothing_else() {
    let peer = text(&files(pppoe("u", "p")), "pppoe.peer");
    for line in [
        "pty \"sh -c id\"",
        "connect /bin/sh",
        "plugin /tmp/x.so",
        "user \"u\" pty \"id\"",
        "user \"u\"\tpty id",
        "file /etc/shadow",
    ] {
        assert!(!gets_through("pppoe.peer", &format!("{peer}{line}\n")), "{line}");
    }
    let supplicant = text(&files(wifi("s", None)), "wpa_supplicant.conf");
    for line in ["pkcs11_module_path=/tmp/x.so", "ctrl_interface=/etc", "\tca_cert=\"/etc/shadow\""] {
        assert!(!gets_through("wpa_supplicant.conf", &format!("{supplicant}{line}\n")), "{line}");
    }
    assert!(!gets_through("hostapd.conf", "dump_file=/etc/passwd\n"));
}
