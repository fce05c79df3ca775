use super::{Head, MAX_HEAD};

#[test]
fn incomplete_head_asks_for_more() {
    assert_eq!(Head::parse(b"GET / HTTP/1.1\r\nHost: a\r\n").unwrap(), None);
}

#[test]
fn complete_head_gives_line_length_and_start_of_body() {
    let head = Head::parse(b"POST /x HTTP/1.1\r\ncontent-LENGTH: 12\r\n\r\nbody").unwrap().unwrap();
    assert_eq!(head.first_line, "POST /x HTTP/1.1");
    assert_eq!(head.content_length, Some(12));
    assert_eq!(head.length, 40);
}

#[test]
fn bad_length_is_an_error() {
    assert!(Head::parse(b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n").is_err());
}

#[test]
fn endless_head_is_an_error() {
    assert!(Head::parse(&vec![b'a'; MAX_HEAD + 1]).is_err());
}
