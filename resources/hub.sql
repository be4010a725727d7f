-- The hub of a programme. Rows of the journal are only ever added, by one transaction a batch;
-- what a device has is a prefix without gaps. `:reader` and the like are the roles of this
-- database; the schema's owner is whoever made it. Every function that runs with the owner's
-- rights has its search_path set.

CREATE TABLE hub (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version integer NOT NULL,
  programme text NOT NULL,
  root_dev bigint NOT NULL,           -- the programme's first transaction: its identity
  root_hash bytea NOT NULL,
  began_at timestamptz NOT NULL DEFAULT now()
);

-- The names behind the journal's numbers. `site_fld` is the field that names a record's site;
-- `wide` says that surveyors may read such records, though they are of no site. `derives` is the
-- name under which a site has just one of them, its fields in braces: see `derived_id`.
CREATE TABLE entity (
  ent integer PRIMARY KEY, name text NOT NULL, site_fld integer, wide boolean NOT NULL,
  derives text
);
CREATE TABLE field (
  ent integer, fld integer, name text NOT NULL, kind text NOT NULL, PRIMARY KEY (ent, fld)
);

-- What the hub knows of each device: how many transactions, and the last one's clock and hash.
CREATE TABLE device (
  dev bigint PRIMARY KEY,
  n integer NOT NULL DEFAULT 0,
  hlc bigint NOT NULL DEFAULT 0,
  hash bytea NOT NULL DEFAULT '',
  owner name NOT NULL,
  ord integer GENERATED ALWAYS AS IDENTITY UNIQUE   -- its short name, in `ctx_ords`
);

CREATE TABLE txn (
  dev bigint NOT NULL,
  n integer NOT NULL,
  hlc bigint NOT NULL,
  author text NOT NULL, kind text NOT NULL, label text NOT NULL, effective_on text NOT NULL,
  undo_of text,
  exact text,                         -- those five as JSON, where text here cannot hold them
  ctx_ords integer[],                 -- what its device had learnt of the others since: of
  ctx_ns integer[],                   -- which devices, and how many transactions
  ctx_whole boolean NOT NULL,         -- ... or all that it knew, where that is no addition
  cnt integer NOT NULL,
  hash bytea NOT NULL,
  arr bigint GENERATED ALWAYS AS IDENTITY,
  pushed_by name NOT NULL DEFAULT session_user,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (dev, n)
);
CREATE INDEX txn_clock ON txn (hlc, dev);

CREATE TABLE event (
  dev bigint NOT NULL, n integer NOT NULL, i integer NOT NULL,
  hlc bigint NOT NULL,
  ent integer NOT NULL, record uuid NOT NULL, fld integer NOT NULL,
  val text,                           -- JSON, to the letter
  bh bigint, bd bigint,
  site uuid,                          -- whose it is: worked out here, never taken from a client
  PRIMARY KEY (dev, n, i)
);
CREATE INDEX event_record ON event (record);

-- Which site a record belongs to, by its creation.
CREATE TABLE belongs (ent integer, record uuid, site uuid NOT NULL, PRIMARY KEY (ent, record));

-- The current state: of each field the change in force. Field 0 says that a record is there,
-- -1 that it was ever removed.
CREATE TABLE slot (
  ent integer, record uuid, fld integer,
  site uuid, hlc bigint NOT NULL, dev bigint NOT NULL, val jsonb,
  PRIMARY KEY (ent, record, fld)
);
CREATE INDEX slot_site ON slot (site) WHERE site IS NOT NULL;

CREATE TABLE picture (digest text PRIMARY KEY, bytes bytea NOT NULL);
ALTER TABLE picture ALTER bytes SET STORAGE EXTERNAL;

CREATE TABLE assignment (who name, site uuid, PRIMARY KEY (who, site));
