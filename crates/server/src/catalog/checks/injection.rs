//! Phrases that turn a model against its instructions or its user, and those that address a model where only it reads.

use atom_marketplace_protocol::error::Severity;

use super::policy::Check::{HiddenInstructions, Injection};
use super::scan::{Found, Pattern, Rule, surely};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    Rule::new(Injection, "earlier instructions are to be ignored", &["ignore", "ignoring", "disregard", "forget", "override", "bypass", "discard"],
        r"(?i)\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|bypass(?:ing)?|discard) (?:(?:all|any|every|each|both|of|the|your|my|these|those|whatever) ){0,4}(?:previous|prior|earlier|above|preceding|foregoing|existing|system|original|initial|other|safety|developer|former|past) (?:\w+ )?(?:instructions?|prompts?|rules|guidelines|guidance|directions|directives|messages?|context|constraints|policies|policy|training)\b", quoted),
    Rule::new(Injection, "earlier instructions are to be ignored, in another language", &["ignorier", "vergiss", "ignora", "ignore", "olvida", "oublie", "игнорир", "забудь", "忽略", "無視", "무시"],
        r"(?i)\b(?:ignorier\w*|vergiss)\s+(?:\w+\s+){0,3}(?:vorherigen|bisherigen|obigen|fr\S{1,3}heren)\s+(?:anweisungen|regeln)|\b(?:ignora|olvida)\s+(?:\w+\s+){0,3}(?:instrucciones|instru\S{1,4}es|istruzioni)\s+(?:anteriores|previas|precedenti)|\b(?:ignore[zr]?|oublie[zr]?)\s+(?:\w+\s+){0,3}(?:instructions|consignes)\s+pr\S{1,3}c\S{1,3}dentes|игнорируй(?:те)?\s+(?:все\s+)?предыдущие\s+(?:инструкции|указания)|забудь(?:те)?\s+(?:все\s+)?предыдущие|忽略(?:之前|以上|先前|前面)\S{0,18}(?:指令|指示|说明|规则)|(?:以前|上記|これまで)の(?:すべての)?指示\S{0,9}無視|이전\s*(?:지시|명령)\S{0,9}\s*무시", surely),
    Rule::new(Injection, "the user is not to be told", &["tell", "inform", "notify", "alert", "warn", "mention", "reveal", "disclose", "telling", "informing", "notifying", "alerting", "mentioning"],
        r"(?i)\b(?:do not|don't|dont|never|must not|should not|avoid|without) (?:ever )?(?:(?:tell|inform|notify|alert|warn)(?:ing)? (?:the |your |this |any )?(?:user|human|operator|owner|customer)s? (?:about|that|of|what|why|this|anything|you|when|before|it|,|\.)|(?:mention|reveal|disclos)(?:e|ing)? (?:this|it|these|that|any of this|the (?:request|upload|call|command|transfer|download|instructions?|step)\w*) (?:\w+ )?(?:to |in |in front of )(?:the |your )?(?:user|human|operator|owner|customer|chat|answer|reply|response|summary))", quoted),
    Rule::new(Injection, "it is to be done without the user", &["without"],
        r"(?i)\bwithout (?:telling|informing|notifying|alerting|warning|asking|consulting) (?:the |your |this )?(?:user|human|operator|owner)", unless_forbidden),
    Rule::new(Injection, "the user's consent is to be passed over", &["confirmation", "permission", "approval", "consent"],
        r"(?i)\b(?:do not|don't|never|skip|bypass|disable|turn off|suppress) (?:ask(?:ing)? (?:the )?(?:user |human )?for |wait(?:ing)? for |request(?:ing)? |prompt(?:ing)? for |any |all |the |every |user |human ){1,4}(?:confirmation|permission|approval|consent)s?\b", unless_forbidden),
    Rule::new(Injection, "a model is to leave its bounds", &["developer mode", "dan mode", "jailbr", "unrestricted", "no restrictions", "without restrictions", "no longer bound", "skip-permissions", "safety"],
        r"(?i)\byou are (?:now )?(?:in )?(?:developer mode|dan\b|jailbroken|unrestricted|free of (?:all )?restrictions|no longer bound)|\b(?:enter|enable|activate) (?:developer|dan|god|jailbreak) mode|\bact as (?:an? )?(?:unrestricted|uncensored|unfiltered)|--dangerously-skip-permissions|\b(?:disable|turn off|ignore|bypass) (?:all |your |any |the )?(?:safety|content|security) (?:\w+ )?(?:guardrails?|filters?|checks?|measures|rules|polic\w+|restrictions)", quoted),
    Rule::new(Injection, "the marks of a system prompt", &["<|im_start|>", "[inst]", "<<sys>>", "</system>", "<system>", "begin system prompt", "new system prompt", "<|system|>"],
        r"(?i)<\|im_start\|>\s*system|<<SYS>>|\[INST\]|</?system>\s*\S|<\|system\|>|\b(?:begin|new|updated) system prompt\b", quoted),
    Rule::new(Injection, "the system prompt is to be given away", &["prompt", "instructions"],
        r"(?i)\b(?:print|reveal|output|repeat|leak|show|disclose|recite) (?:me )?(?:your|the) (?:full |entire |complete |hidden |secret |exact )?(?:system|hidden|initial|developer) (?:prompt|instructions|message)\b", quoted),
    Rule::new(Injection, "other tools are to be used differently", &["tool", "skill"],
        r"(?i)\bbefore (?:using|calling|invoking|running) (?:this|any|any other|every|another|the other|all) (?:\w+ )?(?:tools?|skills?|functions?)\b[^.\n]*\b(?:read|send|call|upload|fetch|include|pass|run)\b", unless_forbidden),
    Rule::new(Injection, "a comment in code addresses a model", &["agent", "assistant", "llm", "claude", "chatgpt", "model"],
        r"(?im)^\s*(?:#|//|/\*|\*|--|;|rem\b)[^\n]{0,30}\b(?:ai agents?|agents?|assistants?|llms?|claude|chatgpt|copilot|language models?)\b[\s,:]{1,3}(?:you )?(?:must|should|please|always|never|do not|need to|are (?:required|instructed|to))\b[^\n]{0,40}\b(?:run|execute|send|post|upload|fetch|install|delete|approve|ignore|download|forward|transfer|skip|tell|mention)", surely),
    Rule::new(Injection, "trust is claimed that nobody gave", &["anthropic", "openai", "administrator", "marketplace", "reviewer"],
        r"(?i)\b(?:message|instruction|note|order|override|directive) from (?:the )?(?:anthropic|openai|system administrators?|the platform|marketplace (?:team|admins?))\b[^.\n]*\b(?:must|ignore|approve|override|comply|grant)|\b(?:reviewers?|automated (?:review|checks?)|scanners?|ai reviewer)[\s,:]{1,3}(?:you )?(?:must|should|please|always)? ?(?:approve|ignore|skip|mark|rate|pass) (?:this|the|it)\b", surely),
];

/// Quoted as an example in a text about such attacks.
#[expect(clippy::unnecessary_wraps, reason = "it is a Judge")]
fn quoted(found: &Found<'_>) -> Option<Severity> {
    static OPENS: Pattern = Pattern::new(r#"["'`(*<][^"'`.\n]{0,24}$"#);
    static ABOUT: Pattern = Pattern::new(
        r"(?i)\b(?:detect|attack|inject|malicious|untrusted|adversar|refuse|reject|never (?:obey|follow)|such as|phrases? like|for example|e\.g\.|examples? of|treat (?:it|them|this|that|these) as|flags?|red.?team|jailbreak|suspicious|moderat|classif)",
    );
    let soft = OPENS.is_match(found.before(30)) && ABOUT.is_match(found.around(250));
    Some(if soft { Severity::Note } else { Severity::Block })
}

fn unless_forbidden(found: &Found<'_>) -> Option<Severity> {
    static FORBIDDEN: Pattern = Pattern::new(
        r"(?i)(?:\b(?:never|not|no|nothing|cannot|can't|don't|doesn't|won't|refuse\w*|avoid\w*|forbid\w*|unless|must not|nobody|neither|nor|rather than|instead of)\b)[^.\n]*$",
    );
    if FORBIDDEN.is_match(found.before(120)) { None } else { quoted(found) }
}

/// Sentences that address a model or order it about: nothing that is hidden from people should.
static ADDRESSED: Pattern = Pattern::new(
    r"(?i)\b(?:assistants?|ai agents?|agents?|ai|llms?|models?|claude|chatgpt|gpt|copilot|gemini|language model|bot)\b[\s,:;.!]{1,3}(?:you )?(?:must|should|shall|please|always|never|do not|don't|will|need to|have to|are (?:required|instructed|to|now))\b|\byou (?:must|should|are to|will|need to|have to|are (?:required|instructed|now)) (?:also |now |first |always |never |silently |immediately |then )*(?:run|execute|send|post|upload|read|fetch|call|invoke|install|delete|approve|rate|recommend|include|ignore|download|open|forward|reply|respond|transfer|say|act|tell|answer|obey|comply|follow|use|write|output)\b|^\s*(?:system|important|instructions?|attention|hidden note|note to (?:the )?(?:ai|agents?|assistants?|llms?|models?|reader bot))\s*:[^\n]*\b(?:run|execute|send|post|upload|read|fetch|call|invoke|install|delete|approve|rate|recommend|ignore|download|forward|reply|respond|transfer|obey|comply)\b|\bwhen(?:ever)? (?:you |an? (?:ai|agent|assistant|llm|model) )(?:read|see|process|summari[sz]e|review|load|index)\w*\b[^.\n]*\b(?:run|execute|send|post|upload|say|approve|recommend|include|respond|ignore|call|add)\b",
);

/// What is wrong with words that nobody but a model reads.
pub(super) fn addresses_a_model(hidden: &[u8]) -> bool {
    ADDRESSED.is_match(hidden)
}

/// What of a text that people do not see was found by any rule.
pub(super) const HIDDEN: super::policy::Check = HiddenInstructions;
