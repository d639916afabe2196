//! Where companies are still open: one tile per municipality, or sorted bars where there is no tile map or no room.
//!
//! Counts below five are hidden, and a second one where the total would give the only hidden one away.

use super::{Drawing, Size, share, shown};
use crate::config::Tile;
use crate::store::views::picture::Municipality;
use crate::text::Texts;
use tuermer_core::picture::{PublicCount, hide_small};

/// Bars in the picture; the table beneath holds all.
const BARS: usize = 24;

/// A municipality as it may be shown in public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCity {
    /// Name.
    pub city: String,
    /// Still open.
    pub open: PublicCount,
    /// Affected or fixed; hidden wherever `open` is.
    pub affected: PublicCount,
}

/// Hides what is small; most open first, hidden ones last.
pub fn public(cities: &[Municipality]) -> Vec<PublicCity> {
    let open = hide_small(&cities.iter().map(|c| c.open).collect::<Vec<_>>());
    let affected = hide_small(&cities.iter().map(|c| c.affected).collect::<Vec<_>>());
    let mut public: Vec<PublicCity> = cities
        .iter()
        .zip(open.into_iter().zip(affected))
        .map(|(city, (open, affected))| {
            let affected = if open == PublicCount::Hidden {
                PublicCount::Hidden
            } else {
                affected
            };
            PublicCity {
                city: city.city.clone(),
                open,
                affected,
            }
        })
        .collect();
    let rank = |count: PublicCount| match count {
        PublicCount::Shown(count) => count.saturating_add(1),
        PublicCount::Hidden => 1,
    };
    public.sort_by(|a, b| {
        rank(b.open)
            .cmp(&rank(a.open))
            .then_with(|| a.city.cmp(&b.city))
    });
    public
}

/// Draws it: tiles where there are any and there is room, else bars.
pub fn draw(cities: &[PublicCity], tiles: &[Tile], texts: Texts, size: Size) -> String {
    if size == Size::Wide && !tiles.is_empty() {
        map(cities, tiles, texts)
    } else {
        bars(cities, texts, size)
    }
}

/// A small region is drawn as wide as a large one, so that its tiles do not become posters.
const COLUMNS: u32 = 6;
const TILE_WIDTH: u32 = 114;
const TILE_HEIGHT: u32 = 86;

fn map(cities: &[PublicCity], tiles: &[Tile], texts: Texts) -> String {
    let columns = tiles
        .iter()
        .map(|t| t.column)
        .max()
        .unwrap_or(0)
        .saturating_add(1)
        .max(COLUMNS);
    let rows = tiles
        .iter()
        .map(|t| t.row)
        .max()
        .unwrap_or(0)
        .saturating_add(1);
    let area = (
        columns.saturating_mul(TILE_WIDTH),
        rows.saturating_mul(TILE_HEIGHT),
    );
    let description = texts.with(
        "public.tiles_description",
        &[("count", &tiles.len().to_string())],
    );
    let mut drawing = Drawing::new(
        "tiles",
        Size::Wide,
        "red",
        area,
        &texts.get("public.tiles_title"),
        &description,
    );
    let most = most_open(cities);
    for tile in tiles {
        let city = cities.iter().find(|c| c.city == tile.name);
        let open = city.map_or(PublicCount::Shown(0), |c| c.open);
        let (x, y) = (
            f64::from(tile.column.saturating_mul(TILE_WIDTH)),
            f64::from(tile.row.saturating_mul(TILE_HEIGHT)),
        );
        drawing.rect("tl", (x, y), (110.0, 82.0), 100);
        if let PublicCount::Shown(count @ 1..) = open {
            drawing.rect("fl", (x, y), (110.0, 82.0), shade(share(count, most)));
        }
        drawing.text("", (x + 8.0, y + 20.0), "start", &shortened(&tile.name));
        drawing.text("h", (x + 8.0, y + 48.0), "start", &shown(open, texts));
        if let Some(PublicCount::Shown(affected)) = city.map(|c| c.affected) {
            drawing.text(
                "m",
                (x + 8.0, y + 69.0),
                "start",
                &texts.with("public.of_open", &[("count", &affected.to_string())]),
            );
        }
    }
    drawing.done()
}

/// Opacity in percent: light enough that text on it stays readable.
fn shade(share: f64) -> u32 {
    match share {
        s if s > 0.75 => 26,
        s if s > 0.5 => 20,
        s if s > 0.25 => 14,
        s if s > 0.1 => 9,
        _ => 4,
    }
}

fn bars(cities: &[PublicCity], texts: Texts, size: Size) -> String {
    let drawn = cities.get(..BARS.min(cities.len())).unwrap_or(cities);
    let (width, left, room) = match size {
        Size::Wide => (680, 200.0, 380.0),
        Size::Narrow => (340, 130.0, 130.0),
    };
    let height = u32::try_from(drawn.len())
        .unwrap_or(0)
        .saturating_mul(28)
        .saturating_add(4);
    let description = texts.with(
        "public.bars_description",
        &[("count", &drawn.len().to_string())],
    );
    let mut drawing = Drawing::new(
        "tiles",
        size,
        "red",
        (width, height),
        &texts.get("public.tiles_title"),
        &description,
    );
    let most = most_open(cities);
    let mut top = 2.0;
    for city in drawn {
        drawing.text("", (left - 10.0, top + 17.0), "end", &shortened(&city.city));
        let length = match city.open {
            PublicCount::Shown(count) => share(count, most) * room,
            PublicCount::Hidden => 0.0,
        };
        if length > 0.0 {
            drawing.rect("fl", (left, top), (length, 22.0), 100);
        }
        drawing.text(
            "b",
            (left + length + 8.0, top + 17.0),
            "start",
            &shown(city.open, texts),
        );
        top += 28.0;
    }
    drawing.done()
}

fn most_open(cities: &[PublicCity]) -> u64 {
    let counts = cities.iter().filter_map(|c| match c.open {
        PublicCount::Shown(count) => Some(count),
        PublicCount::Hidden => None,
    });
    counts.max().unwrap_or(0)
}

/// A name that fits its place; the whole one stands in the table.
fn shortened(name: &str) -> String {
    if name.chars().count() <= 15 {
        name.to_string()
    } else {
        name.chars().take(14).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PublicCount::{Hidden, Shown};

    #[test]
    fn a_hidden_city_takes_a_second_one_with_it() {
        let city = |name: &str, open, affected| Municipality {
            city: name.into(),
            open,
            affected,
        };
        let cities = public(&[
            city("Au", 3, 9),
            city("Berg", 34, 86),
            city("Celle", 8, 22),
            city("Dorf", 0, 12),
        ]);
        let rows: Vec<(&str, PublicCount, PublicCount)> = cities
            .iter()
            .map(|c| (c.city.as_str(), c.open, c.affected))
            .collect();
        assert_eq!(
            rows,
            [
                ("Berg", Shown(34), Shown(86)),
                ("Au", Hidden, Hidden),
                ("Celle", Hidden, Hidden),
                ("Dorf", Shown(0), Shown(12))
            ]
        );
        let texts = Texts(tuermer_core::locale::Language::German);
        let svg = draw(&cities, &[], texts, Size::Narrow);
        assert!(
            svg.contains(">34<") && !svg.contains(">3<") && !svg.contains(">8<"),
            "{svg}"
        );
    }
}
