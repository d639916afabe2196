-- What to look for, as publishers tell it. A newer word under the same id of the publisher replaces it.
CREATE TABLE indicator (
    trace TEXT NOT NULL,
    source TEXT NOT NULL,
    origin_id TEXT NOT NULL,
    title TEXT NOT NULL,
    context TEXT NOT NULL,
    tlp TEXT NOT NULL,
    grade TEXT NOT NULL,
    modified_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    document_sha256 TEXT NOT NULL REFERENCES document (sha256) ON DELETE CASCADE,
    PRIMARY KEY (trace, source, origin_id)
);
CREATE INDEX indicator_origin ON indicator (source, origin_id);
