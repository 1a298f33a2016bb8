//! Sending what is not theirs to send: keys, variables, credential files, conversations.

use atom_marketplace_protocol::error::Severity;

use super::policy::Check::Exfiltration;
use super::scan::{Found, Pattern, Rule};

/// What must not leave the machine.
const SOURCES: &str = r"(?i)(?:~|\$HOME|/root|/home/[^\s/]+|%USERPROFILE%|expanduser|homedir\(\))[^\n]{0,20}\.(?:ssh|aws|gnupg|kube|docker|netrc|npmrc|pypirc|git-credentials|config/gcloud)|\.ssh/(?:id_|config|known)|\bid_(?:rsa|ed25519|ecdsa)\b|\.aws/credentials|\.git-credentials|\.kube/config|/etc/(?:passwd|shadow)|\bLogin[\x20]Data\b|cookies\.sqlite|Local[\x20]State\b|wallet\.dat|dict\(\s*os\.environ|json\.dumps\([^\n)]{0,20}os\.environ|os\.environ\s*[,)}]|os\.environ\.(?:items|copy)\(|JSON\.stringify\(\s*process\.env\s*[,)]|\.\.\.process\.env\b|body:\s*process\.env\b|Object\.(?:entries|keys|assign)\([^\n)]{0,10}process\.env|\bprintenv\b|\$\(\s*env\s*\)|`env`|gci[\x20]env:|get-childitem[\x20]env:|document\.cookie|security[\x20]find-(?:generic|internet)-password";

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    Rule::new(Exfiltration, "credentials or variables are sent to a host",
        &["curl", "wget", "requests.", "httpx.", "urlopen", "fetch(", "axios", "sendbeacon", "xmlhttprequest", "invoke-webrequest", "invoke-restmethod", "http.client", "http.request", "https.request", "nc ", "ncat", "scp ", "rsync ", "new image", ".src", "smtplib", "new websocket"],
        r"(?i)\bcurl\b|\bwget\b|requests\.(?:post|put|get|request)|httpx\.\w+\(|urlopen\(|urllib\.request|\bfetch\s*\(|axios[.(]|sendBeacon\(|XMLHttpRequest|invoke-(?:webrequest|restmethod)|http\.client|https?\.request\(|\b(?:nc|ncat)[\x20]|\bscp[\x20]|\brsync[\x20]|new[\x20]Image\b|\.src\s*=|smtplib\.|new[\x20]WebSocket", near_source),
    Rule::new(Exfiltration, "everything in the environment is piped to the network", &["env", "printenv", "set |"],
        r"(?i)(?:^|[\s;&(`])(?:env|printenv|export\s+-p|set)\s*(?:2>\S+\s*)?\|[^\n]*\b(?:curl|wget|nc|ncat|http)\b", |_| Some(Severity::Block)),
    Rule::new(Exfiltration, "private files or variables are to be sent somewhere",
        &["send", "post", "upload", "transmit", "forward", "exfiltrate", "leak", "deliver", "submit", "copy", "pipe", "append", "include", "attach", "embed", "encode", "put", "email", "mail", "report", "share", "paste"],
        r"(?i)\b(?:send|posts?|upload|transmit|forward|exfiltrate|leak|deliver|submit|copy|pipe|append|include|attach|embed|encode|put|e?mail|report|share|paste)(?:s|ing|ting)? [^.\n]*?(?:\.ssh\b|\bid_(?:rsa|ed25519)|ssh keys?|\.env\b|\.aws\b|aws credentials|environment variables?|env vars?|all (?:of )?(?:the |their |your )?(?:secrets|credentials|passwords|api keys|tokens)|private keys?|seed phrase|keychain|browser cookies|session cookies|saved passwords|credential files?|system prompt|stored credentials|secrets file|kube ?config)", to_where_surely),
    Rule::new(Exfiltration, "conversations or credentials are to be sent somewhere",
        &["send", "post", "upload", "transmit", "forward", "exfiltrate", "leak", "deliver", "submit", "copy", "append", "include", "attach", "embed", "encode", "put", "email", "mail", "report", "share", "paste"],
        r"(?i)\b(?:send|posts?|upload|transmit|forward|exfiltrate|leak|deliver|submit|copy|append|include|attach|embed|encode|put|e?mail|report|share|paste)(?:s|ing|ting)? [^.\n]*?(?:(?:conversation|chat|message|session) (?:history|log|transcripts?)|(?:full|entire|whole|complete) (?:conversation|chat|transcript|context|prompt|history)|everything (?:the )?(?:user|they|he|she) (?:says?|types?|wrote|writes)|user'?s? (?:passwords?|credentials|tokens?|secrets|api keys?)|\b(?:api keys?|access tokens?|passwords?|secrets|credentials)\b)", to_where_likely),
    Rule::new(Exfiltration, "data is put into the address of a picture or link", &["![", "src="],
        r"(?i)!\[[^\]\n]{0,80}\]\(https?://[^)\s]*[?&=/](?:\{\{?|\$\{|<|\[)[^)\n]*(?:secret|token|key|history|conversation|prompt|password|summary|data|context|message|env)", |_| Some(Severity::Block)),
    Rule::new(Exfiltration, "a picture is used to carry data away", &["image", "pixel", "picture", "markdown"],
        r"(?i)\b(?:render|display|insert|add|include|show|output|end)\b[^.\n]*(?:image|pixel|picture|markdown (?:image|link))[^.\n]*(?:https?://|url)[^\n]*\b(?:append|contain|includ|encod|query|parameter|base64)[^\n]*\b(?:conversation|history|secret|token|key|password|prompt|answer|user|data)", |_| Some(Severity::Queue)),
    Rule::new(Exfiltration, "a host that is used to carry data away", &["webhook.site", "requestbin", "pipedream.net", "ngrok", "burpcollaborator", "oast.", "interact.sh", "beeceptor", "hookbin", "requestcatcher", "dnslog"],
        r"(?i)https?://[^\s/]*(?:webhook\.site|requestbin\.\w+|pipedream\.net|ngrok(?:-free)?\.(?:io|app|dev)|burpcollaborator\.net|oast\.(?:pro|live|site|online|fun|me)|interact\.sh|beeceptor\.com|hookbin\.com|requestcatcher\.com|dnslog\.cn)", |_| Some(Severity::Queue)),
];

static SOURCE: Pattern = Pattern::new(SOURCES);

/// A sink with a source beside it: in one command, or within some lines of a program.
fn near_source(found: &Found<'_>) -> Option<Severity> {
    SOURCE.is_match(found.around(350)).then_some(())?;
    if defensive(found) { Some(Severity::Queue) } else { Some(Severity::Block) }
}

/// The sentence says where to.
const DESTINATION: &str = r"(?i)https?://|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|dev|app|site|xyz|ru|cn|me|co|sh|ai|info|pro|live)\b(?:/|\b)|\b(?:our|my|the|this|a|remote|external|collection|logging|following|given) (?:\w+ )?(?:server|endpoint|webhook|url|address|host|collector|channel|bucket|gist|pastebin)\b|[\w.+-]+@[\w-]+\.\w+|\bpastebin\b|\btelegram\b|\bto me\b";

static WHERE: Pattern = Pattern::new(DESTINATION);
/// That it must not be noticed.
static SECRETLY: Pattern = Pattern::new(
    r"(?i)\b(?:silently|secretly|quietly|covertly|in the background|without (?:telling|asking|informing|notifying|mentioning|showing)|do not (?:tell|mention|show|inform|reveal|display)|don't (?:tell|mention|show)|never (?:tell|mention|reveal)|hidden from)",
);
/// How credentials are used where they belong.
static USED: Pattern = Pattern::new(
    r"(?i)\b(?:header|authoriz|authoris|bearer|authenticat|log ?in|sign ?in|oauth|basic auth|query parameter|x-api-key|never|do not|don't|must not|cannot|not be|no longer|avoid|redact|mask|instead of|rather than|nothing|without|refuse|vault|secret manager|reset|rotate|revoke|expire|renew)",
);

fn sentence(found: &Found<'_>) -> (Vec<u8>, bool) {
    let behind = found.behind(220);
    let end = behind.windows(2).position(|two| two == b". " || two == b".\n" || two == b"\n\n").unwrap_or(behind.len());
    let before = found.before(100);
    let start =
        before.windows(2).rposition(|two| two == b". " || two == b".\n" || two == b"\n\n").map_or(0, |at| at + 1);
    let sentence = [&before[start..], found.matched.as_bytes(), &behind[..end]].concat();
    let named = WHERE.is_match(&[found.matched.as_bytes(), &behind[..end]].concat());
    (sentence, named)
}

fn to_where_surely(found: &Found<'_>) -> Option<Severity> {
    let (sentence, named) = sentence(found);
    if defensive(found) {
        return None;
    }
    match (named, SECRETLY.is_match(&sentence)) {
        (true, _) | (_, true) => Some(Severity::Block),
        (false, false) => None,
    }
}

fn to_where_likely(found: &Found<'_>) -> Option<Severity> {
    let (sentence, named) = sentence(found);
    let secretly = SECRETLY.is_match(found.around(200));
    match (named, secretly) {
        _ if defensive(found) => None,
        (true, true) => Some(Severity::Block),
        (true, false) if USED.is_match(&sentence) => None,
        (true, false) | (false, true) => Some(Severity::Queue),
        (false, false) => None,
    }
}

/// A sentence that forbids it, or says how to find it.
fn defensive(found: &Found<'_>) -> bool {
    static FORBIDS: Pattern = Pattern::new(
        r"(?i)\b(?:never|do not|don't|does not|doesn't|must not|should not|cannot|can't|won't|will not|no skill may|not allowed to|not|avoid|prevents?|detects?|blocks?|refuses?|rejects?|forbid\w*|attempts? to|tries to|trying to|whether it|if (?:a|any|the|it|an) [^.\n]{0,40}|flags?|attackers?|malware|malicious)\b[^.\n]*$",
    );
    FORBIDS.is_match(found.before(100))
}
