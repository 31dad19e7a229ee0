//! Pictures of a page, and when two of them show the same.
//!
//! Machines draw the edges of letters a little differently. So pictures are compared, and kept, at a quarter of their
//! width and height, and a pixel may be anything between what its neighbours are: what has moved by a hair is the same;
//! what has moved by a letter, is missing, or has another colour is not.

use std::io::Cursor;

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Transformations};

/// So many pixels of the screen, in width and in height, are one of a picture that is kept.
const SCALE: usize = 4;
/// Colours are kept in steps of so many: finer ones would double the files.
const STEP: usize = 8;
/// How far a colour may be beyond those of its neighbours, of 255.
const COLOUR_TOLERANCE: u8 = 20;
/// How many pixels may differ: one in so many.
const ONE_IN: usize = 4_000;

/// A picture in red, green and blue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Reads a PNG of eight bits for each colour, as browsers and we write it.
    pub(crate) fn of_png(file: &[u8]) -> Self {
        let mut decoder = Decoder::new(Cursor::new(file));
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let mut reader = decoder.read_info().expect("a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a picture that fits into memory")];
        let info = reader.next_frame(&mut bytes).expect("a whole PNG");
        let samples = info.color_type.samples();
        assert!(samples >= 3, "a picture in colour");
        let pixels = bytes[..info.buffer_size()].chunks_exact(samples);
        Self {
            width: usize::try_from(info.width).expect("a width"),
            height: usize::try_from(info.height).expect("a height"),
            pixels: pixels.map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
        }
    }

    /// The picture as a PNG.
    pub(crate) fn to_png(&self) -> Vec<u8> {
        let size = |length: usize| u32::try_from(length).expect("a size");
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, size(self.width), size(self.height));
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::High);
        let mut writer = encoder.write_header().expect("memory takes what is written");
        writer.write_image_data(self.pixels.as_flattened()).expect("memory takes what is written");
        writer.finish().expect("memory takes what is written");
        file
    }

    /// The same at a quarter of its width and height: each pixel is the mean of those it stands for,
    /// by and large.
    pub(crate) fn reduced(&self) -> Self {
        let (width, height) = (self.width / SCALE, self.height / SCALE);
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let mean = |(x, y): (usize, usize)| {
            let mut sums = [0_usize; 3];
            for row in 0..SCALE {
                let start = (y * SCALE + row) * self.width + x * SCALE;
                for pixel in &self.pixels[start..start + SCALE] {
                    for (sum, value) in sums.iter_mut().zip(pixel) {
                        *sum += usize::from(*value);
                    }
                }
            }
            let stepped = |sum: usize| sum / (SCALE * SCALE) / STEP * STEP;
            sums.map(|sum| u8::try_from(stepped(sum)).expect("a mean of bytes is a byte"))
        };
        Self { width, height, pixels: places.map(mean).collect() }
    }

    /// What is different in another picture, in words; `None` if both show the same.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let size = |picture: &Self| format!("{}×{}", picture.width, picture.height);
        if (self.width, self.height) != (other.width, other.height) {
            return Some(format!("is {} instead of {}", size(other), size(self)));
        }
        let differing: Vec<(usize, usize)> = (0..self.height)
            .flat_map(|y| (0..self.width).map(move |x| (x, y)))
            .filter(|place| !self.allows(*place, other) || !other.allows(*place, self))
            .collect();
        if differing.len() * ONE_IN <= self.pixels.len() {
            return None;
        }
        let ends = |values: &mut dyn Iterator<Item = usize>| {
            let (first, last) =
                values.fold((usize::MAX, 0), |(first, last), value| (first.min(value), last.max(value)));
            format!("{} to {}", first * SCALE, (last + 1) * SCALE)
        };
        Some(format!(
            "differs in {} of {} places: from left {}, from top {}",
            differing.len(),
            self.pixels.len(),
            ends(&mut differing.iter().map(|(x, _)| *x)),
            ends(&mut differing.iter().map(|(_, y)| *y)),
        ))
    }

    /// Whether a pixel of another picture lies within what is here around its place.
    fn allows(&self, (x, y): (usize, usize), other: &Self) -> bool {
        let columns = x.saturating_sub(1)..=(x + 1).min(self.width - 1);
        let rows = y.saturating_sub(1)..=(y + 1).min(self.height - 1);
        let mut least = [u8::MAX; 3];
        let mut most = [u8::MIN; 3];
        for pixel in
            rows.flat_map(|row| columns.clone().map(move |column| self.pixels[row * self.width + column]))
        {
            for channel in 0..3 {
                least[channel] = least[channel].min(pixel[channel]);
                most[channel] = most[channel].max(pixel[channel]);
            }
        }
        let own = other.pixels[y * self.width + x];
        (0..3).all(|channel| {
            let allowed = least[channel].saturating_sub(COLOUR_TOLERANCE)
                ..=most[channel].saturating_add(COLOUR_TOLERANCE);
            allowed.contains(&own[channel])
        })
    }
}

/// A page of white with a blue square at this place.
#[cfg(test)]
fn with_square(left: usize, top: usize, side: usize, colour: [u8; 3]) -> Picture {
    let (width, height) = (400, 400);
    let is_in = |place: usize, from: usize| (from..from + side).contains(&place);
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels = places.map(|(x, y)| if is_in(x, left) && is_in(y, top) { colour } else { [255; 3] });
    Picture { width, height, pixels: pixels.collect() }
}

#[cfg(test)]
const BLUE: [u8; 3] = [36, 95, 212];

#[test]
fn a_picture_is_the_same_after_it_was_written() {
    let picture = with_square(40, 80, 21, BLUE).reduced();
    assert_eq!(Picture::of_png(&picture.to_png()), picture);
}

#[test]
fn what_has_moved_by_a_hair_is_the_same() {
    let picture = with_square(40, 80, 32, BLUE).reduced();
    for (left, top) in [(41, 80), (40, 82), (38, 79)] {
        assert_eq!(picture.difference(&with_square(left, top, 32, BLUE).reduced()), None);
    }
}

#[test]
fn what_has_moved_or_gone_or_is_of_another_colour_is_found() {
    let picture = with_square(40, 80, 32, BLUE).reduced();
    for other in [
        with_square(52, 80, 32, BLUE),
        with_square(40, 80, 0, BLUE),
        with_square(40, 80, 32, [200, 40, 40]),
        with_square(40, 80, 48, BLUE),
    ] {
        let difference = picture.difference(&other.reduced()).expect("these are not the same");
        assert!(difference.starts_with("differs in "), "{difference}");
    }
}
