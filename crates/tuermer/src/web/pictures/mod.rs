//! Pictures of the situation: pure functions from counts to SVG, coloured by the classes of the stylesheet.
//!
//! Each has a title and a description for screen readers, and a narrow variant for phones, because the
//! text of a shrunken drawing cannot be read. A picture that stands alone (a download) carries its own colours.

pub mod clock;
pub mod curve;
pub mod funnel;
pub mod signs;
pub mod tiles;

use std::fmt::Write as _;
use tuermer_core::picture::PublicCount;

use crate::text::{Texts, grouped};

/// For which width a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Desk and paper: about 680 units.
    Wide,
    /// Phone: about 340 units, text at least as large.
    Narrow,
}

impl Size {
    /// The word used in ids and classes.
    fn word(self) -> &'static str {
        match self {
            Self::Wide => "w",
            Self::Narrow => "n",
        }
    }
}

/// One drawing under construction.
pub struct Drawing {
    svg: String,
}

impl Drawing {
    /// Opens a drawing of `width` × `height` units. `id` is unique on its page; `class` is `red` or empty.
    pub fn new(
        id: &str,
        size: Size,
        class: &str,
        (width, height): (u32, u32),
        title: &str,
        description: &str,
    ) -> Self {
        let word = size.word();
        let mut svg = String::new();
        // Writing to a String cannot fail.
        let _ = write!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="pic {class} {word}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id}{word}t {id}{word}d"><title id="{id}{word}t">{}</title><desc id="{id}{word}d">{}</desc>"#,
            escape(title),
            escape(description)
        );
        Self { svg }
    }

    /// A path.
    pub fn path(&mut self, class: &str, d: &str) {
        let _ = write!(self.svg, r#"<path class="{class}" d="{d}"/>"#);
    }

    /// A rectangle with an opacity in percent.
    pub fn rect(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        opacity: u32,
    ) {
        let _ = write!(
            self.svg,
            r#"<rect class="{class}" x="{x:.0}" y="{y:.0}" width="{width:.1}" height="{height:.0}" rx="3""#
        );
        if opacity < 100 {
            let _ = write!(self.svg, r#" opacity=".{opacity:02}""#);
        }
        self.svg.push_str("/>");
    }

    /// A dot.
    pub fn dot(&mut self, x: f64, y: f64) {
        let _ = write!(
            self.svg,
            r#"<circle class="fl" cx="{x:.0}" cy="{y:.0}" r="6"/>"#
        );
    }

    /// Text; `anchor` is `start`, `middle` or `end`.
    pub fn text(&mut self, class: &str, (x, y): (f64, f64), anchor: &str, text: &str) {
        let _ = write!(self.svg, r#"<text x="{x:.0}" y="{y:.0}""#);
        if !class.is_empty() {
            let _ = write!(self.svg, r#" class="{class}""#);
        }
        if anchor != "start" {
            let _ = write!(self.svg, r#" text-anchor="{anchor}""#);
        }
        let _ = write!(self.svg, ">{}</text>", escape(text));
    }

    /// Closes it.
    pub fn done(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

/// Colours of a picture that stands alone.
const COLOURS: &str = "<style>svg{color:#0b4fb3;background:#fff}.red{color:#b3001b}text{fill:#171a1f;font:14px system-ui,Arial,sans-serif}.m{fill:#4a5260}.b{font-weight:700}.h{font-size:20px;font-weight:700}.ax{stroke:#c3c9d4;fill:none}.ev{stroke:currentColor;stroke-dasharray:2 4}.ln{stroke:currentColor;fill:none;stroke-width:3}.ds{stroke:currentColor;fill:none;stroke-width:2;stroke-dasharray:6 4}.ar{fill:currentColor;opacity:.14}.fl{fill:currentColor}.bk{fill:#f2f4f8}.tl{fill:#fde3e6}</style>";

/// The picture with its own colours, for a file.
pub fn standalone(svg: &str) -> String {
    svg.replacen("</desc>", &format!("</desc>{COLOURS}"), 1)
}

/// Text between tags and in attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Not allowed in XML, and never part of a name.
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A count as shown in public.
pub fn shown(count: PublicCount, texts: Texts) -> String {
    match count {
        PublicCount::Shown(count) => grouped(count, texts.0),
        PublicCount::Hidden => texts.get("public.below_five"),
    }
}

/// A single count as shown in public.
pub fn public_count(count: u64) -> PublicCount {
    if count > 0 && count < tuermer_core::limits::HIDDEN_BELOW {
        PublicCount::Hidden
    } else {
        PublicCount::Shown(count)
    }
}

/// `part` of `whole` between 0 and 1.
#[allow(clippy::cast_precision_loss)] // counts of companies are far below 2^52
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        (part as f64 / whole as f64).clamp(0.0, 1.0)
    }
}

/// `part` of `whole` in whole percent, rounded.
pub fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        0
    } else {
        part.saturating_mul(200)
            .saturating_add(whole)
            .checked_div(whole.saturating_mul(2))
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_markup() {
        let mut drawing = Drawing::new("x", Size::Wide, "", (10, 10), "<script>", "\"quoted\"");
        drawing.text("", (0.0, 0.0), "start", "O'Neill & <b>Söhne</b>\u{7}");
        let svg = drawing.done();
        assert!(
            svg.contains("&lt;script&gt;")
                && svg.contains("O&#39;Neill &amp; &lt;b&gt;Söhne&lt;/b&gt; "),
            "{svg}"
        );
        assert!(!svg.contains("<script>") && !svg.contains("<b>"));
    }

    #[test]
    fn percent_rounds_and_never_divides_by_nothing() {
        for (part, whole, expected) in [
            (0, 0, 0),
            (1, 3, 33),
            (2, 3, 67),
            (1, 200, 1),
            (1, 201, 0),
            (7, 7, 100),
        ] {
            assert_eq!(percent(part, whole), expected, "{part}/{whole}");
        }
    }
}
