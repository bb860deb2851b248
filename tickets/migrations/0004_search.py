"""Search: the folded text of tickets and messages, kept by the database, and an index behind every path."""

from django.db import migrations, models

# What folding drops (harakat, tatweel, bidi and zero-width marks) and what it maps. Kept as code points, since most of
# these characters cannot be seen. A new rule is fold_v2 and a new column: stored text does not follow a function.
DROPPED = [
    *range(0x0610, 0x061B),
    0x061C,
    0x0640,
    *range(0x064B, 0x0660),
    0x0670,
    *range(0x06D6, 0x06DD),
    *range(0x06DF, 0x06E5),
    0x06E7,
    0x06E8,
    *range(0x06EA, 0x06EE),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x206A),
    0xFEFF,
    0x00AD,
]
MAPPED = {
    0x0622: "ا", 0x0623: "ا", 0x0625: "ا", 0x0671: "ا", 0x0672: "ا", 0x0673: "ا",
    0x0649: "ي", 0x06CC: "ي", 0x0626: "ي", 0x06A9: "ك", 0x0629: "ه", 0x06C1: "ه", 0x0624: "و",
    **{0x0660 + digit: str(digit) for digit in range(10)},
    **{0x06F0 + digit: str(digit) for digit in range(10)},
}  # fmt: skip
_FROM = "".join(map(chr, MAPPED)) + "".join(map(chr, DROPPED))
_TO = "".join(MAPPED.values())

FUNCTIONS = f"""
create function fold_v1(t text) returns text language sql immutable strict parallel safe as $$
  select translate(lower(normalize(t, NFKC)), '{_FROM}', '{_TO}')
$$;

-- The first one and two characters of every word, for words too short for trigrams: of runs between blanks, so that a
-- sign can be found, and of runs of letters and digits.
create function prefixes_v1(t text) returns text[] language sql immutable strict parallel safe as $$
  select coalesce(array_agg(distinct left(w, n)), '{{}}')
  from (
    select w from regexp_split_to_table(t, '[[:space:]]+') w
    union
    select w from regexp_split_to_table(t, '[^[:alnum:]]+') w
  ) words, (values (1), (2)) as sizes (n)
  where length(w) >= n
$$;
"""

TICKET = """
alter table tickets_ticket add column search_text text generated always as (
  fold_v1(number || ' ' || subject || ' ' || description || ' ' || order_id || ' ' || product_id || ' ' || customer_text)
) stored;
create index ticket_search on tickets_ticket using gin (search_text gin_trgm_ops);
create index ticket_search_short on tickets_ticket using gin (prefixes_v1(search_text));
"""

MESSAGE = """
alter table tickets_message add column search_text text generated always as (fold_v1(body)) stored;
create index message_search_public on tickets_message using gin (search_text gin_trgm_ops) where not is_internal;
create index message_search_notes on tickets_message using gin (search_text gin_trgm_ops) where is_internal;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_opening_and_note_files")]
    operations = [
        migrations.AddField("ticket", "customer_text", models.TextField(blank=True, default="", editable=False)),
        migrations.AddField("ticket", "sla_due_at", models.DateTimeField(null=True)),
        migrations.AddIndex("ticket", models.Index(fields=["sla_due_at", "id"], name="ticket_by_due")),
        migrations.RunSQL(FUNCTIONS, "drop function prefixes_v1(text); drop function fold_v1(text)"),
        migrations.RunSQL(
            "update tickets_ticket t set customer_text = concat_ws(' ', u.name, u.email, nullif(u.contact_email, '')) "
            "from accounts_user u where u.id = t.customer_id; set constraints all immediate",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(TICKET, "alter table tickets_ticket drop column search_text"),
        migrations.RunSQL(MESSAGE, "alter table tickets_message drop column search_text"),
    ]
