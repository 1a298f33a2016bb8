//! Just enough of Rust's grammar to tell code from comments and strings.

/// A file of the repository, from the root.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// With forward slashes.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

/// A Rust file, taken apart.
pub(crate) struct Rust {
    /// The text with the insides of comments and literals blanked, byte for byte as long as before. What follows
    /// `#[cfg(test)] mod … {` at the end of the file is left out.
    pub(crate) code: String,
    /// String literals outside of tests: line and content.
    pub(crate) strings: Vec<(usize, String)>,
}

impl Rust {
    pub(crate) fn parse(text: &str) -> Self {
        let mut scanner = Scanner { text, at: 0, code: text.as_bytes().to_vec(), strings: Vec::new() };
        scanner.run();
        let mut code = String::from_utf8(scanner.code).expect("only whole characters are blanked");
        let mut strings = scanner.strings;
        if let Some(end) = inline_tests(&code) {
            let last = line_of(&code, end);
            strings.retain(|(line, _)| *line < last);
            code.truncate(end);
        }
        Self { code, strings }
    }

    /// Where `needle` stands in the code as whole words: the lines.
    pub(crate) fn lines_with(&self, needle: &str) -> Vec<usize> {
        words(&self.code, needle).map(|at| line_of(&self.code, at)).collect()
    }
}

/// Where the tests at a file's end begin.
fn inline_tests(code: &str) -> Option<usize> {
    code.match_indices("#[cfg(test)]").map(|(at, _)| at).find(|at| {
        let rest = code[*at + "#[cfg(test)]".len()..].trim_start();
        let item = rest.split(';').next().unwrap_or(rest);
        rest.starts_with("mod ") && item.split('\n').next().is_some_and(|line| line.contains('{'))
    })
}

/// Positions of `needle` where no identifier goes on at either end.
pub(crate) fn words<'a>(code: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |char: char| char.is_alphanumeric() || char == '_';
    code.match_indices(needle).map(|(at, _)| at).filter(move |at| {
        let before = code[..*at].chars().next_back();
        let after = code[at + needle.len()..].chars().next();
        let open = |inside: Option<char>, outside: Option<char>| inside.is_some_and(part) && outside.is_some_and(part);
        !open(needle.chars().next(), before) && !open(needle.chars().next_back(), after)
    })
}

/// The line of a position, from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text[..at].bytes().filter(|byte| *byte == b'\n').count() + 1
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    code: Vec<u8>,
    strings: Vec<(usize, String)>,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn run(&mut self) {
        while let Some(char) = self.rest().chars().next() {
            let rest = self.rest();
            if rest.starts_with("//") {
                let end = self.at + rest.find('\n').unwrap_or(rest.len());
                self.blank(end);
            } else if rest.starts_with("/*") {
                let end = self.at + block_comment(rest);
                self.blank(end);
            } else if let Some((open, close)) = raw_string(rest) {
                let from = self.at + open;
                let end = self.text[from..].find(&close).map_or(self.text.len(), |length| from + length);
                self.literal(from, end, close.len());
            } else if char == '"' {
                let from = self.at + 1;
                let end = from + quoted(&self.text[from..]);
                self.literal(from, end, 1);
            } else if char == '\'' {
                let end = self.at + char_or_lifetime(rest);
                self.blank(end);
            } else if char.is_alphanumeric() || char == '_' {
                // A whole word, so that the r of `for"` starts no raw string.
                self.at += rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            } else {
                self.at += char.len_utf8();
            }
        }
    }

    /// Overwrites up to `end` with spaces; lines stay.
    fn blank(&mut self, end: usize) {
        for byte in &mut self.code[self.at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        self.at = end;
    }

    fn literal(&mut self, from: usize, end: usize, close: usize) {
        let line = line_of(self.text, from);
        self.strings.push((line, self.text[from..end].to_owned()));
        self.at = from;
        self.blank(end);
        self.at = (end + close).min(self.text.len());
    }
}

/// Length of the nested comment that `rest` begins with.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Length of what opens a raw string, and what closes it.
fn raw_string(rest: &str) -> Option<(usize, String)> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        rest.strip_prefix(*prefix).is_some_and(|after| after.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].len() - rest[prefix.len()..].trim_start_matches('#').len();
    Some((prefix.len() + hashes + 1, format!("\"{}", "#".repeat(hashes))))
}

/// Length of a string's inside, up to the quote that is not escaped.
fn quoted(inside: &str) -> usize {
    let mut escaped = false;
    for (at, char) in inside.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    inside.len()
}

/// Length of `'x'`, or 1 for the quote of a lifetime.
fn char_or_lifetime(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => {
            let _ = chars.next();
            chars.find(|(_, char)| *char == '\'').map_or(rest.len(), |(at, _)| at + 1)
        }
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => rest.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_no_code() {
        let rust = Rust::parse(
            "fn a<'x>() { // axum\n let q = 'a'; let e = '\\''; let s = \"axum \\\" b\"; /* axum /* axum */ */\n\
             let r = r#\"SELECT \"1\"\"#; for\"x\"; axum::x() }\n#[cfg(test)]\nmod tests { axum; \"t\" }\n",
        );
        assert_eq!(rust.lines_with("axum"), [3]);
        let strings: Vec<_> = rust.strings.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(strings, [(2, "axum \\\" b"), (3, "SELECT \"1\""), (3, "x")]);
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(words("utoipa_axum axum axums", "axum").collect::<Vec<_>>(), [12]);
    }
}
