//! QR codes as SVG. They hold numbers of cards and phones, addresses, the setup WiFi: never a key of a SIM card.

use maud::{Markup, PreEscaped, html};
use qrcode::{Color, EcLevel, QrCode};

/// White around the code, in modules, as the standard wants.
const QUIET: usize = 4;

/// Most octets of a code. What is longer makes modules too small for an old camera.
const MAX_OCTETS: usize = 300;

/// A QR code with a text for those who cannot see it. Nothing when the text is too long.
pub fn code(text: &str, described: &str) -> Markup {
    let made = if text.len() > MAX_OCTETS {
        None
    } else {
        QrCode::with_error_correction_level(text, EcLevel::M).ok()
    };
    let Some(made) = made else { return html! {} };
    let side = made.width() + 2 * QUIET;
    let path = path(&made.to_colors(), made.width());
    html! {
        svg.qr viewBox={ "0 0 " (side) " " (side) } role="img" aria-label=(described) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path fill="#000" d=(PreEscaped(path)) {}
        }
    }
}

/// The text of a code by which a phone joins a WiFi network protected by a password.
pub fn wifi(ssid: &str, password: &str) -> String {
    let escaped = |text: &str| {
        let mut escaped = String::with_capacity(text.len());
        for letter in text.chars() {
            if matches!(letter, '\\' | ';' | ',' | ':' | '"') {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
        escaped
    };
    format!("WIFI:T:WPA;S:{};P:{};;", escaped(ssid), escaped(password))
}

/// One rectangle for each run of dark modules in a row.
fn path(modules: &[Color], width: usize) -> String {
    let mut path = String::new();
    for (y, row) in modules.chunks(width.max(1)).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                path.push_str(&format!("M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len()));
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests;
