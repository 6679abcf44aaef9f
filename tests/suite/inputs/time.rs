//! Times.

use super::{BASE, Input, Outcome, edit, same, without};

/// [`BASE`] with other times for its four steps, and another name of the column.
fn named_times(name: &str, times: [&str; 4]) -> String {
    let mut lines = BASE.lines();
    let mut text = format!("{}\n", lines.next().unwrap_or("").replace("time", name));
    for (index, line) in lines.enumerate() {
        let mut fields: Vec<&str> = line.split(',').collect();
        fields[1] = times[index % 4];
        text += &format!("{}\n", fields.join(","));
    }
    text
}

fn times(times: [&str; 4]) -> String {
    named_times("time", times)
}

pub fn inputs() -> Vec<Input> {
    let texts = &["ROWS_AS_STEPS", "TIMES_AS_TEXT"];
    let seconds = &["ROWS_AS_STEPS"];
    let without_time = BASE.lines().map(|line| {
        let mut fields: Vec<&str> = line.split(',').collect();
        fields.remove(1);
        fields.join(",") + "\n"
    });
    let backwards = BASE.lines().take(1).chain(BASE.lines().skip(1).collect::<Vec<_>>().into_iter().rev());
    let mut inputs = vec![
        same("no-time", without_time.collect::<String>(), &["ORDER_OF_ROWS"]),
        same("any-order", backwards.map(|line| format!("{line}\n")).collect::<String>(), &[]),
        same("seconds", times(["0.00", "0.01", "0.02", "0.03"]), seconds),
        same("epochs", times(["1714557600", "1714557601", "1714557602", "1714557603"]), &[]),
        same("epochs", times(["1714557600000", "1714557600010", "1714557600020", "1714557600030"]), seconds),
        same(
            "packets",
            times(["1714557600.00", "1714557600.00", "1714557600.03", "1714557600.03"]),
            &["EQUAL_TIMES", "ROWS_AS_STEPS"],
        ),
        same("packets", times(["1.71456e+09", "1.71456e+09", "1.71456e+09", "1.71456e+09"]), seconds),
        same("missing-steps", edit(&[("b,1,1.5,-1.5,left\n", "")]), &["MISSING_STEPS"]),
        without("missing-steps-long", edit(&[("b,3,", "b,90,")]), ("b", "MISSING_STEPS"), &[]),
        without("no-time-in-a-row", edit(&[("b,2,", "b,soon,")]), ("b", "NOT_A_TIME"), &[]),
    ];
    let all = [
        ["2024-05-01T10:00:00Z", "2024-05-01T10:00:01Z", "2024-05-01T10:00:02Z", "2024-05-01T10:00:03Z"],
        [
            "2024-05-01 10:00:00.000",
            "2024-05-01 10:00:00.010",
            "2024-05-01 10:00:00.020",
            "2024-05-01 10:00:00.030",
        ],
        ["20240501T235959", "20240502T000000", "20240502T000001", "20240502T000002"],
        ["31/12/2023 23:59:59", "01/01/2024 00:00:00", "01/01/2024 00:00:01", "01/01/2024 00:00:02"],
        ["12/31/2023 11:59:59 PM", "1/1/2024 12:00:00 AM", "1/1/2024 12:00:01 AM", "1/1/2024 12:00:02 AM"],
        ["31.12.2023 23:59:59", "01.01.2024 00:00:00", "01.01.2024 00:00:01", "01.01.2024 00:00:02"],
        ["10:00:00.0", "10:00:00.1", "10:00:00.2", "10:00:00.3"],
    ];
    inputs.extend(all.map(|these| same("time-texts", times(these), texts)));
    let midnight = times(["23:59:58", "23:59:59", "00:00:00", "00:00:01"]);
    inputs.push(same("midnight", midnight, &["CLOCK_STARTS_AGAIN", "ROWS_AS_STEPS", "TIMES_AS_TEXT"]));
    inputs.push(Input {
        row: "time-units",
        files: vec![("", named_times("time (ms)", ["0", "10", "20", "30"]).into_bytes())],
        outcome: Outcome::Same(&["RENAMED_COLUMN", "ROWS_AS_STEPS"]),
    });
    inputs
}
