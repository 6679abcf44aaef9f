//! Plots as inline SVG. Each begins with a title, which is what a screen reader says of it.

use std::fmt::Write;

use super::escape;

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
pub fn bars(title: &str, bars: &[Bar<'_>]) -> String {
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
    let mut svg = open(title, left + left_text + LENGTH + right, height);
    for bar in bars {
        let value = if bar.value.is_finite() { bar.value } else { 0.0 };
        let length = LENGTH * value.abs() / span;
        y += if bar.name.is_empty() { 0.0 } else { GAP };
        let x = if value < 0.0 { zero - length } else { zero };
        let (text_x, anchor) = if value < 0.0 { (x - 6.0, "end") } else { (x + length + 6.0, "start") };
        let baseline = y + 12.0;
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{baseline}\" text-anchor=\"end\">{}</text>\
             <rect class=\"bar {}\" x=\"{x:.1}\" y=\"{}\" width=\"{length:.1}\" height=\"{}\" rx=\"2\"/>\
             <text class=\"tick\" x=\"{text_x:.1}\" y=\"{baseline}\" text-anchor=\"{anchor}\">{}</text>",
            left - 6.0,
            escape(bar.name),
            series_class(bar.series),
            y,
            BAR,
            escape(&bar.text),
        );
        y += BAR;
    }
    let _ = writeln!(svg, "<path class=\"grid-line\" d=\"M{zero:.1} 0V{height}\"/>");
    svg + "</svg>\n"
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
) -> String {
    let left = text_width(rows.iter().copied()) + 8.0;
    // Names of columns stand upright where they are longer than a cell is wide.
    let names = text_width(columns.iter().copied());
    let upright = names > size;
    let top = if upright { names + 8.0 } else { 20.0 };
    let mut svg = open(title, left + size * columns.len() as f64, top + size * rows.len() as f64);
    for (i, name) in columns.iter().enumerate() {
        let x = left + size * (i as f64 + 0.5);
        let name = escape(name);
        let _ = if upright {
            let (x, y) = (x + 4.0, top - 6.0);
            writeln!(svg, "<text transform=\"translate({x:.1} {y:.1}) rotate(-90)\">{name}</text>")
        } else {
            writeln!(svg, "<text x=\"{x:.1}\" y=\"14\" text-anchor=\"middle\">{name}</text>")
        };
    }
    for (i, name) in rows.iter().enumerate() {
        let y = top + size * i as f64;
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 6.0,
            y + size / 2.0 + 4.0,
            escape(name)
        );
        for j in 0..columns.len() {
            let (x, heat) = (left + size * j as f64, cell(i, j));
            let strength = if heat.strength.is_finite() { heat.strength.clamp(-1.0, 1.0) } else { 0.0 };
            let _ = writeln!(
                svg,
                "<rect class=\"cell {}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{size}\" height=\"{size}\" \
                 fill-opacity=\"{:.2}\"><title>{}</title></rect>",
                series_class(if strength < 0.0 { 2 } else { 0 }),
                strength.abs(),
                escape(&heat.title)
            );
            if !heat.text.is_empty() {
                let _ = writeln!(
                    svg,
                    "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                    x + size / 2.0,
                    y + size / 2.0 + 4.0,
                    escape(&heat.text)
                );
            }
        }
    }
    svg + "</svg>\n"
}

/// Shares of each series over the same bins, on top of one another: `series[i][bin]`, from `low` to `high`.
pub fn histogram(title: &str, low: &str, high: &str, series: &[Vec<f64>]) -> String {
    const WIDTH: f64 = 220.0;
    const HEIGHT: f64 = 80.0;
    let highest = series.iter().flatten().copied().fold(0.0, f64::max);
    let highest = if highest > 0.0 { highest } else { 1.0 };
    let mut svg = open(title, WIDTH, HEIGHT + 16.0);
    for (i, shares) in series.iter().enumerate() {
        let width = WIDTH / shares.len().max(1) as f64;
        let mut path = format!("M0 {HEIGHT}");
        for share in shares {
            let _ = write!(path, "V{:.1}h{width:.2}", HEIGHT * (1.0 - share / highest));
        }
        let _ = writeln!(svg, "<path class=\"area {}\" d=\"{path}V{HEIGHT}\"/>", series_class(i));
    }
    let _ = writeln!(
        svg,
        "<path class=\"grid-line\" d=\"M0 {HEIGHT}h{WIDTH}\"/>\
         <text class=\"tick\" x=\"0\" y=\"{y}\">{}</text>\
         <text class=\"tick\" x=\"{WIDTH}\" y=\"{y}\" text-anchor=\"end\">{}</text>",
        escape(low),
        escape(high),
        y = HEIGHT + 13.0
    );
    svg + "</svg>\n"
}

pub(super) fn open(title: &str, width: f64, height: f64) -> String {
    // `role` and `aria-label` make every screen reader take the plot as one picture with a name.
    let title = escape(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{title}\" \
         width=\"{width:.0}\" viewBox=\"0 0 {width:.1} {height:.1}\">\n<title>{title}</title>\n"
    )
}

fn text_width<'a>(texts: impl Iterator<Item = &'a str>) -> f64 {
    LETTER * texts.map(|text| text.chars().count()).max().unwrap_or(0) as f64
}
