-- A reset link ends with every change of what it could be misused after: password, e-mail, activity.
create function accounts_end_password_reset() returns trigger language plpgsql as $$
begin
  delete from accounts_passwordreset where user_id = new.id;
  return null;
end $$;
create trigger accounts_end_password_reset after update of password, email, is_active on accounts_user for each row
  when (old.password is distinct from new.password or old.email is distinct from new.email
        or old.is_active is distinct from new.is_active)
  execute function accounts_end_password_reset();
