-- What the chamber says of a source of signs: how far it is to be believed, and who may see what it brings. Empty: nothing said.
ALTER TABLE feed ADD COLUMN grade TEXT NOT NULL DEFAULT '';
ALTER TABLE feed ADD COLUMN tlp TEXT NOT NULL DEFAULT '';
