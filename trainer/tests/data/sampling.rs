//! Gaps and rates: what a recipe says of them, what its bundle carries, and that both do the same.

use painwave::sampling::{Missing, Rate, Sampling, Step, TimeUnit};

use crate::support::{Workshop, bundle, failed, succeeded};

/// Rows with other texts for their times; `None` leaves a row out.
fn with_times(data: &str, time: impl Fn(&str, u32) -> Option<String>) -> String {
    let mut lines = data.lines();
    let header = lines.next().unwrap().to_owned();
    let row = |line: &str| {
        let fields: Vec<&str> = line.splitn(3, ',').collect();
        let time = time(fields[0], fields[1].parse().unwrap())?;
        Some(format!("{},{time},{}", fields[0], fields[2]))
    };
    [header].into_iter().chain(lines.filter_map(row)).map(|line| line + "\n").collect()
}

fn seconds(step: u32) -> Option<String> {
    Some(format!("2024-05-01T10:00:{:02}.{}00Z", step / 10, step % 10))
}

#[test]
fn a_bundle_knows_the_step_of_its_recordings_and_what_happens_to_gaps() {
    let workshop = Workshop::new();
    let steps = Step { length: 1.0, unit: TimeUnit::Steps };
    let sampling = workshop.fit_well("steps", &["--epochs", "1"]).manifest.sampling;
    assert_eq!(sampling, Sampling { step: Some(steps), ..Sampling::default() });

    let data = workshop.read("data.csv");
    workshop.write("data.csv", &with_times(&data, |_, step| seconds(step)));
    workshop.edit("recipe.toml", "ignored =", "missing = \"hold\"\nrate = \"refuse\"\nignored =");
    let sampling = workshop.fit_well("seconds", &["--epochs", "1"]).manifest.sampling;
    let step = Step { length: 0.1, unit: TimeUnit::Seconds };
    assert_eq!(sampling, Sampling { missing: Missing::Hold, step: Some(step), rate: Rate::Refuse });
    let card = succeeded(&workshop.trainer(&["inspect", "seconds/model.bpk"]));
    assert!(card.contains("steps of 0.1 s, other rates are refused; missing values are the last"), "{card}");

    // Without a column of times there is no step.
    workshop.write("data.csv", &data.replace(",step,", ",counter,"));
    workshop.edit("recipe.toml", "time = \"step\"", "");
    workshop.edit("recipe.toml", "[\"note\"]", "[\"note\", \"counter\"]");
    workshop.edit("recipe.toml", "\"hold\"", "{ interpolate = 3 }");
    let sampling = workshop.fit_well("rows", &["--epochs", "1"]).manifest.sampling;
    assert_eq!(sampling, Sampling { missing: Missing::Interpolate(3), step: None, rate: Rate::Refuse });

    workshop.edit("recipe.toml", "interpolate = 3", "interpolate = 10001");
    let error = workshop.refusal();
    assert!(error.contains("data.missing.interpolate") && error.contains("0 to 10000 steps"), "{error}");
}

#[test]
fn training_does_to_recordings_what_inference_does() {
    let workshop = Workshop::new();
    let expected = workshop.fit_well("run", &["--epochs", "2"]);
    let data = workshop.read("data.csv");
    // Every second row of some subjects is missing, as at half the rate: most of them tell the step.
    let halved = with_times(&data, |id, step| (id >= "s06" || step % 2 == 0).then(|| step.to_string()));
    workshop.write("data.csv", &halved);
    let found = workshop.fit_well("halved", &["--epochs", "2"]);
    assert_eq!(found.manifest.sampling, expected.manifest.sampling);
    assert!(workshop.read("halved/repairs.csv").contains("RESAMPLED,6,"));
    let predict = ["predict", "halved/model.bpk", "--data", "data.csv", "--out", "p.csv"];
    succeeded(&workshop.trainer(&predict));
    assert!(workshop.read("p.repairs.csv").contains("RESAMPLED,6,"));

    workshop.edit("recipe.toml", "ignored =", "rate = \"refuse\"\nignored =");
    let error = workshop.refusal();
    assert!(error.contains("a step is 2 long, and the model was trained on steps of 1"), "{error}");
    assert!(error.contains("6 of 40 subjects cannot be read"), "{error}");

    // A gap that is longer than the model bridges, named with its subject, line, start and length.
    workshop.write("data.csv", &data);
    let gap =
        with_times(&data, |id, step| (id != "s07" || !(8..16).contains(&step)).then(|| step.to_string()));
    workshop.write("new.csv", &gap);
    let error = failed(&workshop.trainer(&["predict", "run/model.bpk", "--data", "new.csv"]));
    assert!(error.contains("subject \"s07\": line 178, column \"step\""), "{error}");
    assert!(error.contains("8 steps in a row are missing after 7, a gap of 9"), "{error}");
}

#[test]
fn a_bundle_from_before_is_told_its_step() {
    let workshop = Workshop::new();
    let mut old = workshop.fit_well("run", &["--epochs", "1"]);
    let weights = old.manifest.card.weights.map(|check| check.stored_as);
    let Some(weights) = weights else { return };
    let expected = std::mem::take(&mut old.manifest.sampling.step);
    std::fs::write(workshop.path("old.bpk"), old.to_bytes(weights).unwrap()).unwrap();
    let step = ["step", "old.bpk", "--data"];
    let said = succeeded(&workshop.trainer(&[&step[..], &["data.csv", "--out", "new.bpk"]].concat()));
    assert_eq!(said, "old.bpk: steps of 1 without a unit\n");
    let new = bundle(&workshop.path("new.bpk"));
    assert_eq!(new.manifest.sampling.step, expected);
    assert_eq!(new.weights, old.weights);
    assert_eq!(new.manifest.card, old.manifest.card);
    workshop.write("other.csv", &workshop.read("data.csv").replace(",1.5,", ",1.4,"));
    let error = failed(&workshop.trainer(&[&step[..], &["other.csv"]].concat()));
    assert!(error.contains("is not the file that old.bpk was fitted on"), "{error}");
}
