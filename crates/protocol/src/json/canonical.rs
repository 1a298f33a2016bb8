//! One JSON text for each value, after RFC 8785 (JCS).

use serde_json::{Number, Value};

/// The canonical bytes of a value: keys in the order of their UTF-16 code units, no white space,
/// strings with only the escapes that must be, numbers as ECMAScript writes doubles.
///
/// One departure from RFC 8785, which knows doubles alone: an integer of up to 64 bits is written
/// with all its digits. The two agree up to 2⁵³; beyond, rounding would make different values equal.
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write_value(&mut out, value);
    out
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(true) => out.extend(b"true"),
        Value::Bool(false) => out.extend(b"false"),
        Value::Number(number) => out.extend(number_text(number).as_bytes()),
        Value::String(string) => write_string(out, string),
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_value(out, item);
            }
            out.push(b']');
        }
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (i, (key, value)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_string(out, key);
                out.push(b':');
                write_value(out, value);
            }
            out.push(b'}');
        }
    }
}

fn write_string(out: &mut Vec<u8>, string: &str) {
    // serde_json escapes exactly what RFC 8785 asks for, in the same form.
    serde_json::to_writer(out, string).expect("a Vec takes any bytes");
}

fn number_text(number: &Number) -> String {
    if let Some(n) = number.as_u64() {
        n.to_string()
    } else if let Some(n) = number.as_i64() {
        n.to_string()
    } else if let Some(n) = number.as_f64().filter(|n| n.is_finite()) {
        double(n)
    } else {
        // Only under `arbitrary_precision`, for a number that `parse` would have refused.
        number.to_string()
    }
}

/// A finite double as ECMAScript's `Number::toString` writes it, which is what RFC 8785 asks for.
pub(super) fn double(n: f64) -> String {
    if n == 0.0 {
        return "0".to_owned(); // also −0
    }
    let shortest = shortest_digits(n.abs());
    let (mantissa, exponent) = shortest.split_once('e').expect("`{:e}` writes an exponent");
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().expect("`{:e}` writes a number behind the e");
    let (count, point) = (digits.len() as i32, exponent + 1);
    let sign = if n < 0.0 { "-" } else { "" };
    let zeros = |n: i32| "0".repeat(n as usize);
    match point {
        _ if count <= point && point <= 21 => format!("{sign}{digits}{}", zeros(point - count)),
        1..=21 => {
            let (whole, fraction) = digits.split_at(point as usize);
            format!("{sign}{whole}.{fraction}")
        }
        -5..=0 => format!("{sign}0.{}{digits}", zeros(-point)),
        _ => {
            let exponent_sign = if exponent < 0 { '-' } else { '+' };
            format!("{sign}{mantissa}e{exponent_sign}{}", exponent.abs())
        }
    }
}

/// The shortest digits that read back as the same double, and of those the nearest to it, as in
/// `1.25e-7`. Where two are as near, the even one, as RFC 8785 asks: `{:e}` takes the upper one
/// then, while the same number of digits rounded exactly (`{:.N e}`) ends in the even one.
fn shortest_digits(n: f64) -> String {
    let shortest = format!("{n:e}");
    let places = shortest.find('e').map_or(0, |e| e.saturating_sub(2));
    let nearest = format!("{n:.places$e}");
    // Beside a power of two the nearest may belong to the next double.
    if nearest.parse() == Ok(n) { nearest } else { shortest }
}
