//! The municipalities of Siegen-Wittgenstein and Olpe: postcode, weight, and tile on the map. Facts; only the companies are invented.

use crate::config::Tile;

/// A municipality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Name as in the register.
    pub name: &'static str,
    /// Its postcodes.
    pub postcodes: &'static [&'static str],
    /// Thousands of inhabitants, rounded: how many companies it gets.
    pub weight: u32,
    /// Column and row on the tile map, north and west first.
    pub tile: (u32, u32),
}

const fn place(
    name: &'static str,
    postcodes: &'static [&'static str],
    weight: u32,
    tile: (u32, u32),
) -> Place {
    Place {
        name,
        postcodes,
        weight,
        tile,
    }
}

/// All eighteen, in alphabetical order.
pub const PLACES: [Place; 18] = [
    place("Attendorn", &["57439"], 24, (1, 0)),
    place("Bad Berleburg", &["57319"], 19, (5, 1)),
    place("Bad Laasphe", &["57334"], 14, (5, 2)),
    place("Burbach", &["57299"], 15, (3, 5)),
    place("Drolshagen", &["57489"], 12, (0, 1)),
    place("Erndtebrück", &["57339"], 7, (4, 2)),
    place("Finnentrop", &["57413"], 17, (2, 0)),
    place("Freudenberg", &["57258"], 18, (1, 3)),
    place("Hilchenbach", &["57271"], 15, (3, 2)),
    place("Kirchhundem", &["57399"], 12, (3, 1)),
    place("Kreuztal", &["57223"], 31, (2, 2)),
    place("Lennestadt", &["57368"], 25, (3, 0)),
    place("Netphen", &["57250"], 23, (3, 3)),
    place("Neunkirchen", &["57290"], 13, (2, 5)),
    place("Olpe", &["57462"], 25, (1, 1)),
    place(
        "Siegen",
        &["57072", "57074", "57076", "57078", "57080"],
        102,
        (2, 3),
    ),
    place("Wenden", &["57482"], 20, (1, 2)),
    place("Wilnsdorf", &["57234"], 20, (3, 4)),
];

/// The tile map of the situation page.
pub fn tiles() -> Vec<Tile> {
    PLACES
        .iter()
        .map(
            |Place {
                 name,
                 tile: (column, row),
                 ..
             }| Tile {
                name: (*name).to_string(),
                column: *column,
                row: *row,
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::PLACES;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_places_share_a_tile_or_a_postcode() {
        let tiles: BTreeSet<_> = PLACES.iter().map(|place| place.tile).collect();
        let postcodes: BTreeSet<_> = PLACES.iter().flat_map(|place| place.postcodes).collect();
        assert_eq!((tiles.len(), postcodes.len()), (18, 22));
        assert!(
            postcodes
                .iter()
                .all(|postcode| postcode.len() == 5 && postcode.starts_with("57"))
        );
    }
}
