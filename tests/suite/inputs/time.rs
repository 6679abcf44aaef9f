//! Times.

use super::{BASE, Input, edit, same, without};

/// [`BASE`] with other times for its four steps.
fn times(times: [&str; 4]) -> String {
    let mut lines = BASE.lines();
    let mut text = format!("{}\n", lines.next().unwrap_or(""));
    for (index, line) in lines.enumerate() {
        let mut fields: Vec<&str> = line.split(',').collect();
        fields[1] = times[index % 4];
        text += &format!("{}\n", fields.join(","));
    }
    text
}

pub fn inputs() -> Vec<Input> {
    let _ = (without, edit);
    vec![
        same("no-time", BASE.lines().map(|line| { let mut fields: Vec<&str> = line.split(',').collect(); fields.remove(1); fields.join(",") + "\n" }).collect::<String>(), &["NO_TIME"]),
        same("any-order", edit(&[("a,0", "a,9"), ("a,1", "a,0"), ("a,9", "a,1")]).replace("a,1,0.5,-1.25,left\na,0,0.75,2.5,right", "a,1,0.75,2.5,right\na,0,0.5,-1.25,left"), &[]),
        same("time-texts", times(["2024-05-01T10:00:00Z", "2024-05-01T10:00:01Z", "2024-05-01T10:00:02Z", "2024-05-01T10:00:03Z"]), &["TIMES"]),
    ]
}
