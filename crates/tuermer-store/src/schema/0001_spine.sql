-- The nouns of the spine. One text for SQLite and PostgreSQL: BYTES becomes BLOB or BYTEA.
-- Times are microseconds since 1970 in UTC. Classes and retention of each column: columns.toml.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE account (
    name TEXT PRIMARY KEY,
    password_hash TEXT,
    role TEXT NOT NULL CHECK (role IN ('officer', 'approver', 'administrator')),
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE setup_link (
    token_hash TEXT PRIMARY KEY,
    account TEXT REFERENCES account (name),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (name),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE sign_in_failure (
    account TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX sign_in_failure_account ON sign_in_failure (account, at);

CREATE TABLE journal (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
);

-- An organisation as its strongest source tells it; the layers beneath keep who said what and when.
CREATE TABLE organisation (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('member', 'provider')),
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    sector TEXT NOT NULL,
    size_class TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('de', 'en')),
    provider_external_id TEXT,
    changed_at BIGINT NOT NULL,
    facts_revision BIGINT NOT NULL,
    assessed_revision BIGINT NOT NULL,
    UNIQUE (kind, external_id)
);
CREATE INDEX organisation_provider ON organisation (provider_external_id);
CREATE INDEX organisation_pending ON organisation (id) WHERE facts_revision <> assessed_revision;

CREATE TABLE organisation_layer (
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('register', 'observation', 'provider', 'member')),
    said_at BIGINT NOT NULL,
    name TEXT,
    street TEXT,
    postcode TEXT,
    city TEXT,
    country TEXT,
    sector TEXT,
    size_class TEXT,
    language TEXT,
    provider_external_id TEXT,
    PRIMARY KEY (organisation_id, source)
);

CREATE TABLE contact (
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('register', 'observation', 'provider', 'member')),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    mobile TEXT,
    said_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, source)
);

CREATE TABLE network (
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('network', 'domain', 'asn')),
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    said_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, kind, value)
);
CREATE INDEX network_value ON network (kind, value);

CREATE TABLE asset (
    id TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    vendor TEXT NOT NULL,
    product TEXT NOT NULL,
    product_key TEXT NOT NULL,
    version TEXT NOT NULL,
    build TEXT,
    hostname TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('register', 'observation', 'provider', 'member')),
    observed_at BIGINT NOT NULL,
    note TEXT NOT NULL,
    presence TEXT NOT NULL CHECK (presence IN ('on_premises', 'cloud', 'none')),
    changed_at BIGINT NOT NULL,
    UNIQUE (organisation_id, product_key, hostname, source)
);
CREATE INDEX asset_product ON asset (product_key);

-- Raw bytes as they came: evidence, and the text from which a threat is read again.
CREATE TABLE document (
    sha256 TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('csaf', 'kev', 'shadowserver', 'unknown')),
    source TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    size BIGINT NOT NULL,
    bytes BYTES NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'rejected', 'superseded')),
    reason TEXT NOT NULL
);

CREATE TABLE threat (
    id TEXT PRIMARY KEY,
    tracking_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    title TEXT NOT NULL,
    publisher TEXT NOT NULL,
    category TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    released_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    matched_at BIGINT,
    tlp TEXT NOT NULL,
    level TEXT CHECK (level IN ('1', '2', '3', '4')),
    withdrawn BOOLEAN NOT NULL,
    exploited BOOLEAN NOT NULL,
    document_sha256 TEXT NOT NULL REFERENCES document (sha256),
    changed_at BIGINT NOT NULL,
    facts_revision BIGINT NOT NULL,
    assessed_revision BIGINT NOT NULL
);
CREATE INDEX threat_tracking ON threat (tracking_id);

CREATE TABLE vulnerability (
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    cve TEXT NOT NULL,
    title TEXT NOT NULL,
    cvss_tenths BIGINT,
    cvss_vector TEXT NOT NULL,
    PRIMARY KEY (threat_id, position)
);
CREATE INDEX vulnerability_cve ON vulnerability (cve);

CREATE TABLE kev (
    cve TEXT PRIMARY KEY,
    vendor TEXT NOT NULL,
    product TEXT NOT NULL,
    name TEXT NOT NULL,
    added TEXT NOT NULL,
    due TEXT NOT NULL,
    ransomware BOOLEAN NOT NULL,
    description TEXT NOT NULL,
    notes TEXT NOT NULL,
    catalogue TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);

CREATE TABLE observation (
    id TEXT PRIMARY KEY,
    report TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    ip TEXT,
    port BIGINT,
    hostname TEXT,
    asn BIGINT,
    class TEXT NOT NULL,
    severity TEXT NOT NULL,
    tags TEXT NOT NULL,
    vendor TEXT NOT NULL,
    product TEXT NOT NULL,
    version TEXT,
    extra TEXT NOT NULL,
    document_sha256 TEXT NOT NULL REFERENCES document (sha256),
    received_at BIGINT NOT NULL
);

CREATE TABLE sighting (
    observation_id TEXT NOT NULL REFERENCES observation (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    attribution TEXT NOT NULL,
    PRIMARY KEY (observation_id, organisation_id)
);
CREATE INDEX sighting_organisation ON sighting (organisation_id);

-- Signs that fit nobody: counts only.
CREATE TABLE shelf (
    document_sha256 TEXT NOT NULL REFERENCES document (sha256),
    report TEXT NOT NULL,
    day TEXT NOT NULL,
    signs BIGINT NOT NULL,
    PRIMARY KEY (document_sha256, report, day)
);

CREATE TABLE exposure (
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    threat_revision TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('affected', 'fixed', 'not_affected', 'unknown')),
    certainty TEXT NOT NULL CHECK (certainty IN ('observed', 'likely', 'possible', 'unlikely')),
    mitigated BOOLEAN NOT NULL,
    incident BOOLEAN NOT NULL,
    severity TEXT NOT NULL,
    urgency TEXT NOT NULL,
    reason_de TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    question_de TEXT NOT NULL,
    question_en TEXT NOT NULL,
    product TEXT NOT NULL,
    version TEXT NOT NULL,
    source TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    measured BOOLEAN NOT NULL,
    assessed_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, threat_id)
);
CREATE INDEX exposure_threat ON exposure (threat_id, status);

CREATE TABLE ground (
    organisation_id TEXT NOT NULL,
    threat_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    status TEXT NOT NULL,
    certainty TEXT NOT NULL,
    reason_de TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, threat_id, position),
    FOREIGN KEY (organisation_id, threat_id) REFERENCES exposure (organisation_id, threat_id) ON DELETE CASCADE
);

-- CSAF clause 13.7: state per document, vulnerability and asset; asset '' where only a sign is known.
CREATE TABLE asset_match (
    organisation_id TEXT NOT NULL,
    threat_id TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    vulnerability TEXT NOT NULL,
    status TEXT NOT NULL,
    certainty TEXT NOT NULL,
    remediation TEXT NOT NULL CHECK (remediation IN ('not_remediated', 'in_progress', 'done')),
    PRIMARY KEY (organisation_id, threat_id, asset_id, vulnerability),
    FOREIGN KEY (organisation_id, threat_id) REFERENCES exposure (organisation_id, threat_id) ON DELETE CASCADE
);

-- Two people on exactly one content; the mac is made with a key outside the database.
CREATE TABLE approval (
    warning_number TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    submitted_by TEXT NOT NULL REFERENCES account (name),
    approved_by TEXT NOT NULL REFERENCES account (name),
    audience BIGINT NOT NULL,
    approved_at BIGINT NOT NULL,
    mac TEXT NOT NULL,
    PRIMARY KEY (warning_number, content_hash),
    CHECK (submitted_by <> approved_by)
);

CREATE TABLE warning (
    number TEXT PRIMARY KEY,
    year BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    threat_id TEXT NOT NULL REFERENCES threat (id),
    threat_revision TEXT NOT NULL,
    message_type TEXT NOT NULL CHECK (message_type IN ('alert', 'update', 'cancel')),
    level TEXT NOT NULL CHECK (level IN ('1', '2', '3', '4')),
    urgency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'approved', 'sending', 'done', 'stopped')),
    submitted_by TEXT REFERENCES account (name),
    approved_by TEXT REFERENCES account (name),
    return_reason TEXT,
    content_hash TEXT,
    approved_hash TEXT,
    audience BIGINT NOT NULL,
    drafted_at BIGINT NOT NULL,
    submitted_at BIGINT,
    approved_at BIGINT,
    started_at BIGINT,
    finished_at BIGINT,
    stopped_at BIGINT,
    replaces TEXT REFERENCES warning (number),
    UNIQUE (year, sequence),
    FOREIGN KEY (number, approved_hash) REFERENCES approval (warning_number, content_hash),
    CHECK (state NOT IN ('submitted', 'approved', 'sending', 'done')
        OR (submitted_by IS NOT NULL AND content_hash IS NOT NULL)),
    CHECK (state NOT IN ('approved', 'sending', 'done')
        OR (approved_by IS NOT NULL AND approved_by <> submitted_by
            AND approved_hash IS NOT NULL AND approved_hash = content_hash))
);
CREATE INDEX warning_threat ON warning (threat_id);

CREATE TABLE warning_text (
    warning_number TEXT NOT NULL REFERENCES warning (number) ON DELETE CASCADE,
    language TEXT NOT NULL CHECK (language IN ('de', 'en')),
    headline TEXT NOT NULL,
    preheader TEXT NOT NULL,
    product TEXT NOT NULL,
    say TEXT NOT NULL,
    otherwise TEXT NOT NULL,
    afterwards TEXT NOT NULL,
    not_affected TEXT NOT NULL,
    what_happened TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    versions TEXT NOT NULL,
    talk TEXT NOT NULL,
    PRIMARY KEY (warning_number, language)
);

-- The audience, frozen when the warning is submitted.
CREATE TABLE recipient (
    warning_number TEXT NOT NULL REFERENCES warning (number) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    status TEXT NOT NULL,
    certainty TEXT NOT NULL,
    incident BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    question TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    provider_name TEXT NOT NULL,
    provider_phone TEXT NOT NULL,
    contact_name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    channels TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    PRIMARY KEY (warning_number, organisation_id)
);

CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    warning_number TEXT NOT NULL REFERENCES warning (number),
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'folder', 'phone')),
    round BIGINT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'claimed', 'unsure', 'parked', 'to_call', 'sent', 'refused', 'failed', 'stopped')),
    attempts BIGINT NOT NULL,
    unsure_count BIGINT NOT NULL,
    hold_until BIGINT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (warning_number, organisation_id, channel, round)
);
CREATE INDEX delivery_state ON delivery (state, id);
CREATE INDEX delivery_warning ON delivery (warning_number, state);

CREATE TABLE answer (
    id TEXT PRIMARY KEY,
    warning_number TEXT NOT NULL REFERENCES warning (number),
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    answer TEXT NOT NULL CHECK (answer IN ('done', 'in_progress', 'not_us', 'help')),
    cloud BOOLEAN,
    said_by TEXT NOT NULL,
    at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX answer_organisation ON answer (organisation_id, threat_id, at);

CREATE TABLE task (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('help', 'call', 'incident')),
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    threat_id TEXT REFERENCES threat (id) ON DELETE CASCADE,
    warning_number TEXT REFERENCES warning (number),
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    done_by TEXT,
    note TEXT NOT NULL
);
CREATE UNIQUE INDEX task_open ON task (kind, organisation_id, threat_id) WHERE done_at IS NULL;
-- One call about a break-in at a time, however many threats name the product.
CREATE UNIQUE INDEX task_incident ON task (organisation_id) WHERE kind = 'incident' AND done_at IS NULL;
