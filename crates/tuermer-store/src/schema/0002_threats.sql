-- Learning of threats: feeds, signatures, scores, revisions, and what was known when.

-- A source that is asked at intervals. `name` is what people type.
CREATE TABLE feed (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    period_seconds BIGINT NOT NULL CHECK (period_seconds > 0),
    silent_after_seconds BIGINT NOT NULL CHECK (silent_after_seconds > 0),
    private_hosts TEXT NOT NULL,
    paused BOOLEAN NOT NULL,
    added_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    last_attempt_at BIGINT,
    last_success_at BIGINT,
    last_change_at BIGINT,
    last_error_de TEXT NOT NULL,
    last_error_en TEXT NOT NULL,
    failures BIGINT NOT NULL,
    silent_since BIGINT,
    told_at BIGINT,
    discovered BIGINT NOT NULL,
    new BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    verified BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    tolerated BIGINT NOT NULL
);

-- What a feed listed, and what became of it; a document is fetched again only when its entry moved.
CREATE TABLE feed_entry (
    feed TEXT NOT NULL REFERENCES feed (name) ON DELETE CASCADE,
    url TEXT NOT NULL,
    updated TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('taken', 'same', 'rejected')),
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (feed, url)
);

-- The version of a list in which nothing is left to fetch.
CREATE TABLE feed_list (
    feed TEXT NOT NULL REFERENCES feed (name) ON DELETE CASCADE,
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    PRIMARY KEY (feed, url)
);

-- OpenPGP keys of a provider as first seen; another fingerprint waits for a person.
CREATE TABLE pinned_key (
    provider TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('trusted', 'waiting', 'refused')),
    url TEXT NOT NULL,
    key_bytes BYTES NOT NULL,
    seen_at BIGINT NOT NULL,
    decided_by TEXT NOT NULL,
    PRIMARY KEY (provider, fingerprint)
);

-- From which domain a publisher's documents came first; another domain is refused.
CREATE TABLE pinned_publisher (
    namespace TEXT PRIMARY KEY,
    domain TEXT NOT NULL,
    role TEXT NOT NULL,
    pinned_at BIGINT NOT NULL
);

-- Whether a document is what its publisher signed.
CREATE TABLE signature (
    document_sha256 TEXT PRIMARY KEY REFERENCES document (sha256) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('verified', 'unsigned', 'failed')),
    fingerprint TEXT NOT NULL,
    bytes BYTES NOT NULL,
    detail TEXT NOT NULL,
    url TEXT NOT NULL,
    checked_at BIGINT NOT NULL
);

-- What a person must know although nothing waits for him in a page; mailed to the operators once.
CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text_de TEXT NOT NULL,
    text_en TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    mailed_at BIGINT,
    done_at BIGINT,
    done_by TEXT
);

-- To whom a notice went; a notice is mailed when every operator has a row.
CREATE TABLE notice_mail (
    notice_id TEXT NOT NULL REFERENCES notice (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    at BIGINT NOT NULL,
    refused TEXT NOT NULL,
    PRIMARY KEY (notice_id, address)
);

-- The analyst's reading list: plain text from Atom and RSS.
CREATE TABLE reading (
    feed TEXT NOT NULL REFERENCES feed (name) ON DELETE CASCADE,
    entry TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    summary TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    read_at BIGINT,
    read_by TEXT,
    PRIMARY KEY (feed, entry)
);
CREATE INDEX reading_published ON reading (published_at);

-- FIRST's daily estimate, in millionths.
CREATE TABLE epss (
    cve TEXT PRIMARY KEY,
    probability BIGINT NOT NULL,
    percentile BIGINT NOT NULL
);

-- Earlier words of CISA on a flaw: what the catalogue said until `until_at`.
CREATE TABLE kev_history (
    cve TEXT NOT NULL,
    since_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    added TEXT NOT NULL,
    due TEXT NOT NULL,
    ransomware BOOLEAN NOT NULL,
    listed BOOLEAN NOT NULL,
    catalogue TEXT NOT NULL,
    PRIMARY KEY (cve, until_at)
);

-- Every revision of a threat we took, so that two can be compared and an earlier day can be asked about.
-- `step`: how much it changed (first, patch, minor, major); empty until it was weighed against the one before.
CREATE TABLE threat_revision (
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    document_sha256 TEXT NOT NULL REFERENCES document (sha256),
    revision TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    step TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (threat_id, document_sha256)
);
CREATE INDEX threat_revision_unweighed ON threat_revision (threat_id) WHERE step = '';
INSERT INTO threat_revision (threat_id, document_sha256, revision, released_at, received_at)
    SELECT id, document_sha256, revision, released_at, changed_at FROM threat;

ALTER TABLE threat ADD COLUMN source TEXT NOT NULL DEFAULT 'csaf';
ALTER TABLE threat ADD COLUMN aggregate_severity TEXT NOT NULL DEFAULT '';
ALTER TABLE threat ADD COLUMN ranges BIGINT NOT NULL DEFAULT 0;
ALTER TABLE threat ADD COLUMN ranges_not_understood BIGINT NOT NULL DEFAULT 0;
ALTER TABLE threat ADD COLUMN csaf_version TEXT NOT NULL DEFAULT '';
ALTER TABLE threat ADD COLUMN publisher_category TEXT NOT NULL DEFAULT '';
ALTER TABLE threat ADD COLUMN document_status TEXT NOT NULL DEFAULT '';
ALTER TABLE vulnerability ADD COLUMN exploitation TEXT NOT NULL DEFAULT '';
ALTER TABLE vulnerability ADD COLUMN automatable BOOLEAN;
ALTER TABLE vulnerability ADD COLUMN total_impact BOOLEAN;
ALTER TABLE document ADD COLUMN encoding TEXT NOT NULL DEFAULT 'plain';

-- Verdicts of an earlier program hold everything once for each organisation. They are made again from the same facts.
DROP TABLE asset_match;
DROP TABLE ground;
DROP TABLE exposure;
ALTER TABLE threat ADD COLUMN judged_revision TEXT NOT NULL DEFAULT '';
UPDATE threat SET facts_revision = facts_revision + 1;

-- What is said of all who stand alike to a threat; `number` is made from the content.
-- `urgency_row`, `urgency_flaw`, `urgency_inputs`: which row of the urgency policy decided, about which flaw, and with
-- which answers (`exposed=yes?`: assumed).
CREATE TABLE verdict (
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('affected', 'fixed', 'not_affected', 'unknown')),
    certainty TEXT NOT NULL CHECK (certainty IN ('observed', 'likely', 'possible', 'unlikely')),
    mitigated BOOLEAN NOT NULL,
    incident BOOLEAN NOT NULL,
    severity TEXT NOT NULL,
    urgency TEXT NOT NULL,
    urgency_row TEXT NOT NULL,
    urgency_flaw TEXT NOT NULL,
    urgency_inputs TEXT NOT NULL,
    reason_de TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    question_de TEXT NOT NULL,
    question_en TEXT NOT NULL,
    product TEXT NOT NULL,
    version TEXT NOT NULL,
    source TEXT NOT NULL,
    measured BOOLEAN NOT NULL,
    PRIMARY KEY (threat_id, number)
);
CREATE TABLE verdict_ground (
    threat_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    position BIGINT NOT NULL,
    status TEXT NOT NULL,
    certainty TEXT NOT NULL,
    reason_de TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    PRIMARY KEY (threat_id, number, position),
    FOREIGN KEY (threat_id, number) REFERENCES verdict (threat_id, number) ON DELETE CASCADE
);
-- CSAF clause 13.7: state per document, vulnerability and asset; the asset is that of the ground at `position`.
CREATE TABLE verdict_match (
    threat_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    position BIGINT NOT NULL,
    vulnerability TEXT NOT NULL,
    status TEXT NOT NULL,
    certainty TEXT NOT NULL,
    remediation TEXT NOT NULL CHECK (remediation IN ('not_remediated', 'in_progress', 'done')),
    PRIMARY KEY (threat_id, number, position, vulnerability),
    FOREIGN KEY (threat_id, number) REFERENCES verdict (threat_id, number) ON DELETE CASCADE
);

-- Which verdict is whose, through which asset ('' where only a sign is known), seen or said when. Narrow, because a
-- new advisory may write two hundred thousand of them. `digest` tells whether anything changed.
CREATE TABLE standing (
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    verdict BIGINT NOT NULL,
    asset_id TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    assessed_at BIGINT NOT NULL,
    digest BIGINT NOT NULL,
    PRIMARY KEY (threat_id, organisation_id)
);
CREATE INDEX standing_organisation ON standing (organisation_id);
-- Asset and time of each ground, where there are several.
CREATE TABLE standing_ground (
    threat_id TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    asset_id TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    PRIMARY KEY (threat_id, organisation_id, position),
    FOREIGN KEY (threat_id, organisation_id) REFERENCES standing (threat_id, organisation_id) ON DELETE CASCADE
);

-- Verdicts as they are read.
CREATE VIEW exposure AS
    SELECT e.organisation_id, e.threat_id, (SELECT t.judged_revision FROM threat t WHERE t.id = e.threat_id) AS threat_revision,
        v.status, v.certainty, v.mitigated, v.incident, v.severity, v.urgency, v.urgency_row, v.urgency_flaw, v.urgency_inputs,
        v.reason_de, v.reason_en, v.question_de, v.question_en, v.product, v.version, v.source, e.observed_at, v.measured, e.assessed_at
    FROM standing e JOIN verdict v ON v.threat_id = e.threat_id AND v.number = e.verdict;
CREATE VIEW ground AS
    SELECT e.organisation_id, e.threat_id, g.position, g.status, g.certainty, g.reason_de, g.reason_en, g.source, g.place,
        COALESCE(s.observed_at, e.observed_at) AS observed_at, COALESCE(s.asset_id, e.asset_id) AS asset_id
    FROM standing e JOIN verdict_ground g ON g.threat_id = e.threat_id AND g.number = e.verdict
    LEFT JOIN standing_ground s ON s.threat_id = e.threat_id AND s.organisation_id = e.organisation_id AND s.position = g.position;
CREATE VIEW asset_match AS
    SELECT e.organisation_id, e.threat_id, COALESCE(s.asset_id, e.asset_id) AS asset_id, m.vulnerability, m.status, m.certainty, m.remediation
    FROM standing e JOIN verdict_match m ON m.threat_id = e.threat_id AND m.number = e.verdict
    LEFT JOIN standing_ground s ON s.threat_id = e.threat_id AND s.organisation_id = e.organisation_id AND s.position = m.position;

-- Product words about which a threat was judged: whoever gets such a product is judged against it.
CREATE TABLE judged_product (
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    product TEXT NOT NULL,
    PRIMARY KEY (threat_id, product)
);
CREATE INDEX judged_product_product ON judged_product (product);

-- Products a threat names, for the search, and since when it says of each what it says now (CSAF clause 13.8):
-- `stance` is a hash over status and remedy; `since_at` 0 = since the first revision.
CREATE TABLE threat_product (
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    product_key TEXT NOT NULL,
    vendor TEXT NOT NULL,
    name TEXT NOT NULL,
    stance TEXT NOT NULL,
    since_at BIGINT NOT NULL,
    PRIMARY KEY (threat_id, product_key, vendor)
);
CREATE INDEX threat_product_key ON threat_product (product_key);

-- What an asset was said to be until `until_at`.
CREATE TABLE asset_history (
    asset_id TEXT NOT NULL,
    since_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    vendor TEXT NOT NULL,
    product TEXT NOT NULL,
    product_key TEXT NOT NULL,
    version TEXT NOT NULL,
    build TEXT,
    hostname TEXT NOT NULL,
    source TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    note TEXT NOT NULL,
    presence TEXT NOT NULL,
    PRIMARY KEY (asset_id, until_at)
);
CREATE INDEX asset_history_organisation ON asset_history (organisation_id, until_at);

-- CSAF clause 12.2: words of an analyst on one revision, and who has read it.
CREATE TABLE comment (
    id TEXT PRIMARY KEY,
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    revision TEXT NOT NULL,
    author TEXT NOT NULL REFERENCES account (name),
    at BIGINT NOT NULL,
    words TEXT NOT NULL
);
CREATE INDEX comment_threat ON comment (threat_id, at);
CREATE TABLE threat_read (
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    account TEXT NOT NULL REFERENCES account (name),
    revision TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (threat_id, account)
);

-- CSAF clause 13.7: how far the remedy has come, as a person said it, per vulnerability and asset.
CREATE TABLE remediation (
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    vulnerability TEXT NOT NULL,
    asset_id TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('not_remediated', 'in_progress', 'done')),
    said_by TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (threat_id, vulnerability, asset_id)
);

-- CSAF clause 13.10 to 13.12: runs of the matching, by hand and by themselves, never pooled with each other.
-- `trigger_kind`: words of what set it off, with commas between.
CREATE TABLE match_run (
    id TEXT PRIMARY KEY,
    mode TEXT NOT NULL CHECK (mode IN ('manual', 'automatic')),
    trigger_kind TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    finished_at BIGINT,
    documents BIGINT NOT NULL,
    organisations BIGINT NOT NULL,
    exposures BIGINT NOT NULL
);
CREATE INDEX match_run_asked ON match_run (asked_at);

-- Build packs a chamber brought in; one of the same name replaces the one in the program.
CREATE TABLE build_pack (
    name TEXT PRIMARY KEY,
    document_sha256 TEXT NOT NULL,
    pack TEXT NOT NULL,
    builds TEXT NOT NULL,
    as_of TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    imported_by TEXT NOT NULL
);
