-- The codenames of the rights of a person: those of their groups and their own.
create function user_rights(person bigint) returns varchar[] language plpgsql stable as $$
begin
  return array(
    select p.codename
    from auth_permission p join django_content_type t on t.id = p.content_type_id
    where t.app_label = 'support' and p.id in (
      select g.permission_id from accounts_user_groups u join auth_group_permissions g on g.group_id = u.group_id
      where u.user_id = person
      union all
      select u.permission_id from accounts_user_user_permissions u where u.user_id = person
    )
  );
end $$;
