"""Making a hub in a database: its tables, its roles, and a view of each kind of record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from psycopg import sql

from psnplanner import resource_files
from psnplanner.errors import UserError
from psnplanner.hub.address import Address
from psnplanner.hub.connection import SCHEMA, VERSION, Connection, is_hub, one
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Field, fields_of
from psnplanner.programme.site import Site
from psnplanner.programme.state import RECORD_TYPES, Programme

READER, SURVEYOR, PLANNER = "reader", "surveyor", "planner"
ROLES = (READER, SURVEYOR, PLANNER)
WIDE = ("programme", "partner", "node", "phase", "certificate", "closed_window")
"""The kinds of record of no site that surveyors may read."""

_DERIVED = {"stage": "stage {stage}", "wayleave": "wayleave",
            "override": "override {stage} {given_on} {gate}"}  # fmt: skip
"""The name under which a site has just one of a kind, as in the `id_for` of each."""

_PLURALS = {"boundary": "boundaries", "wish": "wishes"}
_SECRET = (("field_pack", "key"),)
_NAME = re.compile(r"(?<!:):(\w+)")
_LONGEST = 63


def make(connection: Connection, address: Address, root: tuple[int, bytes], name: str) -> bool:
    """Make a hub for this programme, or bring the one that is there up to date; whether made.

    `root` is the device and hash of the programme's first transaction. Raises UserError if the
    hub is of another programme, or of a newer version.
    """
    with connection.transaction():
        made = not is_hub(connection)
        if made:
            _make_roles(connection, address)
            connection.execute(f"CREATE SCHEMA {SCHEMA}")
            connection.execute(_statements(connection, "hub.sql"))
            connection.execute(_statements(connection, "hub_rules.sql"))
            connection.execute(
                "INSERT INTO hub (version, programme, root_dev, root_hash) VALUES (%s, %s, %s, %s)",
                (VERSION, name, *root),
            )
        check_programme(connection, address, root)
        version = one(connection, "SELECT version FROM hub")[0]
        if version > VERSION:
            raise UserError("A newer PSN Planner made this hub.", str(address),
                            "Update PSN Planner here.")  # fmt: skip
        if not made:
            _renew(connection)
        connection.execute("UPDATE hub SET version = %s, programme = %s", (VERSION, name))
        _describe(connection)
        for statement in _views(connection):
            connection.execute(statement.encode())
    return made


def check_programme(connection: Connection, address: Address, root: tuple[int, bytes]) -> None:
    """Raise UserError unless the hub is of the programme that began with this transaction."""
    dev, digest, name = one(connection, "SELECT root_dev, root_hash, programme FROM hub")
    if (dev, bytes(digest)) != root:
        raise UserError(
            f"This hub is of another programme, “{name}”; nothing was exchanged.", str(address),
            "Give the address of this programme's own hub; each has a database of its own.",
        )  # fmt: skip


def role(connection: Connection, kind: str) -> str:
    """The role of this hub's readers, surveyors or planners. Roles are the whole server's."""
    return f"{one(connection, 'SELECT current_database()')[0]}_{kind}"


def _make_roles(connection: Connection, address: Address) -> None:
    if not one(
        connection, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )[0]:
        raise UserError("Making a hub makes roles, which you may not do on that server.",
                        str(address), "Have it made by a user with CREATEROLE.")  # fmt: skip
    for kind in ROLES:
        name = role(connection, kind)
        if len(name.encode()) > _LONGEST:  # cut off, all three would be one
            raise UserError("The database's name is too long for a hub.", str(address),
                            "Give it one of at most 50 letters.")  # fmt: skip
        if not one(connection, "SELECT count(*) FROM pg_roles WHERE rolname = %s", name)[0]:
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
    planner = sql.Identifier(role(connection, PLANNER))
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(planner))


_TAKEN_OUT = """
DO $$ DECLARE item text; BEGIN
  FOR item IN
    SELECT format('DROP VIEW %I.%I', schemaname, viewname) FROM pg_views
      WHERE schemaname = 'psnplanner'
    UNION ALL SELECT format('DROP POLICY %I ON %I.%I', policyname, schemaname, tablename)
      FROM pg_policies WHERE schemaname = 'psnplanner'
    UNION ALL SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid
      WHERE c.relnamespace = 'psnplanner'::regnamespace AND NOT t.tgisinternal
    UNION ALL SELECT format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc
      WHERE pronamespace = 'psnplanner'::regnamespace
  LOOP EXECUTE item; END LOOP;
END $$;
DROP TYPE told;
ALTER TABLE entity ADD COLUMN IF NOT EXISTS derives text
"""


def _renew(connection: Connection) -> None:
    """Give a hub this program's rules: what its tables hold stays as it is."""
    connection.execute(_TAKEN_OUT)
    connection.execute(_statements(connection, "hub_rules.sql"))


def _statements(connection: Connection, name: str) -> bytes:
    """The tables or rules, with this hub's roles and this version's numbers in their places."""
    names = {kind: sql.Identifier(role(connection, kind)).as_string() for kind in ROLES}
    names |= {
        "planner_name": role(connection, PLANNER).replace("'", "''"),
        "site": str(Site.ENTITY_NUMBER),
        "photograph": str(Photograph.ENTITY_NUMBER),
        "digest": str(fields_of(Photograph)["digest"].number),
        "programme": str(Programme.ENTITY_NUMBER),
        "status_on": str(fields_of(Programme)["status_on"].number),
    }
    return _NAME.sub(lambda found: names[found[1]], resource_files.read_text(name)).encode()


def _describe(connection: Connection) -> None:
    """Write the names behind the journal's numbers, as this version knows them."""
    for entity, kind in RECORD_TYPES.items():
        known = fields_of(kind)
        site = known["site"].number if "site" in known else None
        numbers = {name: f"{{{field.number}}}" for name, field in known.items()}
        derives = _DERIVED[entity].format_map(numbers) if entity in _DERIVED else None
        connection.execute(
            "INSERT INTO entity VALUES (%s, %s, %s, %s, %s) ON CONFLICT (ent) DO UPDATE SET "
            "name = excluded.name, site_fld = excluded.site_fld, wide = excluded.wide, "
            "derives = excluded.derives",
            (kind.ENTITY_NUMBER, entity, site, entity in WIDE, derives),
        )
        for field in known.values():
            connection.execute(
                "INSERT INTO field VALUES (%s, %s, %s, %s) ON CONFLICT (ent, fld) DO UPDATE SET "
                "name = excluded.name, kind = excluded.kind",
                (kind.ENTITY_NUMBER, field.number, field.name, field.kind),
            )


# -- Views for reporting tools ------------------------------------------------------------


def view_name(entity: str) -> str:
    """The view of a kind of record: sites, phases, boundaries ..."""
    return _PLURALS.get(entity, f"{entity}s")


def _views(connection: Connection) -> Iterator[str]:
    readers = ", ".join(sql.Identifier(role(connection, k)).as_string() for k in ROLES)
    for entity, kind in RECORD_TYPES.items():
        name = f"{SCHEMA}.{view_name(entity)}"
        shown = [f for f in fields_of(kind).values() if (entity, f.name) not in _SECRET]
        columns = [column for field in shown for column in _columns(field)]
        yield f"DROP VIEW IF EXISTS {name}"
        # With its owner's rights a view would show every row to whoever may read one.
        yield (
            f"CREATE VIEW {name} WITH (security_invoker = true) AS SELECT record AS id, "
            f"{', '.join(columns)} FROM {SCHEMA}.slot WHERE ent = {kind.ENTITY_NUMBER} "
            "GROUP BY record HAVING bool_or(fld = 0)"
        )
        yield f"GRANT SELECT ON {name} TO {readers}"


_TEXT = "max(val #>> '{{}}') FILTER (WHERE fld = {0})"
# People may write to a hub by other means than this program: what is no value of its field is
# shown as nothing. A cast would end every query of the view for everybody.
_NUMBER = (
    "CASE WHEN {text} ~ '^-?[0-9]+([.][0-9]+)?$' AND length({text}) < 300 THEN ({text})::float8 END"
)
_DAY = (
    r"^(?!0000)([0-9]{{4}}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]"
    r"|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{{2}}(0[48]|[2468][048]|[13579][26])"
    r"|([02468][048]|[13579][26])00)-02-29)$"
)
# Readers of JSON stumble over numbers and depths without end too: texts are all there is in these.
_VALUE = "(array_agg(val) FILTER (WHERE fld = {number}))[1]"
_LIST = (
    f"CASE WHEN jsonb_typeof({_VALUE}) = 'array' "
    f"AND NOT {_VALUE} @? 'strict $[*] ? ({{strange}})' THEN {_VALUE} ELSE '[]' END"
)
_TYPES = {
    "text": "coalesce({text}, '')",
    "whole": "CASE WHEN {text} ~ '^-?[0-9]{{1,18}}$' THEN ({text})::bigint END",
    "quantity": _NUMBER,
    "day": f"CASE WHEN {{text}} ~ '{_DAY}' THEN ({{text}})::date END",
    "link": "CASE WHEN {text} ~ '^[0-9a-fA-F]{{32}}$' THEN ({text})::uuid END",
    "yes_no": "CASE {text} WHEN 'true' THEN true WHEN '1' THEN true WHEN 'false' THEN false "
    "WHEN '0' THEN false ELSE {default} END",
    "links": _LIST.format(strange='@.type() <> "string"', number="{number}"),
    "pairs": _LIST.format(
        strange='@.type() <> "array" || exists(@[*] ? (@.type() <> "string"))', number="{number}"
    ),
}
_PLACE = (("latitude", 0, _NUMBER), ("longitude", 1, _NUMBER), ("position_source", 2, "{text}"),
          ("accuracy_m", 3, _NUMBER))  # fmt: skip


def _columns(field: Field) -> Iterator[str]:
    """A field's column; a place has four."""
    if field.kind == "place":
        for name, at, shown in _PLACE:
            text = f"max(val ->> {at}) FILTER (WHERE fld = {field.number})"
            yield f'{shown.format(text=text)} AS "{name}"'
        return
    text = _TEXT.format(field.number)
    default = str(bool(field.default)).lower()
    value = _TYPES[field.kind].format(text=text, number=field.number, default=default)
    yield f'{value} AS "{field.name}"'
