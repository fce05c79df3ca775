use super::*;
use crate::text::Language;

#[test]
fn a_segment_stays_one_segment() {
    for (word, segment_of_it) in [
        ("999990000000001", "999990000000001"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("Ámina \"x\"", "%C3%81mina%20%22x%22"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("...", "..."),
        ("%2e", "%252e"),
    ] {
        assert_eq!(segment(word), segment_of_it);
    }
}

#[test]
fn a_short_list_has_no_pager() {
    let frame = Frame::nobody(Language::English, "");
    assert_eq!(
        pager(&frame, &Pager { from: 1, to: 3, total: Some(3), previous: None, next: None }).into_string(),
        ""
    );
    let last =
        Pager { from: 1_201, to: 1_234, total: Some(1_234), previous: Some("?page=1&a".into()), next: None };
    let shown = pager(&frame, &last).into_string();
    assert!(shown.contains("1,201 to 1,234 of 1,234"));
    assert!(shown.contains("href=\"?page=1&amp;a\""));
    assert!(!shown.contains("rel=\"next\""));
}

#[test]
fn a_field_is_tied_to_its_hint_and_its_mistake() {
    let frame = Frame::nobody(Language::English, "");
    let entered = crate::Entered::new().with("tac", "0").wrong("tac", "no");
    let form = Form { frame: &frame, entered: &entered, scope: "s" };
    let shown = Field::digits("tac", "TAC").hint("a number").required().max(5).show(form).into_string();
    for part in [
        "<label for=\"s-tac\">TAC</label>",
        "id=\"s-tac-hint\"",
        "id=\"s-tac-error\"",
        "aria-describedby=\"s-tac-error s-tac-hint\"",
        "aria-invalid=\"true\"",
        "value=\"0\"",
        " required",
        "maxlength=\"5\"",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
}
