-- What holds in a hub, beside what stands in its tables: functions, triggers, rights. They are
-- taken out and put in again whole when a hub is brought up to a newer version.

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

-- Ids that follow from a site -----------------------------------------------------------------

-- Of what a site has just one of by some name, the id is BLAKE2b (RFC 7693, 16 bytes) of the site's
-- id and that name. Who claims such an id for another site would get what others say of it there.
CREATE FUNCTION sum64(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
  AS $$ SELECT ((((a >> 32) & 4294967295) + ((b >> 32) & 4294967295)
      + (((a & 4294967295) + (b & 4294967295)) >> 32)) << 32)
    | (((a & 4294967295) + (b & 4294967295)) & 4294967295) $$;

CREATE FUNCTION turned(a bigint, by integer) RETURNS bigint LANGUAGE sql IMMUTABLE
  AS $$ SELECT ((a >> by) & ((1::bigint << (64 - by)) - 1)) | (a << (64 - by)) $$;

CREATE FUNCTION derived_id(owner uuid, name text) RETURNS uuid
  LANGUAGE plpgsql IMMUTABLE SET search_path = psnplanner, pg_temp AS $$
DECLARE
  iv CONSTANT bigint[] := ARRAY[x'6a09e667f3bcc908'::bigint, x'bb67ae8584caa73b'::bigint,
    x'3c6ef372fe94f82b'::bigint, x'a54ff53a5f1d36f1'::bigint, x'510e527fade682d1'::bigint,
    x'9b05688c2b3e6c1f'::bigint, x'1f83d9abfb41bd6b'::bigint, x'5be0cd19137e2179'::bigint];
  sigma CONSTANT text[] := ARRAY['0123456789abcdef', 'ea489fd61c02b753', 'b8c052fdae367194',
    '7931dcbe265a40f8', '905724afe1bc683d', '2c6a0b834d75fe19', 'c51fed4a0763928b',
    'db7ec13950f4862a', '6fe9b308c2d714a5', 'a2847615fb9e3cd0', '0123456789abcdef',
    'ea489fd61c02b753'];
  lanes CONSTANT integer[] := ARRAY[1,5,9,13, 2,6,10,14, 3,7,11,15, 4,8,12,16,
    1,6,11,16, 2,7,12,13, 3,8,9,14, 4,5,10,15];
  given bytea := decode(replace(owner::text, '-', ''), 'hex') || convert_to(name, 'UTF8');
  size CONSTANT integer := length(given);
  blocks CONSTANT integer := greatest(1, (size + 127) / 128);
  h bigint[] := iv;
  v bigint[];
  m bigint[];
  digits CONSTANT text := sigma[1];
  a integer; b integer; c integer; d integer; first integer; second integer;
BEGIN
  h[1] := h[1] # x'01010010'::bigint;  -- no key, 16 bytes
  given := given || decode(repeat('00', blocks * 128 - size), 'hex');
  FOR block IN 0 .. blocks - 1 LOOP
    FOR word IN 0 .. 15 LOOP
      m[word] := 0;
      FOR byte IN REVERSE 7 .. 0 LOOP
        m[word] := (m[word] << 8) | get_byte(given, block * 128 + word * 8 + byte);
      END LOOP;
    END LOOP;
    v := h || iv;
    v[13] := v[13] # least(size, (block + 1) * 128)::bigint;
    IF block = blocks - 1 THEN v[15] := ~v[15]; END IF;
    FOR turn IN 1 .. 12 LOOP
      FOR lane IN 0 .. 7 LOOP
        a := lanes[lane * 4 + 1]; b := lanes[lane * 4 + 2];
        c := lanes[lane * 4 + 3]; d := lanes[lane * 4 + 4];
        first := strpos(digits, substr(sigma[turn], lane * 2 + 1, 1)) - 1;
        second := strpos(digits, substr(sigma[turn], lane * 2 + 2, 1)) - 1;
        v[a] := sum64(sum64(v[a], v[b]), m[first]);
        v[d] := turned(v[d] # v[a], 32);
        v[c] := sum64(v[c], v[d]);
        v[b] := turned(v[b] # v[c], 24);
        v[a] := sum64(sum64(v[a], v[b]), m[second]);
        v[d] := turned(v[d] # v[a], 16);
        v[c] := sum64(v[c], v[d]);
        v[b] := turned(v[b] # v[c], 63);
      END LOOP;
    END LOOP;
    FOR word IN 1 .. 8 LOOP
      h[word] := h[word] # v[word] # v[word + 8];
    END LOOP;
  END LOOP;
  RETURN (SELECT string_agg(lpad(to_hex((h[w] >> (8 * at)) & 255), 2, '0'), '' ORDER BY w, at)
    FROM generate_series(1, 2) w, generate_series(0, 7) at)::uuid;
END $$;

-- What a push must keep to -----------------------------------------------------------------

CREATE FUNCTION is_planner() RETURNS boolean LANGUAGE sql STABLE
  SET search_path = psnplanner, pg_temp
  AS $$ SELECT pg_has_role(session_user, ':planner_name', 'MEMBER') $$;

-- Locks these devices for the rest of the transaction and says how far each goes.
CREATE FUNCTION open_devices(wanted bigint[])
  RETURNS TABLE (dev bigint, n integer, hlc bigint, hash bytea)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = psnplanner, pg_temp AS $$
BEGIN
  IF 0 >= ANY (wanted) OR NOT is_planner() AND (cardinality(wanted) > 1000
      OR (SELECT count(*) FROM device d WHERE d.owner = session_user) > 1000) THEN
    RAISE EXCEPTION USING ERRCODE = 'PS007', MESSAGE = 'No person has so many devices.';
  END IF;
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
  -- No program of ours sends such a thing, and one would keep every copy from going on.
  IF EXISTS (SELECT FROM (SELECT *, lag(hlc) OVER (PARTITION BY dev ORDER BY n) AS before
        FROM arrived) a
      WHERE a.hlc <= a.before OR octet_length(a.hash) > 64 OR length(a.undo_of) > 50
      OR greatest(length(a.author), length(a.kind), length(a.label), length(a.effective_on),
        length(a.exact) / 10) > 1000000
      OR array_ndims(a.ctx_ords) > 1 OR array_ndims(a.ctx_ns) > 1
      OR cardinality(a.ctx_ords) IS DISTINCT FROM cardinality(a.ctx_ns)
      OR array_position(a.ctx_ords, NULL) > 0 OR array_position(a.ctx_ns, NULL) > 0
      OR 0 > ANY (a.ctx_ns)) THEN
    RAISE EXCEPTION USING ERRCODE = 'PS007', MESSAGE = 'What was sent is no transaction.';
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
DECLARE kind entity; sent jsonb; given jsonb; named uuid; part text; name text;
BEGIN
  NEW.site := NULL;
  sent := NEW.val::jsonb;
  IF NEW.fld < -1 OR octet_length(NEW.val) > 16000000 THEN
    RAISE EXCEPTION USING ERRCODE = 'PS007', MESSAGE = 'What was sent is no change.';
  END IF;
  IF NEW.fld IN (0, -1) THEN
    given := text_of(sent)::jsonb;
    -- A number written otherwise, as 01, is the same to some readers and to others none.
    IF EXISTS (SELECT FROM jsonb_object_keys(given) k WHERE k::integer::text <> k) THEN
      RAISE EXCEPTION USING ERRCODE = 'PS007', MESSAGE = 'What was sent is no record.';
    END IF;
  END IF;
  IF NEW.ent = :site THEN NEW.site := NEW.record; RETURN NEW; END IF;
  SELECT * INTO kind FROM entity e WHERE e.ent = NEW.ent;
  IF kind.site_fld IS NULL THEN RETURN NEW; END IF;
  SELECT b.site INTO NEW.site FROM belongs b WHERE b.ent = NEW.ent AND b.record = NEW.record;
  IF NEW.fld IN (0, -1) THEN
    named := (given ->> kind.site_fld::text)::uuid;
    -- Of what is shown for what is meant, or named for another site than its own, it is nobody's.
    IF (jsonb_typeof(sent) <> 'string' OR NEW.site <> named) AND NOT is_planner() THEN
      NEW.site := NULL;
      RETURN NEW;
    END IF;
  END IF;
  IF NEW.site IS NULL AND NEW.fld IN (0, -1) THEN
    NEW.site := named;
    IF kind.derives IS NOT NULL AND NOT is_planner() THEN
      name := kind.derives;
      FOR part IN SELECT m[1] FROM regexp_matches(kind.derives, '{(\d+)}', 'g') m LOOP
        name := replace(name, '{' || part || '}', coalesce(given ->> part, ''));
      END LOOP;
      IF derived_id(NEW.site, name) IS DISTINCT FROM NEW.record THEN NEW.site := NULL; END IF;
    END IF;
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
  IF EXISTS (SELECT FROM (SELECT a.dev, a.n, a.hlc, min(a.i) AS first, max(a.i) AS last
        FROM arrived a GROUP BY 1, 2, 3) a
      LEFT JOIN txn t ON t.dev = a.dev AND t.n = a.n AND t.hlc = a.hlc
      WHERE t.xid IS DISTINCT FROM pg_current_xact_id() OR a.first < 0 OR a.last >= t.cnt) THEN
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
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = psnplanner, pg_temp AS $$
BEGIN
  IF octet_length(given) > 50000000 THEN
    RAISE EXCEPTION USING ERRCODE = 'PS007', MESSAGE = 'No photograph is so large.';
  END IF;
  INSERT INTO picture VALUES (encode(sha256(given), 'hex'), given) ON CONFLICT DO NOTHING;
END $$;

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
-- What they take back is their own; `exact` says it once more.
CREATE POLICY own_writes ON txn FOR INSERT TO :surveyor WITH CHECK (
  (undo_of IS NULL OR split_part(undo_of, '.', 1) IN
    (SELECT dev::text UNION SELECT d.dev::text FROM device d WHERE d.owner = session_user))
  AND (exact IS NULL
    OR right(exact, length(undo_of) + 4) = ',"' || undo_of || '"]'
    OR undo_of IS NULL AND right(exact, 6) = ',null]'));
-- Surveyors make and remove no sites; the programme's status date moves with what they record.
CREATE POLICY own_sites_writes ON event FOR INSERT TO :surveyor WITH CHECK (
  (site IN (SELECT a.site FROM assignment a) AND NOT (ent = :site AND fld <= 0))
  OR (ent = :programme AND fld = :status_on));
