//! The pictures of one warning, each with its table: as drawn on the page and as files.

use super::Numbers;
use crate::context::Context;
use crate::text::Texts;
use crate::web::pictures::{Size, clock, curve, funnel, public_count, tiles};
use crate::web::public::tables::{self, Table};
use tuermer_core::picture::PublicCount;

/// A picture with what stands around it.
pub(super) struct Drawn {
    pub(super) heading: String,
    /// Name of its files, without extension.
    pub(super) file: &'static str,
    pub(super) wide: String,
    pub(super) narrow: String,
    pub(super) caption: String,
    pub(super) table: Table,
}

impl Drawn {
    fn new(
        texts: Texts,
        file: &'static str,
        (heading, caption): (&str, &str),
        draw: impl Fn(Size) -> String,
        table: Table,
    ) -> Self {
        Self {
            heading: texts.get(heading),
            file,
            wide: draw(Size::Wide),
            narrow: draw(Size::Narrow),
            caption: texts.get(caption),
            table,
        }
    }
}

/// All pictures in the order of the page; without municipalities there is none of them.
pub(super) fn all(context: &Context, texts: Texts, numbers: &Numbers) -> Vec<Drawn> {
    let mut pictures = vec![
        drawn_curve(context, texts, numbers),
        drawn_funnel(texts, numbers),
    ];
    if !numbers.cities.is_empty() {
        pictures.push(drawn_cities(context, texts, numbers));
    }
    pictures.push(drawn_clock(context, texts, numbers));
    pictures
}

/// One picture for a file, with its table; nothing where no picture has this name.
pub(super) fn picture_and_table(
    context: &Context,
    texts: Texts,
    numbers: &Numbers,
    name: &str,
) -> Option<(String, Table)> {
    let Numbers {
        picture,
        curve,
        cities,
    } = numbers;
    let (zone, now) = (context.zone(), context.now());
    match name {
        "kurve" => Some((
            curve::draw(curve, now, &zone, texts, Size::Wide),
            tables::curve(curve, now, &zone, texts),
        )),
        "trichter" => Some((
            funnel::draw(picture, texts, Size::Wide),
            tables::funnel(picture, texts),
        )),
        "gemeinden" => Some((
            tiles::draw(cities, &context.config.tiles, texts, Size::Wide),
            tables::cities(cities, texts),
        )),
        "zeit" => Some((
            clock::draw(&picture.clock, &zone, texts, Size::Wide),
            tables::clock(&picture.clock, &zone, texts),
        )),
        _ => None,
    }
}

/// How fast the hole is closed; without a line while that would point at single companies.
fn drawn_curve(context: &Context, texts: Texts, numbers: &Numbers) -> Drawn {
    let curve = &numbers.curve;
    if curve.points.is_empty() || public_count(curve.base) == PublicCount::Hidden {
        let words = ("public.curve_heading", "public.curve_none");
        return Drawn::new(texts, "kurve", words, |_| String::new(), Table::default());
    }
    let (zone, now) = (context.zone(), context.now());
    Drawn::new(
        texts,
        "kurve",
        ("public.curve_heading", "public.curve_caption"),
        |size| curve::draw(curve, now, &zone, texts, size),
        tables::curve(curve, now, &zone, texts),
    )
}

fn drawn_funnel(texts: Texts, numbers: &Numbers) -> Drawn {
    Drawn::new(
        texts,
        "trichter",
        ("public.funnel_heading", "public.funnel_caption"),
        |size| funnel::draw(&numbers.picture, texts, size),
        tables::funnel(&numbers.picture, texts),
    )
}

/// Municipalities where they lie, or as bars where the configuration does not say where that is.
fn drawn_cities(context: &Context, texts: Texts, numbers: &Numbers) -> Drawn {
    let places = &context.config.tiles;
    let caption = match places.is_empty() {
        true => "public.bars_caption",
        false => "public.tiles_caption",
    };
    Drawn::new(
        texts,
        "gemeinden",
        ("public.tiles_heading", caption),
        |size| tiles::draw(&numbers.cities, places, texts, size),
        tables::cities(&numbers.cities, texts),
    )
}

fn drawn_clock(context: &Context, texts: Texts, numbers: &Numbers) -> Drawn {
    let (clock, zone) = (&numbers.picture.clock, context.zone());
    Drawn::new(
        texts,
        "zeit",
        ("public.clock_heading", "public.clock_caption"),
        |size| clock::draw(clock, &zone, texts, size),
        tables::clock(clock, &zone, texts),
    )
}
