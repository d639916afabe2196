-- Lines and elements of a document that could not be read, so that somebody can ask the source.
CREATE TABLE malformed (
    document_sha256 TEXT NOT NULL REFERENCES document (sha256) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    place TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (document_sha256, position)
);
