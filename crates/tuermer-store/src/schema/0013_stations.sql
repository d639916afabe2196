-- Stations stand apart: who works at which, how each is doing, and notices on the same road as warnings.

-- One process at a time works at a station. `fence` rises with every new holder and is checked in each commit of the
-- station; `until` is told by the clock of the database, never by that of a process. holder '' = given back.
CREATE TABLE lease (
    station TEXT NOT NULL,
    shard BIGINT NOT NULL,
    holder TEXT NOT NULL,
    fence BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (station, shard)
);

-- How a station is doing. `lag` in microseconds: how long the last gap stood open before it was found.
CREATE TABLE station (
    name TEXT PRIMARY KEY,
    running BOOLEAN NOT NULL,
    round_at BIGINT NOT NULL,
    good_at BIGINT,
    lag BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    failing_since BIGINT,
    error TEXT NOT NULL
);

-- A notice on its way to one operator.
CREATE TABLE notice_delivery (
    id TEXT PRIMARY KEY,
    notice_id TEXT NOT NULL REFERENCES notice (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'claimed', 'sent', 'refused')),
    attempts BIGINT NOT NULL,
    hold_until BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (notice_id, address)
);
CREATE INDEX notice_delivery_open ON notice_delivery (hold_until) WHERE state IN ('due', 'claimed');
INSERT INTO notice_delivery (id, notice_id, address, state, attempts, hold_until, message_id, at, detail)
    SELECT notice_id || '|' || address, notice_id, address, CASE WHEN refused = '' THEN 'sent' ELSE 'refused' END, 1, at, '', at, refused
    FROM notice_mail;
DROP TABLE notice_mail;

-- What is due is read warning by warning, in order of ids; claims are few and looked for at every start.
DROP INDEX delivery_state;
DROP INDEX delivery_warning;
CREATE INDEX delivery_warning ON delivery (warning_number, state, id);
CREATE INDEX delivery_claimed ON delivery (id) WHERE state = 'claimed';
CREATE INDEX delivery_to_call ON delivery (id) WHERE state = 'to_call';
CREATE INDEX threat_pending ON threat (id) WHERE facts_revision <> assessed_revision;

-- A verdict that somebody stands on cannot be removed: two judges at once lost one that way. WITHOUT ROWID pays for looking;
-- only the embedded database knows the words.
DROP VIEW exposure;
DROP VIEW ground;
DROP VIEW asset_match;
ALTER TABLE standing RENAME TO old_standing;
ALTER TABLE standing_ground RENAME TO old_standing_ground;
DROP INDEX standing_organisation;
CREATE TABLE standing (
    threat_id TEXT NOT NULL REFERENCES threat (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    verdict BIGINT NOT NULL,
    asset_id TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    assessed_at BIGINT NOT NULL,
    digest BIGINT NOT NULL,
    PRIMARY KEY (threat_id, organisation_id),
    FOREIGN KEY (threat_id, verdict) REFERENCES verdict (threat_id, number)
) WITHOUT ROWID;
CREATE TABLE standing_ground (
    threat_id TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    asset_id TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    PRIMARY KEY (threat_id, organisation_id, position),
    FOREIGN KEY (threat_id, organisation_id) REFERENCES standing (threat_id, organisation_id) ON DELETE CASCADE
);
-- Whoever lost a verdict is judged again.
UPDATE threat SET facts_revision = facts_revision + 1 WHERE id IN (SELECT s.threat_id FROM old_standing s
    WHERE NOT EXISTS (SELECT 1 FROM verdict v WHERE v.threat_id = s.threat_id AND v.number = s.verdict));
INSERT INTO standing (threat_id, organisation_id, verdict, asset_id, observed_at, assessed_at, digest)
    SELECT s.threat_id, s.organisation_id, s.verdict, s.asset_id, s.observed_at, s.assessed_at, s.digest
    FROM old_standing s JOIN verdict v ON v.threat_id = s.threat_id AND v.number = s.verdict;
INSERT INTO standing_ground (threat_id, organisation_id, position, asset_id, observed_at)
    SELECT g.threat_id, g.organisation_id, g.position, g.asset_id, g.observed_at
    FROM old_standing_ground g JOIN standing s ON s.threat_id = g.threat_id AND s.organisation_id = g.organisation_id;
DROP TABLE old_standing_ground;
DROP TABLE old_standing;
CREATE INDEX standing_organisation ON standing (organisation_id);

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
