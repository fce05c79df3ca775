//! Codes on cards and labels.

use std::path::Path;

use pumice_browser::{Page, camera};
use qrcode::{Color, QrCode};

/// Pixels of a module before the camera.
const MODULE: usize = 10;

/// What a camera sees that looks at a card with this text as its code.
pub(crate) fn before_a_camera(text: &str, file: &Path) {
    let code = QrCode::new(text).unwrap();
    let (width, height) = (640, 480);
    let mut pixels = vec![255; width * height];
    let side = code.width() * MODULE;
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let (x, y) = (left + at % code.width() * MODULE, top + at / code.width() * MODULE);
            for row in y..y + MODULE {
                pixels[row * width + x..row * width + x + MODULE].fill(0);
            }
        }
    }
    camera::still(file, width, height, &pixels).unwrap();
}

/// Reads the codes of a page as a camera would: each is drawn, and read from its pixels by the reader that the page itself brings.
pub(crate) fn read(page: &Page) -> Vec<String> {
    let texts = page
        .evaluate(
            "(async () => {
                if (!window.jsQR) {
                    await new Promise((done, failed) => {
                        const script = document.createElement('script');
                        script.src = '/assets/jsqr.js';
                        script.onload = done; script.onerror = failed;
                        document.head.appendChild(script);
                    });
                }
                const texts = [];
                for (const code of document.querySelectorAll('svg.qr')) {
                    const copy = code.cloneNode(true);
                    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
                    copy.setAttribute('width', 400); copy.setAttribute('height', 400);
                    const picture = new Image();
                    picture.src = 'data:image/svg+xml,' + encodeURIComponent(copy.outerHTML);
                    await picture.decode();
                    const canvas = document.createElement('canvas');
                    canvas.width = canvas.height = 400;
                    const paint = canvas.getContext('2d');
                    paint.drawImage(picture, 0, 0);
                    const found = jsQR(paint.getImageData(0, 0, 400, 400).data, 400, 400);
                    texts.push(found ? found.data : null);
                }
                return texts;
            })()",
        )
        .unwrap();
    texts
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().map_or_else(String::new, str::to_owned))
        .collect()
}

/// A number of a SIM card with its check digit (ITU-T E.118: by Luhn's rule).
pub(crate) fn iccid(number: u64) -> String {
    let digits = format!("8925501{number:011}");
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
