-- Who agreed to be named as hit, and whether a campaign has its draft: until then every look at new signs tries again.
ALTER TABLE campaign ADD COLUMN drafted BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE campaign SET drafted = TRUE WHERE threat_id IS NOT NULL;

CREATE TABLE campaign_consent (
    campaign TEXT NOT NULL REFERENCES campaign (key) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    -- Account of whoever was told so, in writing.
    noted_by TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (campaign, organisation_id)
);
