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
-- `wide` says that surveyors may read such records, though they are of no site.
CREATE TABLE entity (
  ent integer PRIMARY KEY, name text NOT NULL, site_fld integer, wide boolean NOT NULL
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

-- Values -----------------------------------------------------------------------------------

-- These run with the caller's rights, and without a setting of their own are taken into the query.
CREATE FUNCTION text_of(val jsonb) RETURNS text LANGUAGE sql IMMUTABLE
  AS $$ SELECT CASE jsonb_typeof(val) WHEN 'object' THEN val ->> 'shown' ELSE val #>> '{}' END $$;

-- A field's value in the form that a creation gives it.
CREATE FUNCTION plain(kind text, val text) RETURNS jsonb LANGUAGE sql IMMUTABLE
  AS $$ SELECT CASE
    WHEN val IS NULL OR val = 'null' THEN NULL
    WHEN kind = 'link' THEN val::jsonb -> 'hex'
    WHEN kind IN ('place', 'links', 'pairs') THEN psnplanner.text_of(val::jsonb)::jsonb
    WHEN kind = 'yes_no' THEN to_jsonb(val <> '0')
    WHEN kind IN ('text', 'day') THEN to_jsonb(psnplanner.text_of(val::jsonb))
    ELSE val::jsonb END $$;

-- What a push must keep to -----------------------------------------------------------------

CREATE FUNCTION is_planner() RETURNS boolean LANGUAGE sql STABLE
  SET search_path = psnplanner, pg_temp
  AS $$ SELECT pg_has_role(session_user, ':planner_name', 'MEMBER') $$;

-- Locks these devices for the rest of the transaction and says how far each goes.
CREATE FUNCTION open_devices(wanted bigint[])
  RETURNS TABLE (dev bigint, n integer, hlc bigint, hash bytea)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = psnplanner, pg_temp AS $$
BEGIN
  INSERT INTO device AS d (dev, owner) SELECT w, session_user FROM unnest(wanted) w
    WHERE NOT EXISTS (SELECT FROM device k WHERE k.dev = w) ORDER BY w ON CONFLICT DO NOTHING;
  IF NOT is_planner() AND EXISTS (
      SELECT FROM device d WHERE d.dev = ANY (wanted) AND d.owner <> session_user) THEN
    RAISE EXCEPTION USING ERRCODE = 'PS003', MESSAGE =
      'Another person sends to the hub under the name of this file.', HINT =
      'Join the hub into a new file, and go on in that one.';
  END IF;
  RETURN QUERY SELECT d.dev, d.n, d.hlc, d.hash FROM device d WHERE d.dev = ANY (wanted)
    ORDER BY d.dev FOR UPDATE;
END $$;

CREATE FUNCTION check_txns() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = psnplanner, pg_temp AS $$
DECLARE wrong record;
BEGIN
  PERFORM open_devices(ARRAY(SELECT DISTINCT a.dev FROM arrived a));
  SELECT a.dev, d.n AS known, min(a.n) AS first INTO wrong
    FROM arrived a JOIN device d USING (dev) GROUP BY a.dev, d.n, d.hlc
    HAVING min(a.n) <> d.n + 1 OR max(a.n) <> d.n + count(*) OR min(a.hlc) <= d.hlc LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'PS001', MESSAGE = format(
      'Of device %s the hub has %s transactions, and the next to come is number %s.',
      wrong.dev, wrong.known, wrong.first), HINT = 'Sync again.';
  END IF;
  IF EXISTS (SELECT FROM arrived a
      WHERE a.hlc >> 16 > extract(epoch FROM now() + interval '3653 days') * 1000) THEN
    RAISE EXCEPTION USING ERRCODE = 'PS004', MESSAGE =
      'Changes were made by a clock that is years ahead.', HINT = 'Set the clock of that machine.';
  END IF;
  UPDATE device d SET n = a.n, hlc = a.hlc, hash = a.hash
    FROM (SELECT DISTINCT ON (dev) * FROM arrived ORDER BY dev, n DESC) a WHERE d.dev = a.dev;
  IF EXISTS (SELECT FROM arrived a, unnest(a.ctx_ords, a.ctx_ns) AS knew (ord, n)
      LEFT JOIN device d ON d.ord = knew.ord WHERE knew.n > coalesce(d.n, 0)) THEN
    RAISE EXCEPTION USING ERRCODE = 'PS005', MESSAGE =
      'These changes rest on others that have not reached the hub.', HINT = 'Sync again.';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER check_txns AFTER INSERT ON txn REFERENCING NEW TABLE AS arrived
  FOR EACH STATEMENT EXECUTE FUNCTION check_txns();

CREATE FUNCTION check_whole() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = psnplanner, pg_temp AS $$
BEGIN
  IF (SELECT (count(*), coalesce(max(e.i), -1)) <> (NEW.cnt::bigint, NEW.cnt - 1)
      FROM event e WHERE e.dev = NEW.dev AND e.n = NEW.n) THEN
    RAISE EXCEPTION USING ERRCODE = 'PS006', MESSAGE = format(
      'Transaction %s of device %s did not arrive whole.', NEW.n, NEW.dev), HINT = 'Sync again.';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_whole AFTER INSERT ON txn DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_whole();

-- Says whose an event is, before row-level security looks at it.
CREATE FUNCTION place_event() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = psnplanner, pg_temp AS $$
DECLARE kind entity;
BEGIN
  NEW.site := NULL;
  IF NEW.ent = :site THEN NEW.site := NEW.record; RETURN NEW; END IF;
  SELECT * INTO kind FROM entity e WHERE e.ent = NEW.ent;
  IF kind.site_fld IS NULL THEN RETURN NEW; END IF;
  SELECT b.site INTO NEW.site FROM belongs b WHERE b.ent = NEW.ent AND b.record = NEW.record;
  IF NOT FOUND AND NEW.fld IN (0, -1) THEN
    NEW.site := (text_of(NEW.val::jsonb)::jsonb ->> kind.site_fld::text)::uuid;
    IF NEW.site IS NOT NULL THEN
      INSERT INTO belongs VALUES (NEW.ent, NEW.record, NEW.site) ON CONFLICT DO NOTHING;
    END IF;
  ELSIF NEW.fld = kind.site_fld THEN
    IF NOT is_planner() THEN NEW.site := NULL; RETURN NEW; END IF;
    UPDATE belongs b SET site = (NEW.val::jsonb ->> 'hex')::uuid
      WHERE b.ent = NEW.ent AND b.record = NEW.record AND NEW.val::jsonb ->> 'hex' IS NOT NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER place_event BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION place_event();

-- The current state ------------------------------------------------------------------------

-- Every field that some events set, a row each, beside the coming and going of their records.
CREATE TYPE told AS (ent integer, record uuid, fld integer, site uuid, hlc bigint, dev bigint,
  i integer, val jsonb);

CREATE FUNCTION told(e event) RETURNS SETOF told LANGUAGE sql STABLE AS $$
  SELECT e.ent, e.record, e.fld, e.site, e.hlc, e.dev, e.i, psnplanner.plain(
      (SELECT f.kind FROM psnplanner.field f WHERE f.ent = e.ent AND f.fld = e.fld), e.val) WHERE e.fld > 0
  UNION ALL SELECT e.ent, e.record, e.fld, e.site, e.hlc, e.dev, e.i, NULL WHERE e.fld <= 0
  UNION ALL SELECT e.ent, e.record, b.key::integer, e.site, e.hlc, e.dev, e.i, b.value
    FROM jsonb_each(CASE WHEN e.fld = 0 THEN psnplanner.text_of(e.val::jsonb)::jsonb END) b
    WHERE e.fld = 0
$$;

-- A record that was ever removed is rare, and folded anew from all its events.
CREATE FUNCTION fold_again(wanted integer, ident uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = psnplanner, pg_temp AS $$
BEGIN
  DELETE FROM slot s WHERE s.ent = wanted AND s.record = ident;
  INSERT INTO slot (ent, record, fld, site, hlc, dev, val)
  WITH e AS MATERIALIZED (SELECT * FROM event e WHERE e.record = ident AND e.ent = wanted),
  gone AS (SELECT e.hlc, e.dev, e.i FROM e WHERE e.fld = -1
    ORDER BY e.hlc DESC, e.dev DESC, e.i DESC LIMIT 1),
  begun AS (SELECT e.hlc, e.dev, e.i FROM e, gone g
    WHERE e.fld = 0 AND (e.hlc, e.dev, e.i) > (g.hlc, g.dev, g.i)
    ORDER BY e.hlc, e.dev, e.i LIMIT 1)
  SELECT DISTINCT ON (t.fld) t.ent, t.record, t.fld, t.site, t.hlc, t.dev, t.val
  FROM begun b, e, told(ROW(e.*)::event) t WHERE (e.hlc, e.dev, e.i) >= (b.hlc, b.dev, b.i)
  ORDER BY t.fld, t.hlc DESC, t.dev DESC, t.i DESC;
  INSERT INTO slot (ent, record, fld, site, hlc, dev)
    SELECT e.ent, e.record, -1, e.site, e.hlc, e.dev FROM event e
    WHERE e.record = ident AND e.ent = wanted AND e.fld = -1
    ORDER BY e.hlc DESC, e.dev DESC LIMIT 1;
END $$;

CREATE FUNCTION project() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = psnplanner, pg_temp AS $$
DECLARE removed uuid[]; item record;
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT a.dev, a.n, a.hlc FROM arrived a) a
      LEFT JOIN txn t ON t.dev = a.dev AND t.n = a.n AND t.hlc = a.hlc
      WHERE t.xid IS DISTINCT FROM pg_current_xact_id()) THEN
    RAISE EXCEPTION USING ERRCODE = 'PS006', MESSAGE =
      'Changes can only arrive with their transaction.', HINT = 'Sync again.';
  END IF;
  removed := ARRAY(SELECT a.record FROM arrived a WHERE a.fld = -1 UNION
    SELECT s.record FROM slot s WHERE s.fld = -1
      AND (s.ent, s.record) IN (SELECT a.ent, a.record FROM arrived a));
  INSERT INTO slot AS s (ent, record, fld, site, hlc, dev, val)
    SELECT DISTINCT ON (t.ent, t.record, t.fld)
      t.ent, t.record, t.fld, t.site, t.hlc, t.dev, t.val
    FROM arrived a, told(ROW(a.*)::event) t WHERE a.record <> ALL (removed)
    ORDER BY t.ent, t.record, t.fld, t.hlc DESC, t.dev DESC, t.i DESC
  ON CONFLICT (ent, record, fld) DO UPDATE
    SET site = excluded.site, hlc = excluded.hlc, dev = excluded.dev, val = excluded.val
    WHERE (excluded.hlc, excluded.dev) > (s.hlc, s.dev);
  FOR item IN SELECT DISTINCT a.ent, a.record FROM arrived a
      WHERE a.record = ANY (removed) ORDER BY 1, 2 LOOP
    PERFORM fold_again(item.ent, item.record);
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER project AFTER INSERT ON event REFERENCING NEW TABLE AS arrived
  FOR EACH STATEMENT EXECUTE FUNCTION project();

-- Photographs ------------------------------------------------------------------------------

CREATE FUNCTION missing_pictures(digests text[]) RETURNS SETOF text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = psnplanner, pg_temp
  AS $$ SELECT d FROM unnest(digests) d WHERE NOT EXISTS (SELECT FROM picture p WHERE p.digest = d)
  $$;

CREATE FUNCTION keep_picture(given bytea) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = psnplanner, pg_temp
  AS $$ INSERT INTO picture VALUES (encode(sha256(given), 'hex'), given) ON CONFLICT DO NOTHING $$;

-- Who may what -----------------------------------------------------------------------------

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA psnplanner FROM PUBLIC;
REVOKE ALL ON SCHEMA psnplanner FROM PUBLIC;
GRANT USAGE ON SCHEMA psnplanner TO :reader, :surveyor, :planner;
GRANT SELECT ON hub, entity, field, device, txn, event, slot, picture TO :reader, :surveyor;
GRANT :reader TO :planner;
GRANT INSERT (dev, n, hlc, author, kind, label, effective_on, undo_of, exact, ctx_ords,
  ctx_ns, ctx_whole, cnt, hash) ON txn TO :planner, :surveyor;
GRANT INSERT (dev, n, i, hlc, ent, record, fld, val, bh, bd) ON event TO :planner, :surveyor;
GRANT SELECT, INSERT, DELETE ON assignment TO :planner;
GRANT SELECT ON assignment TO :surveyor;
GRANT EXECUTE ON FUNCTION open_devices, missing_pictures, keep_picture TO :planner, :surveyor;
GRANT EXECUTE ON FUNCTION missing_pictures TO :reader;
GRANT EXECUTE ON FUNCTION is_planner, text_of, plain TO :reader, :surveyor;

ALTER TABLE txn ENABLE ROW LEVEL SECURITY;
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE slot ENABLE ROW LEVEL SECURITY;
ALTER TABLE picture ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignment ENABLE ROW LEVEL SECURITY;

CREATE POLICY all_read ON txn FOR SELECT TO :reader USING (true);
CREATE POLICY all_read ON event FOR SELECT TO :reader USING (true);
CREATE POLICY all_read ON slot FOR SELECT TO :reader USING (true);
CREATE POLICY all_read ON picture FOR SELECT TO :reader USING (true);
CREATE POLICY planner_writes ON txn FOR INSERT TO :planner WITH CHECK (true);
CREATE POLICY planner_writes ON event FOR INSERT TO :planner WITH CHECK (true);
CREATE POLICY planner_assigns ON assignment TO :planner USING (true) WITH CHECK (true);

CREATE POLICY own ON assignment FOR SELECT TO :surveyor USING (who = session_user);
CREATE POLICY own ON txn FOR SELECT TO :surveyor USING (pushed_by = session_user);
CREATE POLICY own_sites ON event FOR SELECT TO :surveyor USING (
  site IN (SELECT a.site FROM assignment a)
  OR (site IS NULL AND ent IN (SELECT e.ent FROM entity e WHERE e.wide)));
CREATE POLICY own_sites ON slot FOR SELECT TO :surveyor USING (
  site IN (SELECT a.site FROM assignment a)
  OR (site IS NULL AND ent IN (SELECT e.ent FROM entity e WHERE e.wide)));
CREATE POLICY own_sites ON picture FOR SELECT TO :surveyor USING (
  digest IN (SELECT s.val #>> '{}' FROM slot s WHERE s.ent = :photograph AND s.fld = :digest));
CREATE POLICY own_writes ON txn FOR INSERT TO :surveyor WITH CHECK (true);
-- Surveyors make and remove no sites; the programme's status date moves with what they record.
CREATE POLICY own_sites_writes ON event FOR INSERT TO :surveyor WITH CHECK (
  (site IN (SELECT a.site FROM assignment a) AND NOT (ent = :site AND fld <= 0))
  OR (ent = :programme AND fld = :status_on));
