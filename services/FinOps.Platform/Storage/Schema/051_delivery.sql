-- What has done its work is forgotten after a while by ForgetOldRows; by these it is found.
create index alert_channel_done on finops.alert_channel (next_attempt_at) where state in ('DELIVERED', 'DEAD');
create index alert_digest_done on finops.alert_digest (next_attempt_at) where state in ('DELIVERED', 'DEAD');
create index alert_test_at on finops.alert_test (at);
create index alert_notice_at on finops.alert_notice (at);
create index usage_conflict_seen on finops.usage_conflict (seen_at);
create index quarantined_record_resolved on finops.quarantined_record (resolved_at) where resolved_at is not null;
create index dead_letter_resolved on finops.dead_letter (resolved_at) where resolved_at is not null;

-- The tries of what is forgotten go along.
alter table finops.quarantine_replay drop constraint quarantine_replay_quarantined_fkey,
  add foreign key (quarantined) references finops.quarantined_record on delete cascade;
alter table finops.dead_letter_replay drop constraint dead_letter_replay_dead_letter_fkey,
  add foreign key (dead_letter) references finops.dead_letter on delete cascade;

-- Messages behind dead letters that are forgotten, so that the count of all there were does not shrink: one row.
create table finops.forgotten_dead_letters (
  id     int primary key check (id = 1),
  copies bigint not null
);
insert into finops.forgotten_dead_letters values (1, 0);

-- The webhook may send digests, too.
alter table finops.webhook
  add column digest_every text, -- null: each alert at once; DAY, WEEK
  add column digest_at    time,
  add column digest_day   int,
  add column digest_zone  text;

-- Every way that a budget's alerts go but the bus, by the channel's name. A webhook's class finds its target and its secrets by itself.
create view finops.alert_way as
select budget_id, name, kind, target, digest_every, digest_at, digest_day, digest_zone, disabled_at from finops.alert_destination
union all
select budget_id, 'webhook', 'webhook', '', digest_every, digest_at, digest_day, digest_zone, null from finops.webhook;

-- Notices on one alert, in whose order they are told.
create index alert_notice_of on finops.alert (notice_of) where notice_of is not null;

-- Whoever listens hears what became of channels when it is committed, too.
create function finops.tell_of_alert_notice() returns trigger language plpgsql as $$
begin
  perform pg_notify('finops_alert_notice', new.id::text);
  return null;
end $$;
create trigger alert_notice_told after insert on finops.alert_notice for each row execute function finops.tell_of_alert_notice();
