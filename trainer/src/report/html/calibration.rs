//! Calibration: the reliability diagram.

use maud::html;
use painwave_train::calibration::{Bin, Calibration, wilson};

use super::words::count;
use crate::page::plot::{self, Axis, Key, Plot};
use crate::page::{Page, figure, table};

/// The reliability diagram and its table.
pub(super) fn section(page: &mut Page, calibration: &Calibration) {
    page.section("Reliability");
    let title = "Share of the predictions that are right, by the probability of the predicted class";
    let plots = plot::svg(title, &[reliability(&calibration.bins), counts(&calibration.bins)]);
    let rows: Vec<Vec<String>> = calibration.bins.iter().filter(|bin| bin.count > 0).map(row).collect();
    let header = ["probability", "mean", "subjects", "right", "95 % interval"];
    let caption = format!("Predictions in {} bins; bins without any are left out", calibration.bins.len());
    page.add(html! {
        div.columns { (figure(title, &plots)) (table(&caption, &header, &rows)) }
    });
    page.paragraph(&format!(
        "A model that says 80 % should be right in 80 % of these cases: then its columns end on the dashed \
         line. Whiskers are 95 % intervals. The expected calibration error, the mean distance from that line \
         weighted by the count, is {:.4} (Guo et al. 2017).",
        calibration.expected_error
    ));
}

/// Why there is no reliability diagram where the windows vote.
pub(super) fn no_section(page: &mut Page) {
    page.section("Reliability");
    page.paragraph(
        "The windows of a subject vote, so that there are shares of votes and no probabilities: how sure the model is \
         was not measured.",
    );
}

fn reliability(bins: &[Bin]) -> Plot {
    let keys =
        [Key { name: "right", class: "curve series-0" }, Key { name: "as sure as right", class: "mark" }];
    let mut plot =
        Plot::new(Axis::between("", 0.0, 1.0), Axis::between("Share right", 0.0, 1.0), 200.0, &keys);
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        let title =
            format!("{}: {} right of {}", range(bin), bin.right, count(bin.count as usize, "subject"));
        plot.column("area series-0", bin.low, bin.high, bin.accuracy(), &title);
    }
    plot.line("mark", (0.0, 0.0), (1.0, 1.0));
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        let (low, high) = wilson(bin.right, bin.count);
        plot.line("whisker", (bin.confidence, low), (bin.confidence, high));
        plot.dot("dot series-0", (bin.confidence, bin.accuracy()));
    }
    plot
}

fn counts(bins: &[Bin]) -> Plot {
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(0);
    let y = Axis::counting("Subjects", 0, most as usize);
    let mut plot = Plot::new(Axis::between("probability of the predicted class", 0.0, 1.0), y, 60.0, &[]);
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        let title = format!("{}: {}", range(bin), count(bin.count as usize, "subject"));
        plot.column("area series-3", bin.low, bin.high, f64::from(bin.count), &title);
    }
    plot
}

fn range(bin: &Bin) -> String {
    format!("{:.2} to {:.2}", bin.low, bin.high)
}

fn row(bin: &Bin) -> Vec<String> {
    let (low, high) = wilson(bin.right, bin.count);
    vec![
        range(bin),
        format!("{:.3}", bin.confidence),
        bin.count.to_string(),
        format!("{:.3}", bin.accuracy()),
        format!("{low:.3} to {high:.3}"),
    ]
}
