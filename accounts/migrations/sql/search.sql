-- People are found by name, addresses and phone, folded.
create index user_search on accounts_user using gin (
  fold_v1(name || ' ' || coalesce(email, '') || ' ' || contact_email || ' ' || phone) gin_trgm_ops
);
