with due as (select ticket_id, kind from floor.sla_clock where state = 1 and due_at <= now() order by due_at limit %s for update skip locked),
 u as (update floor.sla_clock s set state = 2, fired_at = now() from due d where s.ticket_id = d.ticket_id and s.kind = d.kind returning s.ticket_id, s.due_at),
 a as (insert into floor.sla_audit (actor_id, action, object_type, object_id, data) select null, 'sla.breached', 'ticket', ticket_id, jsonb_build_object('due', due_at) from u)
insert into floor.sla_outbox (topic, payload) select 'sla.breached', jsonb_build_object('id', ticket_id) from u
