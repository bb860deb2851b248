\set n random(1, :texts)
begin;
insert into floor.ticket (number, subject, description, customer_id, customer_name, category_id, status, priority, created_at, updated_at, response_due, resolution_due) select 'F-' || nextval('floor.number'), subject, body, customer_id, name, 3, 'open', 2, now(), now(), now() + interval '4 hours', now() + interval '2 days' from floor.text where id = :n returning id as ticket, customer_id as customer \gset
insert into floor.message (ticket_id, author_id, is_internal, body, created_at) select :ticket, :customer, false, body, now() from floor.text where id = :n;
insert into floor.audit (actor_id, action, object_type, object_id, data) values (:customer, 'TICKET_CREATED', 'ticket', :ticket, '{"subject": "x"}');
insert into floor.outbox (topic, payload) values ('ticket.created', '{"id": 1, "subject": "x"}');
commit;
