-- What the database itself refuses: a message of the bot when it no longer has the chat, and any message in an ended
-- one. The lock waits for whoever is handing the chat over, and then sees the chat as they left it.
create function chat_message_hands() returns trigger language plpgsql as $$
declare hands text;
begin
  select status into hands from chat_session where id = new.session_id for share;
  if hands = 'ended' then
    raise exception 'chat % has ended', new.session_id
      using errcode = 'check_violation', constraint = 'chat_message_of_open_session';
  end if;
  if new.author_type = 'bot' and hands <> 'bot' then
    raise exception 'the bot no longer has chat %', new.session_id
      using errcode = 'check_violation', constraint = 'chat_message_bot_in_hand';
  end if;
  return new;
end $$;
create trigger chat_message_hands before insert on chat_message for each row execute function chat_message_hands();
