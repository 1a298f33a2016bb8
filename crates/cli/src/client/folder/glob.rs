//! Patterns of paths: `*` within a part, `**` over parts, `?` for one character; the last that fits decides, and `!`
//! takes back. One without a slash fits at any depth, and one that fits a folder fits all below it.

/// Patterns in their order.
#[derive(Debug, Default)]
pub(super) struct Globs(Vec<Glob>);

#[derive(Debug)]
struct Glob {
    parts: Vec<String>,
    taken_back: bool,
    folders_only: bool,
}

impl Globs {
    /// The lines of an ignore file.
    pub(super) fn ignore_file(text: &str) -> Self {
        Self::new(text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')))
    }

    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Self {
        Self(patterns.into_iter().map(Glob::new).collect())
    }

    /// Whether a path, or a folder that it lies in, is meant.
    pub(super) fn matches(&self, path: &str) -> bool {
        let parts: Vec<_> = path.split('/').collect();
        let mut meant = false;
        for glob in &self.0 {
            if (1..=parts.len()).any(|depth| glob.fits(&parts[..depth], depth < parts.len())) {
                meant = !glob.taken_back;
            }
        }
        meant
    }
}

impl Glob {
    fn new(pattern: &str) -> Self {
        let (pattern, taken_back) = pattern.strip_prefix('!').map_or((pattern, false), |rest| (rest, true));
        let (pattern, folders_only) = pattern.strip_suffix('/').map_or((pattern, false), |rest| (rest, true));
        let anywhere = !pattern.contains('/');
        let parts = pattern.trim_start_matches('/').split('/').map(str::to_owned);
        let parts = anywhere.then(|| "**".to_owned()).into_iter().chain(parts).collect();
        Self { parts, taken_back, folders_only }
    }

    fn fits(&self, path: &[&str], is_folder: bool) -> bool {
        (is_folder || !self.folders_only) && parts_fit(&self.parts, path)
    }
}

fn parts_fit(pattern: &[String], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((first, rest)) if first == "**" => (0..=path.len()).any(|skipped| parts_fit(rest, &path[skipped..])),
        Some((first, rest)) => {
            path.split_first().is_some_and(|(part, below)| part_fits(first, part) && parts_fit(rest, below))
        }
    }
}

/// Without recursion: a pattern of many stars stays cheap.
fn part_fits(pattern: &str, part: &str) -> bool {
    let (pattern, part): (Vec<_>, Vec<_>) = (pattern.chars().collect(), part.chars().collect());
    let (mut p, mut c) = (0, 0);
    let mut star = None;
    while c < part.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, c));
                p += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == part[c] => {
                p += 1;
                c += 1;
            }
            _ => {
                let Some((at, eaten)) = star else { return false };
                star = Some((at, eaten + 1));
                p = at + 1;
                c = eaten + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (patterns, path, meant) in [
            ("*.log", "a.log", true),
            ("*.log", "deep/down/a.log", true),
            ("*.log", "a.log.txt", false),
            ("/a.log", "deep/a.log", false),
            ("node_modules/", "node_modules/x/y.js", true),
            ("node_modules/", "src/node_modules/x.js", true),
            ("node_modules/", "node_modules", false),
            ("docs/*.md", "docs/a.md", true),
            ("docs/*.md", "docs/deep/a.md", false),
            ("docs/**/a?.md", "docs/x/y/a1.md", true),
            ("docs/**", "docs/x/y", true),
            ("*\n!keep.txt", "keep.txt", false),
            ("*\n!keep.txt", "other.txt", true),
            ("# a comment\n\n", "a", false),
            ("", "a", false),
            ("a*b*c*d", "aXbXcXd", true),
            ("a*b*c*d", "aXbXcX", false),
        ] {
            assert_eq!(Globs::ignore_file(patterns).matches(path), meant, "{patterns:?} {path}");
        }
    }
}
