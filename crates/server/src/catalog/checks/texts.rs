//! Everything a publication says, as texts that can be searched: fields, every string of free JSON, and files. Nothing is
//! judged here but characters that cannot be seen, since only this sees each string by itself.

use std::borrow::Cow;

use atom_marketplace_protocol::component::Manifest;
use atom_marketplace_protocol::json::{index, path_join};
use atom_marketplace_protocol::text::{describe, find_invisible};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::confusable_detection::skeleton;

use super::StoredFile;

/// What kind of reading a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Words, Markdown, HTML.
    Prose,
    /// A program.
    Code,
    /// Strings of JSON, tables.
    Data,
    /// A file that is no text.
    Binary,
}

/// One text.
pub(super) struct Text<'a> {
    pub(super) place: Place<'a>,
    pub(super) sort: Sort,
    pub(super) body: Cow<'a, [u8]>,
}

/// Where it stands.
pub(super) enum Place<'a> {
    Field(&'static str),
    File(&'a str),
    /// Strings of free JSON one after the other: where each begins, and its path.
    Json(Vec<(usize, String)>),
}

impl Text<'_> {
    /// The field or file behind a byte of the text, and the line where that helps.
    pub(super) fn place(&self, at: usize) -> (String, Option<usize>) {
        let line = || Some(self.body[..at.min(self.body.len())].split(|byte| *byte == b'\n').count());
        match &self.place {
            Place::Field(name) => ((*name).to_owned(), line().filter(|line| *line > 1)),
            Place::File(path) => (file_path(path), line().filter(|_| self.sort != Sort::Binary)),
            Place::Json(starts) => {
                let found = starts.partition_point(|(start, _)| *start <= at);
                (found.checked_sub(1).map(|found| starts[found].1.clone()).unwrap_or_default(), None)
            }
        }
    }

    /// The body as text, where it is one.
    pub(super) fn str(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok().filter(|_| self.sort != Sort::Binary)
    }
}

/// How findings name a file.
pub(super) fn file_path(path: &str) -> String {
    format!("files/{path}")
}

/// An invisible character: where, and which.
pub(super) type Unseen = (String, String);

/// The texts, and the invisible characters in those that the contract's rules do not hold already.
pub(super) fn collect<'a>(manifest: &'a Manifest, files: &'a [StoredFile]) -> (Vec<Text<'a>>, Vec<Unseen>) {
    let mut all = Collected::default();
    let manifest_fields = [
        ("name", Some(&manifest.name)),
        ("description", Some(&manifest.description)),
        ("readme", manifest.readme.as_ref()),
        ("release_notes", manifest.release_notes.as_ref()),
        ("license", manifest.license.as_ref()),
        ("category", manifest.category.as_ref()),
        ("documentation_url", manifest.documentation_url.as_ref()),
        ("preview_url", manifest.preview_url.as_ref()),
    ];
    for (name, text) in manifest_fields {
        all.field(name, text.map(|text| Cow::Borrowed(text.as_str())), Sort::Prose);
    }
    all.field("code", manifest.code.as_deref().map(Cow::Borrowed), Sort::Code);
    let labels = [
        ("tags", Some(&manifest.tags)),
        ("capabilities", Some(&manifest.capabilities)),
        ("requires_capabilities", Some(&manifest.requires_capabilities)),
        ("agent_roles", manifest.agent_roles.as_ref()),
        ("topics", manifest.topics.as_ref()),
    ];
    for (name, labels) in labels {
        all.field(name, labels.filter(|labels| !labels.is_empty()).map(|labels| labels.join("\n").into()), Sort::Data);
    }
    let values = [
        ("config_schema", &manifest.config_schema),
        ("content", &manifest.content),
        ("input_schema", &manifest.input_schema),
        ("output_schema", &manifest.output_schema),
        ("governance_template", &manifest.governance_template),
        ("vocabulary", &manifest.vocabulary),
    ];
    for (name, value) in values {
        if let Some(value) = value {
            all.json(|strings| strings.value(name, "", value));
        }
    }
    for (name, object) in [("configuration", &manifest.configuration), ("memory", &manifest.memory)] {
        if let Some(object) = object {
            all.json(|strings| strings.object(name, object));
        }
    }
    for (name, list) in [("canvases", &manifest.canvases), ("knowledge_base", &manifest.knowledge_base)] {
        if let Some(list) = list {
            all.json(|strings| strings.list(name, "", list));
        }
    }
    for file in files {
        all.file(file);
    }
    (all.texts, all.unseen)
}

#[derive(Default)]
struct Collected<'a> {
    texts: Vec<Text<'a>>,
    unseen: Vec<Unseen>,
}

impl<'a> Collected<'a> {
    fn field(&mut self, name: &'static str, text: Option<Cow<'a, str>>, sort: Sort) {
        let body = match text {
            Some(Cow::Borrowed(text)) => Cow::Borrowed(text.as_bytes()),
            Some(Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
            None => return,
        };
        self.texts.push(Text { place: Place::Field(name), sort, body });
    }

    fn json(&mut self, walk: impl FnOnce(&mut Strings)) {
        let mut strings = Strings::default();
        walk(&mut strings);
        self.unseen.append(&mut strings.unseen);
        let body = Cow::Owned(strings.body.into_bytes());
        self.texts.push(Text { place: Place::Json(strings.starts), sort: Sort::Data, body });
    }

    fn file(&mut self, file: &'a StoredFile) {
        let place = Place::File(&file.path);
        let (sort, body) = match text_of(&file.bytes) {
            Some(text) => {
                let visible = text.strip_prefix('\u{feff}').unwrap_or(&text);
                if let Some((at, c)) = find_invisible(visible) {
                    let line = 1 + visible.chars().take(at).filter(|c| *c == '\n').count();
                    self.unseen.push((file_path(&file.path), format!("Line {line} holds {}.", describe(c))));
                }
                let body = match text {
                    Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                    Cow::Owned(text) => Cow::Owned(text.into_bytes()),
                };
                (sort_of(&file.path), body)
            }
            None => (Sort::Binary, Cow::Borrowed(&file.bytes[..])),
        };
        self.texts.push(Text { place, sort, body });
    }
}

/// What people would read in a file: UTF-8 without a null, which no editor shows, or UTF-16 that says so.
pub(super) fn text_of(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |pair: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].as_chunks().0.iter().map(|two| pair(*two)).collect();
        String::from_utf16(&units).ok().map(Cow::Owned)
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    };
    text.filter(|text| !text.contains('\0'))
}

const PROSE: [&str; 9] = ["md", "markdown", "mdx", "txt", "rst", "adoc", "html", "htm", "svg"];
const DATA: [&str; 9] = ["json", "jsonl", "yaml", "yml", "toml", "csv", "tsv", "xml", "ini"];

fn sort_of(path: &str) -> Sort {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    if PROSE.contains(&extension) {
        Sort::Prose
    } else if DATA.contains(&extension) {
        Sort::Data
    } else {
        Sort::Code
    }
}

/// The strings of a JSON value, each on its own line behind the key it belongs to.
#[derive(Default)]
struct Strings {
    body: String,
    starts: Vec<(usize, String)>,
    unseen: Vec<Unseen>,
}

impl Strings {
    fn value(&mut self, path: &str, key: &str, value: &Value) {
        match value {
            Value::String(text) => {
                self.see(path, text);
                self.starts.push((self.body.len(), path.to_owned()));
                if !key.is_empty() {
                    self.body.push_str(key);
                    self.body.push_str(": ");
                }
                self.body.push_str(text);
                self.body.push('\n');
            }
            Value::Array(items) => self.list(path, key, items),
            Value::Object(object) => self.object(path, object),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn list(&mut self, path: &str, key: &str, items: &[Value]) {
        // Long lists of numbers need no path each.
        let holds_text = |item: &Value| matches!(item, Value::String(_) | Value::Array(_) | Value::Object(_));
        for (i, item) in items.iter().enumerate().filter(|(_, item)| holds_text(item)) {
            self.value(&index(path, i), key, item);
        }
    }

    fn object(&mut self, path: &str, object: &Map<String, Value>) {
        for (key, value) in object {
            let path = path_join(path, key);
            self.see(&path, key);
            // Keys of strings stand before them; those of other things may say something too.
            if !value.is_string() && key.len() > 20 {
                self.starts.push((self.body.len(), path.clone()));
                self.body.push_str(key);
                self.body.push('\n');
            }
            self.value(&path, key, value);
        }
    }

    fn see(&mut self, path: &str, text: &str) {
        if let Some((at, c)) = find_invisible(text) {
            self.unseen.push((path.to_owned(), format!("Character {} is {}.", at + 1, describe(c))));
        }
    }
}

/// The text as a model would read it: letters that look like Latin ones made Latin, numeric entities resolved. None where
/// that changes nothing.
pub(super) fn folded(text: &str) -> Option<String> {
    if !text.contains("&#") && text.bytes().all(|byte| byte.is_ascii()) {
        return None;
    }
    let text = entities(text);
    let mut out = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    for c in text.chars() {
        if c.is_ascii() || !looks_latin(c) {
            out.push(c);
            continue;
        }
        let plain: String = std::iter::once(c).nfkd().collect();
        let single: &str = c.encode_utf8(&mut buffer);
        let before = out.len();
        out.extend(plain.chars().filter(char::is_ascii));
        if out.len() == before {
            // Its prototype of a capital I is a small l.
            let latin = |letter| if letter == 'l' && c.is_uppercase() { 'I' } else { letter };
            out.extend(skeleton(single).filter(char::is_ascii).map(latin));
        }
        if out.len() == before {
            out.push(c);
        }
    }
    Some(out)
}

/// Blocks that hold letters which pass for Latin ones.
fn looks_latin(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{1d00}'..='\u{1fff}' | '\u{2000}'..='\u{206f}' | '\u{2100}'..='\u{24ff}'
        | '\u{a4d0}'..='\u{a4ff}' | '\u{ff00}'..='\u{ffef}' | '\u{1d400}'..='\u{1d7ff}')
}

fn entities(text: &str) -> Cow<'_, str> {
    if !text.contains("&#") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("&#") {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 2..];
        let end = tail.bytes().take(9).position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(tail.len().min(9));
        // What ends in the middle of a character is no entity.
        let digits = tail.get(..end).unwrap_or_default();
        let number = match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        };
        if let Some(c) = number.and_then(char::from_u32).filter(|c| !c.is_control() || *c == '\n') {
            out.push(c);
            rest = tail[end..].strip_prefix(';').unwrap_or(&tail[end..]);
        } else {
            out.push_str("&#");
            rest = tail;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_disguise_are_read() {
        let table = [
            ("plain", None),
            ("ign\u{43e}re", Some("ignore")),
            ("\u{406}gn\u{43e}re", Some("Ignore")),
            ("\u{ff49}\u{ff47}nore", Some("ignore")),
            ("\u{1d422}\u{1d420}nore caf\u{e9}", Some("ignore cafe")),
            ("&#105;&#x67;nore &#zz; &#", Some("ignore &#zz; &#")),
            ("\u{4f60}\u{597d}", Some("\u{4f60}\u{597d}")),
        ];
        for (text, expected) in table {
            assert_eq!(folded(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn strings_of_json_know_their_path() {
        let value = serde_json::json!({"a": {"b": ["x", 1, "y"]}, "c": "z", "d": [1, 2]});
        let mut all = Collected::default();
        all.json(|strings| strings.value("content", "", &value));
        let text = &all.texts[0];
        let body = text.str().unwrap();
        assert_eq!(body, "b: x\nb: y\nc: z\n");
        assert_eq!(text.place(body.find('y').unwrap()).0, "content.a.b[2]");
        assert_eq!(text.place(body.find('z').unwrap()).0, "content.c");
    }

    #[test]
    fn wide_text_is_text() {
        let wide: Vec<u8> = [0xfeff_u16].into_iter().chain("hi".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(text_of(&wide).as_deref(), Some("hi"));
        assert_eq!(text_of(b"a\0b"), None);
        assert_eq!(text_of(&[0xff, 0x00]), None);
    }
}
