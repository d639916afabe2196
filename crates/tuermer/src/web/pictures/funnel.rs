//! From all members to the last closed hole, as aligned bars.

use super::{Drawing, Size, public_count, share, shown};
use crate::text::Texts;
use tuermer_core::picture::{Picture, PublicCount};

/// One step of the funnel: key of its words, count, and of that the part that was measured.
pub type Step = (&'static str, u64, u64);

/// The steps in order.
pub fn steps(picture: &Picture) -> [Step; 7] {
    let closed = picture
        .fixed_measured
        .saturating_add(picture.fixed_reported);
    let open = picture.affected.saturating_add(picture.unknown);
    [
        ("public.count_members", picture.members, picture.members),
        (
            "public.count_with_product",
            picture.with_product,
            picture.with_product,
        ),
        (
            "public.count_hit",
            open.saturating_add(closed),
            open.saturating_add(closed),
        ),
        ("public.count_warned", picture.warned, picture.warned),
        (
            "public.count_delivered",
            picture.delivered,
            picture.delivered,
        ),
        ("public.count_answered", picture.answered, picture.answered),
        ("public.count_closed", closed, picture.fixed_measured),
    ]
}

/// Where bars begin, how long the longest is, and how far one step lies below the other.
struct Layout {
    size: Size,
    left: f64,
    room: f64,
    row: f64,
}

/// Draws it; counts below five have no bar and say "under 5".
pub fn draw(picture: &Picture, texts: Texts, size: Size) -> String {
    let steps = steps(picture);
    // Members have no bar: it would make all others too small to compare.
    let most = steps
        .iter()
        .skip(1)
        .map(|(_, count, _)| *count)
        .max()
        .unwrap_or(0);
    let (area, row, left, room) = match size {
        Size::Wide => ((680, 242), 34.0, 250.0, 340.0),
        Size::Narrow => ((340, 356), 50.0, 0.0, 260.0),
    };
    let layout = Layout {
        size,
        left,
        room,
        row,
    };
    let mut drawing = Drawing::new(
        "funnel",
        size,
        "",
        area,
        &texts.get("public.funnel_title"),
        &texts.get("public.funnel_description"),
    );
    let mut top = 4.0;
    for (index, step) in steps.into_iter().enumerate() {
        let most = (index > 0).then_some(most);
        layout.draw_step(&mut drawing, top, step, most, texts);
        top += layout.row;
    }
    drawing.done()
}

impl Layout {
    /// One step: its words, its bar against `most`, and its count. Without `most` it has no bar.
    fn draw_step(
        &self,
        drawing: &mut Drawing,
        top: f64,
        (key, count, solid): Step,
        most: Option<u64>,
        texts: Texts,
    ) {
        let words = texts.get(key);
        let bar_top = match self.size {
            Size::Wide => {
                drawing.text("", (self.left - 12.0, top + 17.0), "end", &words);
                top
            }
            Size::Narrow => {
                drawing.text("", (0.0, top + 14.0), "start", &words);
                top + 20.0
            }
        };
        let count_shown = public_count(count);
        let mut end = self.left;
        if let (PublicCount::Shown(count), Some(most)) = (count_shown, most) {
            let length = share(count, most) * self.room;
            drawing.rect("fl", (self.left, bar_top), (length.max(1.0), 24.0), 35);
            if let PublicCount::Shown(solid) = public_count(solid) {
                let length = share(solid, most) * self.room;
                drawing.rect("fl", (self.left, bar_top), (length, 24.0), 100);
            }
            end = self.left + length + 8.0;
        }
        let count = shown(count_shown, texts);
        drawing.text("b", (end, bar_top + 17.0), "start", &count);
    }
}
