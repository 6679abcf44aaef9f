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

/// One line of a line chart.
#[derive(Clone, Debug)]
pub struct Curve<'a> {
    /// Shown in the colour of the line.
    pub name: &'a str,
    /// x and y, in the order of x; points that are not finite interrupt the line.
    pub points: &'a [(f64, f64)],
    /// Which colour.
    pub series: usize,
}

/// An axis of a line chart.
#[derive(Clone, Copy, Debug)]
pub struct Axis<'a> {
    /// What it measures.
    pub name: &'a str,
    /// From where to where; without it, as far as the points go.
    pub range: Option<(f64, f64)>,
}

/// A line across a plot, with a word on what it marks.
#[derive(Clone, Debug)]
pub enum Mark<'a> {
    /// At this x.
    Vertical(f64, &'a str),
    /// From one point to another.
    Line([(f64, f64); 2], &'a str),
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

/// Lines over a common x axis; their names stand at the right.
pub fn lines(title: &str, x: Axis<'_>, y: Axis<'_>, curves: &[Curve<'_>], marks: &[Mark<'_>]) -> String {
    const WIDTH: f64 = 560.0;
    const HEIGHT: f64 = 260.0;
    const TOP: f64 = 24.0;
    const BOTTOM: f64 = 40.0;
    let points = || curves.iter().flat_map(|curve| curve.points).filter(|point| is_finite(point));
    let (x_low, x_high) = x.range.unwrap_or_else(|| range(points().map(|point| point.0)));
    let (y_low, y_high) = y.range.unwrap_or_else(|| range(points().map(|point| point.1)));
    let x_ticks = ticks(x_low, x_high);
    let y_ticks: Vec<(f64, String)> = ticks(y_low, y_high);
    let left = text_width(y_ticks.iter().map(|tick| tick.1.as_str())) + 10.0;
    let mark_name = |mark: &Mark<'_>| match mark {
        Mark::Vertical(_, name) | Mark::Line(_, name) => (*name).to_owned(),
    };
    let names: Vec<String> =
        curves.iter().map(|curve| curve.name.to_owned()).chain(marks.iter().map(mark_name)).collect();
    let right = text_width(names.iter().map(String::as_str)) + 32.0;
    let place_x = |value: f64| left + WIDTH * (value - x_low) / (x_high - x_low);
    let place_y = |value: f64| TOP + HEIGHT * (1.0 - (value - y_low) / (y_high - y_low));

    let mut svg = open(title, left + WIDTH + right, TOP + HEIGHT + BOTTOM);
    for (value, text) in &y_ticks {
        let at = place_y(*value);
        let _ = writeln!(
            svg,
            "<path class=\"grid-line\" d=\"M{left:.1} {at:.1}h{WIDTH}\"/>\
             <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
            left - 6.0,
            at + 4.0
        );
    }
    for (value, text) in &x_ticks {
        let _ = writeln!(
            svg,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>",
            place_x(*value),
            TOP + HEIGHT + 16.0
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text><text x=\"0\" y=\"12\">{}</text>",
        left + WIDTH / 2.0,
        TOP + HEIGHT + 34.0,
        escape(x.name),
        escape(y.name)
    );
    for mark in marks {
        let path = match mark {
            Mark::Vertical(at, _) => format!("M{:.1} {TOP}v{HEIGHT}", place_x(*at)),
            Mark::Line([from, to], _) => format!(
                "M{:.1} {:.1}L{:.1} {:.1}",
                place_x(from.0),
                place_y(from.1),
                place_x(to.0),
                place_y(to.1)
            ),
        };
        let _ = writeln!(svg, "<path class=\"mark\" d=\"{path}\"/>");
    }
    for curve in curves {
        let class = series_class(curve.series);
        for stretch in curve.points.split(|point| !is_finite(point)) {
            let place = |point: &(f64, f64)| format!("{:.1},{:.1}", place_x(point.0), place_y(point.1));
            let _ = match stretch {
                [] => Ok(()),
                [(x, y)] => writeln!(
                    svg,
                    "<circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/>",
                    place_x(*x),
                    place_y(*y)
                ),
                _ => {
                    let points: Vec<String> = stretch.iter().map(place).collect();
                    writeln!(svg, "<polyline class=\"curve {class}\" points=\"{}\"/>", points.join(" "))
                }
            };
        }
    }
    let keys = curves
        .iter()
        .map(|curve| format!("curve {}", series_class(curve.series)))
        .chain(marks.iter().map(|_| "mark".to_owned()));
    for (i, (class, name)) in keys.zip(&names).enumerate() {
        let (x, y) = (left + WIDTH + 8.0, TOP + 8.0 + 18.0 * i as f64);
        let _ = writeln!(
            svg,
            "<path class=\"{class}\" d=\"M{x:.1} {y}h14\"/><text x=\"{:.1}\" y=\"{}\">{}</text>",
            x + 18.0,
            y + 4.0,
            escape(name)
        );
    }
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

fn open(title: &str, width: f64, height: f64) -> String {
    // `role` and `aria-label` make every screen reader take the plot as one picture with a name.
    let title = escape(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{title}\" \
         width=\"{width:.0}\" viewBox=\"0 0 {width:.1} {height:.1}\">\n<title>{title}</title>\n"
    )
}

fn is_finite(point: &(f64, f64)) -> bool {
    point.0.is_finite() && point.1.is_finite()
}

fn text_width<'a>(texts: impl Iterator<Item = &'a str>) -> f64 {
    LETTER * texts.map(|text| text.chars().count()).max().unwrap_or(0) as f64
}

/// The least and the greatest value, apart at any rate.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low < high {
        (low, high)
    } else if low.is_finite() {
        (low - 0.5, low + 0.5)
    } else {
        (0.0, 1.0)
    }
}

/// Round values between two others, about five, as numbers and as text.
fn ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let rough = (high - low) / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|factor| factor * power);
    let step = step.into_iter().find(|step| *step >= rough).unwrap_or(rough);
    let digits = (0..12).find(|digits| {
        let scaled = step * 10f64.powi(*digits);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    });
    let digits = digits.unwrap_or(0) as usize;
    let (first, last) = ((low / step).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|i| (i as f64 * step, format!("{:.digits$}", i as f64 * step))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let texts = |low, high| ticks(low, high).into_iter().map(|tick| tick.1).collect::<Vec<_>>();
        assert_eq!(texts(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(1.0, 60.0), ["20", "40", "60"]);
        assert_eq!(texts(-0.013, 0.012), ["-0.010", "-0.005", "0.000", "0.005", "0.010"]);
    }

    #[test]
    fn a_value_that_is_no_number_does_not_reach_the_picture() {
        let points = [(0.0, f64::NAN), (1.0, 2.0), (2.0, f64::INFINITY), (3.0, 4.0)];
        let axis = |name| Axis { name, range: None };
        let curve = Curve { name: "loss", points: &points, series: 0 };
        let chart = lines("t", axis("x"), axis("y"), &[curve], &[]);
        let bar = Bar { name: "a", value: f64::NAN, text: "none".into(), series: 0 };
        for svg in [chart, bars("t", &[bar]), lines("t", axis("x"), axis("y"), &[], &[])] {
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}
