-- Facts instead of sentences: reasons, questions, notices, notes and errors are stored as key and values (JSON), and put in
-- words when they are read. What was written as sentences is kept as the fact `as_written` with its two texts, until the
-- threat is judged again; every threat is due for that.

DROP VIEW exposure;
DROP VIEW ground;

ALTER TABLE verdict ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE verdict ADD COLUMN question TEXT NOT NULL DEFAULT '';
UPDATE verdict SET reason = '{"key":"as_written","words":{"de":"' || REPLACE(REPLACE(REPLACE(reason_de, '\', '\\'), '"', '\"'), '
', '\n') || '","en":"' || REPLACE(REPLACE(REPLACE(reason_en, '\', '\\'), '"', '\"'), '
', '\n') || '"}}',
    question = CASE WHEN question_de = '' AND question_en = '' THEN '' ELSE '{"key":"as_written","words":{"de":"' || REPLACE(REPLACE(REPLACE(question_de, '\', '\\'), '"', '\"'), '
', '\n') || '","en":"' || REPLACE(REPLACE(REPLACE(question_en, '\', '\\'), '"', '\"'), '
', '\n') || '"}}' END;
ALTER TABLE verdict DROP COLUMN reason_de;
ALTER TABLE verdict DROP COLUMN reason_en;
ALTER TABLE verdict DROP COLUMN question_de;
ALTER TABLE verdict DROP COLUMN question_en;

ALTER TABLE verdict_ground ADD COLUMN reason TEXT NOT NULL DEFAULT '';
UPDATE verdict_ground SET reason = '{"key":"as_written","words":{"de":"' || REPLACE(REPLACE(REPLACE(reason_de, '\', '\\'), '"', '\"'), '
', '\n') || '","en":"' || REPLACE(REPLACE(REPLACE(reason_en, '\', '\\'), '"', '\"'), '
', '\n') || '"}}';
ALTER TABLE verdict_ground DROP COLUMN reason_de;
ALTER TABLE verdict_ground DROP COLUMN reason_en;

ALTER TABLE campaign ADD COLUMN reasons TEXT NOT NULL DEFAULT '[]';
UPDATE campaign SET reasons = '[' || '{"key":"as_written","values":[["de","' || REPLACE(REPLACE(REPLACE(reason_de, '\', '\\'), '"', '\"'), '
', '\n') || '"],["en","' || REPLACE(REPLACE(REPLACE(reason_en, '\', '\\'), '"', '\"'), '
', '\n') || '"]]}' || ']';
ALTER TABLE campaign DROP COLUMN reason_de;
ALTER TABLE campaign DROP COLUMN reason_en;

ALTER TABLE feed ADD COLUMN last_error TEXT NOT NULL DEFAULT '';
UPDATE feed SET last_error = '{"key":"as_written","values":[["de","' || REPLACE(REPLACE(REPLACE(last_error_de, '\', '\\'), '"', '\"'), '
', '\n') || '"],["en","' || REPLACE(REPLACE(REPLACE(last_error_en, '\', '\\'), '"', '\"'), '
', '\n') || '"]]}' WHERE last_error_de <> '' OR last_error_en <> '';
ALTER TABLE feed DROP COLUMN last_error_de;
ALTER TABLE feed DROP COLUMN last_error_en;

ALTER TABLE notice ADD COLUMN text TEXT NOT NULL DEFAULT '';
UPDATE notice SET text = '{"key":"as_written","values":[["de","' || REPLACE(REPLACE(REPLACE(text_de, '\', '\\'), '"', '\"'), '
', '\n') || '"],["en","' || REPLACE(REPLACE(REPLACE(text_en, '\', '\\'), '"', '\"'), '
', '\n') || '"]]}';
ALTER TABLE notice DROP COLUMN text_de;
ALTER TABLE notice DROP COLUMN text_en;

UPDATE task SET note = '{"key":"as_written","values":[["de","' || REPLACE(REPLACE(REPLACE(note, '\', '\\'), '"', '\"'), '
', '\n') || '"]]}' WHERE note <> '';

-- Whoever stands somewhere is judged again, and no row of before counts as the same.
UPDATE standing SET digest = -1;
UPDATE threat SET facts_revision = facts_revision + 1;

CREATE VIEW exposure AS
    SELECT e.organisation_id, e.threat_id, (SELECT t.judged_revision FROM threat t WHERE t.id = e.threat_id) AS threat_revision,
        v.status, v.certainty, v.mitigated, v.incident, v.severity, v.urgency, v.urgency_row, v.urgency_flaw, v.urgency_inputs,
        v.reason, v.question, v.product, v.version, v.source, e.observed_at, v.measured, e.assessed_at
    FROM standing e JOIN verdict v ON v.threat_id = e.threat_id AND v.number = e.verdict;
CREATE VIEW ground AS
    SELECT e.organisation_id, e.threat_id, g.position, g.status, g.certainty, g.reason, g.source, g.place,
        COALESCE(s.observed_at, e.observed_at) AS observed_at, COALESCE(s.asset_id, e.asset_id) AS asset_id
    FROM standing e JOIN verdict_ground g ON g.threat_id = e.threat_id AND g.number = e.verdict
    LEFT JOIN standing_ground s ON s.threat_id = e.threat_id AND s.organisation_id = e.organisation_id AND s.position = g.position;
