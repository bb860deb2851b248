"""Tell whether the log is as it was written: every link, entry, detail and anchor looked at, in batches of plain SQL.

What a link and a digest cover is spelled out here once more rather than asked of the database's functions, so that a
function somebody changed cannot vouch for what he changed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction

from audit.anchors import Anchor, anchors

BATCH = 5000
CANONICAL = """convert_to(jsonb_build_array(e.id, e.action, e.entity_type, e.entity_id, e.actor_id, e.actor_model,
  (extract(epoch from e.created_at) * 1000000)::bigint, encode(e.digest, 'hex'))::text, 'UTF8')"""
DIGEST = """sha256(convert_to(jsonb_build_array(d.salt::text, d.entity_name, d.actor_name, d.old_values, d.new_values,
  d.metadata, d.ip_address, d.user_agent)::text, 'UTF8'))"""
GUARDS = {
    "audit_entry": {"audit_chain", "audit_entry_refuse", "audit_entry_keep"},
    "audit_detail": {"audit_detail_refuse", "audit_detail_keep"},
    "audit_link": {"audit_link_refuse", "audit_link_keep"},
}

_BY_KEYS = "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off"
_LINKS = f"""
with batch as materialized (
  select seq, entry_id, hash from audit_link where seq > %(seq)s order by seq limit %(size)s
), checked as (
  select b.seq, b.entry_id, b.hash, e.id is null as gone, lag(b.seq, 1, %(seq)s::bigint) over w as last_seq,
         sha256(lag(b.hash, 1, %(hash)s::bytea) over w || {CANONICAL}) as wanted
  from batch b left join audit_entry e on e.id = b.entry_id
  window w as (order by b.seq)
)
select seq, entry_id, hash, gone, last_seq, hash is distinct from wanted as differs,
  (select count(*) from batch) as total
from checked
where gone or last_seq <> seq - 1 or hash is distinct from wanted or seq = (select max(seq) from checked)
order by seq
"""
_ENTRIES = f"""
with batch as materialized (select * from audit_entry where id > %(id)s order by id limit %(size)s), checked as (
  select e.id, l.entry_id is null as unlinked, d.entry_id is null as bare,
         d.entry_id is not null and e.digest is distinct from {DIGEST} as differs
  from batch e left join audit_link l on l.entry_id = e.id left join audit_detail d on d.entry_id = e.id
)
select id, unlinked, bare, differs, (select count(*) from batch) as total
from checked where unlinked or bare or differs or id = (select max(id) from checked) order by id
"""
_STRAYS = """
with batch as materialized (select entry_id from audit_detail where entry_id > %(id)s order by entry_id limit %(size)s)
select b.entry_id, e.id is null, (select count(*) from batch) as total
from batch b left join audit_entry e on e.id = b.entry_id
where e.id is null or b.entry_id = (select max(entry_id) from batch) order by b.entry_id
"""
_ERASED = """
select (jsonb_array_elements_text(d.metadata -> 'entryIds'))::bigint
from audit_entry e join audit_detail d on d.entry_id = e.id
where e.action = 'AUDIT_ERASED' and jsonb_typeof(d.metadata -> 'entryIds') = 'array'
"""
_GUARDS = """
select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
where c.relname = any(%(tables)s) and c.relnamespace = 'public'::regnamespace and t.tgenabled in ('O', 'A')
"""


@dataclass
class Report:
    """Hold what was looked at and what is wrong with it, in plain words; nothing wrong is a log as it was written."""

    links: int = 0
    entries: int = 0
    erased: int = 0
    anchors: int = 0
    damage: list[str] = field(default_factory=list)


class Verification:
    """One walk over the whole log; other sessions may go on writing meanwhile.

    `progress` is called after each batch with what is being looked at and how much of it was.
    """

    def __init__(self, progress: Callable[[str, int], None] = lambda what, done: None, batch: int = BATCH) -> None:
        self.progress = progress
        self.batch = batch
        self.report = Report()
        self._bare: set[int] = set()

    def run(self) -> Report:
        self._guards()
        self._links()
        self._entries()
        self._strays()
        self._erasures()
        self._anchors()
        return self.report

    def _say(self, text: str) -> None:
        self.report.damage.append(text)

    def _guards(self) -> None:
        found = set(_rows(_GUARDS, tables=list(GUARDS)))
        for table, names in GUARDS.items():
            for name in sorted(names):
                if (table, name) not in found:
                    self._say(f"The trigger {name} on {table} is missing or switched off.")

    def _links(self) -> None:
        """Gapless numbers from 1, an entry for each, and each hash that of the link before and the entry."""
        seq, last_hash = 0, b""
        self._before_the_first()
        while rows := _rows(_LINKS, seq=seq, hash=last_hash, size=self.batch):
            for number, entry, _, gone, before, differs, _ in rows:
                if before != number - 1:
                    self._say(f"{_links_named(before + 1, number - 1)} missing from the chain.")
                if gone:
                    self._say(f"Entry {entry} was removed: link {number} names it.")
                elif differs and before == number - 1:
                    self._say(f"Entry {entry} or link {number} was changed, or stands in another's place.")
            seq, last_hash = rows[-1][0], bytes(rows[-1][2])
            self.report.links += rows[-1][-1]
            self.progress("links", self.report.links)

    def _before_the_first(self) -> None:
        for (number,) in _rows("select seq from audit_link where seq < 1 order by seq limit 10"):
            self._say(f"Link {number} stands before the first one.")

    def _entries(self) -> None:
        """A link for every entry, and a detail that gives its digest."""
        last = -(2**63)
        while rows := _rows(_ENTRIES, id=last, size=self.batch):
            for entry, unlinked, bare, differs, _ in rows:
                if unlinked:
                    self._say(
                        f"Entry {entry} is in no link: it was put in, or its link taken out, behind the log's back."
                    )
                if bare:
                    self._bare.add(entry)
                if differs:
                    self._say(f"The detail of entry {entry} was changed.")
            last = rows[-1][0]
            self.report.entries += rows[-1][-1]
            self.progress("entries", self.report.entries)

    def _strays(self) -> None:
        last, done = -(2**63), 0
        while rows := _rows(_STRAYS, id=last, size=self.batch):
            for entry, stray, _ in rows:
                if stray:
                    self._say(f"There is a detail of entry {entry}, but no such entry.")
            last, done = rows[-1][0], done + rows[-1][-1]
            self.progress("details", done)

    def _erasures(self) -> None:
        """Read after the entries: whatever was missing then is named by now if an erasure took it."""
        named = {entry for (entry,) in _rows(_ERASED)}
        self.report.erased = len(self._bare & named)
        for entry in sorted(self._bare - named):
            self._say(f"The detail of entry {entry} is gone and no erasure names it.")
        for some in _chunks(iter(sorted(named - self._bare)), self.batch):
            for (entry,) in _rows("select entry_id from audit_detail where entry_id = any(%(ids)s)", ids=list(some)):
                self._say(f"Entry {entry} is named as erased, but its detail is there.")

    def _anchors(self) -> None:
        """The chain still holds what was written down of it outside the database."""
        for some in _chunks(anchors(), self.batch):
            seqs = [anchor.seq for anchor in some]
            wanted = "select seq, encode(hash, 'hex') from audit_link where seq = any(%(seqs)s)"
            self._compare(some, dict(_rows(wanted, seqs=seqs)))
            self.report.anchors += len(some)
            self.progress("anchors", self.report.anchors)

    def _compare(self, some: Sequence[Anchor], found: dict[int, str]) -> None:
        for anchor in some:
            when = f"{anchor.at:%Y-%m-%d %H:%M} UTC"
            if anchor.seq not in found:
                self._say(f"The anchor of {when} knows link {anchor.seq}, which is gone: the log's end was cut off.")
            elif found[anchor.seq] != anchor.hash:
                self._say(f"Link {anchor.seq} is not the one that the anchor of {when} knows: the log was rewritten.")


def _links_named(first: int, last: int) -> str:
    return f"Link {first} is" if first == last else f"Links {first} to {last} are"


def _rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """Every batch by its keys, whatever the planner knows of the tables: a scan a batch would be quadratic."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BY_KEYS)
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _chunks(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while some := list(islice(items, size)):
        yield some
