-- Folding for search: compatibility forms and letter case, then Arabic letters that are written one for the other, then
-- what is not seen (harakat, tatweel, bidi and zero-width marks, soft hyphens), then Eastern digits. translate() looks
-- every character up in its whole list, so what is rare is looked for first, by a regular expression.
-- A new rule is fold_v2 and a new column: stored text does not follow a function.
create function fold_v1(t text) returns text language plpgsql immutable strict parallel safe as $$
declare
  unseen constant text := '[\u0610-\u061A\u061C\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8'
    '\u06EA-\u06ED\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF\u00AD]';
begin
  if octet_length(t) = length(t) then return lower(t); end if;
  if t is not nfkc normalized then t := normalize(t, NFKC); end if;
  t := translate(lower(t), 'آأإٱٲٳىیئکةہؤ', 'اااااايييكههو');
  if t ~ unseen then t := regexp_replace(t, unseen, '', 'g'); end if;
  if t ~ '[\u0660-\u0669\u06F0-\u06F9]' then t := translate(t, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789'); end if;
  return t;
end $$;

-- The first one and two characters of every word, for words too short for trigrams: of runs between blanks, so that a
-- sign can be found, and of runs of letters and digits. Some come twice, which an index does not mind.
create function prefixes_v1(t text) returns text[] language plpgsql immutable strict parallel safe as $$
declare
  words text[] := regexp_split_to_array(t, '[[:space:]]+') || regexp_split_to_array(t, '[^[:alnum:]]+');
begin
  return (
    select coalesce(array_agg(left(w, 1)) filter (where w <> ''), '{}')
        || coalesce(array_agg(left(w, 2)) filter (where length(w) > 1), '{}')
    from unnest(words) w
  );
end $$;
