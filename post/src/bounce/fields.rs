//! Groups of `Name: value` as RFC 3464 writes them, which no parser of mail knows apart.

/// Lines longer than this tell nothing more.
const VALUE_BYTES: usize = 4096;

/// As many fields of a group, and as many groups, are read.
const MOST: usize = 256;

/// Fields that belong together.
#[derive(Default)]
pub(super) struct Group(Vec<(String, String)>);

impl Group {
    /// Every value of a name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |it| it.0 == name).map(|it| it.1.as_str())
    }

    /// The value of a name; none if there are several, since one of them is a lie.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        values.next().filter(|_| values.next().is_none())
    }

    /// A line: a new field, or more of the last one.
    fn take(&mut self, line: &str) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) =
                self.0.last_mut().filter(|it| it.1.len() + line.len() < VALUE_BYTES)
            {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':').filter(|_| self.0.len() < MOST) {
            let value: String = value.trim().chars().take(VALUE_BYTES).collect();
            self.0.push((name.trim().to_ascii_lowercase(), value));
        }
    }
}

/// Groups with an empty line between.
pub(super) fn groups(text: &str) -> Vec<Group> {
    let mut found = vec![Group::default()];
    for line in text.lines() {
        let last = found.len() - 1;
        if !line.trim().is_empty() {
            found[last].take(line);
        } else if !found[last].0.is_empty() && found.len() < MOST {
            found.push(Group::default());
        }
    }
    found.retain(|it| !it.0.is_empty());
    found
}

/// The headers of a message, up to its first empty line.
pub(super) fn head(text: &str) -> Group {
    let mut head = Group::default();
    for line in text.trim_start_matches(['\r', '\n']).lines().take_while(|it| !it.trim().is_empty())
    {
        head.take(line);
    }
    head
}
