-- Signs at several members that are more than usual.
CREATE TABLE campaign (
    key TEXT PRIMARY KEY,
    -- What its members share: a JSON list of pairs of key and RSIT type.
    signs TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    members BIGINT NOT NULL,
    to_ask BIGINT NOT NULL,
    product TEXT NOT NULL,
    reason_de TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    tlp TEXT NOT NULL,
    threat_id TEXT REFERENCES threat (id) ON DELETE SET NULL,
    found_at BIGINT NOT NULL
);

-- Who is hit; for the operators only.
CREATE TABLE campaign_member (
    campaign TEXT NOT NULL REFERENCES campaign (key) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    PRIMARY KEY (campaign, organisation_id)
);

-- Whether signs came since the last look is asked every few seconds.
CREATE INDEX observation_received ON observation (received_at);
