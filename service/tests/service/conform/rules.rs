//! Who may reach which address, written by hand: what the code says is held against this.

/// Everybody: with no token, or with one that is worth something.
const ALL: &str = "pasotrcglvwqx";
/// Everybody but for a cookie alone, which changes nothing.
const SENT: &str = "paotrcglvwqx";
/// Nobody without the hidden token of a form.
const FORM: &str = "";
/// Whoever is known.
const KNOWN: &str = "asotrcglvwqx";
/// Auditors, and operators who may read.
const INSIDER: &str = "asor";
/// Those, and the vendor itself.
const OWN: &str = "asorvw";
/// The vendor itself, when it may answer.
const ANSWER: &str = "vq";
/// Labs, and operators who may record.
const LAB: &str = "otl";
/// Reading what labs read; a session of an operator may, too.
const LAB_READS: &str = "sotl";
/// Operators who may control.
const CONTROL: &str = "oc";
/// Operators who may grant.
const GRANT: &str = "og";
/// Operators who may grant, reading; a session may, too.
const GRANT_READS: &str = "sog";
/// There is no other door in this service: nothing is here, for nobody.
const ABSENT: &str = "";

/// Each address, and the letters of those who may reach it:
///
/// p anybody, a an auditor, o an operator; operators whose token may only r read, t record, c control,
/// g grant; s an operator by a session without the token of a form; l a lab; v the vendor itself,
/// w when it may only read, q when it may only answer; x another vendor. Expired and revoked tokens
/// (e, d) reach nothing.
pub(super) const RULES: &[(&str, &str)] = &[
    ("GET /healthz", ALL),
    ("GET /readyz", ALL),
    ("GET /metrics", INSIDER),
    ("GET /", ALL),
    ("GET /campaigns", ALL),
    ("GET /campaigns/{id}", ALL),
    ("GET /campaigns/{id}/matrix", ALL),
    ("GET /campaigns/{id}/cells/{source}/{target}/{guest}", ALL),
    ("GET /campaigns/{id}/live", ALL),
    ("GET /campaigns/{id}/events", ALL),
    ("GET /campaigns/{id}/{form:report|csv|json|junit|in-toto|oscal|openmetrics|bundle}", ALL),
    ("GET /history", ALL),
    ("GET /diff", ALL),
    ("GET /feed.atom", ALL),
    ("GET /badges/{guest}.svg", ALL),
    ("GET /badges/{source}/{target}/{guest}.svg", ALL),
    ("GET /assets/{name}", ALL),
    ("GET /help", ALL),
    ("GET /help/{topic}", ALL),
    ("GET /search", ALL),
    ("GET /evidence/{sha256}", INSIDER),
    ("GET /converters", INSIDER),
    ("GET /disclosures", INSIDER),
    ("GET /audit", ALL),
    ("GET /audit/events", ALL),
    ("GET /audit/events/{position}", ALL),
    ("GET /vendors", INSIDER),
    ("GET /vendors/{vendor}", OWN),
    ("POST /vendors/{vendor}/answers", ANSWER),
    ("POST /vendors/{vendor}/receipts", ANSWER),
    ("POST /vendors/{vendor}/replies", CONTROL),
    ("GET /access", GRANT_READS),
    ("POST /access/grants", GRANT),
    ("POST /access/revocations", GRANT),
    ("GET /sign-in", ALL),
    ("POST /sign-in", FORM),
    ("POST /sign-out", SENT),
    ("GET /account", KNOWN),
    ("GET /sign-in/oidc", ABSENT),
    ("GET /sign-in/oidc/callback", ABSENT),
    ("GET /v/{link}", ALL),
    ("POST /v/{link}", FORM),
    ("GET /first/{secret}", ALL),
    ("POST /first/{secret}", FORM),
    ("GET /api/v1/openapi.json", ALL),
    ("GET /api/v1/overview", ALL),
    ("GET /api/v1/campaigns", ALL),
    ("GET /api/v1/campaigns/{id}", ALL),
    ("GET /api/v1/campaigns/{id}/matrix", ALL),
    ("GET /api/v1/campaigns/{id}/cells/{source}/{target}/{guest}", ALL),
    ("GET /api/v1/campaigns/{id}/state", LAB_READS),
    ("GET /api/v1/history", ALL),
    ("GET /api/v1/diff", ALL),
    ("GET /api/v1/baselines", ALL),
    ("GET /api/v1/waivers", ALL),
    ("GET /api/v1/stale", ALL),
    ("GET /api/v1/search", ALL),
    ("GET /api/v1/events", INSIDER),
    ("GET /api/v1/converters", INSIDER),
    ("GET /api/v1/disclosures", INSIDER),
    ("GET /api/v1/audit", ALL),
    ("GET /api/v1/audit/events/{position}", ALL),
    ("GET /api/v1/log/checkpoint", ALL),
    ("GET /api/v1/log/checkpoints", ALL),
    ("GET /api/v1/log/keys", ALL),
    ("GET /api/v1/log/consistency", ALL),
    ("GET /api/v1/log/events/{position}", ALL),
    ("GET /api/v1/log/events/{position}/proof", ALL),
    ("GET /checkpoint", ALL),
    ("GET /tile/entries/{path:.*}", INSIDER),
    ("GET /tile/{path:.*}", ALL),
    ("GET /api/v1/vendors", INSIDER),
    ("GET /api/v1/vendors/{vendor}", OWN),
    ("POST /api/v1/vendors/{vendor}/answers", ANSWER),
    ("POST /api/v1/vendors/{vendor}/receipts", ANSWER),
    ("POST /api/v1/vendors/{vendor}/links", GRANT),
    ("POST /api/v1/letters", CONTROL),
    ("POST /api/v1/bounces", CONTROL),
    ("GET /api/v1/access/me", KNOWN),
    ("GET /api/v1/access/grants", GRANT_READS),
    ("POST /api/v1/access/grants", GRANT),
    ("POST /api/v1/access/grants/{grant}/revoke", GRANT),
    ("POST /api/v1/access/passwords", GRANT),
    ("POST /api/v1/declarations", CONTROL),
    ("POST /api/v1/campaigns", CONTROL),
    ("POST /api/v1/campaigns/{id}/stop", CONTROL),
    ("POST /api/v1/campaigns/{id}/resume", CONTROL),
    ("POST /api/v1/events", LAB),
    ("PUT /api/v1/evidence/{sha256}", LAB),
    ("GET /api/v1/evidence/{sha256}", LAB_READS),
    ("POST /api/v1/leases", LAB),
    ("POST /api/v1/leases/{id}/heartbeat", LAB),
    ("DELETE /api/v1/leases/{id}", LAB),
];
