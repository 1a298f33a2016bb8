use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::json::{JsonError, canonical, canonical::double, index, parse, path_join};
use crate::limits::JSON_CONTAINERS_MAX;

fn read(text: &str) -> Result<Value, JsonError> {
    parse(text.as_bytes(), 64)
}

#[test]
fn reads_what_json_allows() {
    for (text, value) in [
        ("null", json!(null)),
        (" \t\r\n true \n", json!(true)),
        ("[]", json!([])),
        ("{ }", json!({})),
        (r#"{"a": [1, -2, 3.5, "x"], "": {"b": false}}"#, json!({"a": [1, -2, 3.5, "x"], "": {"b": false}})),
        (r#""\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00""#, json!("\"\\/\u{8}\u{c}\n\r\té€😀")),
        ("\"é😀\u{2028}\u{7f}\"", json!("é😀\u{2028}\u{7f}")),
        ("0", json!(0)),
        ("-0", json!(0)),
        ("18446744073709551615", json!(u64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("1e3", json!(1000.0)),
        ("1E+3", json!(1000.0)),
        ("-1.5e-3", json!(-0.0015)),
        ("1e300", json!(1e300)),
        // A literal serde_json's default reader gets wrong by one bit.
        ("51.24817837550540", json!(51.248_178_375_505_4)),
        ("295147905179352830000", json!(295_147_905_179_352_830_000.0)),
    ] {
        assert_eq!(read(text), Ok(value), "{text}");
    }
}

#[test]
fn refuses_with_the_place() {
    for (text, path, message) in [
        ("", "", "the body is empty (line 1, column 1)"),
        (" \n ", "", "the body is empty (line 2, column 2)"),
        ("\u{feff}{}", "", "byte order mark"),
        ("{} {}", "", "more text follows (line 1, column 4)"),
        ("{\n\"é\": 1,\n\"é\" 2}", "", "a colon is expected (line 3, column 5)"),
        (r#"{"a":1,"a":2}"#, "a", "stands twice"),
        (r#"{"files":[0,{"path":"x","path":"y"}]}"#, "files[1].path", "stands twice"),
        (r#"{"a":1,"\u0061":2}"#, "a", "stands twice"),
        (r#"{"a":[1,2,]}"#, "a[2]", "a value is expected (line 1, column 11)"),
        (r#"{"a":1,}"#, "", "a key in double quotes"),
        ("{'a':1}", "", "a key in double quotes"),
        ("{\"a\":[", "a[0]", "the text ends where a value is expected"),
        ("[1 2]", "", "a comma or ] is expected"),
        ("{\"a\":1", "", "a comma or } is expected"),
        (r#"["abc"#, "[0]", "ends inside a string"),
        ("[\"a\\", "[0]", "ends inside a string"),
        ("\"a\nb\"", "", "must be escaped"),
        (r#""\x""#, "", "unknown escape"),
        (r#""\u12g4""#, "", "four hex digits"),
        (r#""\u+123""#, "", "four hex digits"),
        (r#""\u12"#, "", "four hex digits"),
        (r#"{"k":"\ud800"}"#, "k", "half a surrogate pair"),
        (r#""\ud800\u0041""#, "", "half a surrogate pair"),
        (r#""\udc00""#, "", "half a surrogate pair"),
        ("\"\\u€€\"", "", "four hex digits"),
        ("tru", "", "a value is expected"),
        ("nullx", "", "more text follows"),
        ("NaN", "", "a value is expected"),
        ("Infinity", "", "a value is expected"),
        ("-", "", "a minus needs a digit"),
        ("-Infinity", "", "a minus needs a digit"),
        ("01", "", "no leading zero"),
        ("-01", "", "no leading zero"),
        ("1.", "", "a decimal point needs a digit"),
        ("1.e3", "", "a decimal point needs a digit"),
        (".5", "", "a value is expected"),
        ("+1", "", "a value is expected"),
        ("1e", "", "an exponent needs a digit"),
        ("1e+", "", "an exponent needs a digit"),
        (r#"{"n":{"m":18446744073709551616}}"#, "n.m", "write it as a string"),
        ("-9223372036854775809", "", "write it as a string"),
        ("123456789012345678901234567890", "", "write it as a string"),
        ("1e400", "", "write it as a string"),
        ("-1e400", "", "write it as a string"),
        ("1//", "", "more text follows"),
    ] {
        let error = read(text).expect_err(text);
        assert_eq!(error.path, path, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    }
    let error = parse(b"\"a\xffb\"", 64).unwrap_err();
    assert!(error.message.contains("byte 3"), "{error}");
    assert_eq!(read("[x]").unwrap_err().to_string(), "[0]: a value is expected (line 1, column 2)");
}

#[test]
fn depth_is_bounded_and_named() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(read(&nested(64)).is_ok());
    let error = read(&nested(65)).unwrap_err();
    assert_eq!(error.path, "[0]".repeat(64));
    assert!(error.message.contains("more than 64"), "{error}");
    assert_eq!(parse(br#"{"a":{"b":{}}}"#, 2).unwrap_err().path, "a.b");
    assert!(parse(b"1", 0).is_ok());
    assert!(parse(b"{}", 0).is_err());
    let wide_open = |n| parse(nested(n).as_bytes(), usize::MAX);
    assert!(wide_open(256).is_ok() && wide_open(257).is_err());
    // Ten MiB of open brackets: refused at the 65th.
    assert!(read(&"[".repeat(10 << 20)).is_err());
    assert!(read(&r#"{"a":"#.repeat(1 << 20)).is_err());
}

#[test]
fn hostile_input_is_read_in_linear_time() {
    use std::fmt::Write as _;

    let size = 10 << 20;
    let mut keys = String::from("{");
    while keys.len() < size {
        let n = keys.len();
        write!(keys, "\"{n:x}\":0,").unwrap();
    }
    keys.push_str("\"end\":0}");
    let escapes = format!("\"{}\"", r"\u0041".repeat(size / 6));
    let digits = "1".repeat(size);
    let fraction = format!("0.{}", "7".repeat(size));
    let zeros = format!("[{}0]", "0,".repeat(size / 2));
    let containers = format!("[{}[]]", "[],".repeat(JSON_CONTAINERS_MAX));
    let blank = " ".repeat(size);
    let started = std::time::Instant::now();
    for (what, text, good) in [
        ("keys", &keys, true),
        ("escapes", &escapes, true),
        ("digits", &digits, false),
        ("fraction", &fraction, true),
        ("zeros", &zeros, true),
        ("containers", &containers, false),
        ("blank", &blank, false),
    ] {
        assert_eq!(read(text).is_ok(), good, "{what}");
    }
    // Generous: it is about a second unoptimised, and what it guards against takes hours.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn paths() {
    for (base, key, path) in [
        ("", "a", "a"),
        ("a", "b_c-1", "a.b_c-1"),
        ("a", "", r#"a[""]"#),
        ("a", "b.c", r#"a["b.c"]"#),
        ("", "b c", r#"["b c"]"#),
        ("", "\"\u{202e}\n", r#"["\"\u{202e}\n"]"#),
        ("x", "größe", "x.größe"),
    ] {
        assert_eq!(path_join(base, key), path);
    }
    assert_eq!(path_join("", &"k".repeat(1 << 20)), format!("{}…", "k".repeat(64)));
    assert_eq!(index("a", 3), "a[3]");
    assert_eq!(index("", 0), "[0]");
}

#[test]
fn doubles_as_in_rfc_8785_appendix_b() {
    for (bits, text) in [
        (0x0000_0000_0000_0000_u64, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] {
        assert_eq!(double(f64::from_bits(bits)), text, "{bits:016x}");
    }
}

#[test]
fn canonical_as_in_rfc_8785() {
    for (text, expected) in [
        // Section 3.2.2, 3.2.3: numbers, escapes and the order of keys.
        (
            r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#,
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#,
        ),
        (
            r#"{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
                "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}"#,
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}",
        ),
        // Our integers keep their digits.
        ("[9007199254740993, -9007199254740993, 1.0, -0.0, 1e2]", "[9007199254740993,-9007199254740993,1,0,100]"),
        (r#""\u0000\u001f\u007f\b\f\t""#, "\"\\u0000\\u001f\u{7f}\\b\\f\\t\""),
    ] {
        let bytes = canonical(&read(text).unwrap());
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}

fn values() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| json!(n)),
        (-1e22..1e22).prop_map(|n: f64| json!(n.trunc())),
        any::<i64>().prop_map(|n| json!(n)),
        any::<u64>().prop_map(|n| json!(n)),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number,
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn canonical_reads_back_and_stays(value in values()) {
        let bytes = canonical(&value);
        let back = parse(&bytes, 64).unwrap();
        prop_assert_eq!(canonical(&back), bytes);
    }

    #[test]
    fn agrees_with_serde_json(value in values()) {
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let ours = parse(pretty.as_bytes(), 64).unwrap();
        prop_assert_eq!(canonical(&ours), canonical(&value));
    }

    #[test]
    fn a_double_reads_back(bits: u64) {
        let n = f64::from_bits(bits);
        prop_assume!(n.is_finite() && n != 0.0);
        let text = double(n);
        prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits);
        let read = read(&text).unwrap();
        prop_assert_eq!(canonical(&read), text.into_bytes());
    }

    #[test]
    fn a_double_has_the_digits_of_another_implementation(bits: u64, half in 0_u64..1 << 50) {
        // Halves and quarters below 2⁵³ are where two shortest forms are as near.
        for n in [f64::from_bits(bits), half as f64 + 0.25, half as f64 * 4.0 + 0.5, 2_f64.powi((bits % 2000) as i32 - 1000)] {
            let Some(number) = serde_json::Number::from_f64(n) else { continue };
            let digits = |text: &str| {
                let mantissa = text.split('e').next().unwrap_or_default();
                let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
                digits.trim_matches('0').to_owned()
            };
            prop_assert_eq!(digits(&double(n)), digits(&number.to_string()), "{:e}", n);
        }
    }

    #[test]
    fn accepts_only_what_serde_json_does(text in r#"[\[\]{}:,"\\ue0-9.+\-tfn a\n]{0,24}"#) {
        if read(&text).is_ok() {
            prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn never_panics(bytes: Vec<u8>, text: String, depth in 0_usize..70) {
        let _ = parse(&bytes, depth);
        let _ = parse(text.as_bytes(), depth);
    }

    #[test]
    fn broken_documents_never_panic(value in values(), at: prop::sample::Index, byte: u8) {
        let mut bytes = canonical(&value);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = parse(&bytes, 64);
        let _ = parse(&bytes[..at], 64);
    }
}
