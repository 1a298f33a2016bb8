//! The reader behind [`super::parse`]: recursive descent over bytes, bounded in depth.

use super::{DUPLICATE_KEY, JsonError, Map, Number, Value, canonical, index, path_join};

/// The depth that surely fits any thread's stack, whatever a caller asks for.
const STACK_DEPTH: usize = 256;

pub(super) fn read(bytes: &[u8], max_depth: usize, max_containers: usize) -> Result<Value, JsonError> {
    let at_root = |message| JsonError { path: String::new(), message };
    let text = std::str::from_utf8(bytes)
        .map_err(|why| at_root(format!("the body is not UTF-8: byte {} does not fit", why.valid_up_to() + 1)))?;
    if text.starts_with('\u{feff}') {
        return Err(at_root("the body begins with a byte order mark; leave it out".into()));
    }
    let mut reader = Reader { text, at: 0, max_depth: max_depth.min(STACK_DEPTH), max_containers, containers: 0 };
    reader.document().map_err(Fault::into_error)
}

/// A refusal on its way up: each container it passes adds its step, so that the path costs nothing
/// until there is an error.
struct Fault {
    message: String,
    steps: Vec<Step>,
}

enum Step {
    Key(String),
    Index(usize),
}

impl Fault {
    fn under(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    fn into_error(self) -> JsonError {
        let path = self.steps.iter().rev().fold(String::new(), |path, step| match step {
            Step::Key(key) => path_join(&path, key),
            Step::Index(i) => index(&path, *i),
        });
        JsonError { path, message: self.message }
    }
}

type Read<T> = Result<T, Fault>;

struct Reader<'a> {
    text: &'a str,
    /// Bytes read; always at a character's boundary where `text` is sliced.
    at: usize,
    max_depth: usize,
    max_containers: usize,
    containers: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<Value> {
        let value = self.value(0)?;
        match self.next_token() {
            None => Ok(value),
            Some(_) => self.refuse("the document ends here, but more text follows"),
        }
    }

    /// Reads the value at the next token, which is inside `depth` containers.
    fn value(&mut self, depth: usize) -> Read<Value> {
        match self.next_token() {
            None if self.at == 0 || self.text.trim_ascii().is_empty() => self.refuse("the body is empty"),
            None => self.refuse("the text ends where a value is expected"),
            Some(b'{') => self.object(depth + 1).map(Value::Object),
            Some(b'[') => self.array(depth + 1).map(Value::Array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => self.refuse("a value is expected"),
        }
    }

    fn object(&mut self, depth: usize) -> Read<Map<String, Value>> {
        self.enter(depth)?;
        let mut object = Map::new();
        if self.closes(b'}') {
            return Ok(object);
        }
        loop {
            if self.next_token() != Some(b'"') {
                return self.refuse("a key in double quotes is expected");
            }
            let key = self.string()?;
            if self.next_token() != Some(b':') {
                return self.refuse("a colon is expected");
            }
            self.at += 1;
            if object.contains_key(&key) {
                return self.refuse(DUPLICATE_KEY).map_err(|f: Fault| f.under(Step::Key(key)));
            }
            match self.value(depth) {
                Ok(value) => object.insert(key, value),
                Err(fault) => return Err(fault.under(Step::Key(key))),
            };
            if self.ends(b'}')? {
                return Ok(object);
            }
        }
    }

    fn array(&mut self, depth: usize) -> Read<Vec<Value>> {
        self.enter(depth)?;
        let mut array = Vec::new();
        if self.closes(b']') {
            return Ok(array);
        }
        loop {
            match self.value(depth) {
                Ok(value) => array.push(value),
                Err(fault) => return Err(fault.under(Step::Index(array.len()))),
            }
            if self.ends(b']')? {
                return Ok(array);
            }
        }
    }

    /// Steps over an opening bracket, unless that would be one too many.
    fn enter(&mut self, depth: usize) -> Read<()> {
        if depth > self.max_depth {
            return self.refuse(&format!("more than {} objects and arrays inside each other", self.max_depth));
        }
        self.containers += 1;
        if self.containers > self.max_containers {
            return self.refuse(&format!("more than {} objects and arrays in one document", self.max_containers));
        }
        self.at += 1;
        Ok(())
    }

    /// Steps over the closing bracket of an empty container, if it is next.
    fn closes(&mut self, bracket: u8) -> bool {
        let closes = self.next_token() == Some(bracket);
        self.at += usize::from(closes);
        closes
    }

    /// Steps over what follows an item: a comma (false) or the closing bracket (true).
    fn ends(&mut self, bracket: u8) -> Read<bool> {
        match self.next_token() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(b) if b == bracket => {
                self.at += 1;
                Ok(true)
            }
            _ => self.refuse(&format!("a comma or {} is expected", char::from(bracket))),
        }
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let plain = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20);
            let Some(plain) = plain else {
                self.at = self.text.len();
                return self.refuse("the text ends inside a string");
            };
            string.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match rest[plain] {
                b'"' => {
                    self.at += 1;
                    return Ok(string);
                }
                b'\\' => string.push(self.escape()?),
                _ => return self.refuse("a control character in a string must be escaped"),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let Some(&letter) = self.text.as_bytes().get(self.at + 1) else {
            return self.refuse("the text ends inside a string");
        };
        let plain = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return self.refuse("an unknown escape in a string"),
        };
        self.at += 2;
        Ok(plain)
    }

    fn unicode_escape(&mut self) -> Read<char> {
        let Some(first) = self.hex_escape(self.at) else {
            return self.refuse("\\u needs four hex digits");
        };
        let (code, length) = match first {
            0xd800..=0xdbff => match self.hex_escape(self.at + 6) {
                Some(second @ 0xdc00..=0xdfff) => (0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00), 12),
                _ => (first, 6),
            },
            _ => (first, 6),
        };
        match char::from_u32(code) {
            Some(c) => {
                self.at += length;
                Ok(c)
            }
            None => self.refuse(&format!("\\u{first:04x} is half a surrogate pair")),
        }
    }

    /// The number in a `\uXXXX` at this byte.
    fn hex_escape(&self, at: usize) -> Option<u32> {
        let digits = self.text.as_bytes().get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |sum, &b| Some(sum * 16 + char::from(b).to_digit(16)?))
    }

    fn number(&mut self) -> Read<Number> {
        let literal = self.number_literal()?;
        let integer = !literal.contains(['.', 'e', 'E']);
        let number = if let Some(small) = integer.then(|| small_integer(literal)).flatten() {
            Some(small)
        } else {
            // Rust's reading is exact to the last bit, serde_json's own is not by default.
            let double: f64 = literal.parse().expect("a JSON number is a Rust number");
            // An integer of more than 64 bits is kept if it comes out as it went in.
            let kept = double.is_finite() && (!integer || canonical::double(double) == literal);
            kept.then(|| Number::from_f64(double)).flatten()
        };
        match number {
            Some(number) => {
                self.at += literal.len();
                Ok(number)
            }
            None => self.refuse("the number cannot be held exactly; write it as a string"),
        }
    }

    /// The text of the number that begins here, by the grammar of RFC 8259, not stepped over.
    fn number_literal(&mut self) -> Read<&'a str> {
        let bytes = self.text.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut end = self.at + usize::from(bytes[self.at] == b'-');
        let whole = digits(end);
        if whole == 0 {
            return self.refuse("a minus needs a digit behind it");
        }
        if whole > 1 && bytes[end] == b'0' {
            return self.refuse("a number has no leading zero");
        }
        end += whole;
        if bytes.get(end) == Some(&b'.') {
            let fraction = digits(end + 1);
            if fraction == 0 {
                return self.refuse("a decimal point needs a digit behind it");
            }
            end += 1 + fraction;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = if end + 1 + sign <= bytes.len() { digits(end + 1 + sign) } else { 0 };
            if exponent == 0 {
                return self.refuse("an exponent needs a digit");
            }
            end += 1 + sign + exponent;
        }
        Ok(&self.text[self.at..end])
    }

    fn word(&mut self, word: &str, value: Value) -> Read<Value> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        self.refuse("a value is expected")
    }

    /// The first byte behind white space; stays in front of it.
    fn next_token(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Refuses what stands at this place, with its line and column (in characters, from 1).
    #[cold]
    fn refuse<T>(&self, message: &str) -> Read<T> {
        let before = &self.text[..self.at.min(self.text.len())];
        let line = 1 + before.matches('\n').count();
        let column = 1 + before.chars().rev().take_while(|&c| c != '\n').count();
        let message = format!("{message} (line {line}, column {column})");
        Err(Fault { message, steps: Vec::new() })
    }
}

/// The integer, if 64 bits hold it. `-0` is 0.
fn small_integer(literal: &str) -> Option<Number> {
    let unsigned = literal.parse::<u64>().map(Number::from);
    unsigned.or_else(|_| literal.parse::<i64>().map(Number::from)).ok()
}
