//! Near misses: what somebody who mistyped a name probably meant.

/// Most names offered.
const MOST: usize = 3;
/// Longest name compared, in bytes: comparing takes the product of two lengths.
const LONGEST: usize = 64;

/// The known names nearest to one that is not known, at most three, the nearest first.
#[must_use]
pub fn near<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if wanted.len() > LONGEST {
        return Vec::new();
    }
    let within = |name: &str| name.len() <= LONGEST;
    let known = known.into_iter().filter(|it| within(it));
    let mut found: Vec<(usize, &str)> = known
        .map(|it| (distance(wanted, it), it))
        .filter(|(far, _)| is_near(*far, wanted))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// How many letters differ; capitals are no difference.
fn distance(a: &str, b: &str) -> usize {
    strsim::osa_distance(&a.to_lowercase(), &b.to_lowercase())
}

/// A third of a name may be wrong, but two letters of a short one.
fn is_near(distance: usize, wanted: &str) -> bool {
    distance <= (wanted.len() / 3).max(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        let known = ["G.ip", "G.ip.same", "G.cpu.mhz", "H.ip", "H.canary", "G.dns.any"];
        assert_eq!(near("G.ipp", known), ["G.ip", "H.ip"]);
        assert_eq!(near("g.CPU.mzh", known), ["G.cpu.mhz"]);
        assert!(near("no.such.thing", known).is_empty());
        assert!(near(&"G".repeat(65), known).is_empty());
    }
}
