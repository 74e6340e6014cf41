//! How many pixels a picture says it has. A few bytes can say billions, and whoever shows it makes room for them
//! (a pixel flood). Nothing is decoded here.

use std::io::{self, BufRead, Seek};

use imagesize::{ImageSize, ImageType};

use super::window::Window;
use crate::error::{Error, Result};

/// Bytes that are read to find a picture's dimensions: photographs have some megabytes of other things before them.
pub const BUDGET: u64 = 32 * 1024 * 1024;

/// Looks at what a picture's header says. [`Error::TooManyPixels`] where that is more than `most`, or where it is hidden behind
/// more than is read; one whose header cannot be read is nobody's flood.
pub fn check<F>(picture: &mut Window<F>, most: u64) -> Result<()>
where
    F: FnMut(u64, u64) -> io::Result<Vec<u8>>,
{
    let pixels = pixels(picture);
    if picture.is_exhausted() || pixels.is_some_and(|pixels| pixels > most) {
        return Err(Error::TooManyPixels { limit: most });
    }
    Ok(())
}

fn pixels(picture: &mut (impl BufRead + Seek)) -> Option<u64> {
    let kind = imagesize::reader_type(&mut *picture).ok()?;
    let ImageSize { width, height } = kind.reader_size(picture).ok()?;
    let (width, mut height) = (width as u64, height as u64);
    if kind == ImageType::Bmp {
        // From the top downwards where it is negative.
        height = u32::try_from(height).ok()?.cast_signed().unsigned_abs().into();
    }
    Some(width.saturating_mul(height))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn of(bytes: &[u8]) -> Option<u64> {
        pixels(&mut Cursor::new(bytes))
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
        png
    }

    /// A JPEG that says its dimensions behind so many segments of something else.
    fn jpeg(width: u16, height: u16, segments: usize) -> Vec<u8> {
        let mut jpeg = b"\xff\xd8".to_vec();
        for _ in 0..segments {
            jpeg.extend(b"\xff\xe1\xff\xff");
            jpeg.extend(vec![0; 0xfffd]);
        }
        jpeg.extend(b"\xff\xc0\0\x11\x08");
        jpeg.extend([height.to_be_bytes(), width.to_be_bytes()].concat());
        jpeg.extend(b"\x03\x01");
        jpeg
    }

    #[test]
    fn what_headers_say_is_read() {
        let tiff = b"II*\0\x08\0\0\0\x02\0\
            \0\x01\x04\0\x01\0\0\0\x40\x9c\0\0\
            \x01\x01\x04\0\x01\0\0\0\x50\xc3\0\0";
        let bmp = |height: i32| {
            let bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0";
            [&bmp[..], &70_000_u32.to_le_bytes(), &height.to_le_bytes()].concat()
        };
        for (picture, pixels) in [
            (png(50_000, 50_000), 2_500_000_000),
            (png(u32::MAX, u32::MAX), u64::from(u32::MAX) * u64::from(u32::MAX)),
            (jpeg(65_000, 64_000, 0), 4_160_000_000),
            (jpeg(65_000, 64_000, 20), 4_160_000_000),
            (b"GIF89a\xff\xff\xff\xff\0\0\0".to_vec(), 65_535 * 65_535),
            (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff".to_vec(), 1 << 48),
            (tiff.to_vec(), 40_000 * 50_000),
            (bmp(60_000), 70_000 * 60_000),
            (bmp(-60_000), 70_000 * 60_000),
        ] {
            assert_eq!(of(&picture), Some(pixels), "{}", String::from_utf8_lossy(&picture));
        }
    }

    #[test]
    fn what_is_cut_off_or_garbage_is_no_picture_and_ends_nothing() {
        let whole = [png(9, 9), jpeg(9, 9, 1), b"II*\0\xff\xff\xff\xffxx".to_vec()];
        for picture in &whole {
            for end in 0..picture.len().min(64) {
                of(&picture[..end]);
            }
        }
        let mut state = 1_u64;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        let beginnings: [&[u8]; 11] = [
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"GIF89a",
            b"RIFF\0\0\0\0WEBPVP8",
            b"II*\0",
            b"MM\0+\0\x08\0\0",
            b"\0\0\0\x18ftypavif",
            b"\0\0\0\x18ftypheic\0\0\0\0meta\0\0\0\x20meta\0\0\0\0\0\0\0\x30iprp\0\0\0\x28ipco",
            b"\0\0\0\x0cJXL \r\n\x87\n",
            b"BM",
            b"\0\0\x01\0",
        ];
        for beginning in beginnings {
            for length in 0..400 {
                let mut garbage = beginning.to_vec();
                garbage.extend((0..length).map(|_| byte()));
                of(&garbage);
            }
        }
    }

    #[test]
    fn dimensions_that_are_hidden_behind_more_than_is_read_are_too_many() {
        let picture = jpeg(9, 9, 20);
        let place = |at: u64| usize::try_from(at).unwrap();
        let mut window = Window::new(picture.len() as u64, 1024 * 1024, |from, to| {
            Ok(picture[place(from)..place(to)].to_vec())
        });
        assert!(matches!(check(&mut window, 100), Err(Error::TooManyPixels { limit: 100 })));
    }
}
