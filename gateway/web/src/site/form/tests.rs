use zeroize::Zeroizing;

use super::NoForm;

const MULTIPART: &str = "multipart/form-data; boundary=----x1";

/// Parses a body of which a copy is given away.
struct Form;

impl Form {
    fn parse(kind: &str, body: &[u8]) -> Result<super::Form, NoForm> {
        super::Form::parse(kind, Zeroizing::new(body.to_vec()))
    }
}

fn multipart(body: &str) -> Result<super::Form, NoForm> {
    Form::parse(MULTIPART, body.replace('\n', "\r\n").as_bytes())
}

#[test]
fn fields_are_decoded() {
    let form = Form::parse(
        "application/x-www-form-urlencoded; charset=UTF-8",
        b"name=+Amina+%26+J&k=a%3Db&empty=&k=2",
    );
    let form = form.ok().unwrap();
    assert_eq!((form.text("name"), form.raw("name")), ("Amina & J", " Amina & J"));
    assert_eq!((form.text("k"), form.text("empty"), form.text("none")), ("a=b", "", ""));
    assert!(form.has("empty") && !form.has("none"));
}

#[test]
fn a_file_comes_with_its_fields() {
    let form = multipart(
        "------x1\nContent-Disposition: form-data; name=\"_csrf\"\n\nabc\n------x1\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a%22b.csv\"\nContent-Type: text/csv\n\n\
         imsi,k\n\n--no\n------x1--\n",
    );
    let form = form.ok().unwrap();
    assert_eq!(form.text("_csrf"), "abc");
    let file = form.file("file").unwrap();
    assert_eq!(file.name, "a\"b.csv");
    assert_eq!(file.octets.as_slice(), b"imsi,k\r\n\r\n--no");
    assert!(form.file("other").is_none());
}

#[test]
fn a_file_that_was_not_chosen_is_none() {
    let form =
        multipart("------x1\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\n\n\n------x1--");
    assert!(form.ok().unwrap().file("file").is_none());
}

#[test]
fn what_is_no_form_is_refused() {
    let whole =
        "------x1\nContent-Disposition: form-data; name=\"a\"\n\nabc\n------x1--\n".replace('\n', "\r\n");
    assert!(Form::parse(MULTIPART, whole.as_bytes()).is_ok());
    // Every beginning of it that ends before its last boundary.
    for end in 0..whole.len() - 4 {
        assert!(Form::parse(MULTIPART, &whole.as_bytes()[..end]).is_err(), "{end}");
    }
    for (kind, body) in [
        ("application/json", "{}"),
        ("text/plain", "a=b"),
        ("", "a=b"),
        ("multipart/form-data", whole.as_str()),
        ("multipart/form-data; boundary=", whole.as_str()),
        ("multipart/form-data; boundary=----x2", whole.as_str()),
    ] {
        assert!(Form::parse(kind, body.as_bytes()).is_err(), "{kind}");
    }
    for header in
        ["", "X: y", "Content-Disposition: attachment; name=\"a\"", "Content-Disposition: form-data; name=a"]
    {
        assert!(multipart(&format!("------x1\n{header}\n\nabc\n------x1--\n")).is_err(), "{header}");
    }
    assert!(Form::parse("", b"").is_ok());
}

#[test]
fn the_number_of_fields_and_files_is_bounded() {
    let many = "a=b&".repeat(129);
    assert!(Form::parse("application/x-www-form-urlencoded", many.as_bytes()).is_err());
    let part = "------x1\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\n\nx\n";
    assert!(multipart(&format!("{}------x1--", part.repeat(4))).is_ok());
    assert!(multipart(&format!("{}------x1--", part.repeat(5))).is_err());
    let long = format!(
        "------x1\nX: {}\nContent-Disposition: form-data; name=\"a\"\n\nb\n------x1--",
        "x".repeat(2_000)
    );
    assert!(multipart(&long).is_err());
}

#[test]
fn a_hostile_body_costs_no_more_than_its_length() {
    let body = format!(
        "------x1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}",
        "\r\n------x".repeat(100_000)
    );
    assert!(Form::parse(MULTIPART, body.as_bytes()).is_err());
}

#[test]
fn several_files_come_apart() {
    let part = |name: &str, text: &str| {
        format!(
            "------x1\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.txt\"\n\n{text}\n"
        )
    };
    let body = format!(
        "{}------x1\nContent-Disposition: form-data; name=\"x\"\n\nbetween\n{}{}------x1--\n",
        part("a", "first"),
        part("b", "second\n"),
        part("c", "third")
    );
    let mut form = multipart(&body).ok().unwrap();
    assert_eq!(form.text("x"), "between");
    for (name, text) in [("a", "first"), ("b", "second\r\n"), ("c", "third")] {
        assert_eq!(form.file(name).unwrap().octets.as_slice(), text.as_bytes());
    }
    assert_eq!(form.take_file("c").unwrap(), b"third");
    assert!(form.take_file("c").is_none());
}
