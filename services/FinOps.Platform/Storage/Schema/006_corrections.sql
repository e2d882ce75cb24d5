-- Who took usage back or amended it, when and why. The events say the same; this is their list.
create table finops.correction (
  id             uuid primary key,
  number         bigint generated always as identity unique,
  recorded_at    timestamptz not null,
  recorded_by    text   not null,
  kind           text   not null,
  reason         text   not null,
  tenant         text collate "C", -- of the record; of a backfill: whose part, null for all
  source         text collate "C",
  record_id      text collate "C",
  backfill       text collate "C",
  records_before bigint not null,
  records_after  bigint not null,
  tokens_before  bigint not null,
  tokens_after   bigint not null
);

-- Where the events of corrections lie, and of which versions of the same stream a void tells.
create table finops.correction_event (
  stream        text   not null, -- the database's own collation, as Marten's ids have
  version       bigint not null,
  correction    uuid   not null references finops.correction deferrable initially deferred,
  is_void       bool   not null,
  tenant        text collate "C" not null,
  model         text collate "C" not null,
  records       bigint not null,
  tokens        bigint not null,
  first_version bigint not null,
  last_version  bigint not null,
  is_whole      bool   not null, -- nothing of these versions counts any more
  primary key (stream, version)
);
create index correction_event_correction on finops.correction_event (correction);

-- What became of a record's identity after it was first counted. Read only where a record would be a conflict, and by corrections.
create table finops.usage_revision (
  key_high   bigint not null,
  key_low    bigint not null,
  revision   int    not null,
  content    bigint, -- null: voided
  stream     text   not null,
  version    bigint not null,
  correction uuid   not null,
  primary key (key_high, key_low, revision)
);

-- Which streams hold records of a named backfill.
create table finops.backfill_stream (
  backfill text collate "C" not null,
  stream   text collate "C" not null,
  primary key (backfill, stream)
);
insert into finops.backfill_stream (backfill, stream)
select distinct b.name, e.stream_id
from finops.mt_events e, jsonb_array_elements_text(e.data -> 'backfills') b (name)
where e.type = 'usage_recorded_v1' and b.name is not null;

-- Names that are used up: what comes under them goes to quarantine.
create table finops.voided_backfill (
  backfill   text collate "C" not null,
  tenant     text collate "C" not null, -- '' for all
  correction uuid not null,
  primary key (backfill, tenant)
);

alter table finops.ingestion_tally
  add column voided  bigint not null default 0, -- records that were accepted and do not count now
  add column amended bigint not null default 0; -- amendments made
