//! Charts as SVG, made on the server: each with a title, a description, and a table of what it shows for those who do not
//! see it or want the numbers.

use maud::{Markup, html};

/// How the values of several series stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Bars, one series on top of the other.
    Stacked,
    /// A line for each; a place without a value is left out.
    Lines,
}

/// Values in the order of the chart's places.
#[derive(Clone, Debug)]
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    /// One of `good`, `bad`, `accent`, `muted`: a class of `.chart` in `site.css`.
    pub(super) class: &'a str,
    pub(super) values: Vec<Option<f64>>,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub(super) struct Chart<'a> {
    /// Its own on its page.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) description: String,
    /// What the places are called: the head of the table's first column, and each.
    pub(super) places: (&'a str, Vec<String>),
    pub(super) form: Form,
    pub(super) series: Vec<Series<'a>>,
    /// Writes a value with its unit.
    pub(super) write: fn(f64) -> String,
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 150.0;
/// Room for the scale at the left, and for the places below.
const LEFT: f64 = 50.0;
const BELOW: f64 = 24.0;
const ABOVE: f64 = 10.0;

impl Chart<'_> {
    fn top(&self) -> f64 {
        let places = 0..self.places.1.len();
        let value = |series: &Series<'_>, at: usize| series.values.get(at).copied().flatten().unwrap_or(0.0);
        let highest = places.map(|at| match self.form {
            Form::Stacked => self.series.iter().map(|series| value(series, at)).sum(),
            Form::Lines => self.series.iter().map(|series| value(series, at)).fold(0.0, f64::max),
        });
        round_up(highest.fold(0.0, f64::max))
    }

    /// The chart, its legend and its table.
    pub(super) fn draw(&self) -> Markup {
        let (title, description) = (format!("{}-title", self.id), format!("{}-about", self.id));
        html! {
            figure class="chart card" {
                figcaption { h2 { (self.title) } ul class="legend" { @for series in &self.series { li { span class=(series.class) {} (series.name) } } } }
                svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby={ (title) " " (description) } {
                    title id=(title) { (self.title) }
                    desc id=(description) { (self.description) }
                    (self.scale())
                    @match self.form { Form::Stacked => (self.bars()), Form::Lines => (self.lines()) }
                }
                details { summary { "The figures" } (self.table()) }
            }
        }
    }

    fn y(&self, value: f64) -> f64 {
        let room = HEIGHT - BELOW - ABOVE;
        ABOVE + room - room * value / self.top()
    }

    /// The left end of a place, and how wide it is.
    fn place(&self, at: usize) -> (f64, f64) {
        let step = (WIDTH - LEFT) / self.places.1.len().max(1) as f64;
        (LEFT + step * at as f64, step)
    }

    fn scale(&self) -> Markup {
        let names = &self.places.1;
        html! {
            @for share in [0.0, 0.5, 1.0] {
                @let (value, y) = (self.top() * share, self.y(self.top() * share));
                line class="grid" x1=(LEFT) x2=(WIDTH) y1=(short(y)) y2=(short(y)) {}
                text x=(LEFT - 8.0) y=(short(y + 4.0)) text-anchor="end" { ((self.write)(value)) }
            }
            @if let Some(first) = names.first() { text x=(LEFT) y=(HEIGHT - 6.0) { (first) } }
            @if let Some(last) = names.last().filter(|_| names.len() > 1) { text x=(WIDTH) y=(HEIGHT - 6.0) text-anchor="end" { (last) } }
        }
    }

    fn bars(&self) -> Markup {
        html! {
            @for at in 0..self.places.1.len() {
                @let (x, step) = self.place(at);
                @let width = (step * 0.72).min(48.0);
                @for (series, from, to) in self.stack(at) {
                    rect class=(series.class) x=(short(x + (step - width) / 2.0)) width=(short(width)) y=(short(self.y(to))) height=(short(self.y(from) - self.y(to))) {}
                }
            }
        }
    }

    /// The parts of one bar, from below.
    fn stack(&self, at: usize) -> Vec<(&Series<'_>, f64, f64)> {
        let mut from = 0.0;
        let mut parts = Vec::new();
        for series in &self.series {
            let value = series.values.get(at).copied().flatten().unwrap_or(0.0);
            if value > 0.0 {
                parts.push((series, from, from + value));
                from += value;
            }
        }
        parts
    }

    fn lines(&self) -> Markup {
        html! {
            @for series in &self.series {
                @let points: Vec<(f64, f64)> = series.values.iter().enumerate().filter_map(|(at, value)| {
                    let (x, step) = self.place(at);
                    value.map(|value| (x + step / 2.0, self.y(value)))
                }).collect();
                @let path = points.iter().map(|(x, y)| format!("{},{}", short(*x), short(*y))).collect::<Vec<_>>().join(" ");
                polyline class=(series.class) points=(path) {}
                @for (x, y) in &points { circle class=(series.class) cx=(short(*x)) cy=(short(*y)) r="3" {} }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            div class="scroll" role="region" aria-label={ (self.title) ", the figures" } tabindex="0" {
                table {
                    thead { tr { th scope="col" { (self.places.0) } @for series in &self.series { th scope="col" { (series.name) } } } }
                    tbody { @for (at, name) in self.places.1.iter().enumerate() {
                        tr { th scope="row" class="number" { (name) } @for series in &self.series {
                            td class="number" { @if let Some(value) = series.values.get(at).copied().flatten() { ((self.write)(value)) } @else { "–" } }
                        } }
                    } }
                }
            }
        }
    }
}

/// A number with one digit behind the point, which is a tenth of a pixel.
fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// The next of 1, 2, 5, 10, 20, 50 … from a number on.
fn round_up(number: f64) -> f64 {
    if number <= 1.0 {
        return 1.0;
    }
    let power = 10_f64.powf(number.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|top| *top >= number).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (number, top) in
            [(0.0, 1.0), (0.3, 1.0), (1.0, 1.0), (1.1, 2.0), (3.0, 5.0), (7.0, 10.0), (10.0, 10.0), (1_234.0, 2_000.0)]
        {
            assert!((round_up(number) - top).abs() < 1e-9, "{number}: {}", round_up(number));
        }
    }

    #[test]
    fn a_chart_has_words_and_a_table() {
        let chart = Chart {
            id: "c",
            title: "Deliveries & more",
            description: "Two hours.".to_owned(),
            places: ("From", vec!["10:00".to_owned(), "11:00".to_owned()]),
            form: Form::Stacked,
            series: vec![
                Series { name: "Delivered", class: "good", values: vec![Some(3.0), Some(1.0)] },
                Series { name: "Failed", class: "bad", values: vec![None, Some(1.0)] },
            ],
            write: |value| format!("{value:.0}"),
        };
        let html = chart.draw().into_string();
        for part in [
            "aria-labelledby=\"c-title c-about\"",
            "<title id=\"c-title\">Deliveries &amp; more</title>",
            "<desc id=\"c-about\">Two hours.</desc>",
            "<details><summary>The figures</summary>",
            "<td class=\"number\">–</td>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert_eq!(html.matches("<rect").count(), 3);
        // One on top of the other, and neither above the scale.
        assert_eq!(
            chart.stack(1).iter().map(|(_, from, to)| (*from, *to)).collect::<Vec<_>>(),
            [(0.0, 1.0), (1.0, 2.0)]
        );
        assert!(!html.contains("style="));
    }
}
