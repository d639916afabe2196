-- Whose mails are read from a mailbox of reports; empty: everybody's.
ALTER TABLE feed ADD COLUMN senders TEXT NOT NULL DEFAULT '';
