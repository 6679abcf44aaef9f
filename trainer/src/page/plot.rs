//! Plots over two axes: lines, columns, points.

use maud::{Markup, PreEscaped, html};

use super::svg::{Px, picture};

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
    /// From one value to a larger one.
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

    /// Which share of the axis is below a value: 0 at the low end and 1 at the high one.
    fn share(&self, value: f64) -> f64 {
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
        plot.draw(&plot.frame());
        plot.draw(&legend(keys));
        plot
    }

    /// A line through points in the order of x. A point that is not finite interrupts it.
    pub fn curve(&mut self, class: &str, points: &[(f64, f64)]) {
        for stretch in points.split(|(x, y)| !(x.is_finite() && y.is_finite())) {
            if let [point] = stretch {
                self.dot(&class.replace("curve", "dot"), *point);
            } else if !stretch.is_empty() {
                let point = |(x, y): &(f64, f64)| format!("{:.1},{:.1}", self.x_of(*x), self.y_of(*y));
                let points: Vec<String> = stretch.iter().map(point).collect();
                self.draw(&html! { polyline class=(class) points=(points.join(" ")) {} });
            }
        }
    }

    /// A point, if it is finite.
    pub fn dot(&mut self, class: &str, (x, y): (f64, f64)) {
        if x.is_finite() && y.is_finite() {
            let (x, y) = (Px(self.x_of(x)), Px(self.y_of(y)));
            self.draw(&html! { circle class=(class) cx=(x) cy=(y) r="3.5" {} });
        }
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let end = |(x, y): (f64, f64)| format!("{:.1} {:.1}", self.x_of(x), self.y_of(y));
        self.draw(&html! { path class=(class) d={ "M" (end(from)) "L" (end(to)) } {} });
    }

    /// A straight line over the whole height.
    pub fn vertical(&mut self, class: &str, x: f64) {
        self.line(class, (x, self.y.low), (x, self.y.high));
    }

    /// A column that stands on the x axis; pointing at it says `title`.
    pub fn column(&mut self, class: &str, from: f64, to: f64, top: f64, title: &str) {
        let (left, right) = (self.x_of(from), self.x_of(to));
        let (top, bottom) = (self.y_of(top), self.y_of(self.y.low));
        self.draw(&html! {
            rect class=(class) x=(Px(left + 1.0)) y=(Px(top))
                width=(Px(right - left - 2.0)) height=(Px(bottom - top)) { title { (title) } }
        });
    }

    fn draw(&mut self, element: &Markup) {
        self.body.push_str(&element.0);
    }

    fn x_of(&self, value: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * self.x.share(value)
    }

    fn y_of(&self, value: f64) -> f64 {
        TOP + self.height * (1.0 - self.y.share(value))
    }

    fn frame(&self) -> Markup {
        let (right, bottom) = (WIDTH - RIGHT, TOP + self.height);
        html! {
            @for (value, text) in &self.y.ticks {
                @let y = self.y_of(*value);
                path.grid-line d={ "M" (LEFT) " " (Px(y)) "H" (right) } {}
                text.tick x=(LEFT - 6.0) y=(Px(y + 4.0)) text-anchor="end" { (text) }
            }
            @for (value, text) in &self.x.ticks {
                text.tick x=(Px(self.x_of(*value))) y=(bottom + 16.0) text-anchor="middle" { (text) }
            }
            text.axis x="0" y="14" { (self.y.name) }
            text.tick x=(right) y=(bottom + 33.0) text-anchor="end" { (self.x.name) }
        }
    }

    fn outer_height(&self) -> f64 {
        TOP + self.height + BOTTOM
    }
}

/// Keys in the line of the y axis's name, from the right.
fn legend(keys: &[Key<'_>]) -> Markup {
    let mut right = WIDTH - RIGHT;
    let mut left_of = |name: &str| {
        let left = right - LETTER * name.chars().count() as f64;
        right = left - 34.0;
        left
    };
    html! {
        @for Key { name, class } in keys.iter().rev() {
            @let x = left_of(name);
            path class=(class) d={ "M" (Px(x - 19.0)) " 10h14" } {}
            text x=(Px(x)) y="14" { (name) }
        }
    }
}

/// Plots below one another as one picture.
pub fn svg(title: &str, plots: &[Plot]) -> Markup {
    stacked(title, plots, &html! {})
}

/// As [`svg`], for a file of its own.
pub fn svg_file(title: &str, plots: &[Plot]) -> String {
    let style = html! {
        style { (PreEscaped(include_str!("page.css"))) }
        rect.panel width="100%" height="100%" {}
    };
    stacked(title, plots, &style).into_string()
}

fn stacked(title: &str, plots: &[Plot], style: &Markup) -> Markup {
    let mut bottom = 0.0;
    let mut top_of = |plot: &Plot| {
        bottom += plot.outer_height();
        bottom - plot.outer_height()
    };
    let body = html! {
        (style)
        @for plot in plots {
            g transform={ "translate(0 " (Px(top_of(plot))) ")" } { (PreEscaped(&plot.body)) }
        }
    };
    picture(title, WIDTH, plots.iter().map(Plot::outer_height).sum(), &body)
}

/// The min and the max of the finite values, apart at any rate.
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
    fn values_that_are_not_finite_do_not_reach_the_picture() {
        let points = [(0.0, f64::NAN), (1.0, 2.0), (2.0, f64::INFINITY), (3.0, 4.0), (4.0, 5.0)];
        let y = Axis::around("loss", points.iter().map(|point| point.1));
        let mut plot = Plot::new(Axis::counting("epoch", 1, 5), y, 100.0, &[]);
        plot.curve("curve", &points);
        plot.dot("dot", points[0]);
        let nothing = Plot::new(Axis::counting("", 0, 0), Axis::around("", [].into_iter()), 9.0, &[]);
        let svg = svg("t", &[plot, nothing]).into_string();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (1, 1));
    }
}
