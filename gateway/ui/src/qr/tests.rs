use super::*;

#[test]
fn rows_become_runs() {
    let (d, l) = (Color::Dark, Color::Light);
    assert_eq!(path(&[d, d, l, d, l, l, l, l, l], 3), "M4 4h2v1h-2zM4 5h1v1h-1z");
}

#[test]
fn the_path_has_every_dark_module() {
    let made = QrCode::with_error_correction_level("8988211000000000017", EcLevel::M).unwrap();
    let dark = made.to_colors().iter().filter(|color| **color == Color::Dark).count();
    let drawn: usize = path(&made.to_colors(), made.width())
        .split('h')
        .skip(1)
        .step_by(2)
        .map(|part| part.split('v').next().unwrap().parse::<usize>().unwrap())
        .sum();
    assert_eq!(drawn, dark);
}

#[test]
fn wifi_names_are_escaped() {
    assert_eq!(wifi("a;b", r#"p"\:,"#), r#"WIFI:T:WPA;S:a\;b;P:p\"\\\:\,;;"#);
}

#[test]
fn what_is_too_long_is_left_out() {
    assert_eq!(code(&"x".repeat(MAX_OCTETS + 1), "").into_string(), "");
    assert!(code("x", "a \"<code>\"").into_string().contains("a &quot;&lt;code&gt;&quot;"));
}
