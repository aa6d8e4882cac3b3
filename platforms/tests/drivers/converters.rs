//! Converters that are files: those that are shipped, qemu-img at work, and programs that do not do what they say.

mod chains;
mod hostile;
mod images;
mod shipped;

use std::path::Path;

use platforms::converter::{CommandConverter, Form, Order, Recipe, Spec};

/// Hears nothing.
fn deaf(_: f64) {}

fn form(name: &str) -> Form {
    name.parse().unwrap()
}

/// From a disk in this folder to another there.
fn order(folder: &Path, (from, input): (&str, &str), (to, out): (&str, &str)) -> Order {
    let input = folder.join(input);
    let machine = Spec { name: "web".to_owned(), cpus: 1, memory_mib: 256 };
    Order {
        from: form(from),
        disk: input.clone(),
        input,
        to: form(to),
        out: folder.join(out),
        machine,
    }
}

fn converter(text: &str) -> CommandConverter {
    CommandConverter::new(Recipe::read(text).unwrap())
}

/// The names of everything in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> =
        entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
