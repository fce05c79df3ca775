//! A still image for the fake camera, so that a page can be shown a QR code.

use std::path::Path;

use crate::BrowserError;

/// The largest image in pixels: what a phone's camera gives.
const MOST: usize = 1920 * 1080;

/// Writes a grey image (0 is black, 255 white, rows from the top) as a YUV4MPEG2 file of one frame, which Chromium
/// shows again and again.
///
/// # Errors
/// Width or height is odd or zero, the image is larger than 1920 x 1080, `pixels` is not width x height long, or the
/// file cannot be written.
pub fn still(path: &Path, width: usize, height: usize, pixels: &[u8]) -> Result<(), BrowserError> {
    let size = width.checked_mul(height).ok_or(BrowserError::Camera("larger than 1920 x 1080"))?;
    if width == 0 || height == 0 || !width.is_multiple_of(2) || !height.is_multiple_of(2) {
        return Err(BrowserError::Camera("width and height must be even"));
    }
    if size > MOST {
        return Err(BrowserError::Camera("larger than 1920 x 1080"));
    }
    if pixels.len() != size {
        return Err(BrowserError::Camera("not one pixel for each place"));
    }
    let mut file = format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\nFRAME\n").into_bytes();
    file.extend(pixels.iter().map(|&grey| luma(grey)));
    // Two planes of colour, each a quarter: none.
    file.resize(file.len() + size / 2, 128);
    std::fs::write(path, file).map_err(BrowserError::io(format!("writing {}", path.display())))
}

/// Video keeps black at 16 and white at 235.
fn luma(grey: u8) -> u8 {
    let scaled = 16 + u32::from(grey) * 219 / 255;
    u8::try_from(scaled).unwrap_or(235)
}

#[cfg(test)]
mod tests;
