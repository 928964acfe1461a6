-- What the service may do in its database: read and write, but neither change nor delete what is in the ledger, nor the schema.
-- Run by a superuser in the portal's database after each `portal init`; again is harmless. The tables belong to another role.

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO portal;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO portal;

-- The ledger is added to. The triggers say the same to everybody; these rights keep the service from switching them off.
REVOKE UPDATE, DELETE ON ledger_entry, ledger_seal, ledger_checkpoint FROM portal;

-- The schema's revision is for `portal init` to write.
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM portal;
