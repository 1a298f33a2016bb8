//! Commands that run what they download or decode, shells opened to another machine, and code that hides what it does.

use std::collections::HashSet;

use atom_marketplace_protocol::error::Severity;

use super::policy::Check::{FetchAndRun, Obfuscation};
use super::scan::{Found, Pattern, Rule, likely, surely};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    Rule::new(FetchAndRun, "a download is piped into a shell", &["curl", "wget", "fetch"],
        r#"(?i)\b(?:curl|wget|fetch)(?:\.exe)?\s(?:[^\n]|\\\n)*?\|\s*(?:\\\n\s*)?(?:(?:sudo|doas|nohup|command|env)\s+(?:-\S+\s+|\w+=\S*\s+)*)*(?:\S*/)?(?:(?:ba|z|da|k|fi|a)?sh\b|(?:python[0-9.]*|perl|ruby|node|php|deno|bun)\s*(?:-\s*)?(?:$|[\n;&)"'`]))"#, warned),
    Rule::new(FetchAndRun, "a shell runs a download", &["curl", "wget"],
        r#"(?i)(?:\b(?:ba|z|da|k)?sh\b(?:\s+-\w+)*|\beval\b|\bsource\b|\bexec\b|(?:^|[\s;&])\.)\s*["']?\s*(?:<\(|\$\(|`)\s*(?:curl|wget)\b[^\n]*"#, warned),
    Rule::new(FetchAndRun, "PowerShell runs a download", &["iex", "invoke-expression"],
        r"(?i)\b(?:iex|invoke-expression)\b[^\n]*?\b(?:iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|curl|wget)\b", warned),
    Rule::new(FetchAndRun, "PowerShell runs a download", &["iwr", "irm", "invoke-webrequest", "invoke-restmethod", "downloadstring"],
        r"(?i)\b(?:iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring)\b[^\n]*?\|\s*(?:iex|invoke-expression)\b", warned),
    Rule::new(FetchAndRun, "PowerShell runs an encoded command", &["powershell", "pwsh"],
        r#"(?i)\b(?:powershell|pwsh)(?:\.exe)?\b[^\n]*?\s-(?:e|ec|en|enc|enco|encod|encode|encoded|encodedcommand)\s+["']?[A-Za-z0-9+/=]{20,}"#, surely),
    Rule::new(FetchAndRun, "a program of Windows fetches code", &["mshta", "regsvr32", "certutil", "bitsadmin"],
        r"(?i)\bmshta(?:\.exe)?\s+[^\n]{0,40}https?:|\bregsvr32\b[^\n]*/i:http|\bcertutil\b[^\n]*-urlcache|\bbitsadmin\b[^\n]{0,40}/transfer", surely),
    Rule::new(FetchAndRun, "what was decoded is run", &["base64", "xxd", "openssl", "gunzip", "b64decode"],
        r"(?i)\b(?:base64|gbase64)\s+(?:-d|-D|--decode|-i)\b[^\n]*?\|\s*(?:sudo\s+)?(?:\S*/)?(?:(?:ba|z|da|k)?sh|python[0-9.]*|perl|node|ruby|php)\b|\b(?:xxd\s+-r|openssl\s+(?:enc|base64)[^\n|]*-d|gunzip\s+-c)[^\n]*?\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b", surely),
    Rule::new(FetchAndRun, "a shell runs what was decoded", &["base64"],
        r#"(?i)(?:\beval\b|\b(?:ba|z|da|k)?sh\s+-c|\bsource\b)\s*["']?\s*(?:<\(|\$\(|`)[^\n]*?\bbase64\s+(?:-d|-D|--decode)\b"#, surely),
    Rule::new(FetchAndRun, "Python runs what it fetched or decoded", &["exec", "eval", "__import__"],
        r"(?i)(?:^|[^.\w])(?:exec|eval)\s*\(\s*[^\n]*?(?:requests\.get|urlopen|httpx\.get|urllib|b64decode|fromhex|unhexlify|decompress\(|marshal\.loads|codecs\.decode|pickle\.loads)", surely),
    Rule::new(FetchAndRun, "JavaScript runs what it fetched or decoded", &["eval", "function"],
        r"(?i)(?:(?:^|[^.\w])eval|new\s+Function|\bsetTimeout)\s*\(\s*[^\n]*?(?:\bfetch\s*\(|\batob\s*\(|Buffer\.from\s*\(|axios|responseText|unescape\s*\()", surely),
    Rule::new(FetchAndRun, "code is run that was fetched a moment before", &["requests.get", "urlopen", "httpx.get", "fetch(", "axios.get", "http.get", "urlretrieve", "https.get"],
        r"(?:requests\.get|urlopen|httpx\.get|urlretrieve|\bfetch|axios\.get|https?\.get)\s*\(", run_soon),
    Rule::new(FetchAndRun, "a module is imported from the network", &["import", "importscripts"],
        r#"(?i)\b(?:await\s+import|=\s*import|importScripts)\s*\(\s*["'`]https?://"#, likely),
    Rule::new(FetchAndRun, "a downloaded script is run", &["curl", "wget", "invoke-webrequest", "iwr"],
        r"(?i)\b(?:curl|wget|iwr|invoke-webrequest)\b[^\n]*", the_same_file),
    Rule::new(FetchAndRun, "a shell is opened to another machine", &["/dev/tcp/", "/dev/udp/", "nc ", "ncat ", "socat "],
        r"(?i)/dev/(?:tcp|udp)/[^\s/]+/\d+|\b(?:nc|ncat|netcat)\b[^\n]*\s-(?:e|c)\s*\S*(?:sh|cmd)|\bsocat\b[^\n]*exec:", surely),
    Rule::new(FetchAndRun, "a shell is opened to another machine", &["socket"],
        r"(?i)socket\.socket\([^\n]*[\s\S]*?(?:os\.dup2|pty\.spawn|subprocess\.\w+\(\s*\[?\s*.(?:/bin/)?(?:ba)?sh)", surely),
    Rule::new(FetchAndRun, "a key is added that lets somebody in", &["authorized_keys"],
        r"(?i)(?:>>|\btee\b[^\n|]{0,20})\s*\S*authorized_keys", surely),
    Rule::new(FetchAndRun, "what a page says is to be run or obeyed", &["http://", "https://"],
        r"(?i)\b(?:download|fetch|get|retrieve|grab|open|visit|read|load|go to)\b[^.\n]*?https?://[^\s)>]{4,}[^\n]{0,40}?\b(?:and|then|,) (?:(?:then|immediately|always|just) )?(?:run|execute|eval|evaluate|obey|follow|do what|carry out|perform) (?:it|them|its|the (?:code|script|file|payload|commands?|steps|instructions|directions|contents?)|whatever|everything|any|all|what)\b", warned),
    Rule::new(FetchAndRun, "instructions are to be taken from a page", &["http://", "https://"],
        r"(?i)\b(?:run|execute|obey|follow|carry out|apply) (?:all |any |whatever |every )?(?:the )?(?:code|script|commands?|instructions|directions|steps|orders)[^.\n]{0,30} (?:at|from|on|in|found at|returned by|served (?:at|by)) <?https?://", warned_likely),
    Rule::new(Obfuscation, "a long run of escaped characters", &["\\x", "\\u00", "fromcharcode", "chr("],
        r"(?i)(?:\\x[0-9a-f]{2}){24,}|(?:\\u00[0-9a-f]{2}){24,}|fromCharCode\s*\((?:\s*(?:0x)?[0-9a-f]+\s*,){16,}|(?:chr\s*\(\s*\d+\s*\)\s*[+.]\s*){8,}", surely),
    Rule::new(Obfuscation, "code that is built while it runs", &["__import__", "getattr", "constructor", "globals()"],
        r#"(?i)__import__\s*\(\s*["'](?:os|subprocess|socket|ctypes|pty)["']\s*\)|getattr\s*\(\s*(?:__builtins__|builtins|os|__import__\()[^\n]*\[::-1\]|\[["']constructor["']\]\s*\[["']constructor["']\]|\.constructor\.constructor\s*\(|globals\(\)\s*\[[^\]\n]{0,60}(?:\+|\[::-1\])"#, surely),
    Rule::new(Obfuscation, "a packed program", &["eval(function(p,a,c,k", "_0x"],
        r"eval\(function\(p,a,c,k,e|(?:_0x[0-9a-f]{4,6}\b[^\n]*){6,}", surely),
];

/// A sentence that warns of a command is for a reviewer.
#[expect(clippy::unnecessary_wraps, reason = "it is a Judge")]
fn warned(found: &Found<'_>) -> Option<Severity> {
    static WARNING: Pattern = Pattern::new(
        r"(?i)(?:\b(?:never|do not|don't|avoid|instead of|rather than|refuse|reject|flag|detects?|blocks?|forbid\w*|dangerous|unsafe|bad)\b[^\n]*|- \[[\x20x]\][^\n]*)$",
    );
    Some(if WARNING.is_match(found.before(80)) { Severity::Queue } else { Severity::Block })
}

fn warned_likely(found: &Found<'_>) -> Option<Severity> {
    warned(found).map(|_| Severity::Queue)
}

/// Code that evaluates something follows at once.
fn run_soon(found: &Found<'_>) -> Option<Severity> {
    static RUN: Pattern = Pattern::new(
        r"(?:^|[^.\w])(?:exec|eval)\s*\(\s*[A-Za-z_]|new\s+Function\s*\(|exec\s*\(\s*compile|vm\.runIn\w+\(|importlib\.util\.module_from_spec|os\.system\s*\(\s*[A-Za-z_]|subprocess\.\w+\(\s*[A-Za-z_]\w*\s*,\s*shell\s*=\s*True",
    );
    RUN.is_match(found.behind(400)).then_some(Severity::Block)
}

/// What is run soon after has the name of what was downloaded.
fn the_same_file(found: &Found<'_>) -> Option<Severity> {
    static RUN: Pattern = Pattern::new(
        r"(?im)(?:^|&&|;)\s*(?:(?:sudo|nohup)\s+)?(?:(chmod)\s+\S+\s+|(?:(?:ba|z|da|k)?sh|source|python[0-9.]*|node|perl|\.)\s+|\./)(?:-\S+\s+)*([^\s;&|-][^\s;&|]*)",
    );
    let name = |word: &str| {
        let word = word.trim_matches(|c: char| "\"'`();,<>".contains(c));
        word.rsplit(['/', '\\']).next().unwrap_or_default().split(['?', '#']).next().unwrap_or_default().to_owned()
    };
    let line = String::from_utf8_lossy(found.matched.as_bytes());
    let downloaded: HashSet<String> = line.split_whitespace().map(name).filter(|name| name.len() > 1).collect();
    let mut worst = None;
    for run in RUN.get().captures_iter(found.around_behind(300)) {
        let file = run.get(2).map(|file| name(&String::from_utf8_lossy(file.as_bytes())));
        if file.is_some_and(|file| downloaded.contains(&file)) {
            // Making a tool executable is how most tools are installed.
            let severity = if run.get(1).is_some() { Some(Severity::Note) } else { warned(found) };
            worst = worst.max(severity);
        }
    }
    worst
}
