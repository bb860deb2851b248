-- The floor that does the same work: what the monitor writes of missed first responses, by hand, as one statement into
-- the same tables, with their indexes, the chain of the log and the numbers of events.
with due as (
  select id from public.tickets_ticket where check_at < now() order by check_at limit %(most)s
  for no key update skip locked
), t as (
  update public.tickets_ticket t
  set sla_breached = true, first_response_due_at = t.first_response_due_at, sla_due_at = t.sla_due_at,
      check_at = t.last_activity_at + interval '365 days'
  from due where t.id = due.id returning t.*
), shown as (
  select t.*, gen_random_uuid() as salt, gen_random_uuid() as event_id, jsonb_build_object('metric', 'first_response',
           'at', t.first_response_due_at, 'dueAt', t.first_response_due_at, 'target', %(hours)s * 3600) as facts,
         jsonb_build_object('id', t.id::text, 'ticketNumber', t.number, 'subject', t.subject, 'description', t.description,
           'status', t.status, 'priority', t.priority, 'category', jsonb_build_object('id', c.id::text, 'nameAr', c.name_ar,
             'nameEn', c.name_en), 'orderId', t.order_id, 'productId', t.product_id, 'attachments', '[]'::jsonb,
           'resolvedAt', t.resolved_at, 'closedAt', t.closed_at, 'mergedInto', t.merged_into_id, 'version', t.version,
           'createdAt', t.created_at, 'updatedAt', t.updated_at, 'lastMessageAt', t.last_message_at, 'rating', null,
           'realtime', jsonb_build_object('room', 'ticket-staff:' || t.id, 'seq', 0), 'team', null,
           'customer', jsonb_build_object('id', u.id::text, 'name', u.name, 'email', u.email, 'phone', u.phone),
           'assignee', jsonb_build_object('id', a.id::text, 'name', a.name), 'tags', t.tags, 'watchers', '[]'::jsonb,
           'messageCount', t.message_count + t.note_count, 'escalatedAt', t.escalated_at, 'escalationLevel',
           t.escalation_level, 'firstResponseAt', t.first_response_at, 'chatSessionId', t.chat_session_id, 'snoozedUntil',
           t.snoozed_until, 'links', '[]'::jsonb, 'sla', jsonb_build_object('firstResponseDueAt', t.first_response_due_at,
             'nextResponseDueAt', null, 'resolutionDueAt', null, 'breached', true, 'paused', t.sla_paused),
           'staffUpdatedAt', t.staff_updated_at) as form
  from t join public.accounts_user u on u.id = t.customer_id left join public.accounts_user a on a.id = t.assignee_id
  left join public.tickets_category c on c.id = t.category_id
), stored as (
  insert into public.tickets_slaevent (ticket_id, metric, started_at, kind, number, at, due_at, target_seconds,
    elapsed_seconds, priority, policy_id)
  select id, 'first_response', created_at, 'breach', 0, first_response_due_at, first_response_due_at, %(hours)s * 3600,
    extract(epoch from now() - created_at)::int, priority, sla_policy_id from shown on conflict do nothing
), told as (
  insert into public.notifications_item (kind, key, entity_type, entity_id, actor_id, data, in_app_only, created_at)
  select 'sla-breach', 'sla-breach:ticket:' || id || ':breach-first_response-' || created_at, 'ticket', id, null,
    '{"metric": "first_response"}', false, now() from shown order by id on conflict (key) do nothing
), entries as (
  select nextval(pg_get_serial_sequence('public.audit_entry', 'id')) as entry_id, shown.* from shown
), audited as (
  insert into public.audit_entry (id, action, entity_type, entity_id, actor_id, actor_model, created_at, digest)
  select entry_id, 'TICKET_SLA_BREACHED', 'ticket', id, null, 'System', now(),
    public.audit_digest(salt, number, '', '{}', '{}', facts, '', '') from entries order by entry_id
), detailed as (
  insert into public.audit_detail (entry_id, salt, entity_name, actor_name, old_values, new_values, metadata, ip_address,
    user_agent)
  select entry_id, salt, number, '', '{}', '{}', facts, '', '' from entries
), sent as (
  insert into public.rt_event (id, event_id, room, event, data, at)
  select gen_random_uuid(), event_id, room, 'ticket:updated', form, now()
  from shown cross join lateral (values ('ticket-staff:' || id), ('queue:tickets')) rooms (room) returning room
)
select pg_notify('rt_news', room) from (select distinct room from sent) named
