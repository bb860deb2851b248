"""Fewer indexes to write, folding six times as fast with the same result, and what was imported."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_search = import_module("tickets.migrations.0004_search")


def _class(points):
    """A bracket expression of these code points."""
    return "[" + "".join(f"\\u{point:04X}" for point in sorted(points)) + "]"


_DIGITS = {point: to for point, to in _search.MAPPED.items() if to.isdigit()}
_LETTERS = {point: to for point, to in _search.MAPPED.items() if not to.isdigit()}

# translate() looks every character up in its whole list, so what is rare is looked for first, by a regular expression.
FASTER = f"""
create or replace function fold_v1(t text) returns text language plpgsql immutable strict parallel safe as $$
begin
  if octet_length(t) = length(t) then return lower(t); end if;
  if t is not nfkc normalized then t := normalize(t, NFKC); end if;
  t := translate(lower(t), '{"".join(map(chr, _LETTERS))}', '{"".join(_LETTERS.values())}');
  if t ~ '{_class(_search.DROPPED)}' then t := regexp_replace(t, '{_class(_search.DROPPED)}', '', 'g'); end if;
  if t ~ '{_class(_DIGITS)}' then
    t := translate(t, '{"".join(map(chr, _DIGITS))}', '{"".join(_DIGITS.values())}');
  end if;
  return t;
end $$
"""
SLOWER = f"""
create or replace function fold_v1(t text) returns text language sql immutable strict parallel safe as $$
  select translate(lower(normalize(t, NFKC)), '{_search._FROM}', '{_search._TO}')
$$
"""
# Django makes it for LIKE on a unique text; numbers are looked up whole.
LIKE = "drop index if exists tickets_ticket_number_5f958fbb_like"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_service_users'),
        ('tickets', '0004_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FASTER, SLOWER),
        migrations.RunSQL(LIKE, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Imported',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=40)),
                ('source_id', models.CharField(max_length=100)),
            ],
            options={
                'db_table': 'tickets_imported',
                'default_permissions': (),
            },
        ),
        migrations.AlterField(
            model_name='change',
            name='ticket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='tickets.ticket'),
        ),
        migrations.AlterField(
            model_name='message',
            name='author',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='message',
            name='ticket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='tickets.ticket'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='assignee',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assigned', to=settings.AUTH_USER_MODEL, verbose_name='assignee'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='category',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='tickets.category', verbose_name='category'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='created_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to=settings.AUTH_USER_MODEL, verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='first_response_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='merged_into',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_sources', to='tickets.ticket'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='resolved_assignee',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='resolved_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['assignee', 'status', '-created_at', '-id'], name='ticket_by_assignee_status'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='ticket_merged'),
        ),
        migrations.AddField(
            model_name='imported',
            name='ticket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket'),
        ),
        migrations.AddConstraint(
            model_name='imported',
            constraint=models.UniqueConstraint(fields=('source', 'source_id'), name='imported_once'),
        ),
    ]
