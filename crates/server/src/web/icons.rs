//! Icons as inline SVG: drawn on 24 × 24 with the text's own colour, and silent, since a word always stands beside them.

use maud::{Markup, PreEscaped, html};

/// What an icon shows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Icon {
    Alert,
    Agent,
    Bell,
    Canvas,
    Check,
    Clock,
    Domain,
    Info,
    Person,
    Skill,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Alert => "M12 3.5 2.5 20h19zM12 10v4.5M12 17.3v.2",
            Self::Agent => {
                "M5 9.5h14v9.5H5zM12 9.5V5.5M12 5.5a1 1 0 1 0 0-2 1 1 0 0 0 0 2M9 13.5v1.5M15 13.5v1.5M2.5 13v3M21.5 13v3"
            }
            Self::Bell => "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4M12 3v2",
            Self::Canvas => "M4 5h16v14H4zM4 9.5h16M10 9.5V19",
            Self::Check => "M4.5 12.5 10 18 20 6.5",
            Self::Clock => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5.2l3.2 2",
            Self::Domain => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18",
            Self::Info => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v5.5M12 7.6v.2",
            Self::Person => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5c.6-4 3.7-6 7.5-6s6.9 2 7.5 6",
            Self::Skill => "M13 3 5 13.5h6L10 21l9-11h-6.5z",
        }
    }
}

/// An icon.
pub(super) fn icon(icon: Icon) -> Markup {
    html! { svg class="icon" viewBox="0 0 24 24" aria-hidden="true" { path d=(icon.path()) {} } }
}

/// The sign of the marketplace.
pub(super) fn brand() -> Markup {
    PreEscaped(
        "<svg viewBox=\"0 0 32 32\" aria-hidden=\"true\"><g fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.2\">\
         <ellipse cx=\"16\" cy=\"16\" rx=\"13.5\" ry=\"5.6\" transform=\"rotate(35 16 16)\"/>\
         <ellipse cx=\"16\" cy=\"16\" rx=\"13.5\" ry=\"5.6\" transform=\"rotate(-35 16 16)\"/></g>\
         <circle cx=\"16\" cy=\"16\" r=\"3\" fill=\"currentColor\"/></svg>"
            .to_owned(),
    )
}
