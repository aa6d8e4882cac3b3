//! What a guest says over its open connection: a counter that must never restart nor jump back.

use crate::stopwatch::Stopwatch;

/// Longest line a guest may send, in bytes.
const LONGEST: usize = 512;
/// Longest boot id kept, in bytes: the kernel's has 36.
const LONGEST_BOOT: usize = 64;

/// What was heard so far. Bounded, whatever a guest sends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    /// The counter as it was told last.
    pub(crate) count: u64,
    /// How often the guest has opened the connection.
    pub(crate) opened: u64,
    /// The boot that counts.
    pub(crate) boot: String,
    /// How often the counter was not one more than before.
    pub(crate) breaks: u64,
    /// Longest silence between two lines since [`Heard::listen_anew`], in milliseconds.
    pub(crate) longest_gap_ms: u64,
    last: Option<Stopwatch>,
    pending: Vec<u8>,
}

impl Heard {
    /// Takes in bytes as they came.
    pub(crate) fn take_in(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' => self.end_line(),
                _ if self.pending.len() < LONGEST => self.pending.push(*byte),
                _ => {}
            }
        }
    }

    /// Forgets silences of the past.
    pub(crate) fn listen_anew(&mut self) {
        self.longest_gap_ms = 0;
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.pending);
        let Some((count, opened, boot)) = read(&String::from_utf8_lossy(&line)) else { return };
        if self.last.is_some() && self.count.checked_add(1) != Some(count) {
            self.breaks = self.breaks.saturating_add(1);
        }
        let gap = self.last.map_or(0, Stopwatch::elapsed_ms);
        self.longest_gap_ms = self.longest_gap_ms.max(gap);
        (self.count, self.opened, self.boot) = (count, opened, boot);
        self.last = Some(Stopwatch::start());
    }
}

/// `COUNT 7 OPENED 1 BOOT 4da0… UPTIME_MS 2800` → the counter, how often it was opened, and the boot.
fn read(line: &str) -> Option<(u64, u64, String)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let ["COUNT", count, "OPENED", opened, "BOOT", boot, "UPTIME_MS", _] = words[..] else {
        return None;
    };
    let is_plain = boot.len() <= LONGEST_BOOT && boot.chars().all(|it| it.is_ascii_graphic());
    is_plain.then_some(())?;
    Some((count.parse().ok()?, opened.parse().ok()?, boot.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Heard {
        let mut heard = Heard::default();
        // In pieces, as a network delivers.
        text.as_bytes().chunks(7).for_each(|it| heard.take_in(it));
        heard
    }

    fn line(count: u64, opened: u64, boot: &str) -> String {
        format!("COUNT {count} OPENED {opened} BOOT {boot} UPTIME_MS 100\n")
    }

    #[test]
    fn a_counter_that_goes_on_is_heard_and_one_that_does_not_is_told() {
        let on: String = (3..9).map(|it| line(it, 1, "b")).collect();
        let it = heard(&on);
        assert_eq!((it.count, it.opened, it.breaks, it.boot.as_str()), (8, 1, 0, "b"));
        assert_eq!(heard(&format!("{on}{}", line(1, 1, "c"))).breaks, 1, "it restarted");
        assert_eq!(heard(&format!("{on}{}", line(8, 1, "b"))).breaks, 1, "it said it twice");
        assert_eq!(heard(&format!("{on}{}", line(10, 1, "b"))).breaks, 1, "it left one out");
        assert_eq!(heard(&format!("{on}{}", line(9, 2, "b"))).opened, 2, "opened anew");
    }

    #[test]
    fn hostile_bytes_are_not_heard_and_not_kept() {
        let flood = "x".repeat(1 << 20);
        let it = heard(&format!(
            "{flood}\nCOUNT -1 OPENED 1 BOOT b UPTIME_MS 1\n\u{0}\n{}",
            line(1, 1, "b")
        ));
        assert_eq!((it.count, it.breaks), (1, 0));
        let it = heard(&flood);
        assert!(it.pending.len() <= LONGEST);
        let it = heard(&format!("{}{}", line(u64::MAX, 1, "b"), line(0, 1, &"b".repeat(65))));
        assert_eq!((it.count, it.breaks, it.boot.as_str()), (u64::MAX, 0, "b"));
    }
}
