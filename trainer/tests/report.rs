//! The report of a run, read as a browser reads it.

use painwave::aggregate::WindowAggregation;
use painwave::bundle::ModelCard;
use painwave::classifier::{Prediction, Warning};
use painwave_train::bootstrap;
use painwave_train::recipe::{EarlyStopping, Metric};
use painwave_train::training::{End, EpochRecord, History};
use trainer::report::{JudgedSubject, RunReport, TrainingReport, render};

/// Elements without content, which HTML does not close.
const VOID: [&str; 3] = ["meta", "br", "hr"];

fn history(epochs: usize) -> History {
    let stopping = EarlyStopping { metric: Metric::WeightedF1, patience: 9, collapse: None };
    let mut history = History::new(Some(stopping));
    for epoch in 1..=epochs {
        history.push(EpochRecord {
            epoch,
            training_loss: 1.0 / epoch as f64,
            validation_loss: 1.5 / epoch as f64,
            accuracy: 0.5,
            weighted_f1: 0.5 + 0.1 * (epoch % 4) as f64,
            macro_f1: 0.4,
            learning_rate: 1e-3,
            seconds: 2.0,
        });
    }
    history
}

fn prediction(id: &str, classes: &[String], probabilities: [f32; 2]) -> Prediction {
    let class = usize::from(probabilities[1] > probabilities[0]);
    Prediction {
        id: id.to_owned(),
        label: classes[class].clone(),
        class,
        probabilities: probabilities.to_vec(),
        windows: 1,
        window_starts: vec![0],
        window_probabilities: probabilities.to_vec(),
        sets: Vec::new(),
        p_value: None,
        levels: Vec::new(),
        warnings: Vec::new(),
    }
}

/// The page of a run whose subjects have a true class and a prediction each.
fn page(
    card: &ModelCard,
    classes: &[String],
    judged: &[(usize, Prediction)],
    histories: &[History],
) -> String {
    let judgements = judged
        .iter()
        .map(|(truth, prediction)| ((*truth, prediction.class, &prediction.probabilities[..]), None));
    let evaluation = bootstrap::evaluate(classes, WindowAggregation::MeanProbability, judgements, 1);
    let training =
        |history| TrainingReport { subjects: [8, 2], windows: [80, 20], history, end: End::AllEpochs };
    let subject = |(truth, prediction)| JudgedSubject { truth, prediction };
    let page = render(&RunReport {
        card,
        classes,
        folds: histories.len(),
        trainings: histories.iter().map(training).collect(),
        judged: judged.iter().map(|(truth, prediction)| subject((*truth, prediction))).collect(),
        evaluation: &evaluation,
        votes: false,
        parameters: 1234,
        stored_as: "f16",
        device: "cpu",
        engine: "cpu",
    });
    assert_whole(&page);
    page
}

fn classes(names: [&str; 2]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

/// Every element is closed by its own end tag, in the right order.
fn assert_whole(page: &str) {
    let mut open = Vec::new();
    let body = page.strip_prefix("<!DOCTYPE html>").expect("a doctype");
    for part in body.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("an end of the tag");
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in <{tag}>");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "the element that </{name}> closes");
        } else if !tag.ends_with('/') {
            let name = tag.split_whitespace().next().expect("a name");
            if !VOID.contains(&name) {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
}

/// The text of a table's body, cell by cell.
fn cells(page: &str, table: &str) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(&format!("<table class=\"{table}\">")).expect("the table");
    let (_, rest) = rest.split_once("<tbody>").expect("its body");
    let (body, _) = rest.split_once("</tbody>").expect("its end");
    let text = |html: &str| {
        html.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect::<String>()
    };
    let row = |row: &str| {
        row.split_inclusive("</th>").flat_map(|part| part.split_inclusive("</td>")).map(text).collect()
    };
    body.split("</tr>").filter(|part| part.contains("<tr")).map(row).collect()
}

#[test]
fn every_subject_that_is_wrong_is_listed_the_surest_first() {
    let classes = classes(["still", "swing"]);
    let mut judged = vec![
        (0, prediction("right", &classes, [0.9, 0.1])),
        (1, prediction("unsure", &classes, [0.5625, 0.4375])),
        (0, prediction("surest", &classes, [0.0, 1.0])),
        (1, prediction("sure", &classes, [0.75, 0.25])),
    ];
    judged[3].1.warnings.push(Warning::ShorterThanWindow { steps: 3, length: 16 });
    let page = page(&ModelCard::default(), &classes, &judged, &[history(3)]);
    let note = "3 steps are fewer than a window's 16: the rest is padding";
    let expected = [
        ["surest", "still", "swing", "", "0.000", "1.000", ""],
        ["sure", "swing", "still", "", "0.750", "0.250", note],
        ["unsure", "swing", "still", "", "0.562", "0.438", ""],
    ];
    let found = cells(&page, "mistakes");
    assert_eq!(found.len(), 3);
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found[..7], expected);
    }
}

#[test]
fn a_run_without_mistakes_says_so() {
    let classes = classes(["still", "swing"]);
    let judged = [(0, prediction("a", &classes, [0.9, 0.1])), (1, prediction("b", &classes, [0.1, 0.9]))];
    let page = page(&ModelCard::default(), &classes, &judged, &[history(3)]);
    assert!(page.contains("No subject was taken for one of another class"));
}

#[test]
fn no_text_of_the_data_or_the_recipe_becomes_markup() {
    const EVIL: &str = "</title><script>alert('\"&')</script>";
    let classes = classes([EVIL, "<b>"]);
    let card = ModelCard {
        name: EVIL.into(),
        description: EVIL.into(),
        recipe: EVIL.into(),
        data: [(EVIL.to_owned(), EVIL.to_owned())].into(),
        split: EVIL.into(),
        date: EVIL.into(),
        trainer: EVIL.into(),
        ..ModelCard::default()
    };
    let judged = [(0, prediction(EVIL, &classes, [0.1, 0.9])), (0, prediction("<i>", &classes, [0.9, 0.1]))];
    let page = page(&card, &classes, &judged, &[history(2)]);
    assert!(!page.contains("<script") && !page.contains("<b>") && !page.contains("<i>"), "{page}");
    let escaped = "&lt;/title&gt;&lt;script&gt;alert('&quot;&amp;')&lt;/script&gt;";
    let [truth, prediction] = [escaped, "&lt;b&gt;"];
    assert_eq!(cells(&page, "mistakes")[0][..3], [escaped, truth, prediction]);
}

#[test]
fn the_page_needs_nothing_from_outside() {
    let classes = classes(["still", "swing"]);
    let judged = [(0, prediction("a", &classes, [0.9, 0.1]))];
    let page = page(&ModelCard::default(), &classes, &judged, &[history(3)]);
    let page = page.replace("http://www.w3.org/2000/svg", "");
    for reference in ["http:", "https:", "//", "src=", "href=", "url(", "@import", "<script", "<link"] {
        assert!(!page.contains(reference), "{reference}");
    }
}

#[test]
fn each_fold_has_its_curves() {
    let classes = classes(["still", "swing"]);
    let judged = [(0, prediction("a", &classes, [0.9, 0.1])), (1, prediction("b", &classes, [0.1, 0.9]))];
    let lines = |histories: &[History]| {
        let page = page(&ModelCard::default(), &classes, &judged, histories);
        page.matches("<polyline").count()
    };
    assert_eq!(lines(&[history(5)]), 4);
    assert_eq!(lines(&[history(5), history(3), history(4)]), 12);
    // One epoch is a point, none is nothing.
    assert_eq!(lines(&[history(1)]), 0);
    assert_eq!(lines(&[history(0)]), 0);
}
