-- Whose record it was: it may not be replayed for a tenant that its sender could not report for. Null where no credential was bound.
alter table finops.quarantined_record
  add column sender         text,
  add column sender_tenants text[], -- null is any
  add column bytes          bytea,  -- what came, where it is no text
  add column resolution     text check (resolution in ('accepted', 'duplicate', 'conflict', 'dismissed')), -- null: open
  add column resolved_at    timestamptz,
  add column resolved_by    text,
  add column note           text;
create index quarantined_record_open on finops.quarantined_record (id) where resolution is null;

-- Each try to replay a quarantined record. Written before the record is sent: one without a verdict is finished, with its own content,
-- before the record is tried with any other.
create table finops.quarantine_replay (
  id          bigint generated always as identity primary key,
  quarantined bigint not null references finops.quarantined_record,
  at          timestamptz not null,
  by          text not null,
  backfill    text,
  vouched     boolean not null,
  corrected   text, -- null: as it came
  verdict     text check (verdict in ('accepted', 'duplicate', 'conflict', 'quarantined')),
  reason      text,
  field       text,
  message     text
);
create index quarantine_replay_of on finops.quarantine_replay (quarantined, id);
create unique index quarantine_replay_unfinished on finops.quarantine_replay (quarantined) where verdict is null;

alter table finops.dead_letter
  add column message_id  text,
  add column user_id     text, -- the broker's user, as the broker had validated it
  add column resolution  text check (resolution in ('replayed', 'dismissed')), -- null: open
  add column resolved_at timestamptz,
  add column resolved_by text,
  add column note        text;
create index dead_letter_open on finops.dead_letter (id) where resolution is null;

-- Each try to send a dead letter again. Written before it is sent.
create table finops.dead_letter_replay (
  id           bigint generated always as identity primary key,
  dead_letter  bigint not null references finops.dead_letter,
  at           timestamptz not null,
  by           text not null,
  content_type text,  -- null: its own
  corrected    bytea, -- null: as it came
  outcome      text check (outcome in ('sent', 'refused', 'returned')), -- null: nobody knows
  error        text
);
create index dead_letter_replay_of on finops.dead_letter_replay (dead_letter, id);
