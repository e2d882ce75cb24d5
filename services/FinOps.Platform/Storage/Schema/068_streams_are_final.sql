-- The foreign key from events to streams is gone (MartenSchema), and with it what stopped a stream from being removed under its events.
create function finops.refuse_to_remove_streams() returns trigger language plpgsql as $$
begin
  raise exception 'Streams stay as long as their events: % of finops.mt_streams is refused.', tg_op using errcode = 'restrict_violation';
end
$$;

create trigger streams_are_final before delete or truncate on finops.mt_streams
  for each statement execute function finops.refuse_to_remove_streams();

revoke delete, truncate on finops.mt_streams from public;
do $$ begin execute format('revoke delete, truncate on finops.mt_streams from %I', current_user); end $$;
