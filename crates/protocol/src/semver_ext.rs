//! Versions and ranges: strict parsing with messages for people, and a text key that lets a
//! database order versions.
//!
//! It never guesses: `v1.2.3`, `1.2` and `latest` are not versions.

use std::fmt::Write as _;

use semver::{Version, VersionReq};

/// The largest number in a version.
pub const VERSION_NUMBER_MAX: u64 = 1 << 31;
/// Characters in a version.
pub const VERSION_MAX: usize = 64;
/// Characters in a range.
pub const RANGE_MAX: usize = 128;

/// Reads a version: `major.minor.patch`, each at most 2³¹, with an optional pre-release, in at most
/// 64 characters. Build metadata is refused: two versions that differ in it alone have no order.
pub fn parse_version(text: &str) -> Result<Version, String> {
    const RULE: &str = "a version is three numbers and an optional pre-release, \
                        as in 1.4.0 or 2.0.0-beta.1";
    if text.len() > VERSION_MAX {
        return Err(format!("{RULE}, of at most {VERSION_MAX} characters; this one has {}", text.len()));
    }
    let version = Version::parse(text).map_err(|why| format!("{RULE}; {why}"))?;
    if !version.build.is_empty() {
        return Err(format!("{RULE}; build metadata (+{}) is not accepted", version.build));
    }
    if [version.major, version.minor, version.patch].iter().any(|&n| n > VERSION_NUMBER_MAX) {
        return Err(format!("{RULE}; no number may be above {VERSION_NUMBER_MAX}"));
    }
    Ok(version)
}

/// Reads a range of versions, in at most 128 characters: `^1.2`, `~1.2.3`, `1.x`, `*`, `=1.4.0`, or
/// several that must all hold, as in `>=1, <3`. A bare `1.2.3` means `^1.2.3`.
pub fn parse_range(text: &str) -> Result<VersionReq, String> {
    const RULE: &str = "a range is written as in ^1.2, ~1.2.3, 1.x, *, =1.4.0 or \">=1, <3\"";
    if text.trim().is_empty() {
        return Err(format!("{RULE}; this one is empty (use * for any version)"));
    }
    if text.len() > RANGE_MAX {
        return Err(format!("{RULE}, of at most {RANGE_MAX} characters; this one has {}", text.len()));
    }
    VersionReq::parse(text).map_err(|why| format!("{RULE}; {why}"))
}

/// Whether the range admits the version. A pre-release is admitted only by a range that names a
/// pre-release of the same three numbers, so that nobody gets one unasked.
pub fn matches(range: &VersionReq, version: &Version) -> bool {
    range.matches(version)
}

/// A text whose byte order is semver precedence, for any two versions that [`parse_version`]
/// accepts: SQLite (`BINARY`) and PostgreSQL (`COLLATE "C"`) then order versions as semver does.
///
/// Each number is its decimal digits behind a letter that tells how many there are (`a` one, `b`
/// two, …), so that a longer number sorts later. A release ends in `~`, above every pre-release. A
/// pre-release is its identifiers, joined by `!`, which is below every character an identifier may
/// hold: a numeric one as `0` and its length and digits, any other as `1` and its text, since
/// numbers precede words.
pub fn sort_key(version: &Version) -> String {
    let mut key = String::with_capacity(16);
    for number in [version.major, version.minor, version.patch] {
        let digits = number.to_string();
        key.push(char::from(b'a' - 1 + digits.len() as u8));
        key.push_str(&digits);
    }
    if version.pre.is_empty() {
        key.push('~');
        return key;
    }
    for (i, identifier) in version.pre.split('.').enumerate() {
        if i > 0 {
            key.push('!');
        }
        if identifier.bytes().all(|b| b.is_ascii_digit()) {
            write!(key, "0{:02}{identifier}", identifier.len()).expect("a String takes any text");
        } else {
            key.push('1');
            key.push_str(identifier);
        }
    }
    key
}

/// The version a publish without one gets after `version`: the next patch, and for a pre-release
/// the release it leads to. A patch at [`VERSION_NUMBER_MAX`] carries over to the next minor.
pub fn next_patch(version: &Version) -> Version {
    let &Version { major, minor, patch, .. } = version;
    if !version.pre.is_empty() {
        Version::new(major, minor, patch)
    } else if patch < VERSION_NUMBER_MAX {
        Version::new(major, minor, patch + 1)
    } else if minor < VERSION_NUMBER_MAX {
        Version::new(major, minor + 1, 0)
    } else {
        Version::new(major.saturating_add(1), 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn v(text: &str) -> Version {
        parse_version(text).unwrap()
    }

    #[test]
    fn versions() {
        for good in ["0.0.0", "1.2.3", "2147483648.0.0", "1.0.0-alpha", "1.0.0-0.a-b.12", "10.20.30-rc.1"] {
            assert_eq!(v(good).to_string(), good);
        }
        let long = format!("1.0.0-{}", "a".repeat(59));
        for (bad, why) in [
            ("", "empty"),
            ("1", "1.4.0"),
            ("1.2", "1.4.0"),
            ("v1.2.3", "1.4.0"),
            ("latest", "1.4.0"),
            ("01.2.3", "leading zero"),
            ("1.0.0-01", "leading zero"),
            (" 1.2.3", "1.4.0"),
            ("1.2.3+build.5", "+build.5"),
            ("2147483649.0.0", "2147483648"),
            ("0.0.18446744073709551616", "1.4.0"),
            ("1.0.0-", "1.4.0"),
            (long.as_str(), "has 65"),
        ] {
            let message = parse_version(bad).expect_err(bad);
            assert!(message.contains(why), "{bad:?}: {message}");
        }
    }

    #[test]
    fn ranges() {
        let table = [
            ("^1.2", "1.2.0 1.9.9", "1.1.9 2.0.0 1.3.0-beta"),
            ("1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"),
            ("~1.2.3", "1.2.3 1.2.9", "1.3.0"),
            ("*", "0.0.1 7.0.0", "1.0.0-beta"),
            ("1.x", "1.0.0 1.9.9", "2.0.0"),
            (">=1, <3", "1.0.0 2.9.9", "0.9.0 3.0.0"),
            ("=1.4.0", "1.4.0", "1.4.1"),
            ("^1.0.0-beta", "1.0.0-beta 1.0.0-rc.1 1.0.0 1.5.0", "1.0.0-alpha 1.1.0-beta"),
        ];
        for (range, yes, no) in table {
            let range = parse_range(range).unwrap();
            for version in yes.split(' ') {
                assert!(matches(&range, &v(version)), "{range} admits {version}");
            }
            for version in no.split(' ') {
                assert!(!matches(&range, &v(version)), "{range} does not admit {version}");
            }
        }
        let long = "1".repeat(129);
        for bad in ["", "  ", "latest", ">=1 <3", "1 || 2", "^1.2,", "^^1", long.as_str()] {
            let message = parse_range(bad).expect_err(bad);
            assert!(message.contains("^1.2, ~1.2.3"), "{bad:?}: {message}");
        }
    }

    #[test]
    fn next_patches() {
        let most = VERSION_NUMBER_MAX;
        for (from, to) in [
            ("1.0.0", "1.0.1".to_owned()),
            ("1.9.9", "1.9.10".to_owned()),
            ("2.0.0-beta.1", "2.0.0".to_owned()),
            (&format!("1.2.{most}"), "1.3.0".to_owned()),
            (&format!("1.{most}.{most}"), "2.0.0".to_owned()),
        ] {
            assert_eq!(next_patch(&v(from)).to_string(), to);
        }
    }

    #[test]
    fn keys_follow_the_example_of_the_semver_specification() {
        let ascending = [
            "0.9.9",
            "1.0.0-0",
            "1.0.0-2",
            "1.0.0-10",
            "1.0.0--",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-alpha-",
            "1.0.0-alpha0",
            "1.0.0-alphabet",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.0.9",
            "1.0.10",
            "1.2.0",
            "1.10.0",
            "2.0.0",
            "10.0.0",
            "2147483648.0.0",
        ];
        for pair in ascending.windows(2) {
            assert!(v(pair[0]) < v(pair[1]), "{pair:?}");
            assert!(sort_key(&v(pair[0])) < sort_key(&v(pair[1])), "{pair:?}");
        }
        // Golden: keys are stored, so a change here needs a migration.
        assert_eq!(sort_key(&v("1.20.300")), "a1b20c300~");
        assert_eq!(sort_key(&v("1.0.0-rc.12")), "a1a0a01rc!00212");
    }

    fn versions_of_any_shape() -> impl Strategy<Value = Version> {
        let number = prop_oneof![0_u64..12, 0_u64..=VERSION_NUMBER_MAX];
        let identifier = "0|[1-9][0-9]{0,12}|[0-9]{0,2}[a-c-][0-9a-cA-C-]{0,3}";
        let pre = proptest::collection::vec(identifier, 0..4);
        (number.clone(), number.clone(), number, pre).prop_filter_map("too long", |(a, b, c, pre)| {
            let mut text = format!("{a}.{b}.{c}");
            if !pre.is_empty() {
                text = format!("{text}-{}", pre.join("."));
            }
            parse_version(&text).ok()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_order_of_keys_is_precedence(a in versions_of_any_shape(), b in versions_of_any_shape()) {
            prop_assert_eq!(sort_key(&a).cmp(&sort_key(&b)), a.cmp(&b));
            // Same numbers, so that pre-releases are really compared.
            let b = Version { pre: b.pre, ..a.clone() };
            prop_assert_eq!(sort_key(&a).cmp(&sort_key(&b)), a.cmp(&b));
        }

        #[test]
        fn the_next_patch_is_later(version in versions_of_any_shape()) {
            prop_assert!(next_patch(&version) > version);
        }

        #[test]
        fn never_panics(text in "\\PC{0,80}") {
            let _ = parse_version(&text);
            let _ = parse_range(&text);
        }
    }
}
