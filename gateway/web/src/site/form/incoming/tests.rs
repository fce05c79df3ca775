use super::Incoming;

const TYPE: &str = "multipart/form-data; boundary=XX";

fn form(file: &[u8]) -> Vec<u8> {
    let mut octets = b"--XX\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\nproof\r\n--XX\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"a.raucb\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        .to_vec();
    octets.extend_from_slice(file);
    octets.extend_from_slice(b"\r\n--XX--\r\n");
    octets
}

/// The file, as it comes in pieces of this many octets.
fn received(octets: &[u8], step: usize) -> (Vec<u8>, Incoming) {
    let mut incoming = Incoming::new(TYPE).unwrap();
    let mut file = Vec::new();
    for piece in octets.chunks(step) {
        incoming.push(piece).unwrap();
        file.extend(incoming.take());
    }
    (file, incoming)
}

#[test]
fn the_file_is_the_same_however_it_comes() {
    for file in [&b""[..], b"a", b"\r\n--X", b"\r\n--\r\n--XY\r\n\r\n-", &[0; 3_000]] {
        let whole = form(file);
        for step in [1, 2, 3, 7, 64, whole.len()] {
            let (came, incoming) = received(&whole, step);
            assert_eq!(came, file, "{step}");
            assert!(incoming.is_complete());
            assert_eq!(incoming.form.raw("_csrf"), "proof");
        }
    }
}

#[test]
fn a_file_that_breaks_off_is_not_complete() {
    let whole = form(b"update");
    for end in 0..whole.len() - 9 {
        let (came, incoming) = received(&whole[..end], 5);
        assert!(!incoming.is_complete(), "{end}");
        assert!(b"update".starts_with(&came[..]));
    }
}

#[test]
fn what_is_no_such_form_is_refused() {
    for kind in ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary="] {
        assert!(Incoming::new(kind).is_err(), "{kind}");
    }
    let long =
        [b"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".to_vec(), vec![b'x'; 5_000]].concat();
    let header = [b"--XX\r\n".to_vec(), vec![b'x'; 2_000]].concat();
    for octets in [&b"--YY\r\n"[..], b"--XX--", b"--XX\r\nno header\r\n\r\n", &long, &header] {
        let mut incoming = Incoming::new(TYPE).unwrap();
        assert!(incoming.push(octets).is_err(), "{}", String::from_utf8_lossy(&octets[..6]));
    }
}
