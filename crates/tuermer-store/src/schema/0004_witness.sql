-- What people report on /melden: no feed, no log, but somebody who saw something.

CREATE TABLE witness_report (
    receipt TEXT PRIMARY KEY,
    received_at BIGINT NOT NULL,
    incident TEXT NOT NULL CHECK (incident IN ('other', 'mail', 'attempt', 'account', 'intruder', 'encrypted')),
    product TEXT NOT NULL,
    since TEXT NOT NULL CHECK (since IN ('unknown', 'longer', 'week', 'yesterday', 'today')),
    evidence BOOLEAN NOT NULL,
    words TEXT NOT NULL,
    company TEXT NOT NULL,
    name TEXT NOT NULL,
    reach TEXT NOT NULL,
    -- Whose it is: known by the reporter's own link, or found out by the account that called back.
    organisation_id TEXT REFERENCES organisation (id) ON DELETE SET NULL,
    known_by TEXT NOT NULL
);
CREATE INDEX witness_report_received ON witness_report (received_at);
