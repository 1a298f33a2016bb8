use proptest::prelude::*;

use super::*;

const LINE: TextRule = TextRule { max_chars: 100, multiline: false, required: true };
const TEXT: TextRule = TextRule { max_chars: 1_000, multiline: true, required: false };

#[test]
fn accepts_ordinary_text_of_the_world() {
    for good in [
        "Sales Agent 2.0 (beta) – “quoted” ~ naïve €5",
        "Überprüfung für Straßen",
        "Привет, мир",
        "Ελληνικά",
        "日本語のテキスト",
        "中文，全角　空格",
        "한국어 텍스트",
        "ภาษาไทย",
        "עברית עם נִקּוּד",
        "العربية مع الشَّكل",
        "۱۲۳ \u{600}۱۲",    // Arabic number sign: visible
        "می‌خواهم",          // Persian: non-joiner between letters
        "کتاب‌ها و برادر‌ها", // also behind a letter that does not join
        "क्‍ष and क्‌ष",        // Devanagari: virama and a joiner
        "ශ්‍රී ලංකා",           // Sinhala
        "ন্‌ end",            // a virama at the end of a word
        "र‍्य",               // joiner in front of the virama
        "prix : 5\u{a0}€",  // no-break space
        "😀 👍🏽 👩‍🚀 👩🏽‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈 ❤️‍🔥 🏴‍☠️ 🧑‍🤝‍🧑 🐻‍❄️",
        "❤️ ☎︎ ©️ ™️ ↔️",
        "1️⃣ #️⃣ *️⃣ 1⃣",
        "🇩🇪🇫🇷",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁳󠁣󠁴󠁿🏴󠁧󠁢󠁷󠁬󠁳󠁿!",
        "\u{fffd} replacement",
    ] {
        assert_eq!(clean(good, LINE).as_deref(), Ok(good), "{}", good.escape_unicode());
    }
    for good in ["", "   ", "a\tb\nc\r\nd", "\n"] {
        assert_eq!(clean(good, TEXT).as_deref(), Ok(good));
    }
}

#[test]
fn refuses_the_invisible_and_names_it() {
    for (bad, at, what) in [
        ("a\0", 2, "U+0000 (null)"),
        ("a\u{7f}b", 2, "U+007F (control character)"),
        ("a\u{85}b", 2, "U+0085 (control character)"),
        ("\u{1b}[31m", 1, "U+001B (escape)"),
        ("a\u{ad}b", 2, "U+00AD (soft hyphen)"),
        ("é\u{200b}", 2, "U+200B (zero width space)"),
        ("a\u{200c}b", 2, "U+200C (zero width non-joiner)"),
        ("a\u{200d}b", 2, "U+200D (zero width joiner)"),
        ("\u{200d}", 1, "U+200D (zero width joiner)"),
        ("می\u{200c}\u{200c}خ", 3, "U+200C (zero width non-joiner)"),
        ("می\u{200c} خ", 3, "U+200C (zero width non-joiner)"),
        ("می\u{200c}a", 3, "U+200C (zero width non-joiner)"),
        ("😀\u{200d}", 2, "U+200D (zero width joiner)"),
        ("😀\u{200d}a", 2, "U+200D (zero width joiner)"),
        ("😀\u{200d}\u{200d}😀", 2, "U+200D (zero width joiner)"),
        ("a\u{200e}", 2, "U+200E (left-to-right mark)"),
        ("a\u{202e}b", 2, "U+202E (right-to-left override)"),
        ("a\u{2066}b", 2, "U+2066 (left-to-right isolate)"),
        ("a\u{61c}", 2, "U+061C (Arabic letter mark)"),
        ("a\u{2028}", 2, "U+2028 (line separator)"),
        ("a\u{2060}", 2, "U+2060 (word joiner)"),
        ("a\u{2061}", 2, "U+2061 (invisible operator)"),
        ("a\u{feff}", 2, "U+FEFF (byte order mark)"),
        ("a\u{34f}", 2, "U+034F (combining grapheme joiner)"),
        ("\u{115f}", 1, "U+115F (Hangul filler)"),
        ("\u{1160}", 1, "U+1160 (Hangul filler)"),
        ("\u{3164}", 1, "U+3164 (Hangul filler)"),
        ("\u{ffa0}", 1, "U+FFA0 (Hangul filler)"),
        ("\u{180e}", 1, "U+180E (Mongolian vowel separator)"),
        ("\u{17b4}", 1, "U+17B4 (invisible character)"),
        ("\u{2800}", 1, "U+2800 (blank Braille pattern)"),
        ("a\u{fe0f}", 2, "U+FE0F (variation selector)"),
        ("1\u{fe0f}", 2, "U+FE0F (variation selector)"),
        ("❤\u{fe0f}\u{fe0f}", 3, "U+FE0F (variation selector)"),
        ("👍🏽\u{fe0f}", 3, "U+FE0F (variation selector)"),
        ("🇩\u{fe0f}", 2, "U+FE0F (variation selector)"),
        ("❤\u{fe00}", 2, "U+FE00 (variation selector)"),
        ("葛\u{e0100}", 2, "U+E0100 (variation selector)"),
        ("\u{e01ef}", 1, "U+E01EF (variation selector)"),
        ("\u{e0041}", 1, "U+E0041 (tag character)"),
        ("😀\u{e0041}\u{e007f}", 2, "U+E0041 (tag character)"),
        ("🏴\u{e0067}", 2, "U+E0067 (tag character)"),
        ("🏴\u{e0075}\u{e0073}\u{e0063}\u{e0061}\u{e007f}", 2, "U+E0075 (tag character)"),
        ("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}\u{e007f}", 8, "U+E007F (tag character)"),
        ("\u{e000}", 1, "U+E000 (private use character)"),
        ("\u{f0000}", 1, "U+F0000 (private use character)"),
        ("\u{fdd0}", 1, "U+FDD0 (noncharacter)"),
        ("\u{ffff}", 1, "U+FFFF (noncharacter)"),
        ("\u{10fffe}", 1, "U+10FFFE (noncharacter)"),
        ("\u{fff9}", 1, "U+FFF9 (invisible character)"),
        ("a\rb", 2, "U+000D (carriage return)"),
    ] {
        for rule in [LINE, TEXT] {
            let message = clean(bad, rule).expect_err(what);
            assert_eq!(message, format!("character {at} is {what}, which is not allowed here"));
        }
        assert_eq!(find_invisible(bad).map(|(index, _)| index + 1), Some(at), "{what}");
    }
    for (bad, what) in [("a\tb", "(tab)"), ("a\nb", "(line feed)"), ("a\r\n", "(carriage return)")] {
        assert!(clean(bad, LINE).unwrap_err().contains(what));
        assert_eq!(find_invisible(bad), None);
    }
}

#[test]
fn blank_length_and_form() {
    for blank in ["", "  ", "\u{3000}\u{a0}"] {
        assert_eq!(clean(blank, LINE), Err("it must not be blank".to_owned()));
    }
    assert_eq!(clean("e\u{301}", LINE).as_deref(), Ok("é"));
    assert_eq!(clean(&"e\u{301}".repeat(100), LINE), Ok("é".repeat(100)), "counted in NFC");
    assert_eq!(clean(&"é".repeat(101), LINE), Err("it has 101 characters, of at most 100".to_owned()));
    assert_eq!(clean(" a ", LINE).as_deref(), Ok(" a "));
}

#[test]
fn what_nfc_reorders_is_checked_again() {
    // NFC puts the virama in front of the vowel sign: then the non-joiner has no virama before it.
    let text = "\u{64b}\u{94d}\u{200c}";
    assert_eq!(find_invisible(text), None);
    assert!(clean(text, LINE).unwrap_err().starts_with("character 3 is U+200C"));
}

#[test]
fn folds() {
    for (text, folded) in [
        ("Invoice Agent", "invoice agent"),
        ("CAFÉ Ångström", "cafe angstrom"),
        ("Straße ŁÓDŹ Søren Æsir", "strasse lodz soren aesir"),
        ("İstanbul ILIK ılık", "istanbul ilik ilik"),
        ("ﬁle № ２ Ⅷ", "file no 2 viii"),
        ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
        ("ёлка Йод", "елка иод"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّـد", "محمد"),
        ("می\u{200c}خواهم", "میخواهم"),
        ("हिन्दी", "हिन्दी"),
        ("ガ ｶﾞ が", "ガ ガ が"),
        ("한국어", "한국어"),
    ] {
        assert_eq!(fold(text), folded);
    }
}

#[test]
fn splits_into_tokens() {
    for (text, expected) in [
        ("", &[][..]),
        ("  –!? ", &[]),
        ("Sales_Agent-2.0 (beta)", &["sales", "agent", "2", "0", "beta"]),
        ("don't", &["don", "t"]),
        ("हिन्दी भाषा", &["हिन्दी", "भाषा"]),
        ("機械学習", &["機械", "械学", "学習"]),
        ("猫", &["猫"]),
        ("AI機械learning", &["ai", "機械", "learning"]),
        ("データ", &["デー", "ータ"]),
        ("한국어 AI", &["한국", "국어", "ai"]),
        ("a 😀 b", &["a", "b"]),
        ("x x", &["x", "x"]),
    ] {
        assert_eq!(tokens(text), expected, "{text}");
    }
    assert_eq!(tokens(&"a".repeat(100)), ["a".repeat(64)]);
}

/// Characters of which the rules speak, often next to each other.
fn tricky() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        4 => any::<char>(),
        8 => proptest::sample::select(
            "a1# \t\n\ré\u{301}\u{200b}\u{200c}\u{200d}\u{fe0e}\u{fe0f}\u{20e3}😀❤👩🏽🏴🇩\u{e0067}\u{e0062}\u{e007f}یخ\u{64b}क\u{94d}가\u{1160}が\u{3099}İßΣ"
                .chars()
                .collect::<Vec<_>>()
        ),
    ];
    proptest::collection::vec(one, 0..12).prop_map(|chars| chars.into_iter().collect())
}

#[test]
fn hidden_characters_are_shown_where_they_are() {
    let text = "a\u{200b}b\r\nif x:\u{202e}\n\n👩\u{200d}🚀\u{feff}";
    assert_eq!(show_invisible(text), "a⟨U+200B⟩b\r\nif x:⟨U+202E⟩\n\n👩\u{200d}🚀⟨U+FEFF⟩");
    let mut places = Vec::new();
    each_invisible(text, |line, column, c| places.push((line, column, code(c))));
    let expected = [(1, 2, "U+200B"), (2, 6, "U+202E"), (4, 4, "U+FEFF")];
    assert_eq!(places, expected.map(|(line, column, code)| (line, column, code.to_owned())));
    assert_eq!(show_invisible("plain\ttext\n"), "plain\ttext\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_clean_stays_clean(text in tricky()) {
        if let Ok(cleaned) = clean(&text, TEXT) {
            prop_assert_eq!(find_invisible(&text), None);
            prop_assert_eq!(clean(&cleaned, TEXT), Ok(cleaned.clone()));
        }
    }

    #[test]
    fn the_place_is_the_characters(text in tricky()) {
        if let Some((index, c)) = find_invisible(&text) {
            prop_assert_eq!(text.chars().nth(index), Some(c));
        }
    }

    #[test]
    fn what_is_hidden_is_shown_and_counted(text in tricky()) {
        let mut count = 0;
        each_invisible(&text, |_, _, _| count += 1);
        prop_assert_eq!(count > 0, find_invisible(&text).is_some());
        prop_assert_eq!(show_invisible(&text).matches('⟨').count(), count);
    }

    #[test]
    fn folding_twice_is_folding_once(text in tricky()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn tokens_are_folded_short_and_not_empty(text in tricky()) {
        for token in tokens(&text) {
            prop_assert!(!token.is_empty() && token.chars().count() <= 64);
            prop_assert_eq!(fold(&token), token.clone());
        }
    }
}
