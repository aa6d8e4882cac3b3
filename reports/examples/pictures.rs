//! Prints a page with every picture, to look at:
//! `cargo run -p portolan-reports --example pictures > pictures.html`.

use reports::picture::{HeatMap, Section, Shown};

#[path = "../tests/shown/pictures/sample.rs"]
mod sample;

const REPORT: &str = include_str!("../../templates/report/style.css");
const PICTURES: &str = include_str!("../../templates/picture/style.css");

fn main() -> Result<(), askama::Error> {
    let few = sample::linked(sample::heat_map(4, 2, 12, 7));
    let many = HeatMap { name: "many".to_owned(), ..sample::heat_map(12, 4, 12, 8) };
    let long = HeatMap { name: "long".to_owned(), ..sample::heat_map(3, 1, 70, 10) };
    let small = reports::picture::Flow { name: "small".to_owned(), ..sample::flow(4, 2) };
    let pictures = vec![
        Shown::flow("Routes of four platforms", "Trials by route and score.", &small)?,
        Shown::flow("Routes of twelve platforms", "", &sample::flow(12, 5))?,
        Shown::trend("Guests and cells through time", "Shares of cells.", &sample::trend(12))?,
        Shown::heat_map("A few cells", "Rows are links.", &few)?,
        Shown::heat_map("Seventy campaigns", "", &long)?,
        Shown::heat_map("Every cell of twelve platforms", "", &many)?,
    ];
    let section = Section { pictures }.html()?;
    println!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Pictures</title><style>{REPORT}{PICTURES}</style><body><main>{section}</main></body></html>"
    );
    Ok(())
}
