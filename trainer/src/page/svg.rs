//! Plots as inline SVG. Each begins with a title, which is what a screen reader says of it.

use std::fmt::Write;

use maud::{Markup, Render, html};

/// A length or a coordinate in pixels, with one decimal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Px(pub(super) f64);

impl Render for Px {
    fn render_to(&self, buffer: &mut String) {
        let _ = write!(buffer, "{:.1}", self.0);
    }
}

/// One bar of a bar chart.
#[derive(Clone, Debug)]
pub struct Bar<'a> {
    /// Left of the bar; without a name it belongs to the bar above.
    pub name: &'a str,
    /// Its length; a value that is not finite has none.
    pub value: f64,
    /// Right of the bar: the value as text.
    pub text: String,
    /// Which colour.
    pub series: usize,
}

/// Colours of the page before they repeat.
const COLOURS: usize = 10;
/// Width of a letter of the plots' font, about.
const LETTER: f64 = 7.0;

/// The style class of a series.
pub fn series_class(series: usize) -> String {
    format!("series-{}", series % COLOURS)
}

/// Horizontal bars from 0, below one another; negative values go to the left.
pub fn bars(title: &str, bars: &[Bar<'_>]) -> Markup {
    const BAR: f64 = 16.0;
    const GAP: f64 = 6.0;
    const LENGTH: f64 = 420.0;
    let finite = || bars.iter().map(|bar| bar.value).filter(|value| value.is_finite());
    let (low, high) = (finite().fold(0.0, f64::min), finite().fold(0.0, f64::max));
    let span = if high > low { high - low } else { 1.0 };
    let left = text_width(bars.iter().map(|bar| bar.name)) + 8.0;
    let right = text_width(bars.iter().map(|bar| bar.text.as_str())) + 8.0;
    // A text beside a bar that goes to the left stands at its left.
    let left_text = if low < 0.0 { right } else { 0.0 };
    let zero = left + left_text + LENGTH * -low / span;
    let named = bars.iter().filter(|bar| !bar.name.is_empty()).count() as f64;
    let height = GAP * (named + 1.0) + BAR * bars.len() as f64;
    let mut y = GAP / 2.0;
    let tops: Vec<f64> = bars
        .iter()
        .map(|bar| {
            let top = y + if bar.name.is_empty() { 0.0 } else { GAP };
            y = top + BAR;
            top
        })
        .collect();
    let body = html! {
        @for (bar, y) in bars.iter().zip(tops) {
            @let value = if bar.value.is_finite() { bar.value } else { 0.0 };
            @let length = LENGTH * value.abs() / span;
            @let x = if value < 0.0 { zero - length } else { zero };
            @let (text_x, anchor) = if value < 0.0 { (x - 6.0, "end") } else { (x + length + 6.0, "start") };
            @let baseline = Px(y + 12.0);
            text x=(Px(left - 6.0)) y=(baseline) text-anchor="end" { (bar.name) }
            rect class={ "bar " (series_class(bar.series)) }
                x=(Px(x)) y=(Px(y)) width=(Px(length)) height=(BAR) rx="2" {}
            text.tick x=(Px(text_x)) y=(baseline) text-anchor=(anchor) { (bar.text) }
        }
        path.grid-line d={ "M" (Px(zero)) " 0V" (Px(height)) } {}
    };
    picture(title, left + left_text + LENGTH + right, height, &body)
}

/// A cell of a heat map.
#[derive(Clone, Debug)]
pub struct Heat {
    /// How strong the colour is, from -1 (second colour) over 0 (none) to 1 (first colour).
    pub strength: f64,
    /// Written in the cell, if there is room; empty for none.
    pub text: String,
    /// What pointing at it says.
    pub title: String,
}

/// A matrix as coloured cells of `size` pixels; rows and columns have names.
pub fn heat_map(
    title: &str,
    rows: &[&str],
    columns: &[&str],
    size: f64,
    cell: impl Fn(usize, usize) -> Heat,
) -> Markup {
    let left = text_width(rows.iter().copied()) + 8.0;
    // Names of columns stand upright where they are longer than a cell is wide.
    let names = text_width(columns.iter().copied());
    let upright = names > size;
    let top = if upright { names + 8.0 } else { 20.0 };
    let body = html! {
        @for (j, name) in columns.iter().enumerate() {
            @let middle = left + size * (j as f64 + 0.5);
            @if upright {
                text transform={ "translate(" (Px(middle + 4.0)) " " (Px(top - 6.0)) ") rotate(-90)" } { (name) }
            } @else {
                text x=(Px(middle)) y="14" text-anchor="middle" { (name) }
            }
        }
        @for (i, name) in rows.iter().enumerate() {
            @let y = top + size * i as f64;
            @let baseline = Px(y + size / 2.0 + 4.0);
            text x=(Px(left - 6.0)) y=(baseline) text-anchor="end" { (name) }
            @for j in 0..columns.len() {
                @let x = left + size * j as f64;
                @let heat = cell(i, j);
                @let strength = if heat.strength.is_finite() { heat.strength.clamp(-1.0, 1.0) } else { 0.0 };
                rect class={ "cell " (series_class(if strength < 0.0 { 2 } else { 0 })) }
                    x=(Px(x)) y=(Px(y)) width=(size) height=(size)
                    fill-opacity=(format_args!("{:.2}", strength.abs())) { title { (heat.title) } }
                @if !heat.text.is_empty() {
                    text x=(Px(x + size / 2.0)) y=(baseline) text-anchor="middle" { (heat.text) }
                }
            }
        }
    };
    picture(title, left + size * columns.len() as f64, top + size * rows.len() as f64, &body)
}

/// Shares of each series over the same bins, on top of one another: `series[i][bin]`, from `low` to `high`.
pub fn histogram(title: &str, low: &str, high: &str, series: &[Vec<f64>]) -> Markup {
    const WIDTH: f64 = 220.0;
    const HEIGHT: f64 = 80.0;
    let max = series.iter().flatten().copied().fold(0.0, f64::max);
    let max = if max > 0.0 { max } else { 1.0 };
    let outline = |shares: &[f64]| {
        let width = WIDTH / shares.len().max(1) as f64;
        let steps = shares.iter().map(|share| format!("V{:.1}h{width:.2}", HEIGHT * (1.0 - share / max)));
        format!("M0 {HEIGHT}{}V{HEIGHT}", steps.collect::<String>())
    };
    let baseline = HEIGHT + 13.0;
    let body = html! {
        @for (i, shares) in series.iter().enumerate() {
            path class={ "area " (series_class(i)) } d=(outline(shares)) {}
        }
        path.grid-line d={ "M0 " (HEIGHT) "h" (WIDTH) } {}
        text.tick x="0" y=(baseline) { (low) }
        text.tick x=(WIDTH) y=(baseline) text-anchor="end" { (high) }
    };
    picture(title, WIDTH, HEIGHT + 16.0, &body)
}

/// A picture of this size, in pixels.
pub(super) fn picture(title: &str, width: f64, height: f64, body: &Markup) -> Markup {
    // `role` and `aria-label` make every screen reader take the plot as one picture with a name.
    html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label=(title)
            width=(format_args!("{width:.0}")) viewBox={ "0 0 " (Px(width)) " " (Px(height)) } {
            title { (title) }
            (body)
        }
    }
}

fn text_width<'a>(texts: impl Iterator<Item = &'a str>) -> f64 {
    LETTER * texts.map(|text| text.chars().count()).max().unwrap_or(0) as f64
}
