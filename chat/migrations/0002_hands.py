"""What the database itself refuses: a word of the bot when it no longer has the chat, and any word in an ended one."""

from django.db import migrations

# The lock waits for whoever is changing the chat's hands, and then sees what he has made of it.
MAKE = """
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
"""
UNMAKE = "drop trigger chat_message_hands on chat_message; drop function chat_message_hands()"


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNMAKE)]
