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
    let (width, row, left, room) = match size {
        Size::Wide => (680_u32, 34.0, 250.0, 340.0),
        Size::Narrow => (340, 50.0, 0.0, 260.0),
    };
    let height = match size {
        Size::Wide => 242,
        Size::Narrow => 356,
    };
    let mut drawing = Drawing::new(
        "funnel",
        size,
        "",
        (width, height),
        &texts.get("public.funnel_title"),
        &texts.get("public.funnel_description"),
    );
    let mut top = 4.0;
    for (index, (key, count, solid)) in steps.into_iter().enumerate() {
        let words = texts.get(key);
        let bar_top = match size {
            Size::Wide => {
                drawing.text("", (left - 12.0, top + 17.0), "end", &words);
                top
            }
            Size::Narrow => {
                drawing.text("", (0.0, top + 14.0), "start", &words);
                top + 20.0
            }
        };
        let count_shown = public_count(count);
        let mut end = left;
        if let (PublicCount::Shown(count), true) = (count_shown, index > 0) {
            let length = share(count, most) * room;
            drawing.rect("fl", (left, bar_top), (length.max(1.0), 24.0), 35);
            if let PublicCount::Shown(solid) = public_count(solid) {
                drawing.rect(
                    "fl",
                    (left, bar_top),
                    (share(solid, most) * room, 24.0),
                    100,
                );
            }
            end = left + length + 8.0;
        }
        drawing.text(
            "b",
            (end, bar_top + 17.0),
            "start",
            &shown(count_shown, texts),
        );
        top += row;
    }
    drawing.done()
}
