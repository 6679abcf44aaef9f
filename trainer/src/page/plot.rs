//! Plots over two axes: lines, columns, points.

use std::fmt::Write;

use super::escape;
use super::svg::open;

/// Width of every plot, so that plots below one another share their x axis.
const WIDTH: f64 = 460.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 38.0;
/// Width of a letter of the keys' font, about.
const LETTER: f64 = 6.4;

/// What an axis measures, from where to where, and its ticks.
#[derive(Clone, Debug)]
pub struct Axis {
    name: String,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From one value to another, greater one.
    pub fn between(name: &str, low: f64, high: f64) -> Self {
        let ticks = ticks(low, high, step(low, high));
        Axis { name: name.to_owned(), low, high, ticks }
    }

    /// Around the values, those that are finite, from one tick to another.
    pub fn around(name: &str, values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = range(values);
        let step = step(low, high);
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        Axis { name: name.to_owned(), low, high, ticks: ticks(low, high, step) }
    }

    /// Whole numbers, such as epochs, up to the last.
    pub fn counting(name: &str, first: usize, last: usize) -> Self {
        let (low, high) = (first as f64, last.max(first + 1) as f64);
        let ticks = ticks(low, high, step(low, high).max(1.0));
        Axis { name: name.to_owned(), low, high, ticks }
    }

    /// Where a value lies, 0 at the low end and 1 at the high one.
    fn place(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }
}

/// An entry of a plot's legend: a name and the style classes of what it names.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// The name.
    pub name: &'a str,
    /// The style classes, such as `curve series-0`.
    pub class: &'a str,
}

/// A plane with two axes, on which is drawn.
#[derive(Clone, Debug)]
pub struct Plot {
    body: String,
    x: Axis,
    y: Axis,
    /// Of the plane, without what stands around it.
    height: f64,
}

impl Plot {
    /// An empty plane of this height.
    pub fn new(x: Axis, y: Axis, height: f64, keys: &[Key<'_>]) -> Self {
        let mut plot = Plot { body: String::new(), x, y, height };
        plot.frame();
        plot.legend(keys);
        plot
    }

    /// A line through points in the order of x. A point that is not finite interrupts it.
    pub fn curve(&mut self, class: &str, points: &[(f64, f64)]) {
        for stretch in points.split(|(x, y)| !(x.is_finite() && y.is_finite())) {
            if let [point] = stretch {
                self.dot(&class.replace("curve", "dot"), *point);
            } else if !stretch.is_empty() {
                let points: Vec<String> = stretch
                    .iter()
                    .map(|(x, y)| format!("{:.1},{:.1}", self.place_x(*x), self.place_y(*y)))
                    .collect();
                let _ = writeln!(self.body, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "));
            }
        }
    }

    /// A point, if it is finite.
    pub fn dot(&mut self, class: &str, (x, y): (f64, f64)) {
        if x.is_finite() && y.is_finite() {
            let (x, y) = (self.place_x(x), self.place_y(y));
            let _ = writeln!(self.body, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>");
        }
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (from_x, from_y) = (self.place_x(from.0), self.place_y(from.1));
        let (to_x, to_y) = (self.place_x(to.0), self.place_y(to.1));
        let _ = writeln!(
            self.body,
            "<path class=\"{class}\" d=\"M{from_x:.1} {from_y:.1}L{to_x:.1} {to_y:.1}\"/>"
        );
    }

    /// A straight line over the whole height.
    pub fn vertical(&mut self, class: &str, x: f64) {
        self.line(class, (x, self.y.low), (x, self.y.high));
    }

    /// A column that stands on the x axis; pointing at it says `title`.
    pub fn column(&mut self, class: &str, from: f64, to: f64, top: f64, title: &str) {
        let (left, right) = (self.place_x(from), self.place_x(to));
        let (top, bottom) = (self.place_y(top), self.place_y(self.y.low));
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\">\
             <title>{}</title></rect>",
            left + 1.0,
            right - left - 2.0,
            bottom - top,
            escape(title)
        );
    }

    fn place_x(&self, value: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * self.x.place(value)
    }

    fn place_y(&self, value: f64) -> f64 {
        TOP + self.height * (1.0 - self.y.place(value))
    }

    fn frame(&mut self) {
        let (right, bottom) = (WIDTH - RIGHT, TOP + self.height);
        let mut body = String::new();
        for (value, text) in &self.y.ticks {
            let y = self.place_y(*value);
            let _ = writeln!(
                body,
                "<path class=\"grid-line\" d=\"M{LEFT} {y:.1}H{right}\"/>\
                 <text class=\"tick\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
                LEFT - 6.0,
                y + 4.0
            );
        }
        for (value, text) in &self.x.ticks {
            let (x, y) = (self.place_x(*value), bottom + 16.0);
            let _ = writeln!(
                body,
                "<text class=\"tick\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{text}</text>"
            );
        }
        let _ = writeln!(
            body,
            "<text class=\"axis\" x=\"0\" y=\"14\">{}</text>\
             <text class=\"tick\" x=\"{right}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            escape(&self.y.name),
            bottom + 33.0,
            escape(&self.x.name)
        );
        self.body = body;
    }

    /// Keys in the line of the y axis's name, from the right.
    fn legend(&mut self, keys: &[Key<'_>]) {
        let mut x = WIDTH - RIGHT;
        for Key { name, class } in keys.iter().rev() {
            x -= LETTER * name.chars().count() as f64;
            let _ = writeln!(
                self.body,
                "<path class=\"{class}\" d=\"M{:.1} 10h14\"/><text x=\"{x:.1}\" y=\"14\">{}</text>",
                x - 19.0,
                escape(name)
            );
            x -= 34.0;
        }
    }

    fn outer_height(&self) -> f64 {
        TOP + self.height + BOTTOM
    }
}

/// Plots below one another as one picture.
pub fn svg(title: &str, plots: &[Plot]) -> String {
    picture(title, plots, "")
}

/// As [`svg`], for a file of its own.
pub fn svg_file(title: &str, plots: &[Plot]) -> String {
    let css = include_str!("page.css");
    let style = format!("<style>\n{css}</style>\n<rect class=\"panel\" width=\"100%\" height=\"100%\"/>\n");
    picture(title, plots, &style)
}

fn picture(title: &str, plots: &[Plot], style: &str) -> String {
    let mut svg = open(title, WIDTH, plots.iter().map(Plot::outer_height).sum()) + style;
    let mut top = 0.0;
    for plot in plots {
        let _ = writeln!(svg, "<g transform=\"translate(0 {top:.1})\">\n{}</g>", plot.body);
        top += plot.outer_height();
    }
    svg + "</svg>\n"
}

/// The least and the greatest finite value, apart at any rate.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low < high {
        (low, high)
    } else if low.is_finite() {
        (low - 0.5, low + 0.5)
    } else {
        (0.0, 1.0)
    }
}

/// A round distance of about five ticks.
fn step(low: f64, high: f64) -> f64 {
    let rough = (high - low) / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power);
    steps.into_iter().find(|step| *step >= rough).unwrap_or(rough)
}

/// The multiples of `step` that lie within, as numbers and as text.
fn ticks(low: f64, high: f64, step: f64) -> Vec<(f64, String)> {
    let whole = |digits: &usize| {
        let scaled = step * 10f64.powi(*digits as i32);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    };
    let digits = (0..12).find(whole).unwrap_or(0);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|i| (i as f64 * step, format!("{:.digits$}", i as f64 * step))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.1.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(texts(&Axis::between("", 0.0, 1.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(&Axis::counting("", 1, 60)), ["20", "40", "60"]);
        assert_eq!(texts(&Axis::counting("", 1, 1)), ["1", "2"]);
        let around = Axis::around("", [-0.013, f64::NAN, 0.012].into_iter());
        assert_eq!(texts(&around), ["-0.015", "-0.010", "-0.005", "0.000", "0.005", "0.010", "0.015"]);
    }

    #[test]
    fn a_value_that_is_no_number_does_not_reach_the_picture() {
        let points = [(0.0, f64::NAN), (1.0, 2.0), (2.0, f64::INFINITY), (3.0, 4.0), (4.0, 5.0)];
        let y = Axis::around("loss", points.iter().map(|point| point.1));
        let mut plot = Plot::new(Axis::counting("epoch", 1, 5), y, 100.0, &[]);
        plot.curve("curve", &points);
        plot.dot("dot", points[0]);
        let nothing = Plot::new(Axis::counting("", 0, 0), Axis::around("", [].into_iter()), 9.0, &[]);
        let svg = svg("t", &[plot, nothing]);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (1, 1));
    }
}
