-- Signs of every source: who may see them, how far they are to be believed, and what the attacker left behind.

ALTER TABLE observation ADD COLUMN origin_id TEXT NOT NULL DEFAULT '';
ALTER TABLE observation ADD COLUMN last_seen_at BIGINT;
ALTER TABLE observation ADD COLUMN network TEXT;
ALTER TABLE observation ADD COLUMN side TEXT NOT NULL DEFAULT 'source';
ALTER TABLE observation ADD COLUMN tlp TEXT NOT NULL DEFAULT 'TLP:AMBER+STRICT';
ALTER TABLE observation ADD COLUMN grade TEXT NOT NULL DEFAULT 'F6';

-- One row for each trace of a sign, `address:192.0.2.7`: what two signs have in common is found by it.
CREATE TABLE observation_trace (
    observation_id TEXT NOT NULL REFERENCES observation (id) ON DELETE CASCADE,
    trace TEXT NOT NULL,
    PRIMARY KEY (observation_id, trace)
);
CREATE INDEX observation_trace_trace ON observation_trace (trace);

-- The raw lines of a report that concern members, as they came, in parts that lie compressed.
CREATE TABLE report_lines (
    document_sha256 TEXT NOT NULL REFERENCES document (sha256) ON DELETE CASCADE,
    part BIGINT NOT NULL,
    first_line BIGINT NOT NULL,
    last_line BIGINT NOT NULL,
    bytes BYTES NOT NULL,
    PRIMARY KEY (document_sha256, part)
);
