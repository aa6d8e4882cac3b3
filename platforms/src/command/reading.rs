//! From what a parser found to the words of the boundary.

use std::collections::{BTreeMap, BTreeSet};

use super::driver::Reading;
use super::fields::FLAGS;
use super::file::Pick;
use super::parse::Record;
use crate::transport::Answer;
use crate::words::{
    DiskSpec, Fault, FaultClass, Finding, Firmware, NicSpec, PlatformFacts, PowerState,
    ResourceReport, Severity, Storage, VmRef, VmSpec,
};

/// Units of bytes that files may name.
pub(super) const UNITS: [(&str, u64); 11] = [
    ("B", 1),
    ("kB", 1000),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("bytes", 1),
];

/// The records of an answer, by the names of the boundary.
pub(super) fn records(reading: &Reading, answer: &Answer) -> Result<Vec<Record>, Fault> {
    let picked = reading.map.values().filter_map(|it| it.from.as_deref());
    let wanted: BTreeSet<&str> = picked.chain(reading.having.as_deref()).collect();
    let misread = |words: String| Fault::new(FaultClass::Vendor, words).with_raw(&answer.stdout);
    let found = reading
        .parse
        .read(&answer.stdout, &wanted)
        .map_err(|it| misread(format!("the answer could not be read: {it}")))?;
    let record = |found: Record| -> Result<Record, Fault> {
        let mut record = Record::new();
        for (field, pick) in &reading.map {
            if let Some(value) = value(field, pick, &found).map_err(&misread)? {
                record.insert(field.clone(), value);
            }
        }
        Ok(record)
    };
    let has = |it: &Record| reading.having.as_ref().is_none_or(|having| it.contains_key(having));
    found.into_iter().filter(has).map(record).collect()
}

/// What a field is, if the answer says so: numbers of bytes in bytes, states in our words.
fn value(field: &str, pick: &Pick, found: &Record) -> Result<Option<String>, String> {
    if let Some(fixed) = &pick.fixed {
        return Ok(Some(fixed.clone()));
    }
    let Some(text) = pick.from.as_ref().and_then(|it| found.get(it)).filter(|it| !it.is_empty())
    else {
        return Ok(None);
    };
    if field.ends_with("_bytes") {
        return in_bytes(text, pick.unit.as_deref().unwrap_or("B")).map(|it| Some(it.to_string()));
    }
    if pick.values.is_empty() {
        let flag = FLAGS.contains(&field).then(|| truth(field, text).map(|it| it.to_string()));
        return flag.unwrap_or_else(|| Ok(text.clone())).map(Some);
    }
    match pick.values.get(text) {
        Some(meaning) => Ok(Some(meaning.clone())),
        None => Err(format!("`{field}` is `{text}`, which the driver does not know")),
    }
}

/// Yes or no, in the words that programs have for it; any other word is not taken for a no.
fn truth(field: &str, text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "enabled" => Ok(true),
        "false" | "no" | "off" | "0" | "disabled" => Ok(false),
        _ => Err(format!(
            "`{field}` is `{text}`, which is neither yes nor no; say what it means with `values`"
        )),
    }
}

/// A number of bytes: whole, or with a point as in `100.00 GiB`; rounded down.
fn in_bytes(text: &str, unit: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no number of bytes");
    let (number, unit) = match unit {
        "text" => {
            text.split_once(' ').map(|(number, unit)| (number, unit.trim())).ok_or_else(wrong)?
        }
        unit => (text, unit),
    };
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let factor = u128::from(factor.ok_or_else(wrong)?);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits =
        |it: &str| !it.is_empty() && it.len() <= 20 && it.bytes().all(|it| it.is_ascii_digit());
    if !digits(whole) || !(part.is_empty() || digits(part) && part.len() <= 9) {
        return Err(wrong());
    }
    let scale = 10_u128.pow(u32::try_from(part.len()).unwrap_or_default());
    let number: u128 = format!("{whole}{part}").parse().map_err(|_| wrong())?;
    let bytes = number.checked_mul(factor).ok_or_else(wrong)? / scale;
    u64::try_from(bytes).map_err(|_| wrong())
}

/// The field of a record; without it the answer is not what was asked for.
pub(super) fn needed(record: &Record, verb: &str, field: &str) -> Result<String, Fault> {
    record.get(field).cloned().ok_or_else(|| {
        Fault::new(FaultClass::Vendor, format!("the answer to `{verb}` has no `{field}`"))
    })
}

fn number(record: &Record, field: &str) -> Result<Option<u64>, Fault> {
    let parsed = record.get(field).map(|it| {
        it.parse().map_err(|_| {
            Fault::new(FaultClass::Vendor, format!("`{field}` is `{it}`, which is no whole number"))
        })
    });
    parsed.transpose()
}

fn flag(record: &Record, field: &str) -> Option<bool> {
    record.get(field).map(|it| it == "true")
}

/// Several records as one; the first that says something counts.
pub(super) fn merged(records: Vec<Record>) -> Record {
    let mut merged = Record::new();
    for (name, value) in records.into_iter().flatten() {
        merged.entry(name).or_insert(value);
    }
    merged
}

pub(super) fn facts(record: &Record, product: &str) -> Result<PlatformFacts, Fault> {
    Ok(PlatformFacts {
        product: record.get("product").cloned().unwrap_or_else(|| product.to_owned()),
        version: needed(record, "identify", "version")?,
        build: record.get("build").cloned(),
        api: record.get("api").cloned(),
        host: record.get("host").cloned(),
    })
}

/// Machines; an id that stands twice is a fault: two could not be told apart.
pub(super) fn machines(records: &[Record]) -> Result<Vec<VmRef>, Fault> {
    let mut ids = BTreeSet::new();
    let mut all = Vec::new();
    for record in records {
        let (id, name) = (needed(record, "list", "id")?, needed(record, "list", "name")?);
        if !ids.insert(id.clone()) {
            let words = format!("two machines have the id `{id}`");
            return Err(Fault::new(FaultClass::Ambiguous, words));
        }
        all.push(VmRef { id, name });
    }
    Ok(all)
}

pub(super) fn state(record: &Record) -> Result<PowerState, Fault> {
    let name = needed(record, "state", "state")?;
    PowerState::named(&name).ok_or_else(|| {
        Fault::new(FaultClass::Vendor, format!("`{name}` is no state that the driver knows"))
    })
}

pub(super) fn spec(record: &Record, disks: &[Record], nics: &[Record]) -> Result<VmSpec, Fault> {
    let text = |record: &Record, field: &str| record.get(field).cloned();
    let disk = |it: &Record| -> Result<DiskSpec, Fault> {
        Ok(DiskSpec {
            target: text(it, "target"),
            bus: text(it, "bus"),
            capacity_bytes: number(it, "capacity_bytes")?,
            format: text(it, "format"),
            place: text(it, "place"),
            shared: flag(it, "shared"),
        })
    };
    let nic = |it: &Record| NicSpec {
        mac: text(it, "mac").map(|it| it.to_lowercase().replace('-', ":")),
        model: text(it, "model"),
        network: text(it, "network"),
    };
    let firmware = |name: &String| Firmware::ALL.into_iter().find(|it| it.name() == name);
    Ok(VmSpec {
        state: if record.contains_key("state") { Some(state(record)?) } else { None },
        cpus: number(record, "cpus")?,
        sockets: number(record, "sockets")?,
        cpu_model: text(record, "cpu_model"),
        memory_bytes: number(record, "memory_bytes")?,
        machine: text(record, "machine"),
        firmware: record.get("firmware").and_then(firmware),
        secure_boot: flag(record, "secure_boot"),
        tpm: flag(record, "tpm"),
        snapshots: number(record, "snapshots")?,
        console: text(record, "console"),
        disks: disks.iter().map(disk).collect::<Result<_, _>>()?,
        nics: nics.iter().map(nic).collect(),
    })
}

pub(super) fn resources(records: &[Record]) -> Result<ResourceReport, Fault> {
    let mut report = ResourceReport::default();
    for record in records {
        report.memory_total_bytes =
            report.memory_total_bytes.or(number(record, "memory_total_bytes")?);
        report.memory_free_bytes =
            report.memory_free_bytes.or(number(record, "memory_free_bytes")?);
        report.cpus = report.cpus.or(number(record, "cpus")?);
        if let Some(name) = record.get("storage") {
            report.storages.push(Storage {
                name: name.clone(),
                total_bytes: number(record, "storage_total_bytes")?,
                free_bytes: number(record, "storage_free_bytes")?,
            });
        }
        report.networks.extend(record.get("network").cloned());
    }
    Ok(report)
}

/// What a checker says. One that does not say how much it matters means an error.
pub(super) fn findings(records: Vec<Record>) -> Vec<Finding> {
    let finding = |mut record: Record| {
        let severity = record.remove("severity").unwrap_or_default();
        Finding {
            severity: Severity::ALL
                .into_iter()
                .find(|it| it.name() == severity)
                .unwrap_or(Severity::Error),
            code: record.remove("code"),
            words: record.remove("words").unwrap_or_default(),
        }
    };
    records.into_iter().map(finding).collect()
}

/// How much of a job is done, in thousandths: from `0.25`, `25 %`, or `25/100`.
pub(super) fn progress(text: &str) -> Option<u16> {
    let ratio = if let Some((done, all)) = text.split_once('/') {
        done.trim().parse::<f64>().ok()? / all.trim().parse::<f64>().ok()?
    } else if let Some(percent) = text.strip_suffix('%') {
        percent.trim().parse::<f64>().ok()? / 100.0
    } else {
        text.trim().parse::<f64>().ok()?
    };
    let thousandths = (ratio * 1000.0).round();
    // 0 to 1000 only: what is beyond is no progress that anybody could show.
    (0.0..=1000.0)
        .contains(&thousandths)
        .then(|| (0..=1000_u16).find(|it| f64::from(*it) >= thousandths).unwrap_or(1000))
}

/// The values of a record that jobs keep.
pub(super) fn told(records: Vec<Record>) -> BTreeMap<String, String> {
    merged(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units_and_nothing_overflows() {
        assert_eq!(in_bytes("2097152", "KiB"), Ok(2 << 30));
        assert_eq!(in_bytes("100.00 GiB", "text"), Ok(100 << 30));
        assert_eq!(in_bytes("0.5", "KiB"), Ok(512));
        for (wrong, unit) in [
            ("", "B"),
            ("-1", "B"),
            ("1", "text"),
            ("1 PB", "text"),
            ("1.", "parsec"),
            ("99999999999999999999", "TiB"),
            ("1.2.3", "B"),
            ("nan", "B"),
        ] {
            assert!(in_bytes(wrong, unit).is_err(), "{wrong} {unit}");
        }
    }

    #[test]
    fn a_word_that_is_neither_yes_nor_no_is_not_taken_for_a_no() {
        let pick =
            Pick { from: Some("it".to_owned()), unit: None, values: BTreeMap::new(), fixed: None };
        let said =
            |text: &str| value("tpm", &pick, &Record::from([("it".to_owned(), text.to_owned())]));
        for (word, meaning) in [
            ("true", "true"),
            ("True", "true"),
            ("yes", "true"),
            ("on", "true"),
            ("1", "true"),
            ("Enabled", "true"),
            ("false", "false"),
            ("No", "false"),
            ("OFF", "false"),
            ("0", "false"),
            ("disabled", "false"),
        ] {
            assert_eq!(said(word), Ok(Some(meaning.to_owned())), "{word}");
        }
        assert_eq!(said(""), Ok(None), "nothing is said");
        for word in ["maybe", "2.0", "truе", "N/A"] {
            assert!(said(word).unwrap_err().contains(&format!("`{word}`")), "{word}");
        }
    }

    #[test]
    fn progress_is_between_nothing_and_all() {
        assert_eq!(progress("0.25"), Some(250));
        assert_eq!(progress("100 %"), Some(1000));
        assert_eq!(progress("1/3"), Some(333));
        for none in ["x", "1/0", "2", "-1 %", "NaN", "inf"] {
            assert_eq!(progress(none), None, "{none}");
        }
    }
}
