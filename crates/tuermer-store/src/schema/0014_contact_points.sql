-- Contact points: an organisation has many contacts, a contact many points, and what two people release names the points.
ALTER TABLE contact RENAME TO old_contact;
CREATE TABLE contact (
    id TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('register', 'observation', 'provider', 'member')),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    said_at BIGINT NOT NULL
);
CREATE INDEX contact_organisation ON contact (organisation_id);
-- Which kinds there are stands in the program: a new channel changes no table.
CREATE TABLE contact_point (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    said_at BIGINT NOT NULL,
    expires_at BIGINT,
    state TEXT NOT NULL CHECK (state IN ('told', 'proven', 'bounced', 'ended')),
    state_at BIGINT NOT NULL,
    detail TEXT NOT NULL,
    generation BIGINT NOT NULL,
    renewed_at BIGINT
);
CREATE INDEX contact_point_contact ON contact_point (contact_id);
CREATE INDEX contact_point_bounced ON contact_point (state_at) WHERE state = 'bounced';
INSERT INTO contact (id, organisation_id, source, name, role, said_at)
    SELECT organisation_id || '.' || source, organisation_id, source, name, role, said_at FROM old_contact;
INSERT INTO contact_point (id, contact_id, kind, address, said_at, state, state_at, detail, generation)
    SELECT organisation_id || '.' || source || '.email', organisation_id || '.' || source, 'email', email, said_at, 'told', said_at, '', 1
    FROM old_contact WHERE email IS NOT NULL;
INSERT INTO contact_point (id, contact_id, kind, address, said_at, state, state_at, detail, generation)
    SELECT organisation_id || '.' || source || '.phone', organisation_id || '.' || source, 'phone', phone, said_at, 'told', said_at, '', 1
    FROM old_contact WHERE phone IS NOT NULL;
INSERT INTO contact_point (id, contact_id, kind, address, said_at, state, state_at, detail, generation)
    SELECT organisation_id || '.' || source || '.mobile', organisation_id || '.' || source, 'mobile', mobile, said_at, 'told', said_at, '', 1
    FROM old_contact WHERE mobile IS NOT NULL;
DROP TABLE old_contact;

-- Form 1 of what is released knew one mail address and one telephone number; what was submitted in it stays in it.
ALTER TABLE warning ADD COLUMN form BIGINT NOT NULL DEFAULT 1;
ALTER TABLE recipient ADD COLUMN ways TEXT NOT NULL DEFAULT '[]';
UPDATE recipient SET ways = '['
    || CASE WHEN email = '' AND channels NOT LIKE '%email%' AND channels NOT LIKE '%folder%' THEN '' ELSE
        '{"channel":"' || CASE WHEN channels LIKE '%folder%' THEN 'folder' ELSE 'email' END
        || '","address":"' || REPLACE(REPLACE(email, '\', '\\'), '"', '\"')
        || '","name":"' || REPLACE(REPLACE(contact_name, '\', '\\'), '"', '\"')
        || '","planned":' || CASE WHEN channels LIKE '%email%' OR channels LIKE '%folder%' THEN 'true' ELSE 'false' END || '}' END
    || CASE WHEN (email <> '' OR channels LIKE '%email%' OR channels LIKE '%folder%') AND (phone <> '' OR channels LIKE '%phone%') THEN ',' ELSE '' END
    || CASE WHEN phone = '' AND channels NOT LIKE '%phone%' THEN '' ELSE
        '{"channel":"phone","address":"' || REPLACE(REPLACE(phone, '\', '\\'), '"', '\"')
        || '","name":"' || REPLACE(REPLACE(contact_name, '\', '\\'), '"', '\"')
        || '","planned":' || CASE WHEN channels LIKE '%phone%' THEN 'true' ELSE 'false' END || '}' END
    || ']';
ALTER TABLE recipient DROP COLUMN email;
ALTER TABLE recipient DROP COLUMN phone;
ALTER TABLE recipient DROP COLUMN contact_name;
ALTER TABLE recipient DROP COLUMN channels;

ALTER TABLE delivery RENAME TO old_delivery;
DROP INDEX delivery_warning;
DROP INDEX delivery_claimed;
DROP INDEX delivery_to_call;
CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    warning_number TEXT NOT NULL REFERENCES warning (number),
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    round BIGINT NOT NULL,
    point_id TEXT NOT NULL,
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
INSERT INTO delivery (id, warning_number, organisation_id, channel, round, point_id, address, state, attempts, unsure_count, hold_until, message_id, at, detail)
    SELECT id, warning_number, organisation_id, channel, round, '', address, state, attempts, unsure_count, hold_until, message_id, at, detail
    FROM old_delivery;
DROP TABLE old_delivery;
CREATE INDEX delivery_warning ON delivery (warning_number, state, channel, id);
CREATE INDEX delivery_claimed ON delivery (id) WHERE state = 'claimed';
CREATE INDEX delivery_to_call ON delivery (id) WHERE state = 'to_call';
