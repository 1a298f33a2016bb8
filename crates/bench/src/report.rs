//! The results as a Markdown table, and the aims they are held against.

use crate::load::Measured;

/// One line of the table.
pub(crate) struct Row {
    pub(crate) database: &'static str,
    pub(crate) size: u64,
    pub(crate) scenario: &'static str,
    pub(crate) measured: Measured,
    /// The floor that answers the same bytes.
    pub(crate) floor: Option<Measured>,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        Some(self.measured.rate() / self.floor.as_ref()?.rate())
    }
}

/// Start and memory of a server at rest.
pub(crate) struct AtRest {
    pub(crate) database: &'static str,
    pub(crate) size: u64,
    pub(crate) ready_ms: f64,
    pub(crate) idle_mib: f64,
    pub(crate) after_mib: f64,
}

/// Prints both tables and the aims.
pub(crate) fn print(rows: &[Row], at_rest: &[AtRest]) {
    println!(
        "\n| database | components | scenario | requests/s | of the floor | p50 ms | p99 ms | CPU µs each | of the floor's | busiest thread µs each | refused |"
    );
    println!("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for row in rows {
        let Row { database, size, scenario, measured, floor } = row;
        let cpu = measured.cpu_each();
        let times = floor.as_ref().map_or_else(String::new, |floor| format!("{:.2}", cpu / floor.cpu_each()));
        let ratio = row.ratio().map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        println!(
            "| {database} | {size} | {scenario} | {:.0} | {ratio} | {:.2} | {:.2} | {cpu:.0} | {times} | {:.0} | {} |",
            measured.rate(),
            measured.millis(50.0),
            measured.millis(99.0),
            measured.busiest_each(),
            measured.errors()
        );
    }
    println!("\n| database | components | ready after ms | idle MiB | after the load MiB |\n|---|--:|--:|--:|--:|");
    for AtRest { database, size, ready_ms, idle_mib, after_mib } in at_rest {
        println!("| {database} | {size} | {ready_ms:.0} | {idle_mib:.0} | {after_mib:.0} |");
    }
    println!("\n| aim | measured | met |\n|---|--:|---|");
    for (aim, measured, met) in aims(rows, at_rest) {
        println!("| {aim} | {measured} | {} |", if met { "yes" } else { "NO" });
    }
}

/// The aims that this run can say something about.
fn aims(rows: &[Row], at_rest: &[AtRest]) -> Vec<(String, String, bool)> {
    let mut aims = Vec::new();
    for row in rows {
        let (rate, p99) = (row.measured.rate(), row.measured.millis(99.0));
        let name = format!("{}, {} components: {}", row.database, row.size, row.scenario);
        match row.scenario {
            "detail" | "list" => {
                let ratio = row.ratio().unwrap_or_default();
                aims.push((format!("{name} at least 0.5 of the floor"), format!("{ratio:.2}"), ratio >= 0.5));
            }
            "search, all of these" if row.size >= 100_000 => {
                aims.push((format!("{name} at least 1500/s"), format!("{rate:.0}/s"), rate >= 1500.0));
                let small = rows.iter().find(|other| {
                    other.size == 1_000 && other.database == row.database && other.scenario == row.scenario
                });
                if let Some(small) = small {
                    let ratio = row.measured.cpu_each() / small.measured.cpu_each();
                    aims.push((
                        format!("{name} at most 2 times the CPU of 1000 components"),
                        format!("{ratio:.2}"),
                        ratio <= 2.0,
                    ));
                }
            }
            "publish, private" if row.database == "SQLite" => {
                let met = rate >= 1500.0 && p99 <= 60.0;
                aims.push((
                    format!("{name} at least 1500/s, p99 at most 60 ms"),
                    format!("{rate:.0}/s, {p99:.0} ms"),
                    met,
                ));
            }
            _ => {}
        }
    }
    for AtRest { database, size, ready_ms, idle_mib, .. } in at_rest.iter().filter(|rest| rest.database == "SQLite") {
        let name = format!("{database}, {size} components:");
        aims.push((format!("{name} ready within 200 ms"), format!("{ready_ms:.0} ms"), *ready_ms <= 200.0));
        aims.push((format!("{name} idle within 40 MiB"), format!("{idle_mib:.0} MiB"), *idle_mib <= 40.0));
    }
    aims
}
