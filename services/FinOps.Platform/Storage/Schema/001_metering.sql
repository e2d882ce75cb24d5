-- Dedupe keys: 128 bits of (tenant, source, id), ordered so that a source's counted ids lie side by side, and 64 bits over the normalised
-- rest. Two columns and not one of 16 bytes: only an index of several is split where its neighbours grow, and stays full.
create table finops.usage_key (
  key_high bigint not null,
  key_low  bigint not null,
  content  bigint not null,
  primary key (key_high, key_low)
);

-- What a bucket is of. A small table, so that buckets stay narrow.
create table finops.series (
  id     int generated always as identity primary key,
  tenant text collate "C" not null,
  model  text collate "C" not null,
  fleet  text collate "C" not null, -- '' where the record named none
  unique (tenant, model, fleet)
);

-- A series' quantities in one quarter-hour of event time. A row belongs to one hour of record time, so that "as of" is a sum of rows.
create table finops.bucket (
  series         int    not null, -- of finops.series, whose rows never go: a foreign key would look for them at each new bucket
  slot           int    not null, -- quarter-hours since 1970, event time
  recorded_hour  int    not null, -- hours since 1970, record time
  records        bigint not null,
  incomplete     bigint not null,
  failed         bigint not null,
  uncached_input bigint not null,
  cache_read     bigint not null,
  cache_write    bigint not null,
  image          bigint not null,
  audio_input    bigint not null,
  output         bigint not null,
  reasoning      bigint not null,
  audio_output   bigint not null,
  requests       bigint not null,
  seconds        bigint not null,
  primary key (series, slot, recorded_hour)
) with (fillfactor = 80);

-- What was read, by verdict; written in the transaction that decided.
create table finops.ingestion_tally (
  tenant         text collate "C" not null,
  lane           int    not null,
  accepted       bigint not null,
  duplicates     bigint not null,
  conflicts      bigint not null,
  quarantined    bigint not null,
  last_commit_at timestamptz,
  primary key (tenant, lane)
);

-- Records that came again with other content: refused, listed once per content.
create table finops.usage_conflict (
  id        bigint generated always as identity primary key,
  seen_at   timestamptz not null,
  key_high  bigint not null,
  key_low   bigint not null,
  content   bigint not null,
  tenant    text collate "C" not null,
  source    text collate "C" not null,
  record_id text collate "C" not null,
  model     text collate "C" not null,
  batch_id  text,
  record    jsonb not null,
  unique (key_high, key_low, content)
);

-- Records that we could read and did not accept, as they came, once per content.
create table finops.quarantined_record (
  id          bigint generated always as identity primary key,
  received_at timestamptz not null,
  fingerprint uuid  not null unique,
  door        text  not null,
  batch_id    text,
  backfill    text,
  source      text,
  tenant      text collate "C",
  record_id   text,
  reason      text  not null,
  field       text  not null,
  message     text  not null,
  record      text  not null
);
create index quarantined_record_tenant on finops.quarantined_record (tenant, id);

-- Messages that nobody could read, or that killed a process, with their bytes.
create table finops.dead_letter (
  id          bigint generated always as identity primary key,
  received_at timestamptz not null,
  fingerprint uuid  not null unique,
  queue       text  not null,
  exchange    text  not null,
  routing_key text  not null,
  reason      text  not null,
  message     text  not null,
  content_type text,
  headers     jsonb not null,
  body        bytea not null,
  copies      bigint not null default 1 -- the same message may be sent more than once
);

-- A meter's streams by the start of their id, when its grain wakes; Marten's own index follows the database's collation.
create index mt_streams_usage on finops.mt_streams (id collate "C") where id like 'usage/%';
-- Each commit raises the versions of its streams: with room on the page, and the version in no index, no index is touched.
alter table finops.mt_streams set (fillfactor = 50);

-- Columns of numbers compress well; lz4 does it several times faster than the default. Where the server was built without it, the default stays.
do $$
begin
  if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
    alter table finops.mt_events alter column data set compression lz4;
  end if;
end $$;
