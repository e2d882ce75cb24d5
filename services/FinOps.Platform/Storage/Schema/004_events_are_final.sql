-- A stored event is never changed: corrections are events of their own. Statements are refused, not rows, so that one which would hit no row
-- is refused, too; a truncation that comes over a foreign key as well.
create function finops.refuse_to_change_events() returns trigger language plpgsql as $$
begin
  raise exception 'Stored events are never changed: % of finops.mt_events is refused; write a correction.', tg_op
    using errcode = 'restrict_violation';
end
$$;

create trigger events_are_final before update or delete or truncate on finops.mt_events
  for each statement execute function finops.refuse_to_change_events();

-- The role that serves owns the table; it gives up what it must never use.
revoke update, delete, truncate on finops.mt_events from public;
do $$ begin execute format('revoke update, delete, truncate on finops.mt_events from %I', current_user); end $$;
