-- Dedupe keys: the first 128 bits of SHA-256 over (tenant, source, id), and over the normalised rest of the record.
create table finops.usage_key (
  key     uuid primary key,
  content uuid not null
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
  series         int    not null references finops.series,
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
  key       uuid  not null,
  content   uuid  not null,
  tenant    text collate "C" not null,
  source    text collate "C" not null,
  record_id text collate "C" not null,
  model     text collate "C" not null,
  batch_id  text,
  record    jsonb not null,
  unique (key, content)
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
create index mt_streams_usage on finops.mt_streams (id collate "C") include (version) where id like 'usage/%';
